"""What the commands take as arguments."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime


def instant(text: str) -> datetime:
    """An instant in ISO 8601 with its offset, in UTC; a naive one would be a guess at a zone."""
    try:
        read = datetime.fromisoformat(text)
        in_utc = read.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not an instant such as 2003-01-20T21:00:00-08:00."
        ) from error
    if read.utcoffset() is None:
        raise argparse.ArgumentTypeError(
            f"{text!r} has no offset, so it says no instant; write 2003-01-20T21:00:00-08:00."
        )
    return in_utc
