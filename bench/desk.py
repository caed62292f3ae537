"""What the desk costs at 100,000 employees and 1,000,000 lines, beside a bare signed-in page.

    .venv/bin/python -m bench.desk [--people N] [--rounds N]

Fills a private PostgreSQL by SQL, has the figures counted as the sweeper does, and asks for both
pages in turn through the whole of Django (middleware, session, sign-in, templates) in one process.
The bare page makes three queries (session, account, clock) and renders three lines. Ends with an
error when the desk costs more than `LIMIT` times as much.
"""

from __future__ import annotations

import argparse
import io
import os
import secrets
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from scripts import processes, services

LIMIT = 8.0
LINES_PER_FORM, FORMS_PER_PERSON = 5, 2
BARE = "/bare/"
ROOT = Path(__file__).resolve().parent.parent

# The forms, lines and mails only have to be as many, and spread as they would be: nobody reads
# them, so their chains are not chained. Every constraint and trigger of the record stands.
FILL = {
    "people": """
        INSERT INTO elections_employee (number, name, email, country, employment, hired_on,
            is_director, is_executive_officer, on_leave, ledger_length, ledger_head)
        SELECT to_char(n, 'FM000000'), 'Employee ' || n, 'e' || n || '@example.com',
            CASE WHEN n %% 25 = 0 THEN 'CA' ELSE 'US' END, 'regular', DATE '2001-03-01',
            false, n %% 997 = 0, false, 0, repeat('0', 64)
        FROM generate_series(1, %(people)s) n""",
    "grants": """
        INSERT INTO elections_grant (employee_id, number, plan_id, kind, granted_on,
            exercise_price, granted, exercised, canceled, vested)
        SELECT e.id, e.number || '-' || g, (SELECT min(id) FROM elections_plan), 'NSO',
            DATE '2001-04-02' + (g - 1) * 120, 6.0 + g, 1000, 0, 0, 0
        FROM elections_employee e, generate_series(1, %(lines)s) g""",
    "forms": """
        INSERT INTO elections_submission (receipt, offer_id, employee_id, sequence, kind, channel,
            form_token, arrived_at, received_at, recorded_at, ordered_at, deadline, timely, agreed,
            signature, submitted_by_id, submitted_by_email, employee_number, employee_name,
            employee_email, documents, previous_digest, digest)
        SELECT to_char(row_number() OVER (), 'FM0000000000'), o.id, e.id, s,
            CASE WHEN s = 1 THEN 'election' WHEN e.id %% 10 = 0 THEN 'withdrawal'
                 WHEN e.id %% 10 = 1 THEN 'decline' ELSE 'election' END,
            'web', gen_random_uuid(), t.at, t.at, t.at, t.at, o.expiration, true, true, e.name,
            u.id, u.email, e.number, e.name, e.email, '{}', repeat('0', 64), repeat('1', 64)
        FROM elections_employee e
        CROSS JOIN generate_series(1, %(forms)s) s
        CROSS JOIN elections_offer o
        CROSS JOIN elections_user u
        CROSS JOIN LATERAL (SELECT TIMESTAMPTZ '2002-12-19 18:00Z'
            + interval '1 minute' * ((e.id * 7919 + s * 20000) %% 40000) AS at) t""",
    "lines": """
        INSERT INTO elections_line (submission_id, grant_id, grant_number, plan, kind, granted_on,
            exercise_price, outstanding, vested, choice, required, withdrawn, new_shares)
        SELECT s.id, g.id, g.number, '2000', g.kind, g.granted_on, g.exercise_price, g.granted, 0,
            CASE WHEN s.kind = 'election' THEN 'exchange' ELSE 'keep' END, false, false,
            CASE WHEN s.kind = 'election' THEN 750 ELSE 0 END
        FROM elections_submission s JOIN elections_grant g ON g.employee_id = s.employee_id""",
    "decisions": """
        INSERT INTO elections_reviewdecision (submission_id, verdict, reason, decided_by_id,
            decided_at)
        SELECT s.id, CASE WHEN s.id %% 50 = 0 THEN 'irregular' ELSE 'valid' END, 'Seen.',
            s.submitted_by_id, s.recorded_at
        FROM elections_submission s WHERE s.id %% 2 = 0""",
    "mails": """
        INSERT INTO elections_outboxmessage (kind, employee_id, recipient, submission_id,
            message_id, state, attempts, created_at, due_at, last_error, sent_at)
        SELECT 'receipt', s.employee_id, s.employee_email, s.id, '<' || s.receipt || '@bench>',
            CASE WHEN s.id %% 200 = 0 THEN 'waiting' ELSE 'sent' END, 0, now(), now(), '',
            CASE WHEN s.id %% 200 = 0 THEN NULL ELSE now() END
        FROM elections_submission s""",
}


def main() -> int:
    """Fill, measure, print; the exit code says whether the desk keeps within its limit."""
    parser = argparse.ArgumentParser(prog="python -m bench.desk", description=__doc__)
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=200)
    chosen = parser.parse_args()
    with (
        processes.signals_as_exit(),
        services.postgres_server() as server,
        tempfile.TemporaryDirectory() as folder,
    ):
        set_up(server.environment, folder)
        fill(chosen.people)
        return int(measure(chosen.rounds) > LIMIT)


def set_up(database: dict[str, str], folder: str) -> None:
    """Start Django on an empty migrated database with the offer, in the mode of the tests."""
    os.environ.update(
        database,
        DJANGO_SETTINGS_MODULE="exchange_portal.settings",
        PORTAL_MODE="test",
        PORTAL_SECRET_KEY=secrets.token_urlsafe(50),
        PORTAL_DATA_DIR=folder,
        PORTAL_ALLOWED_HOSTS="testserver",
        PORTAL_BASE_URL="http://testserver",
        PORTAL_REDIS_URL="memory://",
        PORTAL_EMAIL_TLS="none",
        PORTAL_LOG_LEVEL="ERROR",
    )
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command("load_offer", str(ROOT / "offers" / "lantronix-2002"), stdout=io.StringIO())


def fill(people: int) -> None:
    """Write the roster and the record; print how much there is of each."""
    from django.contrib.auth.models import Group
    from django.db import connection

    from elections.models import User
    from elections.services.groups import LAW_DEPARTMENT, set_up_groups

    set_up_groups()
    law = User.objects.create_user("law@example.com", name="Lou Law", is_staff=True)
    law.groups.set(Group.objects.filter(name=LAW_DEPARTMENT))
    sizes = {"people": people, "lines": LINES_PER_FORM, "forms": FORMS_PER_PERSON}
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        for name, statement in FILL.items():
            started = time.perf_counter()
            cursor.execute(statement, sizes)
            print(f"{cursor.rowcount:>9,} {name} in {time.perf_counter() - started:.1f} s")
        cursor.execute("VACUUM ANALYZE")
    connection.close()


def measure(rounds: int) -> float:
    """Print what each page costs; returns how many bare pages the desk is worth."""
    from django.test import Client, override_settings

    from elections import queries
    from elections.models import User
    from elections.services.count import count_figures

    counted = count_figures(offer=queries.current_offer())
    print(f"Counting in the background takes {counted.took:.2f} s.")
    browser = Client()
    browser.force_login(User.objects.get())
    with override_settings(ROOT_URLCONF="bench.bare"):
        check(browser)
        bare, desk = in_turn(rounds, lambda: browser.get(BARE), lambda: browser.get("/admin/"))
        (chart,) = in_turn(20, lambda: browser.get("/admin/desk/submissions.svg"))
    ratio = statistics.median(desk) / statistics.median(bare)
    for name, times in (("Bare page", bare), ("Desk", desk), ("Chart", chart)):
        tenths = statistics.quantiles(times, n=20)
        print(f"{name}: median {statistics.median(times):.2f} ms, 95% within {tenths[-1]:.2f} ms")
    print(f"The desk costs {ratio:.1f} bare pages; the limit is {LIMIT:.0f}.")
    return ratio


def check(browser: Any) -> None:
    """Refuse to measure pages that do not show what they should."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    for address, shown in ((BARE, "Signed in as"), ("/admin/", "shares tendered")):
        with CaptureQueriesContext(connection) as captured:
            response = browser.get(address)
        if response.status_code != 200 or shown not in response.content.decode():
            raise RuntimeError(f"{address} does not show what is to be measured.")
        print(f"{address} makes {len(captured)} queries and {len(response.content):,} bytes.")


def in_turn(rounds: int, *pages: Callable[[], object]) -> list[list[float]]:
    """Milliseconds of each page, asked for in turn so that both meet the same machine."""
    times: list[list[float]] = [[] for _ in pages]
    for _ in range(rounds):
        for page, taken in zip(pages, times, strict=True):
            started = time.perf_counter()
            page()
            taken.append((time.perf_counter() - started) * 1000)
    return times


if __name__ == "__main__":
    sys.exit(main())
