"""Makers of paper: scans that can really be opened, and forms keyed in from them."""

from __future__ import annotations

import io
import uuid
from datetime import datetime
from typing import Any

from PIL import Image
from pypdf import PdfWriter

from elections import clock, queries
from elections.models import Employee, Submission, User
from elections.services.answers import Answer
from elections.services.paper import PaperForm, check_paper, submit_paper
from elections.services.scans import hold_scan
from elections.services.submit import Outcome, SignedForm
from tests.factory import make_user, recorded


def pdf_scan() -> bytes:
    """A PDF of one blank page."""
    writer = PdfWriter()
    writer.add_blank_page(612, 792)
    written = io.BytesIO()
    writer.write(written)
    return written.getvalue()


def picture(kind: str = "PNG", size: tuple[int, int] = (8, 11)) -> bytes:
    """A PNG or a JPEG, in one grey."""
    written = io.BytesIO()
    Image.new("L", size, 200).save(written, kind)
    return written.getvalue()


def paper_form(
    employee: Employee, answer: Answer, *, actor: User, received_at: datetime, **changes: Any
) -> PaperForm:
    """The form as it stands on the check page now; `changes` replace what was signed."""
    offer = queries.current_offer()
    check = check_paper(
        actor=actor,
        employee=employee,
        offer=offer,
        answer=answer,
        signature="Pat Example",
        agreed=True,
        received_at=received_at,
    )
    columns: dict[str, Any] = {
        "answer": answer,
        "signature": "Pat Example",
        "agreed": True,
        "token": uuid.uuid4(),
        "replaces": check.replaces.receipt if check.replaces else None,
        "arrived_at": clock.now(),
        "shown": check.shown,
    }
    return PaperForm(
        form=SignedForm(**columns | changes),
        received_at=received_at,
        governing=check.governing.receipt if check.governing else None,
        scan=hold_scan(pdf_scan(), called="fax.pdf"),
    )


def send_paper(
    employee: Employee,
    answer: Answer,
    *,
    received_at: datetime,
    actor: User | None = None,
    **changes: Any,
) -> Outcome:
    """Key in and record a form on paper."""
    actor = actor or make_user()
    form = paper_form(employee, answer, actor=actor, received_at=received_at, **changes)
    return submit_paper(actor=actor, employee=employee, offer=queries.current_offer(), paper=form)


def on_paper(employee: Employee, answer: Answer, *, received_at: datetime) -> Submission:
    """A recorded form on paper."""
    return recorded(send_paper(employee, answer, received_at=received_at))
