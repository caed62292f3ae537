"""Make the secrets that docker-compose.yml mounts: random, one a file, in secrets/; kept if there.

python3 -m scripts.make_secrets
"""

from __future__ import annotations

import secrets
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NAMES = (
    "secret_key",
    "database_password",
    "application_password",
    "reader_password",
    "redis_password",
)


def make(folder: Path) -> list[str]:
    """Write each missing secret; returns the names of those made now.

    The folder is closed to others; the files in it are not, because a container's user, who is
    nobody on this machine, has to read what is mounted.
    """
    folder.mkdir(mode=0o700, exist_ok=True)
    made = []
    for name in NAMES:
        file = folder / name
        if not file.exists():
            file.write_text(secrets.token_urlsafe(50))
            file.chmod(0o444)
            made.append(name)
    return made


if __name__ == "__main__":
    print(f"Made in secrets/: {', '.join(make(ROOT / 'secrets')) or 'nothing, all are there'}.")
