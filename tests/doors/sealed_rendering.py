"""Renders PDFs of hostile words in a process of its own, and tells what it asked the system for.

    python -m tests.doors.sealed_rendering SECRET SITE [open]

SECRET is the address of a file and SITE that of a server that the words ask for. First everything
is rendered while each file, connection and program that Python asks for is noted. Then a third of
it once more, without a single file descriptor left, so that nothing at all can be opened, by C
libraries neither.
With `open`, a page of raw markup is rendered instead, through WeasyPrint's own way of fetching.
One line of JSON tells what came of it.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import resource
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import tests.environment  # noqa: F401  (before Django reads its settings)

WATCHED = ("open", "os.", "socket.", "subprocess.", "urllib.", "ftplib.", "http.", "ctypes.dlopen")
noted: list[str] = []
watching = False


def note(event: str, about: tuple[Any, ...]) -> None:
    """An audit hook; it cannot be taken off, so it can be told to look away."""
    if watching and event.startswith(WATCHED):
        noted.append(f"{event} {about[0] if about else ''}")


def rooms(text: str) -> Iterator[Callable[[], bytes]]:
    """Every place of a PDF where such a text can stand."""
    from elections.delivery.pdf import render_pdf
    from elections.delivery.printable import render_printable
    from tests.delivery.documents import grant_facts, printable
    from tests.delivery.forms import form_facts, late_facts, line_facts, offer_facts

    yield lambda: render_pdf(form_facts(employee_name=text, employee_number=text, signature=text))
    yield lambda: render_pdf(late_facts(not_open_to_them=(text,), signature=text))
    yield lambda: render_pdf(
        form_facts(
            lines=(line_facts(grant_number=text, plan=text),),
            offer=offer_facts(company=text, title=text, contacts=(text,), law_email=text),
        )
    )
    yield lambda: render_printable(
        printable(
            employee_name=text,
            employee_number=text,
            grants=(grant_facts(number=text, plan=text),),
            terms=f"{text}\n\n- {text}\n\n    {text}\n",
        )
    )


def measured(render: Callable[[], bytes]) -> tuple[float, str]:
    """The seconds it took, and the digest of what came."""
    began = time.perf_counter()
    digest = hashlib.sha256(render()).hexdigest()
    return time.perf_counter() - began, digest


def hostile(secret: str, site: str) -> dict[str, Any]:
    """Render every text in every place, watched, and then with nothing left to open."""
    global watching
    from tests.doors.hostile import SHAPES, texts

    for shape in SHAPES:  # the fonts of every script are loaded once
        for render in rooms(shape):
            render()
    renders = [render for text in texts(secret=secret, site=site) for render in rooms(text)]
    watching = True
    seen = [measured(render) for render in renders]
    watching = False
    used = len(list(Path("/proc/self/fd").iterdir()))
    kept = [os.open("/dev/null", os.O_RDONLY) for _ in range(used + 100)]  # and no gap is left
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(kept) + 1, max(kept) + 1))
    shut = is_shut()
    again = [measured(render) for render in renders[::3]]  # each place in turn, there are four
    return {
        "renders": len(renders),
        "slowest": max(seconds for seconds, _ in seen + again),
        "shut": shut,
        "same": [digest for _, digest in seen[::3]] == [digest for _, digest in again],
    }


def is_shut() -> bool:
    """Whether nothing can be opened any more."""
    try:
        os.open("/dev/null", os.O_RDONLY)
    except OSError:
        return True
    return False


def fetching(secret: str, site: str) -> dict[str, Any]:
    """Render the same words as markup, once sealed as ever and once not."""
    global watching
    from weasyprint.urls import URLFetcher

    from elections.delivery import pdf

    def page(kind: str) -> bytes:
        asked = f'<img src="{site}/a.png"><link rel="attachment" href="{secret}">'
        markup = f"<!DOCTYPE html><html lang=en><title>x</title><body><p>{kind}{asked}"
        return pdf.write_pdf(markup, sheets=("pdf/confirmation.css",), identifier=b"x")

    pdf.render_pdf(_any_form())  # what the first one loads
    watching = True
    try:
        page("sealed")
        refused = ""
    except pdf.PdfError as error:
        refused = str(error)
    sealed = list(noted)
    pdf.OurFiles = lambda pictures=None: URLFetcher(timeout=2)  # type: ignore[assignment,misc]
    page("open")
    watching = False
    return {"refused": refused, "sealed": sealed}


def _any_form() -> Any:
    from tests.delivery.forms import form_facts

    return form_facts()


def main(secret: str, site: str, how: str = "") -> None:
    """Do it, and tell."""
    import django

    django.setup()
    # Opened while it can be; what `getrusage` tells of a child begins with its parent's memory.
    with Path("/proc/self/status").open(encoding="ascii") as status:
        sys.addaudithook(note)
        told = fetching(secret, site) if how else hostile(secret, site)
        found = re.search(r"VmHWM:\s+(\d+) kB", status.read())
    assert found is not None
    peak = int(found[1])
    sys.stdout.write(json.dumps(told | {"noted": sorted(set(noted)), "peak": peak}))


if __name__ == "__main__":
    main(*sys.argv[1:])
