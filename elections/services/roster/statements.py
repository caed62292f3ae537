# ruff: noqa: S608 -- these texts are put together of our own words, never of data
"""What `InSets` asks and tells PostgreSQL, and in which columns the files are copied in.

`roster_people_file` and `roster_grants_file` are the rows of the files as they came;
`roster_people` and `roster_grants` are the same rows with what they were compared with.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.contrib.auth.hashers import (
    UNUSABLE_PASSWORD_PREFIX,
    UNUSABLE_PASSWORD_SUFFIX_LENGTH,
)

from elections.services.roster.grants import FIELDS as GRANT_FIELDS
from elections.services.roster.people import FIELDS as PERSON_FIELDS

PEOPLE_FILE = {
    "line": "integer",
    "number": "text",
    "name": "text",
    "email": "text",
    "country": "text",
    "employment": "text",
    "hired_on": "date",
    "left_on": "date",
    "is_director": "boolean",
    "is_executive_officer": "boolean",
    "on_leave": "boolean",
}
GRANTS_FILE = {
    "line": "integer",
    "number": "text",
    "employee": "text",
    "plan": "text",
    "kind": "text",
    "granted_on": "date",
    "exercise_price": "numeric",
    "granted": "integer",
    "exercised": "integer",
    "canceled": "integer",
    "vested": "integer",
}


STANDING = tuple(name for name in PERSON_FIELDS if name not in ("name", "email"))


def _columns(names: Iterable[str], of: str) -> str:
    return ", ".join(f"{of}.{name}" for name in names)


def _assigned(expressions: Mapping[str, str]) -> str:
    return ", ".join(f"{column} = {expression}" for column, expression in expressions.items())


# `taken` is whatever account has the address now, `holder` whose that is, and `theirs` the row of
# the file that may give that person another address. An account that is nobody's is taken over.
# `address_of` is "" for an account that is nobody's, though this person has one already.
COMPARE_PEOPLE = f"""
WITH found AS (
    SELECT
        r.*,
        e.id AS employee_id,
        coalesce(own.id, CASE WHEN holder.id IS NULL THEN taken.id END) AS account_id,
        own.email <> r.email AS moves,
        ({_columns(PERSON_FIELDS, "e")}) IS DISTINCT FROM ({_columns(PERSON_FIELDS, "r")})
            OR coalesce(r.on_leave, e.on_leave) <> e.on_leave
            OR (own.email, own.name) IS DISTINCT FROM (r.email, r.name) AS differs,
        CASE
            WHEN taken.id IS NULL OR holder.number = r.number THEN NULL
            WHEN holder.number IS NULL THEN CASE WHEN own.id IS NOT NULL THEN '' END
            WHEN theirs.email <> r.email THEN NULL
            ELSE holder.number
        END AS address_of
    FROM roster_people_file r
    LEFT JOIN elections_employee e ON e.number = r.number
    LEFT JOIN elections_user own ON own.id = e.user_id
    LEFT JOIN elections_user taken ON taken.email = r.email
    LEFT JOIN elections_employee holder ON holder.user_id = taken.id
    LEFT JOIN roster_people_file theirs ON theirs.number = holder.number
)
SELECT
    found.*,
    CASE
        WHEN address_of IS NOT NULL THEN 'refused'
        WHEN employee_id IS NULL THEN 'new'
        WHEN differs THEN 'changed'
        ELSE 'unchanged'
    END AS state
FROM found
"""

# What an offer asks of a person, and whether they are on leave.
CHANGE_IN_STANDING = f"""
SELECT r.number
FROM roster_people r JOIN elections_employee e ON e.id = r.employee_id
WHERE r.state = 'changed' AND (
    ({_columns(STANDING, "e")}) IS DISTINCT FROM ({_columns(STANDING, "r")})
    OR coalesce(r.on_leave, e.on_leave) <> e.on_leave
)
ORDER BY r.line
"""

MOVED = """
    FROM roster_grants_file r
    JOIN elections_grant g ON g.number = r.number
    JOIN elections_employee holder ON holder.id = g.employee_id AND holder.number <> r.employee
"""

# Sorted before it is locked, row by row: two who lock several people never wait for each other.
HOLD = f"""
SELECT count(*) FROM (
    SELECT id FROM elections_employee
    WHERE number IN (
        SELECT number FROM roster_people WHERE state = 'changed'
        UNION SELECT holder.number {MOVED}
        UNION SELECT r.employee {MOVED}
    )
    ORDER BY id
    FOR NO KEY UPDATE
) held
"""

COMPARE_GRANTS = f"""
SELECT
    r.*,
    g.id AS grant_id,
    holder.number AS held_by,
    CASE
        WHEN g.id IS NULL THEN 'new'
        WHEN holder.number <> r.employee
            AND EXISTS (SELECT FROM elections_line line WHERE line.grant_id = g.id) THEN 'refused'
        WHEN (holder.number, plan.code, {_columns(GRANT_FIELDS, "g")})
            IS DISTINCT FROM (r.employee, r.plan, {_columns(GRANT_FIELDS, "r")}) THEN 'changed'
        ELSE 'unchanged'
    END AS state
FROM roster_grants_file r
LEFT JOIN elections_grant g ON g.number = r.number
LEFT JOIN elections_employee holder ON holder.id = g.employee_id
LEFT JOIN elections_plan plan ON plan.id = g.plan_id
"""

# Two people may trade their addresses: whoever has one that the file gives to somebody else leaves
# it before anybody takes a new one.
FREE_ADDRESSES = """
UPDATE elections_user u SET email = 'moving-' || u.id || '@example.invalid'
FROM roster_people r
WHERE r.account_id = u.id AND r.moves
    AND EXISTS (SELECT FROM roster_people_file taker WHERE taker.email = u.email)
"""

# Whoever holds an old address must not reset a password with it: allauth must forget it too.
FORGET_ADDRESSES = """
DELETE FROM account_emailaddress a
USING roster_people r WHERE r.account_id = a.user_id AND r.moves
"""

CHANGE_ACCOUNTS = """
UPDATE elections_user u SET email = r.email, name = r.name
FROM roster_people r
WHERE r.account_id = u.id AND (u.email, u.name) IS DISTINCT FROM (r.email, r.name)
"""

# As Django's `make_password(None)`: nothing hashes to it, and no two are alike.
UNUSABLE_PASSWORD = (
    f"'{UNUSABLE_PASSWORD_PREFIX}' || left(replace("
    f"gen_random_uuid()::text || gen_random_uuid(), '-', ''), {UNUSABLE_PASSWORD_SUFFIX_LENGTH})"
)
NEW_ACCOUNT = {"email": "r.email", "name": "r.name", "password": UNUSABLE_PASSWORD}
NEW_ACCOUNTS = "roster_people r WHERE r.account_id IS NULL ORDER BY r.line"

# By now every account has the address that the file gives it.
PERSON = {"user_id": "u.id", **{name: f"r.{name}" for name in PERSON_FIELDS}}
NEW_PERSON = {"number": "r.number", "on_leave": "coalesce(r.on_leave, false)", **PERSON}
NEW_PEOPLE = """
roster_people r JOIN elections_user u ON u.email = r.email
WHERE r.state = 'new' ORDER BY r.line
"""
CHANGE_PEOPLE = f"""
UPDATE elections_employee e
SET {_assigned(PERSON)}, on_leave = coalesce(r.on_leave, e.on_leave)
FROM roster_people r JOIN elections_user u ON u.email = r.email
WHERE e.id = r.employee_id AND r.state = 'changed'
"""

GRANT = {
    "employee_id": "e.id",
    "plan_id": "plan.id",
    **{name: f"r.{name}" for name in GRANT_FIELDS},
}
NEW_GRANT = {"number": "r.number", **GRANT}
_GRANTS = """
roster_grants r
JOIN elections_employee e ON e.number = r.employee
JOIN elections_plan plan ON plan.code = r.plan
"""
NEW_GRANTS = f"{_GRANTS} WHERE r.state = 'new' ORDER BY r.line"
CHANGE_GRANTS = f"""
UPDATE elections_grant g SET {_assigned(GRANT)}
FROM {_GRANTS}
WHERE g.id = r.grant_id AND r.state = 'changed'
"""
