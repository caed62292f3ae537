"""Make the virtual environment, .venv, and keep it at what the lock file says.

    python3 -m scripts.bootstrap [--dev]

Written for whatever `python3` a machine has, so that an old one is told so in a sentence.
"""

import hashlib
import subprocess
import sys
from pathlib import Path

OLDEST = (3, 11)
ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"


def main(arguments: "list[str]") -> int:
    """Bring .venv up to date; returns the exit code."""
    if sys.version_info < OLDEST:
        found = ".".join(str(number) for number in sys.version_info[:3])
        print(
            f"Python 3.11 or newer is needed; python3 is {found}. "
            "Name a newer one: make PYTHON=python3.12 ...",
            file=sys.stderr,
        )
        return 1
    from scripts import machine  # After the check, since it is written for a newer Python.

    parts = [machine.PDF] if (VENV / "bin" / "pip").exists() else [machine.VENV, machine.PDF]
    missing = machine.ensure(parts)
    if missing:
        print(machine.sentence(missing), file=sys.stderr)
        return 1
    install("requirements-dev.lock" if "--dev" in arguments else "requirements.lock")
    return 0


def install(lock_name: str) -> None:
    """Install exactly what the lock holds, unless that was done since it last changed."""
    # The development lock holds everything that the other does.
    if any(_stamp(name) == _digest(name) for name in {lock_name, "requirements-dev.lock"}):
        return
    print(f"Installing {lock_name} into .venv ...", file=sys.stderr)
    if not (VENV / "bin" / "pip").exists():
        _run(sys.executable, "-m", "venv", str(VENV))
    pip = [str(VENV / "bin" / "python"), "-m", "pip", "install", "--quiet"]
    _run(*pip, "--disable-pip-version-check", "--require-hashes", "-r", str(ROOT / lock_name))
    _find_the_checkout()
    _stamp_file(lock_name).write_text(_digest(lock_name))


def _digest(lock_name: str) -> str:
    return hashlib.sha256((ROOT / lock_name).read_bytes()).hexdigest()


def _stamp_file(lock_name: str) -> Path:
    return VENV / f"{lock_name}.installed"


def _stamp(lock_name: str) -> str:
    file = _stamp_file(lock_name)
    return file.read_text() if file.exists() else ""


def _find_the_checkout() -> None:
    """Let every tool in .venv import the project, from whatever folder it is called."""
    (packages,) = (VENV / "lib").glob("python3*/site-packages")
    (packages / "checkout.pth").write_text(f"{ROOT}\n")


def _run(*command: str) -> None:
    done = subprocess.run(command, check=False, stdin=subprocess.DEVNULL, stdout=sys.stderr)
    if done.returncode:
        sys.exit(f"{Path(command[0]).name} {' '.join(command[1:4])} ... failed.")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
