"""How the process reads its environment variables: typed, and refused in one sentence.

What the variables are is in `exchange_portal.variables`; here is only how one is read. An empty
variable counts as unset, because compose files and shells pass `NAME=` for "nothing".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Generic, TypeVar

from django.core.exceptions import ImproperlyConfigured

T = TypeVar("T")


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
            text = _file_text(variable.name, file_name)
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


def _file_text(name: str, file_name: str) -> str:
    try:
        text = Path(file_name).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{name}_FILE cannot be read: {error}.") from error
    if not text:
        raise ConfigurationError(f"{name}_FILE names an empty file, {file_name}.")
    return text
