"""How a process that serves, or delivers mail, looks for garbage."""

from __future__ import annotations

import gc


def leave_out_what_stays() -> None:
    """Look for cycles among what a request or a document leaves behind, and less often.

    All that was loaded for good is left out: going through it took a fifth of the time of a PDF.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
