"""What employees wait for: pages, form, receipt, sign-in, beside a bare page and a bare insert."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from bench import company, sign_on, site
from bench.client import Ask, get, post
from bench.company import Person
from bench.measure import Row, Times, row
from bench.turns import measured

PAGE, INSERT, HASH = "bare page, 3 queries", "bare insert", "one argon2 hash"
PLAIN_PDF = "plain WeasyPrint call in a bare view"
ELECTION, SUBMIT = "election page", "submit"
FIRST_PDF, KEPT_PDF = "PDF of a form, not made yet", "PDF of a form, made already"
SIGN_IN = "sign-in by password, the hash left out"
CODE, SIGN_IN_BY_CODE = "asking for a code to sign in with", "sign-in by a mailed code"
STEPS = (ELECTION, "choices", "check page", SUBMIT, "receipt")
A_BATCH = 40


def run(rounds: int) -> list[Row]:
    """Measure on a small company; the rows of the table."""
    with site.servers() as folder:
        company.fill("b", 1, 1000, forms=company.FORMS_EACH)
        found = measure(folder, rounds)
    return rows(found)


def measure(folder: Path, rounds: int) -> Times:
    """Fill in a crowd that sends forms, and measure each page in turn, `rounds` times."""
    crowds = Crowds(rounds)
    company.settle()
    found = Times()
    with (
        sign_on.running(person.email for person in crowds.all) as provider,
        site.beside_the_floor(folder) as ports,
    ):
        for n in range(rounds + 1):
            # The first round warms up: it is thrown away.
            told = found if n else Times()
            one_round(ports, crowds, n, told)
            few = crowds.of_round(n)[: A_BATCH // 4]
            sign_on.one_round(ports, provider, few, company.visit(len(few)), told)
    return found


class Crowds:
    """People who have sent nothing yet, signed in: new ones for each round, and two holding much.

    They are put into the database that this process works on.
    """

    def __init__(self, rounds: int) -> None:
        every = (rounds + 1) * A_BATCH
        company.fill("c", 1, every)
        company.fill("t", 1, A_BATCH, grants=10)
        company.fill("h", 1, A_BATCH, grants=100)
        self.all = company.sign_in("c", 1, every)
        self.ten = company.sign_in("t", 1, A_BATCH)
        self.hundred = company.sign_in("h", 1, A_BATCH)

    def of_round(self, n: int) -> list[Person]:
        """Those whose turn it is in round `n`, from 0 on."""
        return self.all[n * A_BATCH : (n + 1) * A_BATCH]


def one_round(ports: site.Ports, crowds: Crowds, n: int, found: Times) -> None:
    """Every request once for each of the round's crowd; the floors before, between and after."""
    crowd = crowds.of_round(n)
    few = crowd[: A_BATCH // 4]

    def ask(what: str, asks: list[Ask]) -> list[str]:
        return [answer.location for answer in measured(ports.portal, what, asks, found)]

    def bare(what: str, asks: list[Ask]) -> None:
        measured(ports.bare, what, asks, found)

    def floors() -> None:
        bare(PAGE, [get("/bare/", p.bare) for p in crowd])
        bare(INSERT, [post("/bare/insert/", {"said": "x"}, p.bare, status=302) for p in crowd])

    floors()
    ask("offer page", [get("/", p.session) for p in crowd])
    ask(ELECTION, [get("/election/", p.session) for p in crowd])
    ask(f"{ELECTION}, 10 grants", [get("/election/", p.session) for p in crowds.ten])
    ask(f"{ELECTION}, 100 grants", [get("/election/", p.session) for p in crowds.hundred])
    floors()
    checks = ask("choices", [choices(p) for p in crowd])
    ask("check page", [get(check, p.session) for p, check in zip(crowd, checks, strict=True)])
    receipts = ask(SUBMIT, [sign(p, check) for p, check in zip(crowd, checks, strict=True)])
    floors()
    ask("receipt", [get(at, p.session) for p, at in zip(crowd, receipts, strict=True)])
    bare(HASH, [post("/bare/hash/", {"password": company.PASSWORD}, status=302) for _ in few])
    ask(SIGN_IN, [sign_in(p) for p in few])
    visitors = company.visit(len(few))
    ask(CODE, [ask_for_code(p, v) for p, v in zip(few, visitors, strict=True)])
    ask(SIGN_IN_BY_CODE, [give_code(v) for v in visitors])
    floors()
    downloads = [pdf(p, at) for p, at in zip(few, receipts, strict=False)]
    bare(PLAIN_PDF, [get("/bare/pdf/", p.bare) for p in few])
    ask(FIRST_PDF, downloads)
    ask(KEPT_PDF, downloads)


def choices(person: Person) -> Ask:
    """All grants to exchange, sent from the election page."""
    return post("/election/", {f"grant-{n}": "exchange" for n in person.grants}, person.session)


def sign(person: Person, check: str) -> Ask:
    """The signature, sent from the check page that `check` leads to."""
    (token,) = parse_qs(urlsplit(check).query)["form"]
    fields = {"signature": "Pat Example", "agree": "on", "form_token": token}
    return post("/election/check/", fields, person.session)


def sign_in(person: Person) -> Ask:
    """The sign-in form, filled in right."""
    fields = {"login": person.email, "password": company.PASSWORD}
    return post("/accounts/login/", fields, status=302)


def ask_for_code(person: Person, visitor: str) -> Ask:
    """Have a code mailed; `visitor` is the session of someone not signed in."""
    return post("/accounts/login/code/", {"email": person.email}, visitor, status=302)


def give_code(visitor: str) -> Ask:
    """Type the code that this visitor was mailed."""
    fields = {"code": company.code_of(visitor)}
    return post("/accounts/login/code/confirm/", fields, visitor, status=302)


def pdf(person: Person, receipt: str) -> Ask:
    """The same receipt as a document; whoever asks first has it made, and its mail with it."""
    return get(f"{receipt.rstrip('/')}.pdf", person.session)


def rows(found: Times) -> list[Row]:
    """The table of what was found, with the bars."""
    whole = _sum(found, [(1, step) for step in STEPS])
    bare = _sum(found, [(3, PAGE), (2, INSERT)])
    (_, ten), (_, hundred) = (found.ratio(f"{ELECTION}, {n} grants", PAGE) for n in (10, 100))
    each = (hundred / ten - 1) / 90
    return [
        _row(found, PAGE, PAGE),
        _row(found, INSERT, PAGE),
        _row(found, SUBMIT, INSERT, most=2.5),
        row("a whole election, 5 requests", whole, bare, "3 bare pages and 2 inserts", most=2.0),
        _row(found, ELECTION, PAGE),
        _row(found, "choices", INSERT),
        _row(found, "check page", PAGE),
        _row(found, "receipt", PAGE, most=2.0),
        _row(found, "offer page", PAGE, most=2.0),
        _row(found, f"{ELECTION}, 10 grants", PAGE, most=3.0),
        Row("each further grant", "", f"{each:.1%} of the page with 10", each, most=0.03),
        _row(found, SIGN_IN, PAGE, most=3.0),
        _row(found, HASH, PAGE),
        _row(found, CODE, PAGE, most=3.0),
        _row(found, SIGN_IN_BY_CODE, PAGE, most=3.0),
        _row(found, sign_on.THERE, sign_on.PAGE, most=3.0),
        _row(found, sign_on.BACK, sign_on.PAGE, most=3.0),
        _row(found, KEPT_PDF, PAGE, most=2.0),
        _row(found, FIRST_PDF, PLAIN_PDF, most=1.0),
    ]


def _sum(found: Times, parts: list[tuple[int, str]]) -> tuple[float, float]:
    medians = [(count, *found.median(what)) for count, what in parts]
    return sum(n * clock for n, clock, _ in medians), sum(n * cores for n, _, cores in medians)


def _row(found: Times, what: str, floor: str, most: float | None = None) -> Row:
    return row(what, found.median(what), found.median(floor), floor, most=most)
