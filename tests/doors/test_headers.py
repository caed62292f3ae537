"""What stands in the head of every answer, whatever kind of answer it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from unittest.mock import patch

import pytest
from django.db import OperationalError
from django.http import HttpResponse
from django.test import Client

from elections import middleware
from elections.models import Employee, Submission, User
from elections.views import offer as offer_view
from tests.admin.record import make_rows
from tests.doors import observatory
from tests.doors.observatory import Answer, directives, score
from tests.doors.production import HOST, static_file, visitor
from tests.factory import elect, make_grant

# A process is asked for its settings, and a release's static files are made.
pytestmark = pytest.mark.worker

AT_LEAST = 130


@dataclass(frozen=True)
class World:
    """Who asks, and what there is to ask for."""

    employee: Employee
    law: User
    hr: User
    rows: dict[str, int]
    form: Submission

    @cached_property
    def nobody(self) -> Client:
        return visitor()

    @cached_property
    def pat(self) -> Client:
        return visitor(self.employee.user)

    @cached_property
    def lou(self) -> Client:
        return visitor(self.law)

    @cached_property
    def hanna(self) -> Client:
        return visitor(self.hr)


@pytest.fixture
def world(production: None, employee: Employee, law: User, hr: User) -> World:
    rows = make_rows(law)
    return World(employee, law, hr, rows, elect(employee, make_grant(employee)))


def broken(world: World) -> HttpResponse:
    """A page on which something of ours fails."""
    with patch.object(offer_view, "current_documents", side_effect=RuntimeError("broken")):
        return world.pat.get("/", secure=True)


def outage(world: World) -> HttpResponse:
    """A page while the database does not answer."""
    with patch.object(offer_view, "current_documents", side_effect=OperationalError("gone")):
        return world.pat.get("/", secure=True)


def chosen(world: World) -> HttpResponse:
    """The election form, filled in."""
    grant = world.employee.grants.get()
    return world.pat.post("/election/", {f"grant-{grant.number}": "exchange"}, secure=True)


def get(who: str, address: str, **headers: str) -> Callable[[World], HttpResponse]:
    """Ask for an address as one of the world's people; it is a format for the world."""
    return lambda world: getattr(world, who).get(
        address.format(world=world, rows=world.rows), secure=True, headers=headers
    )


def post(who: str, address: str, **fields: str) -> Callable[[World], HttpResponse]:
    """Send a form to an address."""
    return lambda world: getattr(world, who).post(address, fields, secure=True)


def static(name: str, **headers: str) -> Callable[[World], HttpResponse]:
    """Ask for a static file by its name."""
    return lambda world: world.nobody.get(static_file(name), secure=True, headers=headers)


# Each class of answer: its status, and how one comes by it.
ANSWERS: dict[str, tuple[int, Callable[[World], HttpResponse]]] = {
    "a page before the sign-in": (200, get("nobody", "/")),
    "the sign-in": (200, get("nobody", "/accounts/login/")),
    "a personal page": (200, get("pat", "/election/")),
    "a receipt": (200, get("pat", "/submissions/{world.form.receipt}/")),
    "a page of the admin": (200, get("lou", "/admin/")),
    "a row of the admin": (200, get("lou", "/admin/elections/grant/{rows[grant]}/change/")),
    "a drawing": (200, get("lou", "/admin/desk/submissions.svg")),
    "a script of the admin": (200, get("lou", "/admin/jsi18n/")),
    "a receipt as PDF": (200, get("pat", "/submissions/{world.form.receipt}.pdf")),
    "a form to print": (200, get("pat", "/election/form.pdf")),
    "a calendar": (200, get("pat", "/calendar.ics")),
    "a mail": (200, get("lou", "/admin/elections/outboxmessage/{rows[outboxmessage]}/mail.eml")),
    "a scan": (200, get("lou", "/admin/elections/submission/{rows[submission]}/scan/")),
    "a table as CSV": (200, post("lou", "/admin/exports/", table="register", file_format="csv")),
    "a table as XLSX": (200, post("lou", "/admin/exports/", table="register", file_format="xlsx")),
    "a roster to fill in": (
        200,
        get("hanna", "/admin/elections/rosterupload/template/grants.csv"),
    ),
    "facts for a script": (200, get("nobody", "/time-left/")),
    "a word for whoever watches": (200, get("nobody", "/healthz")),
    "a style sheet": (200, static("portal/portal.css")),
    "a style sheet, packed": (200, static("portal/portal.css", accept_encoding="gzip")),
    "a script": (200, static("portal/frame.js")),
    "a picture": (200, static("portal/icon.svg")),
    "a static file that is kept": (
        304,
        static("portal/portal.css", if_modified_since="Fri, 01 Jan 2100 00:00:00 GMT"),
    ),
    "a static file that is not there": (404, get("nobody", "/static/portal/none.css")),
    "on to the sign-in": (302, get("nobody", "/election/")),
    "on to the sign-in, from the admin": (302, get("nobody", "/admin/")),
    "on to the address with its slash": (301, get("nobody", "/election")),
    "a choice that is taken": (303, chosen),
    "signed out": (302, post("pat", "/accounts/logout/")),
    "a request that cannot be read": (
        400,
        get("nobody", "/election/", content_type="text/html; charset=utf-16"),
    ),
    "a host that is not ours": (
        400,
        lambda world: Client(SERVER_NAME="elsewhere.example").get("/", secure=True),
    ),
    "not on the roster": (403, get("lou", "/election/")),
    "not for them": (403, get("lou", "/admin/elections/user/")),
    "a form that is not trusted": (
        403,
        lambda world: visitor(enforce_csrf_checks=True).post("/accounts/login/", secure=True),
    ),
    "not found": (404, get("pat", "/nothing/here/")),
    "not found in the admin": (404, get("lou", "/admin/nothing/")),
    "another method": (405, post("pat", "/submissions/")),
    "a mistake in a form": (422, post("pat", "/election/")),
    "a failure of ours": (500, broken),
    "an outage": (503, outage),
}
KEPT = {
    "a style sheet",
    "a style sheet, packed",
    "a script",
    "a picture",
    "a static file that is kept",
}


@pytest.fixture(params=ANSWERS.items(), ids=ANSWERS.keys())
def answer(request: pytest.FixtureRequest, world: World) -> HttpResponse:
    """An answer of each class."""
    name, (status, ask) = request.param
    response = ask(world)
    assert response.status_code == status, name
    response.name = name
    return response


def scored(response: HttpResponse) -> tuple[int, set[str]]:
    """What the Observatory would say of it."""
    plain = visitor().get("/")
    content = b"" if response.streaming else response.content
    seen = Answer(
        headers=response.headers,
        cookies=[morsel.OutputString() for morsel in response.cookies.values()],
        body=content.decode(errors="replace"),
        host=HOST,
        plain=(plain.status_code, plain.headers.get("Location", "")),
    )
    return score(seen)


def test_each_answer_keeps_every_promise(answer: HttpResponse) -> None:
    points, outcomes = scored(answer)
    assert points >= AT_LEAST, outcomes
    headers = answer.headers
    policy = directives(headers["Content-Security-Policy"])
    assert policy["default-src"] == {"'none'"}
    assert policy["frame-ancestors"] == policy["base-uri"] == {"'none'"}
    assert policy["form-action"] <= {"'self'", "'none'"}
    sources = set().union(*policy.values())
    assert all(s in ("'none'", "'self'") or s.startswith("'sha256-") for s in sources), sources
    assert headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains; preload"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert "camera=()" in headers["Permissions-Policy"]
    assert "Access-Control-Allow-Origin" not in headers
    assert "Server" not in headers
    if headers.get("Content-Type", "").startswith("text/"):
        assert "utf-8" in headers["Content-Type"]
    kept = answer.name in KEPT
    assert ("no-store" in headers.get("Cache-Control", "")) is not kept
    for name, cookie in answer.cookies.items():
        assert name.startswith("__Host-")
        assert cookie["path"] == "/"
        assert not cookie["domain"]
        if cookie.value:  # else it is being taken back
            assert cookie["secure"]
            assert cookie["httponly"]
        assert cookie["samesite"] == "Lax"


def test_static_files_are_kept_for_good_since_their_names_tell_their_content(world: World) -> None:
    response = static("portal/portal.css")(world)
    assert response.headers["Cache-Control"] == "max-age=315360000, public, immutable"


def test_a_request_without_tls_is_led_to_our_own_host_and_nowhere_else(production: None) -> None:
    for host in (HOST, "elsewhere.example"):
        response = Client(SERVER_NAME=host).get("/election/?form=x")
        assert response.status_code == 301
        assert response.headers["Location"] == f"https://{HOST}/election/?form=x"
        assert directives(response.headers["Content-Security-Policy"])["default-src"] == {"'none'"}
        assert response.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("address", ["/accounts/logout/", "/admin/logout/"])
def test_who_signs_out_leaves_nothing_of_the_portal_behind(world: World, address: str) -> None:
    browser = world.lou
    before = browser.cookies["__Host-session"].value
    response = browser.post(address, secure=True)
    assert response.status_code == 302
    assert response.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert browser.cookies["__Host-session"].value != before
    after = browser.get("/admin/", secure=True)
    assert (after.status_code, "Clear-Site-Data" in after) == (302, False)


def test_nobody_else_is_told_to_forget(world: World) -> None:
    for who in (world.nobody, world.pat, world.lou):
        assert "Clear-Site-Data" not in who.get("/", secure=True)
    assert "Clear-Site-Data" not in world.nobody.post("/accounts/logout/", secure=True)


@pytest.mark.parametrize(
    ("without", "outcome"),
    [
        ("csp.middleware.CSPMiddleware", "no policy"),
        ("elections.middleware.HeadersMiddleware", "resource policy missing"),
        ("django.middleware.security.SecurityMiddleware", "https not asked for"),
    ],
)
def test_without_one_of_its_guards_an_answer_scores_too_little(
    world: World, settings: Any, without: str, outcome: str
) -> None:
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if name != without]
    points, outcomes = scored(visitor(world.employee.user).get("/election/", secure=True))
    assert outcome in outcomes
    assert points < AT_LEAST


def test_without_its_guard_a_page_would_be_kept(world: World, settings: Any) -> None:
    guard = "elections.middleware.NoStoreMiddleware"
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if name != guard]
    response = visitor(world.employee.user).get("/nothing/here/", secure=True)
    assert "Cache-Control" not in response


def test_behind_the_static_files_the_guards_would_not_reach_them(
    world: World, settings: Any
) -> None:
    settings.MIDDLEWARE = sorted(settings.MIDDLEWARE, key=lambda name: "whitenoise" not in name)
    response = visitor().get(static_file("portal/portal.css"), secure=True)
    assert scored(response)[0] < AT_LEAST


@pytest.mark.parametrize(
    ("header", "value", "outcome"),
    [
        ("Content-Security-Policy", "default-src 'self'", "nothing unsafe"),
        ("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'", "unsafe"),
        ("Content-Security-Policy", "default-src 'none'; script-src data:", "unsafe scripts"),
        ("Content-Security-Policy", "default-src 'none'; script-src 'unsafe-eval'", "eval"),
        ("Content-Security-Policy", "default-src 'none'; img-src http:", "pictures over http"),
        ("Content-Security-Policy", "script-src 'self'", "unsafe scripts"),
        ("Referrer-Policy", "unsafe-url", "told to others"),
        ("Strict-Transport-Security", "max-age=3600", "https for less"),
        ("X-Content-Type-Options", "no", "type guessed"),
        ("Cross-Origin-Resource-Policy", "cross-origin", "for all"),
        ("Set-Cookie", "session=x; Secure; SameSite=Lax", "session within reach of scripts"),
        ("Set-Cookie", "session=x; HttpOnly; SameSite=Lax", "session without Secure, saved"),
        ("Set-Cookie", "csrf=x; Secure; HttpOnly", "forgery token without SameSite"),
    ],
)
def test_the_rules_find_what_is_wrong(header: str, value: str, outcome: str) -> None:
    good = {
        "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Referrer-Policy": "same-origin",
        "Strict-Transport-Security": "max-age=31536000",
        "X-Content-Type-Options": "nosniff",
    }
    cookie = "session=x; Secure; HttpOnly; SameSite=Lax"

    def judged(headers: dict[str, str], cookie: str) -> tuple[int, set[str]]:
        return score(Answer(headers, [cookie], "", HOST, (301, f"https://{HOST}/")))

    best, _ = judged(good, cookie)
    assert best == 135
    if header == "Set-Cookie":
        points, outcomes = judged(good, value)
    else:
        points, outcomes = judged(good | {header: value}, cookie)
    assert any(found.startswith(outcome) for found in outcomes), outcomes
    assert points < best


def test_all_bonuses_together_make_145() -> None:
    tests = (observatory.POLICY, observatory.COOKIES, observatory.REFERRER, observatory.FRAMES)
    earned = sum(max(test.values()) for test in (*tests, observatory.RESOURCE))
    not_for_us = 5 + 5  # the browsers' list, and digests of scripts
    assert observatory.BASE + earned + not_for_us == 145


def test_what_a_page_never_does_is_forbidden_and_passkeys_are_ours() -> None:
    policy = middleware.HEADERS["Permissions-Policy"].split(", ")
    assert {"camera=()", "geolocation=()", "microphone=()", "payment=()"} <= set(policy)
    assert [feature for feature in policy if not feature.endswith("=()")] == [
        "publickey-credentials-create=(self)",
        "publickey-credentials-get=(self)",
    ]
