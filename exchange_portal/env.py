"""How the process reads its environment variables: typed, and refused in one sentence.

What the variables are is in `exchange_portal.variables`; here is only how one is read. An empty
variable counts as unset, because compose files and shells pass `NAME=` for "nothing".
"""

from __future__ import annotations

import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Generic, TypeVar

from django.core.exceptions import ImproperlyConfigured

T = TypeVar("T")
MOUNTED = Path("/run/secrets")


class ConfigurationError(ImproperlyConfigured):
    """The process must not start. The message is one sentence that names the variable."""


class Mode(StrEnum):
    """What the process is run for; `PORTAL_MODE`."""

    PRODUCTION = "production"
    DEMO = "demo"
    TEST = "test"


@dataclass(frozen=True)
class Variable(Generic[T]):
    """One environment variable.

    `parse` turns the text into the value and raises `ValueError` with the rest of a sentence
    ("must be a whole number"). `default` is a text for every mode, `demo_default` the one that goes
    before it in modes that serve nobody. A variable with no `default` is required in production.
    `unsafe` returns what is wrong with a value in production (the rest of a sentence), or None.
    A `secret` may also come from a file named by `<name>_FILE`; its value is in no message.
    """

    name: str
    kind: str
    parse: Callable[[str], T]
    description: str
    default: str | None = None
    demo_default: str | None = None
    unsafe: Callable[[T], str | None] | None = None
    secret: bool = False

    @property
    def required_in_production(self) -> bool:
        """True when production has no default to fall back on."""
        return self.default is None


class Environment:
    """The variables of one process, read through their declarations.

    `env[variable]` gives the typed value or raises `ConfigurationError`.
    """

    def __init__(self, source: Mapping[str, str], mode: Mode) -> None:
        self.source = source
        self.mode = mode

    def __getitem__(self, variable: Variable[T]) -> T:
        text = self._text(variable)
        try:
            value = variable.parse(text)
        except ValueError as error:
            shown = "" if variable.secret else f", not {text!r}"
            raise ConfigurationError(f"{variable.name} {error}{shown}.") from error
        if self.mode is Mode.PRODUCTION and variable.unsafe and (wrong := variable.unsafe(value)):
            raise ConfigurationError(f"{variable.name} {wrong}.")
        return value

    def given(self, variable: Variable[T]) -> bool:
        """Whether someone set the variable, or its file, at all."""
        return bool(self.source.get(variable.name) or self._file_name(variable))

    def _file_name(self, variable: Variable[T]) -> str:
        return self.source.get(f"{variable.name}_FILE", "") if variable.secret else ""

    def _text(self, variable: Variable[T]) -> str:
        text, file_name = self.source.get(variable.name, ""), self._file_name(variable)
        if text and file_name:
            raise ConfigurationError(
                f"{variable.name} and {variable.name}_FILE are both set; keep one of them."
            )
        if file_name:
            text = secret_from(file_name, f"{variable.name}_FILE")
            if self.mode is Mode.PRODUCTION:
                _refuse_an_open_file(file_name, f"{variable.name}_FILE")
        if text:
            return text
        default = variable.default
        if self.mode is not Mode.PRODUCTION and variable.demo_default is not None:
            default = variable.demo_default
        if default is None:
            or_file = f" (or {variable.name}_FILE)" if variable.secret else ""
            raise ConfigurationError(
                f"{variable.name}{or_file} must be set in production ({variable.kind})."
            )
        return default


def secret_from(file_name: str, called: str) -> str:
    """The secret in a file, without the white space around it.

    Raises `ConfigurationError`, in which the file goes by `called`, where there is none.
    """
    try:
        text = Path(file_name).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{called} cannot be read: {error}.") from error
    if not text:
        raise ConfigurationError(f"{called} names an empty file, {file_name}.")
    return text


def _refuse_an_open_file(file_name: str, called: str) -> None:
    """Refuse a secret that everyone on the machine can read or write.

    In `MOUNTED` a container finds its own secrets, and nobody else is there to read them.
    """
    file = Path(file_name)
    everyone = file.stat().st_mode & (stat.S_IROTH | stat.S_IWOTH)
    if MOUNTED in file.absolute().parents:
        everyone &= stat.S_IWOTH
    if everyone:
        raise ConfigurationError(
            f"{called} names a file that everyone on this machine can"
            f" {'write' if everyone & stat.S_IWOTH else 'read'}, {file_name};"
            " close it to others (chmod o= on it)."
        )
