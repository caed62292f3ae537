"""Whether an answer's time tells who has an account: a known address beside an unknown one.

The password hash is left out (`bench.wsgi`), which is the same for both: what differs would drown
in it. One request at a time, the two in turns, with a pause in which mails can leave.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median

from bench import company, site
from bench.client import Ask, get, post, send
from bench.measure import Row

TRIES = 40  # of each, a round
MOST = 0.05
PAUSE = 0.03  # seconds
LOGIN, CODE, CONFIRM, RESET = (
    "/accounts/login/",
    "/accounts/login/code/",
    "/accounts/login/code/confirm/",
    "/accounts/password/reset/",
)
Door = Callable[[str, str], Ask]  # an address, and the session of who asks
DOORS: dict[str, Door] = {
    "a wrong password": lambda address, _: post(
        LOGIN, {"login": address, "password": "wrong"}, status=200
    ),
    "asking for a code": lambda address, who: post(CODE, {"email": address}, who, status=302),
    "the page for the code": lambda _, who: get(CONFIRM, who),
    "a wrong code": lambda _, who: post(CONFIRM, {"code": "wrong"}, who, status=200),
    "asking for another code": lambda _, who: post(CONFIRM, {"action": "resend"}, who, status=302),
    "asking for a link": lambda address, who: post(RESET, {"email": address}, who, status=302),
}


def run(rounds: int) -> list[Row]:
    """Measure on a small company; the rows of the table."""
    tries = rounds * TRIES
    with site.servers() as folder:
        company.fill("k", 1, tries)
        known, unknown = ([f"{kind}{n}@example.com" for n in range(1, tries + 1)] for kind in "ku")
        visitors = company.visit(2 * tries)
        company.settle()
        with site.gunicorn(folder) as port:
            send(port, get(LOGIN))
            times = [
                one_pair(port, *pair)
                for pair in zip(known, unknown, visitors[:tries], visitors[tries:], strict=True)
            ]
    return [row(door, [pair[door] for pair in times[TRIES // 4 :]]) for door in DOORS]


def one_pair(
    port: int, known: str, unknown: str, visitor: str, other: str
) -> dict[str, tuple[float, float]]:
    """Go through all doors with both; seconds for the known one, and for the unknown."""
    found = {}
    for number, (name, door) in enumerate(DOORS.items()):
        asks = [door(known, visitor), door(unknown, other)]
        turn = (number + len(known) + int(known[1 : known.index("@")])) % 2
        seconds = [0.0, 0.0]
        for which in (turn, 1 - turn):
            seconds[which] = send(port, asks[which]).seconds
            time.sleep(PAUSE)
        found[name] = (seconds[0], seconds[1])
    return found


def row(door: str, pairs: list[tuple[float, float]]) -> Row:
    """A line for one door: both medians, and how far the two of a pair are apart."""
    known, unknown = median(pair[0] for pair in pairs), median(pair[1] for pair in pairs)
    apart = abs(median(pair[0] / pair[1] for pair in pairs) - 1)
    figure = f"{known * 1000:.2f} / {unknown * 1000:.2f} ms"
    return Row(door, figure, f"{apart:.1%} apart", apart, MOST)
