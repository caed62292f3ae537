"""A company of any size in the record, written by SQL, and people of it who are signed in.

The background (`fill`) only has to be as much, and spread as it would be: nobody reads its forms,
so their chains are not chained. Every constraint and trigger of the record stands.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

GRANTS_EACH, FORMS_EACH = 5, 2
BARE = "django.contrib.auth.backends.ModelBackend"
PASSWORD = "correct horse battery staple"  # noqa: S105 (an invented one)

ACCOUNTS = """
    INSERT INTO elections_user (password, is_superuser, email, name, is_staff, is_active,
        date_joined)
    SELECT %(password)s, false, %(prefix)s || n || '@example.com',
        initcap(translate(substr(md5((n %% 331)::text), 1, 6), '0123456789', 'aeioulmnrs')) || ' '
        || initcap(translate(substr(md5(n::text), 1, 8), '0123456789', 'aeioulmnrs')), false, true,
        now()
    FROM generate_series(%(first)s::int, %(last)s::int) n"""
PEOPLE = """
    INSERT INTO elections_employee (user_id, number, name, email, country, employment, hired_on,
        is_director, is_executive_officer, on_leave, ledger_length, ledger_head)
    SELECT u.id, %(prefix)s || to_char(n, 'FM000000'), u.name, u.email,
        CASE WHEN %(forms)s > 0 AND n %% 25 = 0 THEN 'CA' ELSE 'US' END, 'regular',
        DATE '2001-03-01', false, false, false, %(forms)s, repeat('0', 64)
    FROM generate_series(%(first)s::int, %(last)s::int) n
    JOIN elections_user u ON u.email = %(prefix)s || n || '@example.com'"""
GRANTS = """
    INSERT INTO elections_grant (employee_id, number, plan_id, kind, granted_on, exercise_price,
        granted, exercised, canceled, vested)
    SELECT e.id, e.number || '-' || g, (SELECT min(id) FROM elections_plan), 'NSO',
        DATE '2001-01-02' + (g * 5), 6.0 + g, 1000, 0, 0, 0
    FROM elections_employee e, generate_series(1, %(grants)s) g
    WHERE e.number BETWEEN %(prefix)s || to_char(%(first)s, 'FM000000')
        AND %(prefix)s || to_char(%(last)s, 'FM000000')"""
FORMS = """
    INSERT INTO elections_submission (receipt, offer_id, employee_id, sequence, kind, channel,
        form_token, arrived_at, received_at, recorded_at, ordered_at, deadline, timely, agreed,
        signature, submitted_by_id, submitted_by_email, employee_number, employee_name,
        employee_email, documents, previous_digest, digest)
    SELECT 'B' || e.id || '-' || s, o.id, e.id, s,
        CASE WHEN s = 1 THEN 'election' WHEN e.id %% 10 = 0 THEN 'withdrawal'
             WHEN e.id %% 10 = 1 THEN 'decline' ELSE 'election' END,
        'web', gen_random_uuid(), t.at, t.at, t.at, t.at, o.expiration, true, true, e.name,
        e.user_id, e.email, e.number, e.name, e.email, '{}', repeat('0', 64), repeat('1', 64)
    FROM elections_employee e
    CROSS JOIN generate_series(1, %(forms)s) s
    CROSS JOIN elections_offer o
    CROSS JOIN LATERAL (SELECT now() - interval '1 minute' * (1 + e.id * 7919 %% 14000
        + (%(forms)s - s) * 14000) AS at) t
    WHERE e.number BETWEEN %(prefix)s || to_char(%(first)s, 'FM000000')
        AND %(prefix)s || to_char(%(last)s, 'FM000000')"""
_OURS = """
    FROM elections_submission s JOIN elections_employee e ON e.id = s.employee_id
    WHERE e.number BETWEEN %(prefix)s || to_char(%(first)s, 'FM000000')
        AND %(prefix)s || to_char(%(last)s, 'FM000000')"""
LINES = """
    INSERT INTO elections_line (submission_id, grant_id, grant_number, plan, kind, granted_on,
        exercise_price, outstanding, vested, choice, required, withdrawn, new_shares)
    SELECT s.id, g.id, g.number, '2000', g.kind, g.granted_on, g.exercise_price, g.granted, 0,
        CASE WHEN s.kind = 'election' THEN 'exchange' ELSE 'keep' END, false, false,
        CASE WHEN s.kind = 'election' THEN 750 ELSE 0 END
    FROM elections_submission s JOIN elections_employee e ON e.id = s.employee_id
    JOIN elections_grant g ON g.employee_id = e.id
    WHERE e.number BETWEEN %(prefix)s || to_char(%(first)s, 'FM000000')
        AND %(prefix)s || to_char(%(last)s, 'FM000000')"""
DECISIONS = (
    """
    INSERT INTO elections_reviewdecision (submission_id, verdict, reason, decided_by_id, decided_at)
    SELECT s.id, CASE WHEN s.id %% 50 = 0 THEN 'irregular' ELSE 'valid' END, 'Seen.',
        s.submitted_by_id, s.recorded_at"""
    + _OURS
    + " AND s.id %% 2 = 0"
)
MAILS = (
    """
    INSERT INTO elections_outboxmessage (kind, employee_id, recipient, submission_id, message_id,
        state, attempts, created_at, due_at, last_error, sent_at)
    SELECT 'receipt', s.employee_id, s.employee_email, s.id, '<' || s.receipt || '@bench>',
        CASE WHEN s.id %% 200 = 0 THEN 'held' ELSE 'sent' END, 0, now(), now(), '',
        CASE WHEN s.id %% 200 = 0 THEN NULL ELSE now() END"""
    + _OURS
)


@dataclass(frozen=True, slots=True)
class Person:
    """Someone signed in: their session's cookie, and the numbers of their grants.

    `bare` is a session for the bare pages, which know Django's own way to sign in.
    """

    email: str
    number: str
    session: str
    bare: str
    grants: tuple[str, ...]


def fill(prefix: str, first: int, last: int, *, grants: int = GRANTS_EACH, forms: int = 0) -> None:
    """Put people numbered `first` to `last` on the roster, with grants each, and forms each."""
    from django.contrib.auth.hashers import make_password
    from django.db import connection

    values = {
        "password": make_password(PASSWORD),
        "prefix": prefix,
        "first": first,
        "last": last,
        "grants": grants,
        "forms": forms,
    }
    statements = [ACCOUNTS, PEOPLE, GRANTS] + [FORMS, LINES, DECISIONS, MAILS] * bool(forms)
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement, values)


def settle() -> None:
    """Give the planner its figures, as a database that has lived for a while has them."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("CHECKPOINT") if connection.settings_dict["USER"] == "postgres" else None


def sign_in(prefix: str, first: int, last: int) -> list[Person]:
    """A session for each of these people."""
    from elections.models import Employee

    numbers = [f"{prefix}{n:06}" for n in range(first, last + 1)]
    people = list(
        Employee.objects.filter(number__in=numbers)
        .select_related("user")
        .prefetch_related("grants")
    )
    users = [employee.user for employee in people]
    return [
        Person(one.email, one.number, key, bare, tuple(grant.number for grant in one.grants.all()))
        for one, key, bare in zip(people, _sessions(users), _sessions(users, BARE), strict=True)
    ]


def sign_in_law() -> tuple[str, str]:
    """Someone of the Law Department, signed in: their session's cookie, and one for bare pages."""
    from django.contrib.auth.models import Group

    from elections.models import User
    from elections.services.groups import LAW_DEPARTMENT, set_up_groups

    set_up_groups()
    law = User.objects.create_user("law@example.com", name="Lou Law", is_staff=True)
    law.groups.set(Group.objects.filter(name=LAW_DEPARTMENT))
    return _sessions([law])[0], _sessions([law], BARE)[0]


def visit(count: int) -> list[str]:
    """The cookies of so many visitors, not signed in."""
    return [_kept({}) for _ in range(count)]


def code_of(visitor: str) -> str:
    """The code that this visitor was mailed, out of their session."""
    from elections.session_store import SessionStore

    login = SessionStore(visitor)["account_login"]
    return str(login["state"]["stages"]["login_by_code"]["data"]["code"])


def _kept(content: dict[str, Any]) -> str:
    from elections.session_store import SessionStore

    session = SessionStore()
    session.update(content)
    session.create()
    return str(session.session_key)


def _sessions(users: list[Any], backend: str = "") -> list[str]:
    """The cookie of a new session for each of these accounts, signed in by that backend."""
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.utils import timezone

    from elections.models import BrowserSession
    from elections.session_store import SessionStore

    store, rows, now = SessionStore(), [], timezone.now()
    for user in users:
        kept = {
            SESSION_KEY: str(user.pk),
            BACKEND_SESSION_KEY: backend or settings.AUTHENTICATION_BACKENDS[0],
            HASH_SESSION_KEY: user.get_session_auth_hash(),
        }
        if user.is_staff:  # signed in with a second factor, as django-allauth notes it
            kept["account_authentication_methods"] = [{"method": "mfa", "at": time.time()}]
            kept["account_authentication_methods_user"] = str(user.pk)
        rows.append(
            BrowserSession(
                session_key=store._get_new_session_key(),
                session_data=store.encode(kept),
                expire_date=now + timezone.timedelta(days=1),
                started_at=now,
                user=user,
            )
        )
    BrowserSession.objects.bulk_create(rows)
    return [row.session_key for row in rows]
