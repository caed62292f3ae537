"""Whatever is sent to whatever address, it is answered: refused in a sentence, never a failure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import settings as run
from hypothesis import strategies as st

from elections.models import Employee, Submission, User
from elections.views import documents
from tests.admin import access as of_admin
from tests.admin.record import make_rows
from tests.admin.walking import Visitor, addresses
from tests.factory import elect, make_grant
from tests.mails import account_mails
from tests.views.access import ACCESS
from tests.views.pages import choices, fill_in, words

ODD = {
    "no character": "\0",
    "half a character": "\ud800",
    "no UTF-8": b"\xff\xfe",
    "a number beyond all": "9" * 5000,
    "a long word": "x" * 20_000,
    "a way up": "../../../../etc/passwd",
    "lines": "x\r\nSet-Cookie: session=stolen",
    "quotes": "'\"><script>alert(1)</script>{{7*7}}%s%(x)s${x}",
}
PARAMETERS = (
    *("_changelist_filters", "_popup", "_to_field", "all", "before", "e", "form", "id__exact"),
    *("kind", "new_price", "next", "o", "p", "page", "pk", "prices", "q", "receipt", "state"),
)


def encoded(odd: str | bytes) -> str:
    """As it stands in an address."""
    return quote(odd.encode("utf-8", "surrogatepass") if isinstance(odd, str) else odd, safe="")


@pytest.fixture
def rows(employee: Employee, law: User, hr: User) -> dict[str, int]:
    """One row of everything."""
    return make_rows(law) | {"user": hr.pk, "group": hr.groups.get().pk}


@pytest.fixture
def form(employee: Employee) -> Submission:
    return elect(employee, make_grant(employee))


@pytest.fixture
def owner(employee: Employee, form: Submission) -> Visitor:
    assert employee.user
    return Visitor(employee.user)


@pytest.fixture
def root(superuser: User) -> Visitor:
    return Visitor(superuser)


def every_address(form: Submission, rows: dict[str, int]) -> Iterator[tuple[str, str]]:
    """Who may open most, and each address."""
    names = {"receipt": form.receipt, "link": "/accounts/password/reset/key/1-x/"}
    names |= dict.fromkeys(("election", "withdrawal", "missing"), form.receipt)
    for portal_rows in ACCESS.values():
        for _, address, *_ in portal_rows:
            yield "owner", address.format(**names).partition("?")[0]
    routes = dict(addresses())
    for name, (about, *_) in of_admin.ACCESS.items():
        filled = "/admin/" + re.sub("<[^>]+>", str(rows.get(about, "x")), routes[name])
        yield "root", about if about.startswith("/") else filled


def send(visitor: Visitor, method: str, address: str, body: bytes = b"", kind: str = "") -> int:
    """The status of a request that is sent as it is, and leaves no trace."""
    before = transaction.savepoint()
    try:
        kind = kind or "application/x-www-form-urlencoded"
        return visitor.browser().generic(method, address, body, kind).status_code
    finally:
        transaction.savepoint_rollback(before)


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD.keys())
def test_no_question_after_an_address_makes_it_fail(
    odd: str | bytes, owner: Visitor, root: Visitor, form: Submission, rows: dict[str, int]
) -> None:
    visitors = {"owner": owner, "root": root}
    query = "&".join(f"{name}={encoded(odd)}" for name in PARAMETERS)
    failed = {
        address: status
        for who, address in every_address(form, rows)
        if (status := send(visitors[who], "GET", f"{address}?{query}")) >= 500
    }
    assert failed == {}


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD.keys())
def test_no_form_makes_an_address_fail(
    odd: str | bytes, owner: Visitor, root: Visitor, form: Submission, rows: dict[str, int]
) -> None:
    visitors = {"owner": owner, "root": root}
    failed = {}
    for who, address in every_address(form, rows):
        page = visitors[who].browser().get(address)
        text = "" if page.streaming else page.content.decode(errors="replace")
        names = {*re.findall(r'name="([^"]+)"', text), *PARAMETERS, encoded(odd)[:200]}
        body = "&".join(f"{quote(name)}={encoded(odd)}" for name in sorted(names)).encode()
        status = send(visitors[who], "POST", address, body)
        if status >= 500:
            failed[address] = status
    assert failed == {}


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD.keys())
def test_no_address_fails_for_what_stands_in_it(
    odd: str | bytes, owner: Visitor, root: Visitor, form: Submission
) -> None:
    part = encoded(odd)
    portal = [
        f"/{part}", f"/documents/{part}/", f"/submissions/{part}/", f"/submissions/{part}.pdf",
        f"/verify/{part}/", f"/verify/?receipt={part}", f"/demo/mail/{part}", f"/static/{part}",
        f"/accounts/password/reset/key/{part}-{part}/", f"/accounts/confirm-email/{part}/",
        f"/accounts/{part}/",
    ]  # fmt: skip
    routes = [re.sub("<[^>]+>", part, route) for _, route in addresses() if "<" in route]
    assert [a for a in portal if send(owner, "GET", a) >= 500] == []
    assert [a for a in routes if send(root, "GET", f"/admin/{a}") >= 500] == []
    assert [a for a in routes if send(root, "POST", f"/admin/{a}") >= 500] == []


@pytest.mark.parametrize("odd", ["\0", "x" * 9000, "ÿ", "a b;c=d", '"', "=", "../x"])
@pytest.mark.parametrize("name", ["session", "csrf", "messages", "other"])
def test_no_cookie_makes_a_page_fail(offer: object, name: str, odd: str) -> None:
    browser = Client(raise_request_exception=False)
    response = browser.get("/election/", HTTP_COOKIE=f"{name}={odd}")
    assert (response.status_code, response["Location"]) == (
        302,
        "/accounts/login/?next=/election/",
    )
    response = browser.post("/accounts/login/", {"login": "x"}, HTTP_COOKIE=f"{name}={odd}")
    assert response.status_code == 200


@pytest.mark.parametrize("odd", ["\0", "x" * 9000, "ÿ", "<script>", "en;q=x,*", "1.2.3", "::::"])
@pytest.mark.parametrize(
    "header",
    ["accept-language", "accept-encoding", "accept", "user-agent", "referer", "x-forwarded-for",
     "x-forwarded-proto", "if-modified-since", "if-none-match", "range", "x-requested-with"],
)  # fmt: skip
def test_no_header_makes_a_page_fail(owner: Visitor, header: str, odd: str) -> None:
    for address in ("/", "/submissions/", "/static/portal/icon.svg"):
        assert owner.browser().get(address, headers={header: odd}).status_code == 200


@pytest.mark.parametrize("host", ["elsewhere.example", "testserver@elsewhere.example", "a b", ""])
def test_another_host_is_refused_and_never_repeated(offer: object, host: str) -> None:
    for address in ("/", "/accounts/password/reset/", "/static/portal/none.css", "/admin/"):
        response = Client().get(address, HTTP_HOST=host)
        assert response.status_code == 400
        assert "elsewhere" not in response.content.decode()


@pytest.mark.parametrize("header", ["x-forwarded-host", "x-host", "forwarded", "x-original-url"])
def test_a_mail_leads_to_the_portal_whatever_else_is_said_of_its_host(
    employee: Employee, header: str
) -> None:
    sent = {"email": employee.email}
    Client().post("/accounts/password/reset/", sent, headers={header: "elsewhere.example"})
    body = account_mails()[-1].body
    assert "http://testserver/accounts/password/reset/key/" in body
    assert "elsewhere" not in body


def multipart(*parts: str) -> bytes:
    return "".join(f"--b\r\n{part}\r\n" for part in parts).encode() + b"--b--\r\n"


FIELD = 'Content-Disposition: form-data; name="grant-{}"\r\n\r\nexchange'
FILE = 'Content-Disposition: form-data; name="f{0}"; filename="{0}.txt"\r\n\r\nx'
MULTIPART = "multipart/form-data; boundary=b"
FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("&".join(f"grant-{n}=exchange" for n in range(1001)).encode(), FORM),
        (b"signature=" + b"x" * 2_621_441, FORM),
        (multipart(*(FIELD.format(n) for n in range(1001))), MULTIPART),
        (multipart(*(FILE.format(n) for n in range(101))), MULTIPART),
        (multipart(FIELD.format("x") + "y" * 2_621_441), MULTIPART),
        (b"--b\r\nnothing of the kind", "multipart/form-data"),
        (b"x", "multipart/form-data; boundary=" + "b" * 300),
    ],
    ids=["too many fields", "too much", "too many parts", "too many files", "too large a part",
         "without its boundary", "a boundary too long"],
)  # fmt: skip
def test_a_form_larger_than_any_of_ours_is_refused_on_a_page(
    owner: Visitor, body: bytes, kind: str
) -> None:
    before = Submission.objects.count()
    response = owner.browser().generic("POST", "/election/", body, kind)
    assert response.status_code == 400
    assert "This request could not be read" in words(response)
    assert Submission.objects.count() == before


def test_a_signature_with_what_no_keyboard_has_is_told_so_and_nothing_is_lost(
    owner: Visitor, employee: Employee
) -> None:
    browser = owner.browser()
    grant = employee.grants.get()
    token = fill_in(browser, choices(exchange=(grant,)))
    for odd in ("Pat \0 Example", "x" * 201):
        signing = {"form_token": token, "signature": odd, "agree": "on"}
        response = browser.post("/election/check/", signing)
        assert response.status_code == 422
        assert Submission.objects.count() == 1
    assert browser.get(f"/election/check/?form={token}").status_code == 200


@run(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    path=st.binary(max_size=60),
    query=st.binary(max_size=60),
    body=st.binary(max_size=200),
)
def test_no_bytes_make_the_portal_fail(
    owner: Visitor, path: bytes, query: bytes, body: bytes
) -> None:
    for prefix in ("/", "/verify/", "/submissions/", "/election/check/"):
        address = f"{prefix}{quote(path, safe='')}?form={quote(query)}"
        assert send(owner, "GET", address) < 500
    assert send(owner, "POST", "/election/", body) < 500
    assert send(owner, "POST", "/accounts/login/", body) < 500


def test_a_failure_would_be_seen(
    owner: Visitor, form: Submission, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(offer: object, slug: str) -> None:
        slug.encode("ascii")
        raise ValueError("A string literal cannot contain NUL (0x00) characters.")

    monkeypatch.setattr(documents, "current_document", fail)
    assert send(owner, "GET", "/documents/x/") == 500
