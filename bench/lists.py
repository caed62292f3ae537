"""What Law and HR wait for once the record is large: the desk, the review, the list of submissions.

Beside the bare signed-in page of the same run, asked for by the same account. A person has two
forms of five lines, so 100,000 people have 1,000,000 lines. Half of the forms wait for a review.
The desk's figures are counted before, as the sweeper does.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

from bench import company, site
from bench.client import Ask, get, post
from bench.measure import Row, Times, row
from bench.pages import PAGE
from bench.turns import measured

A_BATCH = 12
MOST_TIMES = 8.0
HELD = (
    "desk",
    "review queue",
    "giving out the next form to review",
    "review of one form",
    "list of submissions",
    "search for an employee number",
    "search for a name",
    "search for an address",
    "search for a grant number",
    "search for nobody",
)
SEARCH = "/admin/elections/submission/?q="


def run(people: int, rounds: int) -> list[Row]:
    """Fill once, measure all; the rows of the table."""
    with site.servers() as folder:
        company.fill("t", 1, 1, grants=10)
        company.fill("l", 1, people, forms=company.FORMS_EACH)
        law, bare = company.sign_in_law()
        company.settle()
        counted = count()
        found = measure(folder, Pages(law, people), bare, rounds)
    floor = found.median(PAGE)
    return [
        *(
            row(what, found.median(what), floor, PAGE, most=MOST_TIMES if what in HELD else None)
            for what in found.clock
        ),
        Row("counting, in the background", f"{counted:.1f} s", "by the clock"),
    ]


def count() -> float:
    """Have the desk's figures counted; seconds by the clock."""
    from elections import queries
    from elections.services.count import count_figures

    return count_figures(offer=queries.current_offer()).took


def measure(folder: Path, pages: Pages, bare: str, rounds: int) -> Times:
    """Each page in turn, `rounds` times, the floor before each."""
    found = Times()
    with site.beside_the_floor(folder) as ports:
        for n in range(rounds + 1):
            # The first round warms up: it is thrown away.
            noted = found if n else Times()
            for what, ask in pages.asks.items():
                measured(ports.bare, PAGE, [get("/bare/", bare) for _ in range(A_BATCH)], noted)
                measured(ports.portal, what, [ask() for _ in range(A_BATCH)], noted)
    return found


class Pages:
    """What someone of Law asks for; what is looked at or searched for is another each time."""

    def __init__(self, law: str, people: int) -> None:
        from elections import queries
        from elections.models import Employee
        from elections.services import queue

        self.law, self.people = law, people
        self.random = random.Random(2003)  # noqa: S311 (the same people in each run)
        waiting = queue.unreviewed(queries.current_offer()).values_list("pk", flat=True)
        names = Employee.objects.filter(number__startswith="l").order_by("pk")
        self.names = [quote(name) for name in names.values_list("name", flat=True)[:1000]]
        far = people * company.FORMS_EACH // 25 // 2
        self.waiting = list(waiting[: people // 2])
        self.asks: dict[str, Callable[[], Ask]] = {
            "desk": lambda: get("/admin/", law),
            "its chart": lambda: get("/admin/desk/submissions.svg", law),
            "review queue": lambda: get("/admin/review/", law),
            "giving out the next form to review": lambda: post(
                "/admin/review/next/", {}, law, status=302
            ),
            "review of one form": lambda: get(f"/admin/review/{self._form()}/", law),
            "late forms": lambda: get("/admin/review/late/", law),
            "list of submissions": lambda: get("/admin/elections/submission/", law),
            "a page far into it": lambda: get(f"/admin/elections/submission/?p={far}", law),
            "the unreviewed in it": lambda: get(
                "/admin/elections/submission/?reviewed=unreviewed", law
            ),
            "search for an employee number": lambda: self._search(f"l{self._person():06}"),
            "search for a name": lambda: self._search(self.random.choice(self.names)),
            "search for an address": lambda: self._search(f"l{self._person()}%40example.com"),
            "search for a grant number": lambda: self._search(f"l{self._person():06}-3"),
            "search for nobody": lambda: self._search("nobody+unheard"),
            "search with a word of two letters": lambda: self._search("nobody+of+that+name"),
            "search that finds everyone": lambda: self._search("example.com"),
        }

    def _form(self) -> int:
        return self.random.choice(self.waiting)

    def _person(self) -> int:
        return self.random.randint(1, self.people)

    def _search(self, words: str) -> Ask:
        return get(f"{SEARCH}{words}", self.law)
