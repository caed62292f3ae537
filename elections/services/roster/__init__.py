"""The roster: who may sign in, and what options each person holds, from a stock-plan export."""

from elections.services.roster.importing import RosterResult, Tally, import_roster
from elections.services.roster.rows import RosterFile, RosterProblem

__all__ = ["RosterFile", "RosterProblem", "RosterResult", "Tally", "import_roster"]
