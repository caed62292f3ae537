"""The guards of the portal that a negative control runs without, one function each.

Only `tests.faults.entry` calls these, in a process that a control starts. Nothing in the portal
knows of them. Each imports what it changes when it is called, since importing this is no reason to
load the portal; three of them are no guards but faults that a test cannot do from outside.
"""

from __future__ import annotations

from tests.faults.switched_off import mail, pages, record
from tests.faults.switched_off.guards import GUARDS

__all__ = ["mail", "pages", "record", "switch_off"]


def switch_off(names: list[str]) -> None:
    """Switch these guards off in this process."""
    for name in names:
        GUARDS[name]()
