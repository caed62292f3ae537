"""What every answer has in common, whatever it is about."""

from __future__ import annotations

import pytest
from django.conf import settings as portal
from django.contrib.sessions.backends.base import VALID_KEY_CHARS
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from elections.models import Employee, Offer
from elections.session_store import SessionStore
from tests.admin.people import make_staff
from tests.admin.people import signed_in as staff_signed_in
from tests.factory import elect, make_employee, make_grant
from tests.views.pages import signed_in

KINDS = {
    "/": "text/html",
    "/accounts/login/": "text/html",
    "/nothing-there/": "text/html",
    "/admin/": "text/html",
    "/healthz": "text/plain",
    "/readyz": "text/plain",
    "/time-left/": "application/json",
    "/calendar.ics": "text/calendar",
    "/election/form.pdf": "application/pdf",
    "/static/portal/countdown.js": "text/javascript",
    "/static/portal/uploads.css": "text/css",
}


@pytest.fixture
def employee(offer: Offer) -> Employee:
    person = make_employee()
    elect(person, make_grant(person))
    return person


@pytest.mark.parametrize("path", KINDS)
def test_every_page_says_what_it_is_and_in_which_encoding(
    employee: Employee, offer: Offer, path: str
) -> None:
    admin = staff_signed_in(make_staff("law@example.com", "Lou Law", "Law Department"))
    browser = admin if path.startswith("/admin") else signed_in(employee)
    response = browser.get(path)
    kind, _, encoding = response.headers["Content-Type"].partition("; charset=")
    assert kind == KINDS[path]
    if kind.startswith("text/"):
        assert encoding.strip('"').lower() == "utf-8"


def test_only_what_people_open_leads_from_http_to_https(offer: Offer, settings: object) -> None:
    settings.SECURE_SSL_REDIRECT = True
    for path in ("/", "/accounts/login/", "/election/", "/admin/"):
        response = Client().get(path)
        assert response.status_code == 301
        assert response.headers["Location"] == f"https://testserver{path}"
    for path in ("/healthz", "/readyz"):
        assert Client().get(path).status_code == 200


def test_the_key_of_a_session_has_at_least_128_bits(db: None) -> None:
    keys = {SessionStore()._get_new_session_key() for _ in range(100)}
    assert len(keys) == 100
    assert {len(key) for key in keys} == {32}
    assert set("".join(keys)) <= set(VALID_KEY_CHARS)
    assert len(set(VALID_KEY_CHARS)) ** 32 > 2**128


@pytest.mark.parametrize("path", ["/static/", "/static/portal/", "/documents/", "/submissions/x/"])
def test_no_folder_is_listed(employee: Employee, path: str) -> None:
    response = signed_in(employee).get(path)
    assert response.status_code == 404
    assert "Index of" not in response.content.decode()


def names_and_arguments(
    patterns: list[URLPattern | URLResolver] | None = None, before: str = ""
) -> dict[str, set[str]]:
    """Every address of the portal with the names of what is filled into it."""
    found: dict[str, set[str]] = {}
    for pattern in patterns if patterns is not None else get_resolver().url_patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            found |= names_and_arguments(pattern.url_patterns, route)
        else:
            found[route] = set(pattern.pattern.converters) | set(
                getattr(pattern.pattern, "regex", None).groupindex  # type: ignore[union-attr]
            )
    return found


ARGUMENTS = {
    "receipt", "slug", "name", "number", "object_id", "content_type_id", "url", "app_label",
    "file", "kind", "employee", "form", "submission", "offer", "document", "session", "proposal",
    "upload", "pk", "step", "scan", "status_change", "id",
    # Of the mail that lets someone choose a password: good once, and moved into the session.
    "uidb36", "key",
}  # fmt: skip


def test_no_address_carries_a_secret_or_a_person() -> None:
    for route, arguments in names_and_arguments().items():
        assert arguments <= ARGUMENTS, route


@pytest.mark.parametrize("path", KINDS)
def test_trace_is_refused_everywhere(employee: Employee, path: str) -> None:
    response = signed_in(employee).trace(path, HTTP_X_SECRET="echo-me")
    assert response.status_code in (
        (404, 405) if path.startswith("/static") else (302, 403, 404, 405)
    )
    assert "echo-me" not in str(response.headers) + str(response.getvalue())


@pytest.mark.parametrize(
    "path",
    ["/docs/", "/admin/doc/", "/openapi.json", "/swagger/", "/schema/", "/metrics", "/debug/",
     "/__debug__/", "/.git/config", "/.env", "/requirements.lock", "/server-status"],
)  # fmt: skip
def test_no_documentation_of_the_insides_is_served(employee: Employee, path: str) -> None:
    assert portal.DEBUG is False
    assert signed_in(employee).get(path).status_code in (302, 404)
