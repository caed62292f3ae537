"""The form in which staff key in what came on paper, and what the check page carries of it."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core import signing
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict

from elections.admin.whens import day_field, instant_of, time_field
from elections.core.problems import Code, Problem
from elections.forms import read_election, read_withdrawal
from elections.models import Submission
from elections.models.submission import Kind
from elections.services.answers import Answer, Decline
from elections.services.scans import MAX_BYTES, HeldScan, ScanRefused, hold_scan

SALT = "elections.admin.paper"
OUR_FIELDS = ("day", "time", "signature", "agree")
FIELDS_BY_CODE = {
    Code.RECEIVED_IN_FUTURE: "time",
    Code.RECEIVED_BEFORE_OPENING: "day",
    Code.SIGNATURE_MISSING: "signature",
    Code.AGREEMENT_MISSING: "agree",
    Code.SCAN_GONE: "scan",
}


class KeyedForm(forms.Form):
    """When a form was received, how it is signed, and its scan; the answers are read beside it.

    Cleaned, it adds `received_at` (aware UTC) and `held` (`HeldScan`), that of an earlier round
    where none was attached anew. Whether there is a signature at all is for the rules to judge.
    """

    use_required_attribute = False

    day = day_field("Day received", "Please give the day on which the form was received.")
    time = time_field(
        "Time received",
        "Please give the time at which the form was received.",
        help_text="As stamped on the form, or as the fax machine printed it, to the minute.",
    )
    signature = forms.CharField(
        label="Signed by",
        required=False,
        max_length=Submission._meta.get_field("signature").max_length,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text="The name as it stands under the form. Leave it empty if nobody signed.",
    )
    agree = forms.BooleanField(
        label="The form on paper agrees to the terms of the offer",
        required=False,
        help_text="Our printed form does, once it is signed.",
    )
    scan = forms.FileField(
        label="Scan",
        required=False,
        allow_empty_file=True,  # said below, in a sentence
        widget=forms.FileInput(attrs={"accept": ".pdf,.png,.jpg,.jpeg"}),
        help_text="A PDF, a PNG or a JPEG of the whole form, 10 MB at most.",
    )

    def __init__(
        self,
        *args: Any,
        zone: str,
        kind: Kind,
        held: HeldScan | None = None,
        **kwargs: Any,
    ) -> None:
        self.zone, self.held = zone, held
        super().__init__(*args, **kwargs)
        if kind != Kind.ELECTION:
            del self.fields["agree"]

    def clean(self) -> dict[str, Any]:
        """Add `received_at` and `held`, or say what is wrong with the time or the scan."""
        cleaned = super().clean() or self.cleaned_data
        if received_at := instant_of(self, cleaned, "day", "time"):
            cleaned["received_at"] = received_at
        if "scan" in cleaned:
            self._hold(cleaned["scan"])
        cleaned["held"] = self.held
        return cleaned

    def _hold(self, scan: UploadedFile | None) -> None:
        if scan is None and self.held is None:
            self.add_error("scan", "Please attach a scan of the form.")
        if scan is None:
            return
        self.held = None
        try:
            if (scan.size or 0) > MAX_BYTES:
                raise ScanRefused(
                    "The file is larger than 10 MB. Please scan it with fewer dots per inch."
                )
            self.held = hold_scan(scan.read(), called=scan.name or "")
        except ScanRefused as refused:
            self.add_error("scan", str(refused))

    def refuse(self, problems: Iterable[Problem]) -> None:
        """Show what a service refused at the field it is about, else above the form."""
        for problem in problems:
            if problem.code == Code.SCAN_GONE:
                self.held = None
            field = FIELDS_BY_CODE.get(Code(problem.code))
            self.add_error(field if field in self.fields else None, problem.sentence)


def read_answer(kind: Kind, data: QueryDict) -> Answer:
    """What the form on paper answers."""
    match kind:
        case Kind.ELECTION:
            return read_election(data)
        case Kind.WITHDRAWAL:
            return read_withdrawal(data)
        case _:
            return Decline()


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What a check page showed and the button below it records: signed, so it is that and no other.

    `posted` are the fields as keyed in; `replaces` and `governing` receipts or None.
    """

    kind: Kind
    posted: Mapping[str, list[str]]
    token: uuid.UUID
    replaces: str | None
    governing: str | None
    shown: Mapping[str, Any]
    held: HeldScan

    @property
    def data(self) -> QueryDict:
        """The fields as keyed in, as if they had just been sent."""
        data = QueryDict(mutable=True)
        for name, values in self.posted.items():
            data.setlist(name, values)
        return data


def posted_fields(data: QueryDict) -> dict[str, list[str]]:
    """What was keyed in: our fields and the answers, without buttons, tokens and the file."""
    answers = ("grant-", "withdraw-")
    return {
        name: list(values)
        for name, values in data.lists()
        if name in OUR_FIELDS or name.startswith(answers)
    }


def pack(checked: Checked, *, actor: int, employee: int) -> str:
    """One signed text for a hidden field, for this actor and this employee alone."""
    plain = asdict(checked) | {"token": checked.token.hex, "for": [actor, employee]}
    return signing.dumps(plain, salt=SALT, compress=True)


def unpack(text: str, *, actor: int, employee: int) -> Checked | None:
    """What `pack` made; None where it did not, or for somebody else."""
    try:
        plain = signing.loads(text, salt=SALT)
    except signing.BadSignature:
        return None
    if plain.pop("for") != [actor, employee]:
        return None
    held, token = HeldScan(**plain.pop("held")), uuid.UUID(plain.pop("token"))
    return Checked(**plain | {"kind": Kind(plain["kind"]), "held": held, "token": token})


def pack_scan(held: HeldScan | None) -> str:
    """A held scan for a hidden field, so that it need not be attached again."""
    return signing.dumps(asdict(held), salt=f"{SALT}.scan") if held else ""


def unpack_scan(text: str) -> HeldScan | None:
    """What `pack_scan` made; None where it did not."""
    try:
        return HeldScan(**signing.loads(text, salt=f"{SALT}.scan")) if text else None
    except signing.BadSignature:
        return None


def received_fields(received_at: datetime, zone: str) -> dict[str, Any]:
    """The day and the time of an instant, as the form takes them."""
    local = received_at.astimezone(ZoneInfo(zone))
    return {"day": local.date(), "time": local.time()}
