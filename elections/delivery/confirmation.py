"""The words of a confirmation: what was received, when, what it says, and what it does not mean."""

from __future__ import annotations

from elections.core.instants import time_left
from elections.core.terms import Choice
from elections.core.words import day_label, dollar_label
from elections.delivery.facts import FormFacts, FormKind, LineFacts
from elections.delivery.letter import (
    FORMS,
    GrantRow,
    GrantTable,
    Letter,
    Row,
    Section,
    counted,
    election_link,
    law,
    named,
    one_line,
    to_the_microsecond,
    to_the_minute,
    withdrawal_link,
)


def confirmation_letter(form: FormFacts) -> Letter:
    """The confirmation of a form, timely or late. The PDF and the mail both say exactly this."""
    name = FORMS[form.kind]
    came = "was received" if form.timely else "arrived late"
    page = f"{form.offer.portal_url}/submissions/{form.receipt}"
    return Letter(
        subject=f"Your {name} {came}: {form.receipt}",
        title=f"Confirmation of your {name}" if form.timely else f"Your {name} arrived late",
        company=one_line(form.offer.company),
        offer=one_line(form.offer.title),
        addressee=one_line(form.employee_name),
        lead=_timely_lead(form) if form.timely else _late_lead(form),
        rows=_rows(form),
        table=_table(form),
        sections=(*_required(form), *(_open(form) if form.timely else _late(form))),
        digest=form.digest,
        page=f"{page}/",
        pdf=f"{page}.pdf",
        verify=f"{form.offer.portal_url}/verify/{form.receipt}/",
    )


def _timely_lead(form: FormFacts) -> tuple[str, ...]:
    received = (f"We have received your {FORMS[form.kind]}. {_result(form)}",)
    if form.paper is None or form.paper.overtaken_by is None:
        return received
    later = named(form.offer, form.paper.overtaken_by)
    return (
        f"We have received your {FORMS[form.kind]} on paper. It is on record and does not count:"
        f" what counts is your {later}, which we received after it.",
        f"This is what the form on paper says: {_result(form)}",
    )


def _result(form: FormFacts) -> str:
    exchanged = [line for line in form.lines if line.choice == Choice.EXCHANGE]
    withdrawn = sum(line.withdrawn for line in form.lines)
    if form.kind == FormKind.DECLINE:
        return "You take no part in the offer and keep all of your grants."
    if not exchanged:
        return f"You withdrew {counted(withdrawn, 'grant')} and keep all of your grants."
    shares = counted(sum(line.outstanding for line in exchanged), "share")
    new_shares = counted(sum(line.new_shares for line in exchanged), "new share")
    exchange = f"exchange {counted(len(exchanged), 'grant')}: {shares}, for {new_shares}."
    if form.kind == FormKind.WITHDRAWAL:
        return f"You withdrew {counted(withdrawn, 'grant')} and still {exchange}"
    return f"You {exchange}"


def _late_lead(form: FormFacts) -> tuple[str, ...]:
    name, offer = FORMS[form.kind], form.offer
    by = time_left(form.deadline, form.received_at)
    delay = f"{by} after the deadline" if by else "at the very instant of the deadline"
    if form.paper and form.paper.overtaken_by:
        stands = f"What counts is your {named(offer, form.paper.overtaken_by)}."
    elif form.replaced:
        stands = f"What counts is your earlier {named(offer, form.replaced)}."
    else:
        stands = "No earlier form of yours counts, so you keep all of your grants."
    return (
        f"Your {name} arrived on {to_the_microsecond(offer, form.received_at)}. That is {delay}:"
        f" it had to be received before {to_the_minute(offer, form.deadline)}.",
        f"We have kept it exactly as you signed it, but it does not count. {stands}",
    )


def _rows(form: FormFacts) -> tuple[Row, ...]:
    if not form.timely:
        replaces = "Nothing, since it arrived late"
    elif form.paper and form.paper.overtaken_by:
        replaces = "Nothing, since a form received after it counts"
    elif form.replaced:
        replaces = f"Your {named(form.offer, form.replaced)}"
    else:
        replaces = "Nothing: no earlier form of yours counted"
    person = f"{one_line(form.employee_name)}, employee number {one_line(form.employee_number)}"
    return (
        Row("Receipt", form.receipt),
        *_came(form),
        Row("From", person),
        Row("Signed", one_line(form.signature)),
        Row("Deadline", f"Before {to_the_minute(form.offer, form.deadline)}"),
        Row("Replaces", replaces),
    )


def _came(form: FormFacts) -> tuple[Row, ...]:
    """How and when it came; paper is stamped to the minute, and keyed in by somebody later."""
    kind = FORMS[form.kind].capitalize()
    if form.paper is None:
        return (
            Row("Time of record", to_the_microsecond(form.offer, form.received_at)),
            Row("Form", f"{kind}, through the portal"),
        )
    received = to_the_minute(form.offer, form.received_at)
    keyed_in = to_the_minute(form.offer, form.paper.keyed_at)
    return (
        Row("Time of record", f"Received at {received}"),
        Row("Form", f"{kind}, on paper, keyed in at {keyed_in}"),
    )


def _table(form: FormFacts) -> GrantTable:
    exchanged = [line for line in form.lines if line.choice == Choice.EXCHANGE]
    kept = [line for line in form.lines if line.choice == Choice.KEEP]
    return GrantTable(
        caption="Your grants" if form.timely else "What the late form says of your grants",
        rows=tuple(_grant_row(line) for line in form.lines),
        totals=(
            Row("Exchanged", _total(exchanged)),
            Row("Kept", _total(kept)),
            Row("New shares", f"{sum(line.new_shares for line in exchanged):,}"),
        ),
    )


def _total(lines: list[LineFacts]) -> str:
    shares = counted(sum(line.outstanding for line in lines), "share")
    return f"{counted(len(lines), 'grant')}, {shares}" if lines else "none"


def _grant_row(line: LineFacts) -> GrantRow:
    exchanged = line.choice == Choice.EXCHANGE
    decision = "Exchange" if exchanged else "Withdrawn: keep" if line.withdrawn else "Keep"
    return GrantRow(
        number=one_line(line.grant_number),
        plan=one_line(line.plan),
        kind=line.kind,
        granted_on=day_label(line.granted_on),
        price=dollar_label(line.exercise_price),
        outstanding=f"{line.outstanding:,}",
        decision=f"{decision} (required)" if line.required and exchanged else decision,
        new_shares=f"{line.new_shares:,}" if exchanged else "–",
        exchanged=exchanged,
    )


def _required(form: FormFacts) -> tuple[Section, ...]:
    required = [line for line in form.lines if line.required]
    if not required:
        return ()
    numbers = ", ".join(one_line(line.grant_number) for line in required)
    rule = (
        f"Grants made on or after {day_label(form.offer.required_from)} are required: whoever"
        " exchanges any grant exchanges these too, whatever their price."
    )
    if any(line.choice == Choice.EXCHANGE for line in required):
        outcome = f"That is why this form exchanges {numbers} too."
    else:
        outcome = f"As this form exchanges no grant, it keeps {numbers} too."
    return (Section("Required grants", (f"{rule} {outcome}",)),)


def _open(form: FormFacts) -> tuple[Section, ...]:
    deadline = form.paper.deadline if form.paper else form.deadline
    until = to_the_minute(form.offer, deadline)
    if form.paper and form.paper.keyed_at >= deadline:
        passed = f"The deadline, {until}, has passed: a new form would be late."
        return (
            Section("What you can do", (f"{passed} Please write to {law(form.offer)}.",)),
            _not_acceptance(form),
        )
    change = election_link(form.offer, "Change what you chose")
    exchanges = any(line.choice == Choice.EXCHANGE for line in form.lines)
    return (
        Section(
            "If you change your mind",
            (
                "You may change or withdraw this as often as you like, as long as the new form is"
                f" received before {until}. The last form received before the deadline is the one"
                " that counts. Should the offer be extended, we will tell you the new date.",
            ),
            (change, withdrawal_link(form.offer)) if exchanges else (change,),
        ),
        _not_acceptance(form),
    )


def _late(form: FormFacts) -> tuple[Section, ...]:
    extended = "Should the offer be extended, this form stays late"
    if form.not_open_to_them:
        besides = (Section("Who can take part", tuple(map(one_line, form.not_open_to_them))),)
        extended = f"{extended}."
    else:
        besides = ()
        extended = f"{extended}: please submit a new one before the new deadline."
    return (
        *besides,
        Section(
            "What you can do",
            (
                "If there is a reason why this form should count, please write to"
                f" {law(form.offer)} and name the receipt {form.receipt}. Only the Law Department"
                " can decide to let a late form count, and it will want to know the reason.",
                extended,
            ),
        ),
        _not_acceptance(form),
    )


def _not_acceptance(form: FormFacts) -> Section:
    return Section(
        "Receipt is not acceptance",
        (
            "This letter confirms that your form was received, and nothing more. The Law"
            " Department reviews every form and tells you if it finds one irregular. Options are"
            " accepted for exchange and canceled only once the offer has expired. Questions go to"
            f" {law(form.offer)}.",
        ),
    )
