"""Publishing never holds a request up, whatever Redis does; and workers find their way back."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from celery import Celery
from kombu.exceptions import OperationalError

from exchange_portal import broker
from scripts import processes, services
from tests.project import starting, waking

pytestmark = pytest.mark.redis


@pytest.fixture
def redis() -> Iterator[services.Redis]:
    """A Redis of this test's own, to be stopped and broken."""
    with services.redis_server() as server:
        yield server


@pytest.fixture
def app(redis: services.Redis, tmp_path: Path) -> Iterator[Celery]:
    """A publisher with the portal's options."""
    made = waking.application(redis.environment["PORTAL_REDIS_URL"], tmp_path)
    yield made
    made.close()


def test_only_a_worker_waits_longer_and_tries_again(tmp_path: Path) -> None:
    publishing = broker.transport_options("redis://127.0.0.1:6379/0", tmp_path)
    consuming = broker.for_a_worker(publishing)
    assert publishing["socket_timeout"] == 0.3
    assert publishing["max_retries"] == 0
    assert consuming["socket_timeout"] == 5
    assert "max_retries" not in consuming
    assert consuming["health_check_interval"] == publishing["health_check_interval"]
    folder = broker.transport_options("filesystem://", tmp_path)
    assert broker.for_a_worker(folder) == folder


def publish(app: Celery, name: str = "x") -> float:
    """Publish a wake-up; returns the seconds it took. Raises when it could not be published."""
    began = time.monotonic()
    app.send_task("waking.mark", (name,))
    return time.monotonic() - began


def refused_after(app: Celery) -> float:
    """Seconds until a wake-up was given up."""
    began = time.monotonic()
    with pytest.raises(OperationalError):
        app.send_task("waking.mark", ("x",))
    return time.monotonic() - began


def test_a_wake_up_is_published_while_redis_is_there(app: Celery) -> None:
    assert publish(app) < 1
    assert publish(app) < 0.2


def test_redis_being_away_costs_a_publisher_less_than_a_second(
    app: Celery, redis: services.Redis
) -> None:
    publish(app)
    redis.kill()
    for _ in range(3):
        assert refused_after(app) < 1
    redis.start()
    assert publish(app) < 1


def test_redis_being_away_from_the_first_moment_costs_less_than_a_second(
    app: Celery, redis: services.Redis
) -> None:
    redis.kill()
    for _ in range(3):
        assert refused_after(app) < 1


def test_a_redis_that_does_not_answer_costs_a_publisher_less_than_a_second(
    app: Celery, redis: services.Redis
) -> None:
    publish(app)
    redis.pause()
    for _ in range(3):
        assert refused_after(app) < 1
    redis.resume()
    assert publish(app) < 1


def test_a_redis_that_never_answered_costs_a_publisher_less_than_a_second(
    app: Celery, redis: services.Redis
) -> None:
    redis.pause()
    for _ in range(3):
        assert refused_after(app) < 1


def test_without_the_options_a_publisher_waits_as_long_as_redis_does(
    redis: services.Redis,
) -> None:
    plain = Celery("plain", broker=redis.environment["PORTAL_REDIS_URL"], set_as_current=False)
    redis.pause()
    waiting = threading.Thread(target=plain.send_task, args=("waking.mark", ("x",)), daemon=True)
    waiting.start()
    waiting.join(2)
    assert waiting.is_alive()
    redis.resume()
    waiting.join(10)
    assert not waiting.is_alive()
    plain.close()


@pytest.mark.worker
def test_a_worker_goes_on_within_a_minute_of_redis_coming_back_empty(
    app: Celery, redis: services.Redis, tmp_path: Path
) -> None:
    variables = {
        "WAKING_BROKER": redis.environment["PORTAL_REDIS_URL"],
        "WAKING_MARKS": str(tmp_path),
        "PORTAL_MODE": "demo",
        "PORTAL_DATA_DIR": str(tmp_path / "demo"),
        "DJANGO_SETTINGS_MODULE": "exchange_portal.settings",
    }
    worker = processes.start(
        [sys.executable, "-m", "celery", "-A", "tests.project.waking", "worker", "--concurrency=1",
         "--without-gossip", "--without-mingle"],
        cwd=starting.ROOT, env=starting.surroundings(variables),
    )  # fmt: skip

    def goes_on(when: str) -> None:
        # Redis may lose a task that was under way; that is why the outbox is the queue of record.
        sent = count()

        def one_more_is_done() -> bool:
            publish(app, f"{when}-{next(sent)}")
            time.sleep(0.5)
            return any(tmp_path.glob(f"{when}-*"))

        processes.wait_until(one_more_is_done, 60, f"A task {when}")

    try:
        goes_on("at first")
        redis.kill()
        time.sleep(3)
        redis.start()
        goes_on("after a restart")
        redis.pause()
        time.sleep(8)
        redis.resume()
        goes_on("after a pause")
    finally:
        processes.stop(worker)
