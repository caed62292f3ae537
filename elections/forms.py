"""Reading what was sent: the shape of a form only. What it means is for the rules to judge."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.html import format_html

from elections.core.problems import Code, Problem
from elections.core.terms import Choice
from elections.models import Draft, Employee, Submission
from elections.models.submission import Kind
from elections.services.answers import Election, Withdrawal
from elections.services.drafts import answer_of

GRANT = "grant-"
WITHDRAW = "withdraw-"
WITHDRAW_ALL = "withdraw-all"


def read_election(data: QueryDict) -> Election:
    """The answers of the fields `grant-<grant number>`.

    A field with anything but one clear "exchange" or "keep" counts as not answered.
    """
    said = {name.removeprefix(GRANT): set(data.getlist(name)) for name in _named(data, GRANT)}
    clear = {number: values.pop() for number, values in said.items() if len(values) == 1}
    return Election({n: Choice(value) for n, value in clear.items() if value in set(Choice)})


def read_withdrawal(data: QueryDict) -> Withdrawal:
    """The ticked boxes `withdraw-<grant number>`, or `withdraw-all`, which outdoes them."""
    if WITHDRAW_ALL in data:
        return Withdrawal(None)
    return Withdrawal(frozenset(n.removeprefix(WITHDRAW) for n in _named(data, WITHDRAW)))


def fields_of(draft: Draft) -> list[tuple[str, str]]:
    """The fields that would say again what `draft` says, as (name, value)."""
    match answer_of(draft):
        case Election(choices):
            return [(f"{GRANT}{number}", str(choice)) for number, choice in choices.items()]
        case Withdrawal(frozenset() as numbers):
            return [(f"{WITHDRAW}{number}", "on") for number in sorted(numbers)]
        case _:
            return [(WITHDRAW_ALL, "on")]


def contradicts(data: QueryDict, draft: Draft) -> bool:
    """Whether answers were sent along with a signature, and are not those that were checked."""
    if draft.kind == Kind.ELECTION:
        sent = _named(data, GRANT)
        checked = dict(fields_of(draft))
        return any(data.getlist(name) != [checked.get(name)] for name in sent)
    return bool(_named(data, WITHDRAW)) and set(_named(data, WITHDRAW)) != {
        name for name, _ in fields_of(draft)
    }


def token_in(data: QueryDict, name: str) -> uuid.UUID | None:
    """The form token in that field; None when there is none or it is not one."""
    try:
        return uuid.UUID(data.get(name, ""))
    except ValueError:
        return None


def _named(data: QueryDict, prefix: str) -> list[str]:
    return [name for name in data if name.startswith(prefix)]


def validate_unicode(text: str) -> None:
    """Refuse half a character (a lone surrogate): it has no bytes, so no record can hold it."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise ValidationError("Please sign with characters that a keyboard can type.") from error


class SignatureForm(forms.Form):
    """The foot of a form: the typed name, and the token that makes it count once.

    That a name is there at all is a rule, so `required` is left to the rules.
    """

    use_required_attribute = False
    fields_by_code = {Code.SIGNATURE_MISSING: "signature", Code.AGREEMENT_MISSING: "agree"}

    signature = forms.CharField(
        label="Type your full name to sign",
        required=False,
        max_length=Submission._meta.get_field("signature").max_length,
        validators=[validate_unicode],
        error_messages={"max_length": "Please sign with at most %(limit_value)d characters."},
        widget=forms.TextInput(attrs={"autocomplete": "name", "spellcheck": "false"}),
    )
    form_token = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, employee: Employee, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # A help text is printed as HTML, and a name may hold anything.
        self.fields["signature"].help_text = format_html("Our records name you {}.", employee.name)

    def add_problems(self, problems: Iterable[Problem]) -> None:
        """Put what the rules say at the field it is about, or above all of them."""
        for problem in problems:
            field = self.fields_by_code.get(Code(problem.code))
            self.add_error(field if field in self.fields else None, problem.sentence)

    def summary(self) -> list[tuple[str, object]]:
        """Each error as (id of its field, sentence), in the order of the page."""
        at_fields: list[tuple[str, object]] = [
            (self[name].auto_id, error) for name in self.fields for error in self[name].errors
        ]
        # What is about no field in particular stands at the head of the form, above its first one.
        first = self[next(iter(self.fields))].auto_id
        return [(first, error) for error in self.non_field_errors()] + at_fields


class ElectionSignatureForm(SignatureForm):
    """The foot of an election, which also agrees to the terms."""

    agree = forms.BooleanField(
        label="I have read the offer documents, and I agree to their terms and to those above.",
        required=False,
    )
    field_order = ("agree", "signature", "form_token")


class WithdrawalSignatureForm(SignatureForm):
    """The foot of a withdrawal."""


class DeclineForm(SignatureForm):
    """A recorded "no": all of it is the signature, and which form it was to replace."""

    replaces = forms.CharField(required=False, widget=forms.HiddenInput)


SIGNATURE_FORMS: dict[str, type[SignatureForm]] = {
    Kind.ELECTION: ElectionSignatureForm,
    Kind.WITHDRAWAL: WithdrawalSignatureForm,
    Kind.DECLINE: DeclineForm,
}
