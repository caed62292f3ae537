"""What a demo keeps in its folder and the settings need at once: its secret."""

from __future__ import annotations

import os
import secrets
import tempfile
from pathlib import Path


def secret_key(folder: Path) -> str:
    """The demo's own random secret key, made at the first call and readable by its owner alone.

    Several processes may start at once: the first to link the file into place decides, all read it.
    """
    file = folder / "secret_key"
    if not file.exists():
        folder.mkdir(parents=True, exist_ok=True)
        descriptor, draft = tempfile.mkstemp(dir=folder)  # readable by its owner alone
        with os.fdopen(descriptor, "w", encoding="ascii") as stream:
            stream.write(secrets.token_urlsafe(50))
        try:
            file.hardlink_to(draft)
        except FileExistsError:
            pass  # Another process was first.
        finally:
            Path(draft).unlink()
    return file.read_text(encoding="ascii")
