"""Every environment variable of the portal, declared once.

`docs/configuration.md` holds the table that `python -m exchange_portal.variables` prints; a test
compares the two.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from exchange_portal import parsers
from exchange_portal.env import Mode, Variable

SECRET_KEY_BITS = 128
PASSWORD_BITS = 48
# A mail server's password is often somebody else's choice: eight different letters.
MAIL_PASSWORD_BITS = 24

MODE = Variable(
    "PORTAL_MODE",
    "production, demo or test",
    lambda value: Mode(parsers.choice(*Mode)(value)),
    default=Mode.PRODUCTION.value,
    description="What the process is run for; only `production` may serve people.",
)
SECRET_KEY = Variable(
    "PORTAL_SECRET_KEY",
    "text",
    parsers.text,
    demo_default="",
    unsafe=parsers.guessable(SECRET_KEY_BITS),
    secret=True,
    description="Signs sessions and links, locks second factors; 50 random characters. A demo makes"
    " its own.",
)
SECRET_KEY_FALLBACKS = Variable(
    "PORTAL_SECRET_KEY_FALLBACKS",
    "texts, comma-separated or a line each",
    parsers.texts,
    default="",
    unsafe=parsers.any_guessable(SECRET_KEY_BITS),
    secret=True,
    description="Earlier secret keys, which still open what they signed while one is exchanged.",
)
ALLOWED_HOSTS = Variable(
    "PORTAL_ALLOWED_HOSTS",
    "host names, comma-separated",
    parsers.host_names,
    demo_default="127.0.0.1,localhost",
    unsafe=parsers.any_host,
    description="The host names under which the portal answers.",
)
BASE_URL = Variable(
    "PORTAL_BASE_URL",
    "address",
    parsers.web_address,
    demo_default="http://127.0.0.1:8000",
    unsafe=parsers.plain_http,
    description="The portal's own address as people type it; links in mails begin with it.",
)
TRUSTED_PROXIES = Variable(
    "PORTAL_TRUSTED_PROXIES",
    "whole number",
    parsers.whole_number(0, 10),
    default="0",
    description="How many proxies stand before the portal and set X-Forwarded-For and -Proto.",
)
DATABASE_ENGINE = Variable(
    "PORTAL_DATABASE_ENGINE",
    "postgresql or sqlite",
    parsers.choice("postgresql", "sqlite"),
    default="postgresql",
    demo_default="sqlite",
    unsafe=parsers.not_postgresql,
    description="The kind of database; `sqlite` only for the demo and the tests.",
)
DATABASE_NAME = Variable(
    "PORTAL_DATABASE_NAME",
    "text",
    parsers.text,
    demo_default="portal.sqlite3",
    description="The database; for SQLite a file, in PORTAL_DATA_DIR unless absolute.",
)
DATABASE_HOST = Variable(
    "PORTAL_DATABASE_HOST",
    "text",
    parsers.text,
    demo_default="",
    description="PostgreSQL's host name, or the folder of its socket.",
)
DATABASE_PORT = Variable(
    "PORTAL_DATABASE_PORT",
    "whole number",
    parsers.whole_number(1, 65535),
    default="5432",
    description="PostgreSQL's port.",
)
DATABASE_USER = Variable(
    "PORTAL_DATABASE_USER",
    "text",
    parsers.text,
    demo_default="",
    description="The role the portal signs in as.",
)
DATABASE_PASSWORD = Variable(
    "PORTAL_DATABASE_PASSWORD",
    "text",
    parsers.text,
    demo_default="",
    unsafe=parsers.guessable(PASSWORD_BITS),
    secret=True,
    description="That role's password.",
)
DATABASE_TLS = Variable(
    "PORTAL_DATABASE_TLS",
    "disable, prefer, require, verify-ca or verify-full",
    parsers.choice("disable", "prefer", "require", "verify-ca", "verify-full"),
    default="prefer",
    description="PostgreSQL's own words; only `verify-full` knows for sure whom it speaks to.",
)
DATABASE_CA = Variable(
    "PORTAL_DATABASE_CA",
    "file",
    parsers.file,
    default="",
    description="The certificates (PEM) of who vouches for PostgreSQL's; `verify-` needs it.",
)
DATABASE_CERTIFICATE = Variable(
    "PORTAL_DATABASE_CERTIFICATE",
    "file",
    parsers.file,
    default="",
    description="The portal's own certificate (PEM), where PostgreSQL asks for one.",
)
DATABASE_CERTIFICATE_KEY = Variable(
    "PORTAL_DATABASE_CERTIFICATE_KEY",
    "file",
    parsers.file,
    default="",
    description="Its private key (PEM), closed to others.",
)
REDIS_URL = Variable(
    "PORTAL_REDIS_URL",
    "address",
    parsers.broker_address,
    demo_default="filesystem://",
    unsafe=parsers.not_redis,
    description="The Redis that wakes the workers, `rediss://` for TLS; a demo uses a folder.",
)
REDIS_PASSWORD = Variable(
    "PORTAL_REDIS_PASSWORD",
    "text",
    parsers.text,
    default="",
    unsafe=parsers.guessable(PASSWORD_BITS),
    secret=True,
    description="Redis's password, when it is not part of the address.",
)
REDIS_CA = Variable(
    "PORTAL_REDIS_CA",
    "file",
    parsers.file,
    default="",
    description="The certificates (PEM) of who vouches for Redis's, where that is not a public"
    " authority; for `rediss://` alone.",
)
REDIS_CERTIFICATE = Variable(
    "PORTAL_REDIS_CERTIFICATE",
    "file",
    parsers.file,
    default="",
    description="The portal's own certificate (PEM), where Redis asks for one.",
)
REDIS_CERTIFICATE_KEY = Variable(
    "PORTAL_REDIS_CERTIFICATE_KEY",
    "file",
    parsers.file,
    default="",
    description="Its private key (PEM), closed to others.",
)
EMAIL_HOST = Variable(
    "PORTAL_EMAIL_HOST",
    "text",
    parsers.text,
    demo_default="localhost",
    description="The SMTP server. A demo sends nothing: its mails land in a folder.",
)
EMAIL_PORT = Variable(
    "PORTAL_EMAIL_PORT",
    "whole number",
    parsers.whole_number(1, 65535),
    default="587",
    description="The SMTP server's port.",
)
EMAIL_USER = Variable(
    "PORTAL_EMAIL_USER",
    "text",
    parsers.text,
    default="",
    description="The name to sign in to the SMTP server with; empty for none.",
)
EMAIL_PASSWORD = Variable(
    "PORTAL_EMAIL_PASSWORD",
    "text",
    parsers.text,
    default="",
    unsafe=parsers.guessable(MAIL_PASSWORD_BITS),
    secret=True,
    description="That name's password.",
)
EMAIL_TLS = Variable(
    "PORTAL_EMAIL_TLS",
    "starttls, tls or none",
    parsers.choice("starttls", "tls", "none"),
    default="starttls",
    description="How the connection to the SMTP server is protected.",
)
MAIL_FROM = Variable(
    "PORTAL_MAIL_FROM",
    "mail address",
    parsers.mail_address,
    demo_default="stock-exchange@example.com",
    description="The sender of every mail.",
)
LAW_EMAIL = Variable(
    "PORTAL_LAW_EMAIL",
    "mail address",
    parsers.mail_address,
    demo_default="law@example.com",
    description="Where the Law Department is told, and where employees write to it.",
)
HR_EMAIL = Variable(
    "PORTAL_HR_EMAIL",
    "mail address",
    parsers.mail_address,
    demo_default="hr@example.com",
    description="Where HR is told of mail that could not be delivered, and where employees write to"
    " it.",
)
SECURITY_CONTACT = Variable(
    "PORTAL_SECURITY_CONTACT",
    "mail or https address",
    parsers.contact,
    default="",
    description="Whom to tell of a weakness, for /.well-known/security.txt; unset, there is none.",
)
EXTENSION_NEEDS_APPROVAL = Variable(
    "PORTAL_EXTENSION_NEEDS_APPROVAL",
    "yes or no",
    parsers.yes_or_no,
    default="no",
    description="Whether an extension is proposed by one person and approved by another.",
)
OIDC_ISSUER = Variable(
    "PORTAL_OIDC_ISSUER",
    "address",
    parsers.issuer,
    default="",
    unsafe=parsers.plain_http_issuer,
    description="The company's OpenID provider, as it names itself; empty: no single sign-on.",
)
OIDC_CLIENT_ID = Variable(
    "PORTAL_OIDC_CLIENT_ID",
    "text",
    parsers.text,
    default="",
    description="What the provider calls the portal.",
)
OIDC_CLIENT_SECRET = Variable(
    "PORTAL_OIDC_CLIENT_SECRET",
    "text",
    parsers.text,
    default="",
    unsafe=parsers.guessable(PASSWORD_BITS),
    secret=True,
    description="The secret that the provider gave the portal.",
)
OIDC_NAME = Variable(
    "PORTAL_OIDC_NAME",
    "text",
    parsers.text,
    default="your company account",
    description='What people know the provider by: the button says "Sign in with …".',
)
OIDC_EMPLOYEE_NUMBER_CLAIM = Variable(
    "PORTAL_OIDC_EMPLOYEE_NUMBER_CLAIM",
    "text",
    parsers.text,
    default="",
    description="The claim that holds the employee number; empty: people are known by their"
    " verified address.",
)
DATA_DIR = Variable(
    "PORTAL_DATA_DIR",
    "folder",
    Path,
    default="var",
    description="Where files are kept, outside what is served: scans, uploads; a demo's database,"
    " mails, broker and secret too. Relative to the checkout.",
)
DEMO_NOW = Variable(
    "PORTAL_DEMO_NOW",
    "instant",
    parsers.instant,
    default="",
    description="Where a demo's clock starts; any other mode refuses to start with it.",
)
LOG_LEVEL = Variable(
    "PORTAL_LOG_LEVEL",
    "DEBUG, INFO, WARNING or ERROR",
    parsers.choice("DEBUG", "INFO", "WARNING", "ERROR"),
    default="INFO",
    description="The least severe message that is logged.",
)

ALL: tuple[Variable[Any], ...] = tuple(
    value for value in list(globals().values()) if isinstance(value, Variable)
)


def table() -> str:
    """The table of `docs/configuration.md`: one row per variable, in the order of this file."""
    rows = ["| variable | type | default | in production | what it is |", "|---|---|---|---|---|"]
    for variable in ALL:
        name = f"`{variable.name}`" + (f" or `{variable.name}_FILE`" if variable.secret else "")
        needed = "required" if variable.required_in_production else "optional"
        defaults = [f"`{variable.default}`"] if variable.default else []
        defaults += [f"demo: `{variable.demo_default}`"] if variable.demo_default else []
        default = ", ".join(defaults) or "–"
        rows.append(f"| {name} | {variable.kind} | {default} | {needed} | {variable.description} |")
    return "\n".join(rows)


if __name__ == "__main__":
    print(table())
