"""A demo's secret key: random, kept, and its owner's alone."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from exchange_portal.demo_folder import secret_key
from exchange_portal.parsers import guessable
from exchange_portal.variables import SECRET_KEY_BITS


def test_the_key_is_good_enough_for_production_and_readable_by_its_owner_alone(
    tmp_path: Path,
) -> None:
    key = secret_key(tmp_path / "new")
    file = tmp_path / "new" / "secret_key"
    assert guessable(SECRET_KEY_BITS)(key) is None
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in file.parent.iterdir()] == ["secret_key"]


def test_the_key_is_made_once(tmp_path: Path) -> None:
    assert secret_key(tmp_path) == secret_key(tmp_path)


def test_two_demos_have_two_keys(tmp_path: Path) -> None:
    assert secret_key(tmp_path / "one") != secret_key(tmp_path / "two")


def test_processes_that_start_at_once_agree_on_one_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(secret_key, [tmp_path] * 40))
    assert keys == {(tmp_path / "secret_key").read_text()}
