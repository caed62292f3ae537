"""Who may do what on the employees' pages: rows for each of their addresses.

`tests/doors/test_objects.py` holds them. Each name of an address outside the admin (where it has
none, its route) has a row for each kind of thing it can be about: what that is, the address, and
the status of a GET and of an empty POST for nobody signed in, for whom it belongs to, for another
employee, and for staff of every kind, who are not on the roster. What belongs to somebody else is
as little there as what does not exist. `tests/admin/access.py` says the same of the admin.
"""

from __future__ import annotations

OWNER, STRANGER = "owner", "stranger"
ROLES = ("nobody", OWNER, STRANGER, "hr", "law", "auditor", "superuser")

Row = tuple[str, str, str, str]

# A GET or a POST by nobody, the owner, another employee, staff.
ANYBODY = "200 200 200 200"
SIGNED_IN = "302 200 200 200"
SIGNED_OUT = "200 302 302 302"
OWN = "302 200 200 403"  # everybody sees their own
OWNER_ALONE = "302 200 404 403"
NOT_FOUND = "302 404 404 403"
NOT_THERE = "404 404 404 404"
INCOMPLETE = "302 422 422 403"
LED_ON = "302 302 302 302"
STAFF_ALONE = "302 404 404 200"
NO_FACTOR = "302 404 404 404"
NO_NEED = "302 404 404 302"
NO_REASON = "302 404 404 403"
NO_METHOD = "405 405 405 405"

ACCESS: dict[str, list[Row]] = {
    "healthz": [("a word", "/healthz", ANYBODY, NO_METHOD)],
    "readyz": [("a word", "/readyz", ANYBODY, NO_METHOD)],
    # The offer
    "offer": [("the offer", "/", ANYBODY, NO_METHOD)],
    "document": [
        ("a document", "/documents/announcement-letter/", SIGNED_IN, NO_METHOD),
        ("missing", "/documents/nothing/", "302 404 404 404", NO_METHOD),
    ],
    "calendar": [("the offer's days", "/calendar.ics", SIGNED_IN, NO_METHOD)],
    "time-left": [("the deadline", "/time-left/", ANYBODY, NO_METHOD)],
    # One's own forms
    "election": [("one's own", "/election/", OWN, INCOMPLETE)],
    "election-decline": [("one's own", "/election/decline/", OWN, NOT_FOUND)],
    "election-form-pdf": [("one's own", "/election/form.pdf", OWN, NO_METHOD)],
    "compare": [("one's own", "/compare/", OWN, NO_METHOD)],
    "withdrawal": [("one's own", "/withdrawal/", OWN, INCOMPLETE)],
    "withdrawal-form-pdf": [("one's own", "/withdrawal/form.pdf", OWN, NO_METHOD)],
    "election-check": [
        ("the owner's draft", "/election/check/?form={election}", OWNER_ALONE, NOT_FOUND),
        ("missing", "/election/check/?form={missing}", NOT_FOUND, NOT_FOUND),
        ("no token", "/election/check/?form=x", NOT_FOUND, NOT_FOUND),
        ("none named", "/election/check/", OWN, NOT_FOUND),
    ],
    "withdrawal-check": [
        ("the owner's draft", "/withdrawal/check/?form={withdrawal}", OWNER_ALONE, NOT_FOUND),
        ("missing", "/withdrawal/check/?form={missing}", NOT_FOUND, NOT_FOUND),
        ("none named", "/withdrawal/check/", OWN, NOT_FOUND),
    ],
    # What was submitted
    "submissions": [("one's own", "/submissions/", OWN, NO_METHOD)],
    "receipt": [
        ("the owner's", "/submissions/{receipt}/", OWNER_ALONE, NO_METHOD),
        ("missing", "/submissions/7K3MQ-9WD4X-14/", NOT_FOUND, NO_METHOD),
        ("no code", "/submissions/nothing/", NOT_FOUND, NO_METHOD),
    ],
    "receipt-pdf": [
        ("the owner's", "/submissions/{receipt}.pdf", OWNER_ALONE, NO_METHOD),
        ("missing", "/submissions/7K3MQ-9WD4X-14.pdf", NOT_FOUND, NO_METHOD),
    ],
    "verify": [("a form", "/verify/", ANYBODY, NO_METHOD)],
    "verify-receipt": [
        ("the owner's", "/verify/{receipt}/", ANYBODY, NO_METHOD),
        ("missing", "/verify/7K3MQ-9WD4X-14/", NOT_THERE, NO_METHOD),
    ],
    # Signing in and out
    "account_login": [("a form", "/accounts/login/", SIGNED_OUT, SIGNED_OUT)],
    "account_logout": [("one's session", "/accounts/logout/", SIGNED_IN, LED_ON)],
    "account_inactive": [("a page", "/accounts/inactive/", ANYBODY, NO_METHOD)],
    "account_signup": [("nothing", "/accounts/signup/", SIGNED_OUT, SIGNED_OUT)],
    "account_reauthenticate": [
        ("a form", "/accounts/reauthenticate/", "302 403 403 403", "302 403 403 403")
    ],
    "accounts/email/": [("nothing", "/accounts/email/", NOT_THERE, NOT_THERE)],
    "account_email": [("nothing", "/accounts/email/", NOT_THERE, NOT_THERE)],
    **{
        name: [("nothing", f"/accounts/confirm-email/{key}", NOT_THERE, NOT_THERE)]
        for name, key in {
            "accounts/confirm-email/": "",
            "account_email_verification_sent": "",
            "accounts/confirm-email/<str:key>/": "x/",
            "account_confirm_email": "x/",
        }.items()
    },
    "account_change_password": [("one's own", "/accounts/password/change/", LED_ON, LED_ON)],
    "account_set_password": [("one's own", "/accounts/password/set/", SIGNED_IN, SIGNED_IN)],
    "account_reset_password": [("a form", "/accounts/password/reset/", ANYBODY, ANYBODY)],
    "account_reset_password_done": [
        ("a page", "/accounts/password/reset/done/", ANYBODY, NO_METHOD)
    ],
    "account_reset_password_from_key": [
        ("a link to the owner", "{link}", LED_ON, LED_ON),
        ("missing", "/accounts/password/reset/key/1-nothing/", ANYBODY, ANYBODY),
    ],
    "account_reset_password_from_key_done": [
        ("a page", "/accounts/password/reset/key/done/", ANYBODY, NO_METHOD)
    ],
    "account_request_login_code": [("a form", "/accounts/login/code/", SIGNED_OUT, SIGNED_OUT)],
    "account_confirm_login_code": [("no code", "/accounts/login/code/confirm/", LED_ON, LED_ON)],
    "session-left": [("one's session", "/session-left/", ANYBODY, ANYBODY)],
    "my-account": [("one's sessions", "/account/", SIGNED_IN, "302 303 303 303")],
    # The provider that single sign-on would ask, if there were one
    "single-sign-on": [("nothing", "/sign-on/", NOT_THERE, NOT_THERE)],
    "single-sign-on-back": [("nothing", "/sign-on/back/", NOT_THERE, NOT_THERE)],
    # The second factor of staff, who have shown one here but set up none
    "mfa_index": [("one's own", "/accounts/2fa/", STAFF_ALONE, "302 404 404 405")],
    "mfa_activate_totp": [("a form", "/accounts/2fa/totp/activate/", STAFF_ALONE, STAFF_ALONE)],
    "mfa_add_webauthn": [("a form", "/accounts/2fa/webauthn/add/", STAFF_ALONE, STAFF_ALONE)],
    "mfa_generate_recovery_codes": [
        ("a form", "/accounts/2fa/recovery-codes/generate/", STAFF_ALONE, STAFF_ALONE)
    ],
    "mfa_deactivate_totp": [("none", "/accounts/2fa/totp/deactivate/", NO_FACTOR, NO_FACTOR)],
    "mfa_remove_webauthn": [
        ("missing", "/accounts/2fa/webauthn/keys/1/remove/", NO_FACTOR, NO_FACTOR)
    ],
    "mfa_view_recovery_codes": [
        ("none", "/accounts/2fa/recovery-codes/", NO_FACTOR, "302 404 404 405")
    ],
    "mfa_authenticate": [
        ("nobody half signed in", "/accounts/2fa/authenticate/", NO_NEED, NO_NEED)
    ],
    "mfa_reauthenticate": [("none", "/accounts/2fa/reauthenticate/", NO_REASON, NO_REASON)],
    "mfa_reauthenticate_webauthn": [
        ("none", "/accounts/2fa/reauthenticate/webauthn/", NOT_THERE, NOT_THERE)
    ],
    **{
        name: [("nothing", f"/accounts/2fa/{address}", NOT_THERE, NOT_THERE)]
        for name, address in {
            "accounts/2fa/webauthn/": "webauthn/",
            "mfa_list_webauthn": "webauthn/",
            "accounts/2fa/webauthn/keys/<int:pk>/edit/": "webauthn/keys/1/edit/",
            "mfa_edit_webauthn": "webauthn/keys/1/edit/",
            "accounts/2fa/recovery-codes/download/": "recovery-codes/download/",
            "mfa_download_recovery_codes": "recovery-codes/download/",
        }.items()
    },
    "security-txt": [("no contact", "/.well-known/security.txt", NOT_THERE, NO_METHOD)],
    # The mails of a demo, which this is not
    "demo-mail": [("nothing", "/demo/mail/", NOT_THERE, NO_METHOD)],
    "demo-mail-message": [("nothing", "/demo/mail/x.eml", NOT_THERE, NO_METHOD)],
    "demo-mail-html": [("nothing", "/demo/mail/x.eml/html", NOT_THERE, NO_METHOD)],
    "demo-mail-attachment": [("nothing", "/demo/mail/x.eml/attachment/0", NOT_THERE, NO_METHOD)],
}
