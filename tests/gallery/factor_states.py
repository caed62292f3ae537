"""Second factors that HR can have set up, or not."""

from __future__ import annotations

import json

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.test import Client

from elections.admin.confirming import KEPT
from elections.services.factors import WRONG_AT_MOST
from tests.gallery.scene import HR, NOBODY, PASSWORD, SUPERUSER, Scene
from tests.passkeys import Passkey, options_on

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def nothing_set_up(scene: Scene) -> None:
    """HR signed in and has no second factor yet."""
    assert scene.offer
    assert scene.hr


def app(scene: Scene) -> None:
    """HR has an app, and recovery codes that were not shown yet."""
    nothing_set_up(scene)
    TOTP.activate(scene.hr, SECRET)
    RecoveryCodes.activate(scene.hr)


def app_and_passkey(scene: Scene) -> None:
    """And a passkey; `token` is its key."""
    app(scene)
    browser = scene.browser(HR)
    made = Passkey().made(options_on(browser.get("/accounts/2fa/webauthn/add/")))
    browser.post("/accounts/2fa/webauthn/add/", {"name": "Laptop", "credential": json.dumps(made)})
    scene.token = str(Authenticator.objects.get(type=Authenticator.Type.WEBAUTHN).pk)
    browser.get("/")  # the message about it is not what the picture is of


def codes_seen(scene: Scene) -> None:
    """HR has looked at the recovery codes."""
    app(scene)
    scene.browser(HR).get("/accounts/2fa/recovery-codes/")


def password_typed(scene: Scene) -> None:
    """HR typed the password and is asked for the second factor."""
    app_and_passkey(scene)
    browser: Client = scene.browser(NOBODY)
    browser.post("/accounts/login/", {"login": scene.hr.email, "password": PASSWORD})


def codes_used_up(scene: Scene) -> None:
    """Somebody typed the password, and ten wrong codes."""
    password_typed(scene)
    for _ in range(WRONG_AT_MOST):
        scene.browser(NOBODY).post("/accounts/2fa/authenticate/", {"code": "000000"})


def form_waits(scene: Scene) -> None:
    """HR confirmed who they are, and a form waits to be sent."""
    nothing_set_up(scene)
    browser = scene.browser(HR)
    session = browser.session
    session[KEPT] = {"action": "/admin/exports/", "typed": [["table", "register"]]}
    session.save()


def seen_by_an_administrator(scene: Scene) -> None:
    """An administrator looks at HR's account, which has an app; `rows` has it."""
    app(scene)
    assert scene.browser(SUPERUSER)
    scene.rows = {"user": scene.hr.pk}
