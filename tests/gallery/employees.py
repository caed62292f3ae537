"""The pictures that employees see, and whoever has not signed in."""

from __future__ import annotations

from elections.openid import Untrusted
from elections.services.sign_on import Stranger
from tests.gallery import states
from tests.gallery.picture import Picture
from tests.gallery.scene import EMPLOYEE, HR, LAW, NOBODY, Scene
from tests.gallery.states import failing, signing

PRICES = "new_price=1.50&prices=2+6+10+20"
FROM_OUR_OWN_PAGE = {"sec-fetch-site": "same-origin"}


def declining(scene: Scene) -> dict[str, str]:
    """The form for a decline, as it was opened, signed."""
    return {"form_token": scene.token, "replaces": "", "signature": "Pat Example"}


FRONT = [
    Picture("front page, signed out", NOBODY, "offer"),
    Picture("front page, no offer", NOBODY, "offer", states.no_offer, status=404),
    Picture("front page, not answered", EMPLOYEE, "offer", states.undecided),
    Picture("front page, unfinished", EMPLOYEE, "offer", states.unfinished),
    Picture("front page, unfinished, expired", EMPLOYEE, "offer", states.unfinished_and_passed),
    Picture("front page, draft", EMPLOYEE, "offer", states.drafted),
    Picture("front page, elected, draft", EMPLOYEE, "offer", states.elected_and_drafted),
    Picture("front page, draft of a withdrawal", EMPLOYEE, "offer", states.drafted_withdrawal),
    Picture("front page, nothing to exchange", EMPLOYEE, "offer", states.without_grants),
    Picture("front page, elected", EMPLOYEE, "offer", states.elected),
    Picture("front page, withdrawn", EMPLOYEE, "offer", states.withdrawn),
    Picture("front page, declined", EMPLOYEE, "offer", states.declined),
    Picture("front page, last hours", EMPLOYEE, "offer", states.soon),
    Picture("front page, extended", EMPLOYEE, "offer", states.elected_and_extended),
    Picture("front page, expired", EMPLOYEE, "offer", states.elected_and_expired),
    Picture("front page, late", EMPLOYEE, "offer", states.late),
    Picture("front page, irregular", EMPLOYEE, "offer", states.irregular),
    Picture("front page, not eligible", EMPLOYEE, "offer", states.not_eligible),
    Picture("front page, leaving", EMPLOYEE, "offer", states.leaving),
    Picture("front page, staff", LAW, "offer"),
    Picture("front page, in the demo", EMPLOYEE, "offer", states.in_the_demo),
    *(
        Picture(f"document {slug}", EMPLOYEE, "document", states.undecided, about=slug)
        for slug in ("announcement-letter", "offer-to-exchange", "election-form", "withdrawal-form")
    ),
]

ELECTION = [
    Picture("election", EMPLOYEE, "election", states.undecided),
    Picture("election, draft", EMPLOYEE, "election", states.drafted, query="form={s.token}"),
    Picture("election, unfinished", EMPLOYEE, "election", states.unfinished),
    Picture(
        "election, kept as a draft",
        EMPLOYEE,
        "election",
        states.undecided,
        send=lambda scene: {"grant-0001": "exchange", "keep": "draft"},
    ),
    Picture("election, on record", EMPLOYEE, "election", states.elected),
    Picture("election, no grants", EMPLOYEE, "election", states.without_grants),
    Picture("election, expired", EMPLOYEE, "election", states.passed),
    Picture("election, not eligible", EMPLOYEE, "election", states.not_eligible),
    Picture(
        "election, not eligible any more", EMPLOYEE, "election", states.elected_and_not_eligible
    ),
    Picture("election, leaving", EMPLOYEE, "election", states.leaving_soon),
    Picture("election, not on the roster", LAW, "election", status=403),
    Picture("election, no offer", HR, "election", states.no_offer, status=404),
    Picture(
        "election, refused",
        EMPLOYEE,
        "election",
        states.undecided,
        send=lambda scene: {"grant-0001": "exchange", "grant-0004": "exchange"},
        status=422,
    ),
    Picture("check, nothing filled in", EMPLOYEE, "election-check", states.undecided),
    Picture("check", EMPLOYEE, "election-check", states.drafted, query="form={s.token}"),
    Picture(
        "check, expired",
        EMPLOYEE,
        "election-check",
        states.drafted_and_passed,
        query="form={s.token}",
    ),
    Picture(
        "check, roster changed",
        EMPLOYEE,
        "election-check",
        states.drafted_and_changed,
        query="form={s.token}",
        status=422,
    ),
    Picture(
        "check, not signed",
        EMPLOYEE,
        "election-check",
        states.drafted,
        send=lambda scene: signing(scene) | {"signature": "", "agree": ""},
        status=422,
    ),
    Picture("check, signed", EMPLOYEE, "election-check", states.drafted, send=signing),
    Picture(
        "check, conflict",
        EMPLOYEE,
        "election-check",
        states.drafted_and_overtaken,
        send=signing,
        status=409,
    ),
    Picture(
        "check, conflict by a decision",
        EMPLOYEE,
        "election-check",
        states.drafted_and_decided,
        send=signing,
        status=409,
    ),
    Picture(
        "check, recorded before",
        EMPLOYEE,
        "election-check",
        states.drafted_and_signed,
        send=lambda scene: signing(scene) | {"signature": "Somebody Else"},
        status=409,
    ),
    Picture(
        "check, unknown form",
        EMPLOYEE,
        "election-check",
        states.undecided,
        query="form=unknown",
        status=404,
    ),
    Picture("decline", EMPLOYEE, "election-decline", states.undecided),
    Picture("decline, expired", EMPLOYEE, "election-decline", states.passed),
    Picture("decline, not eligible", EMPLOYEE, "election-decline", states.not_eligible),
    Picture(
        "decline, not signed",
        EMPLOYEE,
        "election-decline",
        states.declining,
        send=lambda scene: declining(scene) | {"signature": ""},
        status=422,
    ),
    Picture(
        "decline, conflict",
        EMPLOYEE,
        "election-decline",
        states.declining_and_overtaken,
        send=declining,
        status=409,
    ),
]

WITHDRAWAL = [
    Picture("withdrawal", EMPLOYEE, "withdrawal", states.elected),
    Picture("withdrawal, draft", EMPLOYEE, "withdrawal", states.drafted_withdrawal),
    Picture("withdrawal, nothing to withdraw", EMPLOYEE, "withdrawal", states.undecided),
    Picture("withdrawal, expired", EMPLOYEE, "withdrawal", states.elected_and_expired),
    Picture(
        "withdrawal, refused",
        EMPLOYEE,
        "withdrawal",
        states.elected,
        send=lambda scene: {"nothing": ""},
        status=422,
    ),
    Picture("withdrawal check, nothing", EMPLOYEE, "withdrawal-check", states.elected),
    Picture(
        "withdrawal check",
        EMPLOYEE,
        "withdrawal-check",
        states.drafted_withdrawal,
        query="form={s.token}",
    ),
    Picture(
        "withdrawal check, not signed",
        EMPLOYEE,
        "withdrawal-check",
        states.drafted_withdrawal,
        send=lambda scene: signing(scene) | {"signature": ""},
        status=422,
    ),
]

COMPARE = [
    Picture("compare", EMPLOYEE, "compare", states.undecided),
    Picture("compare, figures", EMPLOYEE, "compare", states.undecided, query=PRICES),
    Picture("compare, split", EMPLOYEE, "compare", states.undecided, query=f"{PRICES}&before=3"),
    Picture(
        "compare, unreadable",
        EMPLOYEE,
        "compare",
        states.undecided,
        query="new_price=&prices=x",
        status=422,
    ),
    Picture("compare, no grants", EMPLOYEE, "compare", states.without_grants),
    Picture("compare, not eligible", EMPLOYEE, "compare", states.not_eligible),
]

SUBMISSIONS = [
    Picture("submissions, none", EMPLOYEE, "submissions", states.undecided),
    Picture("submissions", EMPLOYEE, "submissions", states.much_happened),
    *(
        Picture(f"receipt, {name}", EMPLOYEE, "receipt", state, about="{s.form.receipt}")
        for name, state in {
            "election": states.elected,
            "election, mail sent": states.mail_was_sent,
            "election, mail failed": states.mail_failed,
            "election, replaced": states.elected_twice,
            "election, expired": states.elected_and_expired,
            "election, extended": states.elected_and_extended,
            "election, not eligible any more": states.elected_and_not_eligible,
            "election on paper": states.by_paper,
            "withdrawal": states.withdrawn,
            "decline": states.declined,
            "late": states.late,
            "late, an earlier one counts": states.late_over_earlier,
            "irregular": states.irregular,
            "reinstated": states.reinstated,
        }.items()
    ),
    Picture(
        "receipt, PDF not made",
        EMPLOYEE,
        "receipt-pdf",
        states.elected,
        about="{s.form.receipt}",
        during=lambda: failing('SELECT "elections_outboxmessage"'),
        status=503,
    ),
    Picture("verify", NOBODY, "verify"),
    Picture("verify, mistyped", NOBODY, "verify", query="receipt=7K3MQ-9WD4X-00", status=422),
    Picture(
        "verify, on record",
        NOBODY,
        "verify-receipt",
        states.elected,
        about="{s.form.receipt}",
    ),
    Picture(
        "verify, not on record",
        NOBODY,
        "verify-receipt",
        about="7K3MQ-9WD4X-81",
        status=404,
    ),
]

ACCOUNT = [
    Picture("sign in", NOBODY, "account_login"),
    Picture("sign in, no offer", NOBODY, "account_login", states.no_offer),
    Picture(
        "sign in, refused",
        NOBODY,
        "account_login",
        send=lambda scene: {"login": "pat@example.com", "password": "x"},
    ),
    Picture(
        "sign in, too often",
        NOBODY,
        "account_login",
        states.tried_too_often,
        send=lambda scene: {"login": "pat@example.com", "password": "x"},
    ),
    Picture("sign in, single sign-on", NOBODY, "account_login", states.single_sign_on),
    Picture("single sign-on, away", NOBODY, "single-sign-on", states.single_sign_on, status=503),
    Picture(
        "single sign-on, lost", NOBODY, "single-sign-on-back", states.single_sign_on, status=400
    ),
    Picture(
        "single sign-on, called off",
        NOBODY,
        "single-sign-on-back",
        states.single_sign_on_begun,
        query="error=access_denied&state={s.token}",
        status=403,
    ),
    Picture(
        "single sign-on, not accepted",
        NOBODY,
        "single-sign-on-back",
        states.single_sign_on_begun,
        query="code=x&state={s.token}",
        during=lambda: states.provider_answering(Untrusted("it lies")),
        status=502,
    ),
    Picture(
        "single sign-on, no account",
        NOBODY,
        "single-sign-on-back",
        states.single_sign_on_begun,
        query="code=x&state={s.token}",
        during=lambda: states.provider_answering(Stranger("nobody")),
        status=403,
    ),
    Picture("sign in by code", NOBODY, "account_request_login_code"),
    Picture(
        "sign in by code, refused",
        NOBODY,
        "account_request_login_code",
        send=lambda scene: {"email": ""},
    ),
    Picture("sign in by code, mailed", NOBODY, "account_confirm_login_code", states.code_mailed),
    Picture(
        "sign in by code, mistyped",
        NOBODY,
        "account_confirm_login_code",
        states.code_mailed,
        send=lambda scene: {"code": "XXXXXX"},
    ),
    Picture("sign out", EMPLOYEE, "account_logout", states.undecided),
    Picture("sign up", NOBODY, "account_signup"),
    Picture("account disabled", NOBODY, "account_inactive"),
    Picture("password forgotten", NOBODY, "account_reset_password"),
    Picture(
        "password forgotten, refused",
        NOBODY,
        "account_reset_password",
        send=lambda scene: {"email": ""},
    ),
    Picture(
        "password forgotten, too often",
        NOBODY,
        "account_reset_password",
        states.asked_too_often,
        send=lambda scene: {"email": "pat@example.com"},
        status=429,
    ),
    Picture("password forgotten, signed in", EMPLOYEE, "account_reset_password", states.undecided),
    Picture("password forgotten, mailed", NOBODY, "account_reset_password_done"),
    Picture(
        "password by link",
        NOBODY,
        "account_reset_password_from_key",
        states.password_link,
        path="{s.token}",
    ),
    Picture(
        "password by link, refused",
        NOBODY,
        "account_reset_password_from_key",
        states.password_link,
        path="{s.token}",
        send=lambda scene: {"password1": "short", "password2": "other"},
    ),
    Picture(
        "password by link, worn out",
        NOBODY,
        "account_reset_password_from_key",
        path="/accounts/password/reset/key/1-none/",
    ),
    Picture("password by link, set", NOBODY, "account_reset_password_from_key_done"),
    Picture("my account", EMPLOYEE, "my-account", states.signed_in_twice),
    Picture("my account, without password", EMPLOYEE, "my-account", states.without_password),
    Picture("my account, staff", HR, "my-account", states.no_offer),
    Picture("change password", EMPLOYEE, "account_change_password", states.undecided),
    Picture(
        "change password, refused",
        EMPLOYEE,
        "account_change_password",
        states.undecided,
        send=lambda scene: {"oldpassword": "x", "password1": "short", "password2": "other"},
    ),
    Picture("set password", EMPLOYEE, "account_set_password", states.without_password),
    Picture("prove who you are", EMPLOYEE, "account_reauthenticate", states.undecided),
]

TROUBLE = [
    Picture("no such page", NOBODY, path="/nothing/here/", status=404),
    Picture(
        "no such page, signed in", EMPLOYEE, path="/nothing/", state=states.undecided, status=404
    ),
    Picture(
        "unreadable",
        EMPLOYEE,
        "election-check",
        states.undecided,
        send=lambda scene: {"signature": "\0"},
        headers={"content-type": "text/plain; charset=utf-16"},
        status=400,
    ),
    Picture(
        "something went wrong",
        EMPLOYEE,
        "submissions",
        states.undecided,
        during=lambda: failing('SELECT "elections_submission"', RuntimeError),
        status=500,
    ),
    Picture(
        "database away",
        EMPLOYEE,
        "election",
        states.undecided,
        during=lambda: failing("SELECT"),
        status=503,
    ),
    Picture(
        "database away, form signed",
        EMPLOYEE,
        "election-check",
        states.drafted,
        send=signing,
        during=lambda: failing("SELECT"),
        status=503,
    ),
    Picture(
        "signed out before signing",
        EMPLOYEE,
        "election-check",
        states.drafted_and_signed_out,
        send=signing,
        status=403,
    ),
    Picture(
        "page too old",
        EMPLOYEE,
        "election-check",
        states.drafted,
        send=signing,
        headers=FROM_OUR_OWN_PAGE,
        form_of_our_own=False,
        status=403,
    ),
    Picture(
        "form not trusted",
        EMPLOYEE,
        "election-check",
        states.drafted,
        send=signing,
        form_of_our_own=False,
        status=403,
    ),
]

DEMO = [
    Picture("demo mailbox, empty", NOBODY, "demo-mail", states.in_the_demo),
    Picture("demo mailbox", NOBODY, "demo-mail", states.demo_sent_mail),
    Picture("demo mail", NOBODY, "demo-mail-message", states.demo_sent_mail, about="{s.token}"),
    Picture("mail as HTML", NOBODY, "demo-mail-html", states.demo_sent_mail, about="{s.token}"),
]

PICTURES = [
    *FRONT, *ELECTION, *WITHDRAWAL, *COMPARE, *SUBMISSIONS, *ACCOUNT, *TROUBLE, *DEMO
]  # fmt: skip
