"""Connections to Redis, PostgreSQL and the mail server: encrypted, and nobody else at the end."""

from __future__ import annotations

import ssl
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path

import psycopg
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Sink
from celery import Celery
from django.core.mail.backends.smtp import EmailBackend
from kombu import pools
from kombu.exceptions import OperationalError

from exchange_portal import broker, databases
from exchange_portal.env import Environment, Mode
from scripts import processes, services
from scripts.throwaway import production_environment
from tests.project import starting, waking
from tests.project.authority import Authority, Certificate


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("tls") / "ours")


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("tls") / "strange")


# Redis


def redis_by_tls(authority: Authority, *, clients: bool) -> AbstractContextManager[services.Redis]:
    """A Redis with a password that speaks TLS alone; with `clients`, to those it is shown a
    certificate by."""
    certificate = authority.issue("redis")

    class RedisByTls(services.Redis):
        @property
        def environment(self) -> dict[str, str]:
            return {"PORTAL_REDIS_URL": f"rediss://:{self.password}@127.0.0.1:{self.port}/0"}

        def command(self) -> list[str]:
            words = super().command()
            own = certificate.handed_to(self.folder, self.account)
            trusted = Certificate(authority.file, authority.key)
            trusted = trusted.handed_to(self.folder, self.account)
            file = Path(words[1])
            settings = file.read_text().replace(f"port {self.port}", "port 0", 1)
            file.write_text(
                f"{settings}tls-port {self.port}\ntls-cert-file {own.file}\n"
                f"tls-key-file {own.key}\ntls-ca-cert-file {trusted.file}\n"
                f"tls-auth-clients {'yes' if clients else 'no'}\n"
            )
            return words

    return services.redis_server(RedisByTls)


@pytest.fixture(scope="module")
def redis(authority: Authority) -> Iterator[services.Redis]:
    with redis_by_tls(authority, clients=False) as server:
        yield server


def publisher(variables: Mapping[str, str], folder: Path) -> Celery:
    """An application that publishes as a portal with these variables does."""
    pools.reset()  # which tell connections by their address alone
    source = production_environment() | {"PORTAL_REDIS_PASSWORD": ""} | dict(variables)
    env = Environment(source, Mode.PRODUCTION)
    made = waking.application(broker.address(env), folder)
    made.conf.broker_use_ssl = broker.tls(env)
    return made


def refused(variables: Mapping[str, str], folder: Path) -> str:
    """Why nothing can be published; all reasons along the way."""
    app = publisher(variables, folder)
    with pytest.raises(OperationalError) as error:
        app.send_task("waking.mark", ("x",))
    app.close()
    reasons: list[str] = []
    reason: BaseException | None = error.value
    while reason:
        reasons.append(str(reason))
        reason = reason.__cause__ or reason.__context__
    return "\n".join(reasons)


@pytest.mark.redis
@pytest.mark.worker
def test_redis_is_spoken_to_by_tls_and_its_certificate_is_checked(
    redis: services.Redis, authority: Authority, tmp_path: Path
) -> None:
    given = {**redis.environment, "PORTAL_REDIS_CA": str(authority.file)}
    worker = processes.start(
        [sys.executable, "-m", "celery", "-A", "tests.project.waking", "worker", "--concurrency=1",
         "--without-gossip", "--without-mingle"],
        cwd=starting.ROOT,
        env=starting.surroundings({
            **given,
            "WAKING_BROKER": redis.environment["PORTAL_REDIS_URL"],
            "WAKING_MARKS": str(tmp_path),
            "PORTAL_MODE": "demo",
            "PORTAL_DATA_DIR": str(tmp_path / "demo"),
            "DJANGO_SETTINGS_MODULE": "exchange_portal.settings",
        }),
    )  # fmt: skip
    app = publisher(given, tmp_path)
    try:
        app.send_task("waking.mark", ("done",))
        processes.wait_until((tmp_path / "done").exists, 60, "A task by TLS")
    finally:
        app.close()
        processes.stop(worker)


@pytest.mark.redis
def test_a_redis_that_another_authority_vouches_for_is_not_spoken_to(
    redis: services.Redis, stranger: Authority, tmp_path: Path
) -> None:
    given = {**redis.environment, "PORTAL_REDIS_CA": str(stranger.file)}
    assert "certificate verify failed" in refused(given, tmp_path)
    # Nor is one that no authority of this machine knows, when none is named.
    assert "certificate verify failed" in refused(redis.environment, tmp_path)


@pytest.mark.redis
def test_a_redis_at_another_address_than_its_certificate_names_is_not_spoken_to(
    authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    issue = authority.issue
    monkeypatch.setattr(authority, "issue", lambda name: issue(f"{name}-elsewhere", "127.0.0.9"))
    with redis_by_tls(authority, clients=False) as elsewhere:
        given = {**elsewhere.environment, "PORTAL_REDIS_CA": str(authority.file)}
        assert "IP address mismatch" in refused(given, tmp_path)


@pytest.mark.redis
def test_a_redis_that_speaks_tls_is_not_spoken_to_in_the_clear(
    redis: services.Redis, tmp_path: Path
) -> None:
    plain = redis.environment["PORTAL_REDIS_URL"].replace("rediss:", "redis:")
    assert refused({"PORTAL_REDIS_URL": plain}, tmp_path)


@pytest.mark.redis
def test_redis_may_ask_for_a_certificate_of_ours(authority: Authority, tmp_path: Path) -> None:
    ours = authority.issue("portal")
    with redis_by_tls(authority, clients=True) as strict:
        given = {**strict.environment, "PORTAL_REDIS_CA": str(authority.file)}
        assert refused(given, tmp_path)
        app = publisher(
            {
                **given,
                "PORTAL_REDIS_CERTIFICATE": str(ours.file),
                "PORTAL_REDIS_CERTIFICATE_KEY": str(ours.key),
            },
            tmp_path,
        )
        app.send_task("waking.mark", ("x",))
        app.close()


# PostgreSQL


def postgresql_by_tls(
    authority: Authority, *, clients: bool
) -> AbstractContextManager[services.PostgreSQL]:
    """A PostgreSQL that lets people in by TLS alone; with `clients`, those with a certificate."""
    certificate = authority.issue("postgres")

    class PostgreSQLByTls(services.PostgreSQL):
        def command(self) -> list[str]:
            own = certificate.handed_to(self.folder, self.account)
            trusted = Certificate(authority.file, authority.key)
            trusted = trusted.handed_to(self.folder, self.account)
            asked = " clientcert=verify-ca" if clients else ""
            (self.folder / "data" / "pg_hba.conf").write_text(
                f"local all all trust\nhostssl all all 127.0.0.1/32 scram-sha-256{asked}\n"
            )
            return [
                *super().command(), "--ssl=on", f"--ssl-cert-file={own.file}",
                f"--ssl-key-file={own.key}", f"--ssl-ca-file={trusted.file}",
            ]  # fmt: skip

    return services.postgres_server(PostgreSQLByTls)


@pytest.fixture(scope="module")
def postgresql(authority: Authority) -> Iterator[services.PostgreSQL]:
    with postgresql_by_tls(authority, clients=False) as server:
        yield server


def connect(variables: Mapping[str, str]) -> psycopg.Connection[tuple[object, ...]]:
    """A connection as a portal with these variables makes one."""
    env = Environment(production_environment() | dict(variables), Mode.PRODUCTION)
    told = databases.postgresql(env)
    ours = ("server_side_binding", "prepare_threshold")
    options = {name: value for name, value in told["OPTIONS"].items() if name not in ours}
    return psycopg.connect(
        host=told["HOST"], port=told["PORT"], user=told["USER"], password=told["PASSWORD"],
        dbname=told["NAME"], **options,
    )  # fmt: skip


@pytest.mark.postgres
def test_postgresql_is_spoken_to_by_tls_and_its_certificate_is_checked(
    postgresql: services.PostgreSQL, authority: Authority
) -> None:
    given = {"PORTAL_DATABASE_TLS": "verify-full", "PORTAL_DATABASE_CA": str(authority.file)}
    with connect(postgresql.environment | given) as connection:
        told = connection.execute(
            "SELECT ssl, version FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
        )
        assert told.fetchone() == (True, "TLSv1.3")


@pytest.mark.postgres
def test_a_postgresql_that_another_authority_vouches_for_is_not_spoken_to(
    postgresql: services.PostgreSQL, stranger: Authority
) -> None:
    given = {"PORTAL_DATABASE_TLS": "verify-full", "PORTAL_DATABASE_CA": str(stranger.file)}
    with pytest.raises(psycopg.OperationalError, match="certificate verify failed"):
        connect(postgresql.environment | given)
    # Encryption alone would not have noticed.
    connect(postgresql.environment | {"PORTAL_DATABASE_TLS": "require"}).close()


@pytest.mark.postgres
def test_a_postgresql_that_speaks_tls_is_not_spoken_to_in_the_clear(
    postgresql: services.PostgreSQL,
) -> None:
    with pytest.raises(psycopg.OperationalError, match="no encryption"):
        connect(postgresql.environment | {"PORTAL_DATABASE_TLS": "disable"})


@pytest.mark.postgres
def test_postgresql_may_ask_for_a_certificate_of_ours(authority: Authority) -> None:
    ours = authority.issue("portal-to-postgresql")
    with postgresql_by_tls(authority, clients=True) as strict:
        given = strict.environment | {
            "PORTAL_DATABASE_TLS": "verify-full",
            "PORTAL_DATABASE_CA": str(authority.file),
        }
        with pytest.raises(psycopg.OperationalError, match="client certificate"):
            connect(given)
        connect(
            given
            | {
                "PORTAL_DATABASE_CERTIFICATE": str(ours.file),
                "PORTAL_DATABASE_CERTIFICATE_KEY": str(ours.key),
            }
        ).close()


# The mail server


@pytest.mark.parametrize("known", [True, False])
def test_a_mail_server_is_asked_for_its_certificate(
    authority: Authority, known: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = authority.issue("mail")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate.file, certificate.key)
    port = processes.free_port()
    server = Controller(Sink(), "127.0.0.1", port, tls_context=context, require_starttls=True)
    server.start()
    if known:
        monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    backend = EmailBackend(host="127.0.0.1", port=port, use_tls=True, use_ssl=False, timeout=5)
    try:
        if known:
            assert backend.open()
            assert backend.connection.sock.version() in ("TLSv1.2", "TLSv1.3")
        else:
            with pytest.raises(ssl.SSLCertVerificationError):
                backend.open()
    finally:
        backend.close()
        server.stop()


# What makes no sense is refused at the start


@pytest.mark.parametrize(
    ("read", "variables", "said"),
    [
        (databases.postgresql, {"PORTAL_DATABASE_TLS": "verify-full"}, "PORTAL_DATABASE_CA"),
        (databases.postgresql, {"PORTAL_DATABASE_CA": __file__}, "PORTAL_DATABASE_CA"),
        (databases.postgresql, {"PORTAL_DATABASE_CERTIFICATE": __file__}, "go together"),
        (databases.postgresql, {"PORTAL_DATABASE_CA": "/nowhere/ca.pem"}, "can be read"),
        (databases.postgresql, {"PORTAL_DATABASE_TLS": "yes"}, "must be one of"),
        (broker.tls, {"PORTAL_REDIS_CA": __file__}, "does not begin with rediss://"),
        (
            broker.tls,
            {"PORTAL_REDIS_URL": "rediss://r/0", "PORTAL_REDIS_CERTIFICATE_KEY": __file__},
            "go together",
        ),
        (broker.tls, {"PORTAL_REDIS_URL": "rediss://r/0?ssl_cert_reqs=none"}, "nothing after it"),
    ],
)
def test_settings_that_would_check_nothing_are_refused_in_a_sentence(
    read: Callable[[Environment], object], variables: dict[str, str], said: str
) -> None:
    env = Environment(production_environment() | variables, Mode.PRODUCTION)
    with pytest.raises(Exception, match=said) as refused:
        read(env)
    assert str(refused.value).startswith("PORTAL_")
