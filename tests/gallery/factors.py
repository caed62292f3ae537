"""The pictures of setting up a second factor, showing it, and showing who one is again."""

from __future__ import annotations

from tests.gallery import factor_states as state
from tests.gallery.picture import Picture
from tests.gallery.scene import HR, NOBODY, SUPERUSER

WRONG = {"code": "000000"}

PICTURES = [
    Picture("second factor, to set up", HR, "mfa_index", state.nothing_set_up),
    Picture("second factor, set up", HR, "mfa_index", state.app_and_passkey),
    Picture("app", HR, "mfa_activate_totp", state.nothing_set_up),
    Picture("app, refused", HR, "mfa_activate_totp", state.nothing_set_up, send=lambda _: WRONG),
    Picture("app, another", HR, "mfa_activate_totp", state.app),
    Picture("app, remove", HR, "mfa_deactivate_totp", state.app_and_passkey),
    Picture("app, the last factor", HR, "mfa_deactivate_totp", state.app),
    Picture("passkey", HR, "mfa_add_webauthn", state.nothing_set_up),
    Picture(
        "passkey, refused",
        HR,
        "mfa_add_webauthn",
        state.nothing_set_up,
        send=lambda _: {"name": "Laptop", "credential": ""},
    ),
    Picture("passkey, remove", HR, "mfa_remove_webauthn", state.app_and_passkey, about="{s.token}"),
    Picture("recovery codes", HR, "mfa_view_recovery_codes", state.app),
    Picture("recovery codes, seen", HR, "mfa_view_recovery_codes", state.codes_seen),
    Picture("recovery codes, new", HR, "mfa_generate_recovery_codes", state.codes_seen),
    Picture("sign in, second step", NOBODY, "mfa_authenticate", state.password_typed),
    Picture(
        "sign in, second step refused",
        NOBODY,
        "mfa_authenticate",
        state.password_typed,
        send=lambda _: WRONG,
    ),
    Picture(
        "sign in, second step too often",
        NOBODY,
        "mfa_authenticate",
        state.codes_used_up,
        send=lambda _: WRONG,
    ),
    Picture("show who you are, password", HR, "account_reauthenticate", state.app_and_passkey),
    Picture(
        "show who you are, refused",
        HR,
        "account_reauthenticate",
        state.nothing_set_up,
        send=lambda _: {"password": "x"},
    ),
    Picture("show who you are, code", HR, "mfa_reauthenticate", state.app_and_passkey),
    Picture(
        "show who you are, code refused",
        HR,
        "mfa_reauthenticate",
        state.app,
        send=lambda _: WRONG,
    ),
    Picture("show who you are, passkey", HR, "mfa_reauthenticate_webauthn", state.app_and_passkey),
    Picture("go on with a form", HR, "admin:confirmed", state.form_waits),
    Picture(
        "account with a second factor",
        SUPERUSER,
        "admin:elections_user_change",
        state.seen_by_an_administrator,
        about="{s.rows[user]}",
    ),
    Picture(
        "second factor, reset",
        SUPERUSER,
        "admin:elections_user_reset_factor",
        state.seen_by_an_administrator,
        about="{s.rows[user]}",
    ),
    Picture(
        "second factor, reset refused",
        SUPERUSER,
        "admin:elections_user_reset_factor",
        state.seen_by_an_administrator,
        about="{s.rows[user]}",
        send=lambda _: {"reason": ""},
        status=422,
    ),
]
