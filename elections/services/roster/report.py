"""What an upload's check found, as plain values that are kept with it and shown as its preview."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from elections.services.roster.importing import RosterResult, Tally

SHOWN = 500  # problems, effects and absent numbers that are kept; their totals count them all


def report_of(result: RosterResult) -> dict[str, Any]:
    """Everything a preview shows.

    With problems: `problems` (`[file, line, column, reason]`) and `problems_total`. Else: `people`
    and `grants` (`new`, `changed`, `unchanged`, `absent`, `absent_total`); `effects` (`number`,
    `name`, `before`, `after`, `effect`), `effects_total` and `mails_total`; the rows themselves
    (`details.details_of`); `to_write`; and the `fingerprint` of it all.
    """
    if result.problems:
        return {
            "problems": [[p.file, p.line, p.column, p.reason] for p in result.problems[:SHOWN]],
            "problems_total": len(result.problems),
        }
    effects = _effects(result)
    return {
        "people": _tally(result.people),
        "grants": _tally(result.grants),
        "effects": effects[:SHOWN],
        "effects_total": len(effects),
        "mails_total": sum(1 for effect in effects if effect["effect"]),
        "to_write": result.to_write,
        "fingerprint": fingerprint(result),
        **result.details,
    }


def fingerprint(result: RosterResult) -> str:
    """SHA-256 of what the import would do: how many rows of each kind, what people are told, and
    which import it comes after. Another one since may have written the very rows that differ here,
    so that as many differ, but from something else.

    Whoever confirms a preview confirms this; if it comes out otherwise, they are asked again.
    """
    said = [
        str(result.people),
        str(result.grants),
        result.people.absent,
        result.grants.absent,
        result.follows,
    ]
    return hashlib.sha256(json.dumps([said, _effects(result)]).encode()).hexdigest()


def _tally(tally: Tally) -> dict[str, Any]:
    return {
        "new": tally.new,
        "changed": tally.changed,
        "unchanged": tally.unchanged,
        "absent": tally.absent[:SHOWN],
        "absent_total": len(tally.absent),
    }


def _effects(result: RosterResult) -> list[dict[str, Any]]:
    return [
        {
            "number": effect.employee.number,
            "name": effect.employee.name,
            "before": effect.before,
            "after": effect.after,
            "effect": effect.effect,
        }
        for effect in result.effects
    ]
