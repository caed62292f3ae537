"""/healthz answers always, /readyz only when the database can serve."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import kombu
import pytest
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client


@pytest.fixture
def no_database() -> Iterator[None]:
    """Every statement fails as it does when the server is gone."""

    def gone(*_: Any) -> None:
        raise OperationalError("server closed the connection unexpectedly")

    with connection.execute_wrapper(gone):
        yield


@pytest.mark.django_db
def test_healthz_asks_no_database(
    client: Client, django_assert_num_queries: Callable[[int], AbstractContextManager[object]]
) -> None:
    with django_assert_num_queries(0):
        response = client.get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok\n")
    assert "no-store" in response["Cache-Control"]


@pytest.mark.django_db
def test_healthz_answers_while_the_database_is_gone(client: Client, no_database: None) -> None:
    assert client.get("/healthz").status_code == 200


@pytest.mark.django_db
def test_readyz_answers_when_every_migration_is_applied(client: Client) -> None:
    response = client.get("/readyz")
    assert (response.status_code, response.content) == (200, b"ready\n")


@pytest.mark.django_db
def test_readyz_names_the_first_migration_that_is_missing(client: Client) -> None:
    last = "0003_logentry_add_action_flag_choices"
    MigrationRecorder.Migration.objects.filter(app="admin", name=last).delete()
    response = client.get("/readyz")
    assert response.status_code == 503
    expected = f"not ready: 1 migrations not applied, first admin.{last}\n"
    assert response.content.decode() == expected


@pytest.mark.django_db
def test_readyz_says_when_the_database_is_gone(client: Client, no_database: None) -> None:
    response = client.get("/readyz")
    assert (response.status_code, response.content) == (
        503,
        b"not ready: the database does not answer\n",
    )


@pytest.mark.django_db
def test_readyz_does_not_ask_the_broker(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*_: Any, **__: Any) -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr(kombu.Connection, "connect", gone)
    monkeypatch.setattr(kombu.Connection, "_ensure_connection", gone)
    assert client.get("/readyz").status_code == 200


@pytest.mark.parametrize("address", ["/healthz", "/readyz"])
def test_nothing_can_be_sent_to_a_health_address(client: Client, address: str) -> None:
    assert client.post(address).status_code == 405
