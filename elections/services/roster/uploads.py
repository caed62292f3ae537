"""Uploads of the roster: taken in, checked, confirmed by whoever saw the preview, and applied.

Checking and applying are done by the sweeper (`manage.py deliver_outbox`), which needs no broker.
One that dies is noticed by its silence: the upload is taken up again, and says meanwhile that
nobody works on it.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, BinaryIO, cast

import structlog
from django.core.files.uploadedfile import UploadedFile
from django.db import Error as DatabaseTrouble
from django.db import transaction
from django.db.models import F, Q
from django.db.models.fields.files import FieldFile

from elections import clock, queries
from elections.core.problems import Code, Problem
from elections.models import Offer, RosterUpload, User
from elections.models.roster import UploadState, upload_storage
from elections.services.roster.importing import RosterResult, TakenOver, import_roster
from elections.services.roster.report import fingerprint, report_of
from elections.services.roster.telling import Telling

log = structlog.get_logger(__name__)

SILENCE = timedelta(seconds=30)  # after which nobody works on it any more
MOST_ATTEMPTS = 3
QUIET_BEFORE_DEADLINE = timedelta(minutes=15)
UNDER_WAY = (UploadState.CHECKING, UploadState.APPLYING)
GAVE_UP = (
    f"It was begun {MOST_ATTEMPTS} times, and each time ended without a result, such as with its"
    " process. Nothing was written. Please tell whoever runs the portal, and upload it again."
)
FAILED = (
    "Something went wrong that the portal does not know of, and nothing was written. Its log says"
    " more to whoever runs it. Please upload the files again."
)
CHECKED_AGAIN = (
    "The record has changed since the preview was made, so nothing was written. The files were"
    " checked again: please look at what they do by now."
)


@dataclass(frozen=True, slots=True)
class NotDone:
    """The upload stands as it is, for these reasons."""

    problems: tuple[Problem, ...]


def receive_upload(
    *, actor: User, employees: UploadedFile[Any], grants: UploadedFile[Any]
) -> RosterUpload:
    """Keep two files where nothing serves them; the sweeper checks them next."""
    upload = RosterUpload(
        uploaded_by=actor,
        uploaded_at=clock.now(),
        employees_name=(employees.name or "employees")[:200],
        grants_name=(grants.name or "grants")[:200],
        heartbeat_at=datetime.now(UTC),
    )
    folder = uuid.uuid4().hex
    upload.employees.save(f"{folder}/employees", employees, save=False)
    upload.grants.save(f"{folder}/grants", grants, save=False)
    upload.save(force_insert=True)
    log.info("roster_uploaded", upload=upload.pk, by=actor.pk)
    return upload


def confirm_upload(*, actor: User, upload: RosterUpload, seen: str) -> RosterUpload | NotDone:
    """Have it applied, if it still does what the preview said whose fingerprint was `seen`."""
    with transaction.atomic(durable=True):
        held = RosterUpload.objects.select_for_update().get(pk=upload.pk)
        if held.state != UploadState.READY or held.report.get("fingerprint") != seen:
            return NotDone((Problem.of(Code.UPLOAD_MOVED_ON),))
        if deadline_is_near():
            return NotDone((Problem.of(Code.UPLOAD_TOO_CLOSE),))
        held.confirmed_by = actor
        _turn(held, UploadState.APPLYING)
    log.info("roster_upload_confirmed", upload=upload.pk, by=actor.pk)
    return held


def discard_upload(*, actor: User, upload: RosterUpload) -> RosterUpload | NotDone:
    """Do nothing with it, and remove its files; not while it is worked on, or once applied."""
    discardable = (UploadState.READY, UploadState.REFUSED, UploadState.FAILED)
    with transaction.atomic(durable=True):
        held = RosterUpload.objects.select_for_update().get(pk=upload.pk)
        if held.state not in discardable:
            return NotDone((Problem.of(Code.UPLOAD_MOVED_ON),))
        _turn(held, UploadState.DISCARDED)
    for file in (held.employees, held.grants):
        upload_storage().delete(str(file.name))
    log.info("roster_upload_discarded", upload=upload.pk, by=actor.pk)
    return held


def deadline_is_near() -> bool:
    """Whether a form that has to wait for an import now could become late by it.

    An import holds whoever it changes until it commits, and the time of record is read after that.
    """
    try:
        offer = queries.current_offer()
    except Offer.DoesNotExist:
        return False
    left = queries.deadline_in_force(offer) - clock.now()
    return timedelta(0) < left <= QUIET_BEFORE_DEADLINE


def is_neglected(upload: RosterUpload) -> bool:
    """Whether it is to be worked on, and nobody has been at it for too long."""
    if upload.state not in UNDER_WAY:
        return False
    return upload.heartbeat_at is None or datetime.now(UTC) - upload.heartbeat_at > SILENCE


def work_on_uploads() -> int:
    """Check and apply whatever waits and nobody else works on; returns how many it took up."""
    worked_on = 0
    while (upload := _take()) is not None:
        worked_on += 1
        _work_on(upload)
    return worked_on


def _take() -> RosterUpload | None:
    """Take up the one that has waited longest; None when nothing waits."""
    now = datetime.now(UTC)
    unattended = Q(attempts=0) | Q(heartbeat_at__lte=now - SILENCE)
    waiting = RosterUpload.objects.filter(unattended, state__in=UNDER_WAY)
    for upload in waiting.order_by("uploaded_at", "pk"):
        mine = RosterUpload.objects.filter(pk=upload.pk, state=upload.state, claim=upload.claim)
        if upload.attempts >= MOST_ATTEMPTS:
            mine.update(state=UploadState.FAILED, note=GAVE_UP)
            log.error("roster_upload_given_up", upload=upload.pk)
        elif mine.update(claim=F("claim") + 1, attempts=F("attempts") + 1, heartbeat_at=now):
            upload.refresh_from_db()
            return upload
    return None


def _work_on(upload: RosterUpload) -> None:
    """Whatever happens ends in the upload; only a database in trouble raises: it is tried again."""
    if upload.state == UploadState.APPLYING and deadline_is_near():
        _end(upload, state=UploadState.READY, note=Problem.of(Code.UPLOAD_TOO_CLOSE).sentence)
        return
    try:
        with Telling(upload) as told:
            result = _import(upload, told)
        _conclude(upload, result)
    except DatabaseTrouble:
        raise
    except TakenOver:
        log.warning("roster_upload_taken_over", upload=upload.pk)
    except Exception:
        log.exception("roster_upload_failed", upload=upload.pk)
        _end(upload, state=UploadState.FAILED, note=FAILED)


def _import(upload: RosterUpload, told: Telling) -> RosterResult:
    with _opened(upload.employees) as employees, _opened(upload.grants) as grants:
        if upload.state == UploadState.CHECKING:
            return import_roster(employees=employees, grants=grants, dry_run=True, progress=told)
        return import_roster(
            employees=employees,
            grants=grants,
            actor=upload.confirmed_by,
            progress=told,
            upload=upload,
            agree=lambda result: fingerprint(result) == upload.report["fingerprint"],
        )


def _opened(file: FieldFile) -> BinaryIO:
    """The file itself: what Django wraps around it would end a line at a lone carriage return."""
    return cast(BinaryIO, upload_storage().open(str(file.name)).file)


def _conclude(upload: RosterUpload, result: RosterResult) -> None:
    """Say what came of it. One that was applied says so since its transaction."""
    if result.problems:
        _end(upload, state=UploadState.REFUSED, report=report_of(result), note="")
    elif upload.state == UploadState.CHECKING:
        _end(upload, state=UploadState.READY, report=report_of(result))
    elif not result.written:
        _end(upload, state=UploadState.CHECKING, note=CHECKED_AGAIN)


def _end(upload: RosterUpload, **what: Any) -> None:
    """Let go of it, unless somebody else has taken it up since."""
    RosterUpload.objects.filter(pk=upload.pk, state=upload.state, claim=upload.claim).update(
        **_fresh(), **what
    )


def _turn(upload: RosterUpload, state: UploadState) -> None:
    for name, value in {**_fresh(), "state": state, "note": ""}.items():
        setattr(upload, name, value)
    upload.save()


def _fresh() -> dict[str, Any]:
    """Of an upload that nobody has begun to work on in its present state."""
    now = datetime.now(UTC)
    return {"heartbeat_at": now, "attempts": 0, "stage": "", "done": 0, "total": 0}
