"""How one environment variable is read, and refused."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from exchange_portal import env
from exchange_portal.env import ConfigurationError, Environment, Mode, Variable
from exchange_portal.parsers import text, whole_number

PORT = Variable("PORTAL_PORT", "whole number", whole_number(1, 10), "A port.", default="7")
NAME = Variable("PORTAL_NAME", "text", text, "A name.", demo_default="nobody")
SECRET = Variable(
    "PORTAL_SECRET",
    "text",
    text,
    "A secret.",
    unsafe=lambda value: "is too short" if len(value) < 10 else None,
    secret=True,
)


def production(source: Mapping[str, str]) -> Environment:
    return Environment(source, Mode.PRODUCTION)


def refusal(source: Mapping[str, str], variable: Variable[object], mode: Mode) -> str:
    with pytest.raises(ConfigurationError) as refused:
        Environment(source, mode)[variable]
    return str(refused.value)


def test_a_variable_is_parsed_into_its_type() -> None:
    assert production({"PORTAL_PORT": "9"})[PORT] == 9


@pytest.mark.parametrize("source", [{}, {"PORTAL_PORT": ""}])
def test_an_unset_or_empty_variable_has_its_default(source: dict[str, str]) -> None:
    assert production(source)[PORT] == 7


def test_a_missing_variable_is_named_with_its_type() -> None:
    assert refusal({}, NAME, Mode.PRODUCTION) == "PORTAL_NAME must be set in production (text)."


@pytest.mark.parametrize("mode", [Mode.DEMO, Mode.TEST])
def test_what_production_requires_has_a_default_elsewhere(mode: Mode) -> None:
    assert Environment({}, mode)[NAME] == "nobody"


def test_the_default_of_a_demo_goes_before_the_general_one() -> None:
    both = Variable("PORTAL_X", "text", text, "x", default="general", demo_default="demo's")
    assert Environment({}, Mode.DEMO)[both] == "demo's"
    assert production({})[both] == "general"


def test_a_malformed_variable_is_named_with_what_it_should_be() -> None:
    said = refusal({"PORTAL_PORT": "11"}, PORT, Mode.DEMO)
    assert said == "PORTAL_PORT must be a whole number from 1 to 10, not '11'."


def test_an_unsafe_secret_is_refused_in_production_alone_and_never_repeated() -> None:
    source = {"PORTAL_SECRET": "hunter2"}
    assert refusal(source, SECRET, Mode.PRODUCTION) == "PORTAL_SECRET is too short."
    assert Environment(source, Mode.DEMO)[SECRET] == "hunter2"


def test_a_secret_can_come_from_a_file_without_its_last_newline(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("correct horse battery\n")
    file.chmod(0o600)
    assert production({"PORTAL_SECRET_FILE": str(file)})[SECRET] == "correct horse battery"


@pytest.mark.parametrize(("bits", "word"), [(0o644, "read"), (0o602, "write"), (0o666, "write")])
def test_a_secret_file_that_all_may_write_or_read_is_refused(
    tmp_path: Path, bits: int, word: str
) -> None:
    file = tmp_path / "secret"
    file.write_text("correct horse battery")
    file.chmod(bits)
    source = {"PORTAL_SECRET_FILE": str(file)}
    said = refusal(source, SECRET, Mode.PRODUCTION)
    assert said.startswith("PORTAL_SECRET_FILE names a file that everyone on this machine can")
    assert f"can {word}, {file}; close it" in said
    # A demo's secrets are worth nothing.
    assert Environment(source, Mode.DEMO)[SECRET] == "correct horse battery"


@pytest.mark.parametrize("bits", [0o400, 0o600, 0o640, 0o440])
def test_a_secret_file_of_its_owner_and_a_group_is_taken(tmp_path: Path, bits: int) -> None:
    file = tmp_path / "secret"
    file.write_text("correct horse battery")
    file.chmod(bits)
    assert production({"PORTAL_SECRET_FILE": str(file)})[SECRET] == "correct horse battery"


@pytest.mark.parametrize(("bits", "taken"), [(0o444, True), (0o446, False)])
def test_where_a_container_finds_its_secrets_all_may_read_but_not_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bits: int, taken: bool
) -> None:
    monkeypatch.setattr(env, "MOUNTED", tmp_path)
    file = tmp_path / "secret"
    file.write_text("correct horse battery")
    file.chmod(bits)
    source = {"PORTAL_SECRET_FILE": str(file)}
    if taken:
        assert production(source)[SECRET] == "correct horse battery"
    else:
        assert "can write" in refusal(source, SECRET, Mode.PRODUCTION)


def test_what_is_no_secret_does_not_come_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "name"
    file.write_text("somebody")
    assert "must be set" in refusal({"PORTAL_NAME_FILE": str(file)}, NAME, Mode.PRODUCTION)


def test_a_secret_given_twice_is_refused(tmp_path: Path) -> None:
    source = {"PORTAL_SECRET": "x" * 12, "PORTAL_SECRET_FILE": str(tmp_path / "absent")}
    assert refusal(source, SECRET, Mode.PRODUCTION) == (
        "PORTAL_SECRET and PORTAL_SECRET_FILE are both set; keep one of them."
    )


def test_a_missing_secret_names_both_ways_to_give_it() -> None:
    said = refusal({}, SECRET, Mode.PRODUCTION)
    assert said == "PORTAL_SECRET (or PORTAL_SECRET_FILE) must be set in production (text)."


@pytest.mark.parametrize("content", [None, "", "\n", b"\xff\xfe"])
def test_a_secret_file_that_is_absent_empty_or_no_text_is_refused(
    tmp_path: Path, content: str | bytes | None
) -> None:
    file = tmp_path / "secret"
    if isinstance(content, bytes):
        file.write_bytes(content)
    elif content is not None:
        file.write_text(content)
    said = refusal({"PORTAL_SECRET_FILE": str(file)}, SECRET, Mode.PRODUCTION)
    assert said.startswith("PORTAL_SECRET_FILE ")
