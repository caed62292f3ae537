"""Reading the whole record: `verify_ledger` and the register, at a size, in processes of their own.

The record is written by SQL and then chained as the portal chains it, so every digest is right.
"""

from __future__ import annotations

import sys
import time
from typing import Any

from bench import company, site
from bench.measure import Row, peak_memory

ROWS_A_SECOND = 20_000
FLAT = 1.15  # times the memory at a tenth of the size


def run(submissions: int) -> list[Row]:
    """Measure at a tenth of that many submissions and at all of them."""
    people = submissions // company.FORMS_EACH
    with site.servers():
        found = {}
        last = 0
        for size in (people // 10, people):
            company.fill("v", last + 1, size, forms=company.FORMS_EACH)
            last = size
            chain()
            company.settle()
            found[size] = {act: measured(act) for act in ACTS}
    tenth, whole = found.values()
    rows = []
    for act, (read, seconds, memory) in whole.items():
        grown = memory / tenth[act][2]
        rows += [
            Row(act, f"{seconds:.0f} s", f"{read / seconds:,.0f} of {read:,.0f} rows a second",
                read / seconds, least=ROWS_A_SECOND),
            Row(f"its memory, {submissions:,} submissions", f"{memory:.0f} MB",
                f"{grown:.2f} × at a tenth", grown, most=FLAT),
        ]  # fmt: skip
    return rows


def chain() -> None:
    """Give every submission the digests that the portal would have given it."""
    from django.db import connection, transaction

    from elections.core.digest import GENESIS, chained_digest
    from elections.models import Submission
    from elections.models.append_only import drop_triggers, install_triggers
    from elections.services.record import canonical_content

    owner, head = 0, GENESIS
    rows = (
        Submission.objects.select_related("offer", "replaces", "scan")
        .prefetch_related("lines")
        .order_by("employee_id", "sequence")
    )
    digests = []
    for row in rows.iterator(chunk_size=2000):
        if row.employee_id != owner:
            owner, head = row.employee_id, GENESIS
        previous = head
        head = chained_digest(previous, canonical_content(row, row.lines.all()))
        digests.append((row.pk, previous, head))
    drop_triggers(connection)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE chained (id bigint, previous text, digest text)")
        with cursor.copy("COPY chained FROM STDIN") as copy:
            for digest in digests:
                copy.write_row(digest)
        cursor.execute(
            "UPDATE elections_submission s SET previous_digest = c.previous, digest = c.digest"
            " FROM chained c WHERE c.id = s.id"
        )
        cursor.execute(
            "UPDATE elections_employee e SET ledger_head = s.digest FROM elections_submission s"
            " WHERE s.employee_id = e.id AND s.sequence = e.ledger_length"
        )
        cursor.execute("DROP TABLE chained")
    install_triggers(connection)
    connection.close()


def measured(act: str) -> tuple[float, float, float]:
    """Rows read, seconds of processor time, and peak memory (MB), of a process of its own."""
    read, seconds, memory = site.run_python("bench.record", act).stdout.split()[-3:]
    return float(read), float(seconds), float(memory)


def verify() -> int:
    """Recompute every chain; how many rows that read: submissions and lines."""
    from elections.models import Line, Submission
    from elections.services.ledger import broken_chains

    if broken := next(broken_chains(), None):
        raise RuntimeError(broken.sentence)
    return Submission.objects.count() + Line.objects.count()


def register() -> int:
    """Take the register out as CSV; how many rows it has."""
    from elections import clock, queries
    from elections.exports.tables import TABLES
    from elections.services.export import Export, FileFormat, export_csv

    now = clock.now()
    export = Export(None, TABLES["register"], queries.current_offer(), now, FileFormat.CSV)
    for _ in export_csv(export):
        pass
    return export.taken


ACTS: dict[str, Any] = {"verify_ledger": verify, "register export": register}

if __name__ == "__main__":
    import django

    django.setup()
    began = time.process_time()
    rows = ACTS[sys.argv[1]]()
    seconds = time.process_time() - began
    print(rows, seconds, peak_memory())
