"""The whole gallery, and the addresses that are no pages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.urls import URLPattern, URLResolver

from exchange_portal import urls
from tests.admin.access import ACCESS
from tests.admin.walking import addresses
from tests.gallery import employees, factors, staff

PICTURES = [*employees.PICTURES, *factors.PICTURES, *staff.PICTURES]
PICTURE_OF = {picture.name: picture for picture in PICTURES}

NO_PAGES = {
    "healthz": "a word in plain text",
    "security-txt": "four lines in plain text",
    "readyz": "a word in plain text",
    "calendar": "a calendar file",
    "session-left": "two facts as JSON, for a script",
    "time-left": "two facts as JSON, for a script",
    "election-form-pdf": "a PDF",
    "withdrawal-form-pdf": "a PDF",
    "demo-mail-attachment": "a file",
    "accounts/email/": "answers 404, for the roster keeps the addresses",
    "accounts/2fa/webauthn/": "answers 404, for passkeys stand with the rest",
    "mfa_list_webauthn": "answers 404, for passkeys stand with the rest",
    "accounts/2fa/webauthn/keys/<int:pk>/edit/": "answers 404, for their names stay",
    "mfa_edit_webauthn": "answers 404, for their names stay",
    "accounts/2fa/recovery-codes/download/": "answers 404, for they are shown once",
    "mfa_download_recovery_codes": "answers 404, for they are shown once",
    "account_email": "answers 404, for the roster keeps the addresses",
    "accounts/confirm-email/": "answers 404, for nobody confirms an address",
    "account_email_verification_sent": "answers 404, for nobody confirms an address",
    "accounts/confirm-email/<str:key>/": "answers 404, for nobody confirms an address",
    "account_confirm_email": "answers 404, for nobody confirms an address",
    "admin:desk_chart": "a drawing, which stands on the desk",
    "admin:jsi18n": "a script",
    "admin:elections_submission_pdf": "a PDF",
    "admin:elections_submission_scan": "a file",
    "admin:elections_employee_election_form": "a PDF",
    "admin:elections_employee_withdrawal_form": "a PDF",
    "admin:elections_outboxmessage_mime": "a file",
    "admin:elections_outboxmessage_pdf": "a PDF",
    "admin:elections_rosterupload_template": "a file",
}


def pages(patterns: Sequence[URLPattern | URLResolver] = urls.urlpatterns) -> set[str]:
    """The name (where it has none, the route) of each address that shows a page to somebody."""
    admin = {name for name, _ in addresses()}
    return {*_walk(patterns)} | {f"admin:{name}" for name in admin} - _shut()


def _shut() -> set[str]:
    """Addresses of the admin that show no page to anybody: refused, led on, or not found."""
    return {
        f"admin:{name}"
        for name, (_, get, post) in ACCESS.items()
        if not {"200", "422"} & {*get.split(), *post.split()}
    }


def _walk(patterns: Sequence[URLPattern | URLResolver], before: str = "") -> Iterator[str]:
    for pattern in patterns:
        route = f"{before}{pattern.pattern}"
        if not isinstance(pattern, URLResolver):
            yield pattern.name or route
        elif pattern.namespace != "admin":  # tests.admin.walking knows its addresses
            yield from _walk(pattern.url_patterns, route)
