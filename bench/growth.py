"""Whether the pages and the submit stay as quick while the record grows a hundredfold.

Three databases, with a hundredth of the people, a tenth and all of them, each person with two
forms of five lines; and a web server on each. The same rounds as in `bench.pages` take turns on
the three, each beside the bare page and the bare insert on its own database, so that what the
machine does meanwhile cancels: the ratios to these floors are compared between the sizes.
"""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

from bench import company, site
from bench.measure import Row, Times
from bench.pages import ELECTION, INSERT, PAGE, SIGN_IN, SUBMIT, Crowds, one_round

TIMES = (1, 10, 100)
MOST_TIMES = 1.2  # of what it takes at the first size
FLOORS = {
    "offer page": PAGE,
    ELECTION: PAGE,
    "choices": INSERT,
    "check page": PAGE,
    SUBMIT: INSERT,
    "receipt": PAGE,
    SIGN_IN: PAGE,
}


def run(people: int, rounds: int) -> list[Row]:
    """Measure at a hundredth, a tenth and all of `people`; the rows of the table."""
    first = people // TIMES[-1]
    with site.servers() as folder:
        databases = grown(first)
        found = measure(folder, databases, rounds)
    sizes = " / ".join(f"{first * times:,}" for times in TIMES)
    return rows(list(found.values()), sizes)


def grown(first: int) -> list[str]:
    """A database of each size, the largest one last: it is where the others were copied from."""
    last, names = 0, []
    for times in TIMES:
        company.fill("g", last + 1, first * times, forms=company.FORMS_EACH)
        last = first * times
        if times == TIMES[-1]:
            return [*names, "portal"]
        names.append(f"times_{times}")
        site.copy_database(names[-1])
    return names


def measure(folder: Path, databases: list[str], rounds: int) -> dict[str, Times]:
    """What each request took on each database, in turn."""
    found = {name: Times() for name in databases}
    crowds, ports = {}, {}
    with ExitStack() as servers:
        for name in databases:
            with site.using(name):
                crowds[name] = Crowds(rounds)
                company.settle()
            ports[name] = servers.enter_context(site.beside_the_floor(folder, name, workers=1))
        for n in range(rounds + 1):
            for name in databases:
                # The first round warms up: it is thrown away.
                noted = found[name] if n else Times()
                one_round(ports[name], crowds[name], n, noted)
    return found


def rows(found: list[Times], sizes: str) -> list[Row]:
    """A row for each request: its times at the sizes, and what the larger are to the first."""
    told = []
    for what, floor in FLOORS.items():
        cores = " / ".join(f"{at.median(what)[1] * 1000:.1f}" for at in found)
        first, *larger = (at.ratio(what, floor)[1] for at in found)
        grown = [ratio / first for ratio in larger]
        told.append(
            Row(what, f"{cores} ms", " / ".join(f"{times:.2f}" for times in grown),
                max(grown), most=MOST_TIMES)
        )  # fmt: skip
    for floor in (PAGE, INSERT):
        cores = " / ".join(f"{at.median(floor)[1] * 1000:.1f}" for at in found)
        told.append(Row(floor, f"{cores} ms", "the floors"))
    return [Row("people", sizes, "what × at the first size, beside its floor"), *told]
