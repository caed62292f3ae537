"""The confirmation as PDF, beside the plain WeasyPrint call on the same page and styles."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from statistics import median
from typing import Any

from bench.measure import Row

GRANTS = 10


def run(rounds: int, documents: int = 5000) -> list[Row]:
    """Measure in processes of their own; the rows of the table."""
    pairs = [(*numbers("plain", "15"), *numbers("ours", "15")) for _ in range(rounds)]
    plain, ours = (median(times) for times in zip(*pairs, strict=True))
    (one,) = numbers("make", "30")
    workers = [start("make", "30") for _ in range(2)]
    two = sum(float(worker.communicate()[0]) for worker in workers)
    ratio = two / one
    early, late = numbers("memory", str(documents))
    return [
        Row("plain WeasyPrint call", f"{plain * 1000:.0f} ms", "processor time, warm, 10 grants"),
        Row("a confirmation", f"{ours * 1000:.0f} ms", f"{ours / plain:.2f} × plain", ours / plain,
            most=0.9),
        Row("confirmations a second, one core", f"{1 / ours:.1f}", "of processor time", 1 / ours,
            least=9),
        Row("two workers", f"{two:.1f} a second", f"{ratio:.2f} × one ({one:.1f}), by the clock",
            ratio, least=1.9),
        Row(f"memory over {documents:,}", f"{late:.0f} MB", f"{late / early:.2f} × after 500",
            late / early, most=1.05),
    ]  # fmt: skip


def numbers(*arguments: str) -> list[float]:
    """What a process of its own printed."""
    process = start(*arguments)
    said, _ = process.communicate()
    if process.returncode:
        raise RuntimeError(f"bench.documents {' '.join(arguments)} failed.")
    return [float(word) for word in said.split()]


def start(*arguments: str) -> subprocess.Popen[str]:
    """This module, doing one of `ACTS`."""
    return subprocess.Popen(
        [sys.executable, "-m", "bench.documents", *arguments], stdout=subprocess.PIPE, text=True
    )


def forms(grants: int = GRANTS) -> Iterator[Any]:
    """One form of so many grants after another, none like the last."""
    from elections.core.terms import Choice, OptionKind
    from elections.delivery.facts import FormFacts, FormKind, LineFacts, OfferFacts

    offer = OfferFacts(
        company="Lantronix",
        title="Voluntary Stock Option Exchange Program",
        zone="America/Los_Angeles",
        second_zone="America/New_York",
        required_from=date(2002, 6, 19),
        contacts=("Vincent Roth", "Michael Oswald"),
        law_email="law@example.com",
        portal_url="https://portal.invalid",
    )
    received, n = datetime(2003, 1, 15, 18, tzinfo=UTC), 0
    while True:
        n += 1
        lines = tuple(
            LineFacts(
                grant_number=f"{n:06}-{grant}",
                plan="Lantronix 2000 Stock Plan",
                kind=OptionKind.NSO,
                granted_on=date(2001, 4, 2) + timedelta(days=grant),
                exercise_price=Decimal("6.00") + grant,
                outstanding=1000 + n,
                choice=Choice.KEEP if grant % 3 == 0 else Choice.EXCHANGE,
                required=False,
                withdrawn=False,
                new_shares=0 if grant % 3 == 0 else 750 + n,
            )
            for grant in range(grants)
        )
        yield FormFacts(
            offer=offer,
            kind=FormKind.ELECTION,
            paper=None,
            receipt="ABCD-EFGH-JKMN",
            received_at=received + timedelta(seconds=n),
            deadline=received + timedelta(days=5),
            timely=True,
            employee_name=f"Employee {n}",
            employee_number=f"{n:06}",
            signature=f"Employee {n}",
            replaced=None,
            lines=lines,
            digest=f"{n:064x}",
        )


def plainly(form: Any) -> bytes:
    """The same page and styles as one first writes it: everything anew for each document."""
    from django.template.loader import render_to_string
    from weasyprint import CSS, HTML

    from elections.delivery.pdf import QR, OurFiles, _context
    from elections.delivery.qr import qr_svg

    context = _context(form)
    page = render_to_string("pdf/confirmation.html", context)
    ours = OurFiles({QR: qr_svg(context["letter"].verify)})
    sheet = CSS(string=render_to_string("pdf/confirmation.css"), url_fetcher=ours)
    made: bytes = HTML(string=page, url_fetcher=ours).write_pdf(
        stylesheets=[sheet], pdf_variant="pdf/ua-1", pdf_identifier=form.digest.encode()
    )
    return made


def plain(count: int) -> tuple[float]:
    """Seconds of processor time of the plain call, warm."""
    return (seconds(plainly, count),)


def ours(count: int) -> tuple[float]:
    """The same of a confirmation."""
    from elections.delivery.pdf import render_pdf

    return (seconds(render_pdf, count),)


def seconds(way: Callable[[Any], bytes], count: int) -> float:
    """For one document, in the mean: with its share of tidying up, which comes once in a while.

    That is why each way has a process of its own, set up like a worker's.
    """
    made = forms()
    for _ in range(2):
        way(next(made))
    gc.collect()
    gc.freeze()
    began = time.process_time()
    for _ in range(count):
        if not way(next(made)).startswith(b"%PDF"):
            raise RuntimeError("That is no PDF.")
    return (time.process_time() - began) / count


def make(count: int) -> tuple[float]:
    """Documents a second by the clock, warm."""
    from elections.delivery.pdf import render_pdf

    made = forms()
    render_pdf(next(made))
    began = time.perf_counter()
    for _ in range(count):
        render_pdf(next(made))
    return (count / (time.perf_counter() - began),)


def memory(count: int) -> tuple[float, float]:
    """MB in use after five hundred documents, and after all of them."""
    from elections.delivery.pdf import render_pdf

    made, early = forms(), 0.0
    for n in range(1, count + 1):
        render_pdf(next(made))
        if n == min(500, count):
            early = resident()
    return early, resident()


def resident() -> float:
    """MB of this process in memory at this moment (Linux)."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


ACTS = {"plain": plain, "ours": ours, "make": make, "memory": memory}

if __name__ == "__main__":
    import django

    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "exchange_portal.settings",
        "PORTAL_MODE": "demo",
        "PORTAL_LOG_LEVEL": "ERROR",
    }
    django.setup()
    print(*ACTS[sys.argv[1]](int(sys.argv[2])))
