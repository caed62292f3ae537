"""What can have happened to an employee and their forms, made with the services themselves."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings
from django.db import OperationalError, connection
from django.test import Client

from elections import openid
from elections.core.terms import Choice
from elections.delivery.eml_folder import list_mail
from elections.delivery.sweep import sweep
from elections.models import Employee, OutboxMessage
from elections.models.outbox import MailState
from elections.models.submission import Verdict
from elections.services.answers import Election
from elections.single_sign_on import CompanyAdapter
from tests import factory
from tests.factory import DURING_OFFER, EXPIRATION
from tests.gallery.scene import EMPLOYEE, NOBODY, PASSWORD, Scene
from tests.mails import account_mails
from tests.papers import on_paper
from tests.views.pages import choices, decide, fill_in, typed

HOUR = timedelta(hours=1)
NOBODY_THERE = "http://127.0.0.1:9"


def no_offer(scene: Scene) -> None:
    """Before anything is loaded, somebody has an account."""


def undecided(scene: Scene) -> None:
    """Pat has grants and has not answered."""
    assert scene.pat


def soon(scene: Scene) -> None:
    """Two hours are left."""
    undecided(scene)
    scene.clock.set(EXPIRATION - 2 * HOUR)


def passed(scene: Scene) -> None:
    """The offer expired an hour ago, and Pat never answered."""
    undecided(scene)
    scene.clock.set(EXPIRATION + HOUR)


def without_grants(scene: Scene) -> None:
    """Pat holds nothing that could be exchanged."""
    scene.pat.grants.exclude(number="0004").delete()


def drafted(scene: Scene) -> None:
    """Pat filled in an election and has not signed it."""
    exchange, keep = (scene.grant("0001"),), (scene.grant("0002"),)
    scene.token = fill_in(scene.browser(EMPLOYEE), choices(exchange=exchange, keep=keep))


def unfinished(scene: Scene) -> None:
    """Pat answered for one grant of two, and left."""
    scene.browser(EMPLOYEE).post("/election/", {"grant-0001": "exchange", "keep": "draft"})


def unfinished_and_passed(scene: Scene) -> None:
    """The offer expired after that."""
    unfinished(scene)
    scene.clock.set(EXPIRATION + HOUR)


def elected_and_drafted(scene: Scene) -> None:
    """Pat elected, and has filled in another election since."""
    elected(scene)
    scene.clock.tick(hours=1)
    drafted(scene)


def elected(scene: Scene) -> None:
    """Pat exchanges one grant, and the required one with it."""
    scene.form = factory.elect(scene.pat, scene.grant("0001"), keep=(scene.grant("0002"),))


def elected_and_extended(scene: Scene) -> None:
    """The deadline moved by a week after that."""
    elected(scene)
    factory.extend(scene.offer)


def elected_and_expired(scene: Scene) -> None:
    """The offer expired after that."""
    elected(scene)
    scene.clock.set(EXPIRATION + HOUR)


def elected_twice(scene: Scene) -> None:
    """A second election replaced the first, which is the one looked at."""
    elected(scene)
    scene.clock.tick(hours=1)
    factory.elect(scene.pat, scene.grant("0001"), scene.grant("0002"))


def withdrawn(scene: Scene) -> None:
    """Pat took an election back."""
    elected(scene)
    scene.clock.tick(hours=1)
    scene.form = factory.withdraw(scene.pat)


def declined(scene: Scene) -> None:
    """Pat said that they do not take part."""
    scene.form = factory.decline(scene.pat)


def late(scene: Scene) -> None:
    """Pat's only form came an hour too late."""
    passed(scene)
    elected(scene)


def late_over_earlier(scene: Scene) -> None:
    """Pat's election counts, and the withdrawal of it came too late."""
    elected(scene)
    scene.clock.set(EXPIRATION + HOUR)
    scene.form = factory.withdraw(scene.pat)


def irregular(scene: Scene) -> None:
    """Law found Pat's election irregular."""
    elected(scene)
    decide(scene.form, Verdict.IRREGULAR, "It is not signed with your legal name.")


def reinstated(scene: Scene) -> None:
    """Pat's late election counts after all, under an extension and by a decision."""
    late(scene)
    factory.extend(scene.offer)
    decide(scene.form, Verdict.REINSTATED, "The portal could not be reached.")


def by_paper(scene: Scene) -> None:
    """Pat's election came by fax and was keyed in."""
    undecided(scene)
    answer = Election({"0001": Choice.EXCHANGE, "0002": Choice.KEEP})
    scene.form = on_paper(scene.pat, answer, received_at=DURING_OFFER - HOUR)


def much_happened(scene: Scene) -> None:
    """A form of each kind and standing, one after the other."""
    irregular(scene)
    scene.clock.tick(hours=1)
    elected(scene)
    scene.clock.tick(hours=1)
    factory.withdraw(scene.pat, scene.grant("0001"))
    scene.clock.tick(hours=1)
    factory.decline(scene.pat)
    scene.clock.tick(hours=1)
    factory.elect(scene.pat, scene.grant("0001"), scene.grant("0002"))
    scene.clock.set(EXPIRATION + HOUR)
    factory.withdraw(scene.pat)


def mail_was_sent(scene: Scene) -> None:
    """The confirmation of Pat's election went out."""
    elected(scene)
    OutboxMessage.objects.update(state=MailState.SENT, sent_at=scene.clock.instant)


def mail_failed(scene: Scene) -> None:
    """The confirmation of Pat's election could not be delivered."""
    elected(scene)
    OutboxMessage.objects.update(state=MailState.FAILED, last_error="550 No such user")


def drafted_withdrawal(scene: Scene) -> None:
    """Pat filled in a withdrawal and has not signed it."""
    elected(scene)
    scene.clock.tick(hours=1)
    fields = {"withdraw-0001": "on"}
    scene.token = fill_in(scene.browser(EMPLOYEE), fields, "withdrawal")


def drafted_and_overtaken(scene: Scene) -> None:
    """Another form was recorded while Pat filled this one in."""
    drafted(scene)
    factory.decline(scene.pat)


def drafted_and_decided(scene: Scene) -> None:
    """Law decided on what counted while Pat filled this form in."""
    elected(scene)
    drafted(scene)
    decide(scene.form, Verdict.IRREGULAR, "It is not signed.")


def drafted_and_changed(scene: Scene) -> None:
    """A grant changed in the roster after the form was filled in."""
    drafted(scene)
    scene.pat.grants.filter(number="0001").update(exercised=100)


def drafted_and_signed(scene: Scene) -> None:
    """The form that was filled in is on record by now."""
    drafted(scene)
    scene.browser(EMPLOYEE).post("/election/check/", signing(scene))


def drafted_and_signed_out(scene: Scene) -> None:
    """Pat filled in a form, and the session ended."""
    drafted(scene)
    scene.browser(EMPLOYEE).logout()


def drafted_and_passed(scene: Scene) -> None:
    """Pat filled in a form, and the deadline passed."""
    drafted(scene)
    scene.clock.set(EXPIRATION + HOUR)


def declining(scene: Scene) -> None:
    """Pat has the form for a decline open."""
    page = scene.browser(EMPLOYEE).get("/election/decline/")
    scene.token = typed(page)["form_token"]


def declining_and_overtaken(scene: Scene) -> None:
    """And an election was recorded meanwhile."""
    declining(scene)
    elected(scene)


def not_eligible(scene: Scene) -> None:
    """The offer is not open to Pat."""
    undecided(scene)
    Employee.objects.update(country="GB", is_director=True)


def elected_and_not_eligible(scene: Scene) -> None:
    """Pat elected and became an executive officer since."""
    elected(scene)
    Employee.objects.update(is_executive_officer=True)


def leaving(scene: Scene) -> None:
    """Pat elected and leaves before the new options are granted."""
    elected(scene)
    Employee.objects.update(left_on=date(2003, 2, 14))


def leaving_soon(scene: Scene) -> None:
    """Pat has not answered and leaves before the offer expires."""
    undecided(scene)
    Employee.objects.update(left_on=date(2003, 1, 18))


def in_the_demo(scene: Scene) -> None:
    """The demo, before it sent anything."""
    undecided(scene)
    scene.settings.PORTAL_DEMO = True
    scene.settings.EMAIL_BACKEND = "elections.delivery.eml_folder.EmlFolderBackend"
    scene.settings.EMAIL_FILE_PATH = scene.settings.PORTAL_DATA_DIR / uuid.uuid4().hex


def demo_sent_mail(scene: Scene) -> None:
    """The demo confirmed Pat's election; `token` is the name of the mail."""
    in_the_demo(scene)
    elected(scene)
    sweep(grace=timedelta(0))
    scene.token = list_mail(settings.EMAIL_FILE_PATH)[0].name


def password_link(scene: Scene) -> None:
    """Pat asked for a link with which to choose a password, and opened it."""
    assert scene.pat
    browser = scene.browser(NOBODY)
    browser.post("/accounts/password/reset/", {"email": scene.pat.email})
    link = re.search(r"http://testserver(/\S+)", account_mails()[-1].body)
    assert link is not None
    scene.token = browser.get(link[1]).headers["Location"]


def single_sign_on(scene: Scene) -> None:
    """The company has an OpenID provider, which does not answer."""
    assert scene.offer
    scene.settings.PORTAL_OIDC_ISSUER = NOBODY_THERE
    scene.settings.PORTAL_OIDC_CLIENT_ID = scene.settings.PORTAL_OIDC_CLIENT_SECRET = "portal"
    scene.settings.PORTAL_OIDC_NAME = "Example Corporation"
    openid.documents.clear()


def single_sign_on_begun(scene: Scene) -> None:
    """Somebody was led to it; `token` is the state that comes back."""
    single_sign_on(scene)
    openid.documents.set(
        f"{NOBODY_THERE}/.well-known/openid-configuration",
        {name: f"{NOBODY_THERE}/{name}" for name in openid.ENDPOINTS},
    )
    led_to = scene.browser(NOBODY).get("/sign-on/").headers["Location"]
    (scene.token,) = parse_qs(urlsplit(led_to).query)["state"]


@contextmanager
def provider_answering(error: Exception) -> Iterator[None]:
    """What comes back from it ends in that error."""

    def fail(*args: Any, **kwargs: Any) -> Any:
        raise error

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(CompanyAdapter, "get_access_token_data", fail)
        yield


def code_mailed(scene: Scene) -> None:
    """Pat asked for a code to sign in with."""
    browser = scene.browser(NOBODY)
    browser.post("/accounts/login/code/", {"email": scene.pat.email})


def signed_in_twice(scene: Scene) -> None:
    """Pat is signed in on a telephone, too."""
    telephone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1"
    sent = {"login": scene.pat.email, "password": PASSWORD}
    Client(headers={"user-agent": telephone}).post("/accounts/login/", sent)


def tried_too_often(scene: Scene) -> None:
    """Somebody typed ten wrong passwords."""
    assert scene.pat
    for _ in range(10):
        sent = {"login": scene.pat.email, "password": "wrong"}
        scene.browser(NOBODY).post("/accounts/login/", sent)


def asked_too_often(scene: Scene) -> None:
    """Somebody asked for three links."""
    assert scene.pat
    for _ in range(3):
        scene.browser(NOBODY).post("/accounts/password/reset/", {"email": scene.pat.email})


def without_password(scene: Scene) -> None:
    """Pat never chose a password."""
    user = scene.who(EMPLOYEE)
    assert user is not None
    user.set_unusable_password()
    user.save()


def signing(scene: Scene) -> dict[str, str]:
    """The check page of Pat's draft, signed."""
    return {"form_token": scene.token, "signature": "Pat Example", "agree": "on"}


@contextmanager
def failing(begins: str, error: type[Exception] = OperationalError) -> Iterator[None]:
    """Each statement to the database that begins so ends in that error."""

    def fail(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if sql.startswith(begins):
            raise error("terminating connection due to administrator command")
        return execute(sql, *rest)

    with connection.execute_wrapper(fail):
        yield
