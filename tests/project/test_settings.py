"""What the settings come to, read by a process of their own in each mode."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.throwaway import production_environment
from tests.project import starting

# Each test starts processes, so these are not for the inner loop.
pytestmark = pytest.mark.worker

COOKIES = ("SESSION_COOKIE_NAME", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_NAME", "CSRF_COOKIE_SECURE")


def test_django_finds_nothing_to_say_about_production() -> None:
    done = starting.run(
        "manage.py", "check", "--deploy", "--fail-level", "WARNING", **production_environment()
    )
    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout


def test_the_cookies_of_production_belong_to_https_and_this_host_alone() -> None:
    read = starting.settings(*COOKIES, "SECURE_SSL_REDIRECT", **production_environment())
    assert read == {
        "SESSION_COOKIE_NAME": "__Host-session",
        "SESSION_COOKIE_SECURE": True,
        "CSRF_COOKIE_NAME": "__Host-csrf",
        "CSRF_COOKIE_SECURE": True,
        "SECURE_SSL_REDIRECT": True,
    }


def test_the_cookies_of_a_demo_work_over_plain_http(tmp_path: Path) -> None:
    read = starting.settings(
        *COOKIES, "SECURE_SSL_REDIRECT", PORTAL_MODE="demo", PORTAL_DATA_DIR=str(tmp_path)
    )
    assert read == {
        "SESSION_COOKIE_NAME": "session",
        "SESSION_COOKIE_SECURE": False,
        "CSRF_COOKIE_NAME": "csrf",
        "CSRF_COOKIE_SECURE": False,
        "SECURE_SSL_REDIRECT": False,
    }


@pytest.mark.parametrize(
    ("proxies", "header"), [("0", None), ("1", ["HTTP_X_FORWARDED_PROTO", "https"])]
)
def test_a_proxy_is_believed_only_where_there_is_one(
    proxies: str, header: list[str] | None
) -> None:
    variables = production_environment() | {"PORTAL_TRUSTED_PROXIES": proxies}
    read = starting.settings("SECURE_PROXY_SSL_HEADER", "ALLAUTH_TRUSTED_PROXY_COUNT", **variables)
    assert read["SECURE_PROXY_SSL_HEADER"] == header
    assert read["ALLAUTH_TRUSTED_PROXY_COUNT"] == int(proxies)


def test_the_password_of_redis_becomes_part_of_its_address() -> None:
    variables = production_environment() | {"PORTAL_REDIS_PASSWORD": "q7Zr/8Kp2@Lm4Xw9Tb"}
    read = starting.settings("CELERY_BROKER_URL", **variables)
    assert read["CELERY_BROKER_URL"] == "redis://:q7Zr%2F8Kp2%40Lm4Xw9Tb@redis.invalid:6379/0"


@pytest.mark.parametrize(
    ("word", "tls", "ssl"),
    [("starttls", True, False), ("tls", False, True), ("none", False, False)],
)
def test_mail_is_protected_as_said(word: str, tls: bool, ssl: bool) -> None:
    variables = production_environment() | {"PORTAL_EMAIL_TLS": word}
    read = starting.settings("EMAIL_USE_TLS", "EMAIL_USE_SSL", **variables)
    assert read == {"EMAIL_USE_TLS": tls, "EMAIL_USE_SSL": ssl}


@pytest.mark.parametrize("missing", ["ISSUER", "CLIENT_ID", "CLIENT_SECRET"])
def test_single_sign_on_needs_all_of_its_variables_or_none(missing: str) -> None:
    given = {
        "PORTAL_OIDC_ISSUER": "https://login.example.net",
        "PORTAL_OIDC_CLIENT_ID": "portal",
        "PORTAL_OIDC_CLIENT_SECRET": "q7Zr8Kp2Lm4Xw9Tb",
    }
    assert starting.settings("PORTAL_OIDC_NAME", **production_environment(), **given) == {
        "PORTAL_OIDC_NAME": "your company account"
    }
    given.pop(f"PORTAL_OIDC_{missing}")
    done = starting.run("manage.py", "check", **production_environment(), **given)
    assert done.returncode != 0
    assert "set all three, or none" in done.stderr


def test_only_the_tests_hash_passwords_in_a_hurry(tmp_path: Path) -> None:
    folder = {"PORTAL_DATA_DIR": str(tmp_path)}
    for variables in (production_environment(), {"PORTAL_MODE": "demo", **folder}):
        hashers = starting.settings("PASSWORD_HASHERS", **variables)["PASSWORD_HASHERS"]
        assert hashers[0].endswith("Argon2PasswordHasher")
        assert not any("MD5" in hasher for hasher in hashers)


def test_a_demo_keeps_everything_in_its_folder(tmp_path: Path) -> None:
    read = starting.settings(
        "EMAIL_FILE_PATH", "DATABASES", "CELERY_BROKER_TRANSPORT_OPTIONS", "SECRET_KEY",
        PORTAL_MODE="demo", PORTAL_DATA_DIR=str(tmp_path / "demo"),
    )  # fmt: skip
    assert read["EMAIL_FILE_PATH"] == str(tmp_path / "demo" / "mail")
    assert read["DATABASES"]["default"]["NAME"] == str(tmp_path / "demo" / "portal.sqlite3")
    options = read["CELERY_BROKER_TRANSPORT_OPTIONS"]
    assert options["data_folder_in"] == options["data_folder_out"]
    assert Path(options["data_folder_in"]).parent == tmp_path / "demo" / "broker"
    assert (tmp_path / "demo" / "secret_key").read_text() == read["SECRET_KEY"]


@pytest.mark.parametrize("mode", ["production", "test"])
def test_no_variable_lets_staff_in_without_a_second_factor_outside_a_demo(
    mode: str, tmp_path: Path
) -> None:
    variables = production_environment() | {"PORTAL_MODE": mode, "PORTAL_DATA_DIR": str(tmp_path)}
    read = starting.settings("PORTAL_SECOND_FACTOR", **variables, PORTAL_SECOND_FACTOR="no")
    assert read == {"PORTAL_SECOND_FACTOR": True}


def test_a_demo_goes_without(tmp_path: Path) -> None:
    variables = {"PORTAL_MODE": "demo", "PORTAL_DATA_DIR": str(tmp_path)}
    assert starting.settings("PORTAL_SECOND_FACTOR", **variables) == {"PORTAL_SECOND_FACTOR": False}
