"""Sending requests in small batches, which take turns, and noting what each batch took."""

from __future__ import annotations

import os

from bench.client import Answer, Ask, batch
from bench.measure import Times, processor_time
from scripts import processes


def measured(port: int, what: str, asks: list[Ask], found: Times) -> list[Answer]:
    """Send these to the server at `port`, and note in `found` what one of them took.

    Processor time is that of all our servers, since a request is answered by several.
    """
    servers = processes.descendants(os.getpid())
    before = processor_time(servers)
    seconds, answers = batch(port, asks)
    found.add(what, seconds, (processor_time(servers) - before) / len(asks))
    return answers
