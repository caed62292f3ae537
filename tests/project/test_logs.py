"""What a log line is, and what never gets into one."""

from __future__ import annotations

import json
import logging
import logging.config
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
import structlog

from exchange_portal import logs

REFUSED_ROW = (
    'null value in column "agreed" violates not-null constraint\n'
    "DETAIL:  Failing row contains (17, 2003-01-20, Ada Lovelace, null).\n"
    "and a second line of it\n"
    "CONTEXT:  while inserting\n"
)


@pytest.fixture
def write(
    capsys: pytest.CaptureFixture[str],
) -> Iterator[Callable[[Callable[[], None], bool], str]]:
    """Log in production's way, or a person's, and return what came out at stderr."""
    before = structlog.get_config()

    def write(say: Callable[[], None], json: bool = True) -> str:
        logging.config.dictConfig(logs.configuration(json=json, level="INFO"))
        say()
        return capsys.readouterr().err

    yield write
    structlog.configure(**before)
    from django.conf import settings

    logging.config.dictConfig(settings.LOGGING)


def test_a_line_of_production_is_one_json_object_with_its_time_in_utc(write: Callable) -> None:
    line = write(lambda: structlog.get_logger("portal").info("recorded", receipt="ABC"))
    said = json.loads(line)
    moment = datetime.fromisoformat(said.pop("timestamp"))
    assert said == {
        "event": "recorded", "level": "info", "logger": "portal", "receipt": "ABC"
    }  # fmt: skip
    assert moment.utcoffset() == timedelta(0)
    assert abs(datetime.now(UTC) - moment) < timedelta(minutes=1)


def test_lines_of_the_standard_library_look_the_same(write: Callable) -> None:
    line = write(lambda: logging.getLogger("django.request").warning("Not Found: %s", "/x"))
    said = json.loads(line)
    assert (said["event"], said["level"], said["logger"]) == (
        "Not Found: /x",
        "warning",
        "django.request",
    )


def test_elsewhere_a_line_is_for_people(write: Callable) -> None:
    line = write(lambda: structlog.get_logger("portal").info("recorded", receipt="ABC"), json=False)
    assert "recorded" in line
    assert "receipt=ABC" in line


def test_a_traceback_repeats_neither_variables_nor_the_refused_row(write: Callable) -> None:
    def fail() -> None:
        signature = "Ada " + "Lovelace"
        try:
            raise ValueError(REFUSED_ROW + str(len(signature)))
        except ValueError:
            structlog.get_logger("portal").exception("failed")

    line = write(fail)
    said = json.loads(line)
    assert "Lovelace" not in line
    assert "second line" not in line
    assert "violates not-null constraint" in said["exception"]
    assert "CONTEXT:  while inserting" in said["exception"]
    assert said["exception"].startswith("Traceback")


def test_without_the_processor_the_refused_row_would_be_logged() -> None:
    event = {"event": "failed", "exception": REFUSED_ROW}
    assert "Lovelace" in structlog.processors.JSONRenderer()(None, "error", dict(event))
    assert "Lovelace" not in str(logs.without_refused_rows(None, "error", event))
