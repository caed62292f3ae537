"""Who may do what in the admin: one row for each of its addresses, held by test_access.py.

Each name of an address (where it has none, its route) has a row: what it is about (a key of
`record.make_rows`, or the whole address), and the status of a GET and of an empty POST for nobody
signed in, an employee, HR, Law, an auditor and a superuser. 302 for the first two leads to the
sign-in, where an employee, signed in already, is refused. 405: this method does nothing there.
422: the POST was taken, and something is missing in it. A page without a row fails its test.
"""

from __future__ import annotations

ROLES = ("nobody", "employee", "hr", "law", "auditor", "superuser")

Row = tuple[str, str, str]

REFUSED = "302 302 403 403 403 403"
NO_METHOD = "302 302 405 405 405 405"
ALL_STAFF = "302 302 200 200 200 200"
NOT_HR = "302 302 403 200 200 200"
AUDITOR_LOOKS = "302 302 403 403 200 200"
SUPERUSER = "302 302 403 403 403 200"
REDIRECTED = "302 302 302 302 302 302"


def read_only(app_and_model: str, look: str = ALL_STAFF) -> dict[str, Row]:
    """The rows of a model that is looked at by those of `look`, and changed by nobody."""
    app, model = app_and_model.split(".")
    return {
        f"{app}_{model}_changelist": ("", look, look),
        f"{app}_{model}_add": ("", REFUSED, REFUSED),
        f"{app}_{model}_history": (model, look, look),
        f"{app}_{model}_delete": (model, REFUSED, REFUSED),
        f"{app}_{model}_change": (model, look, REFUSED),
        f"{app}/{model}/<path:object_id>/": (model, REDIRECTED, REDIRECTED),
    }


ACCESS: dict[str, Row] = {
    # The frame of the admin
    "index": ("", ALL_STAFF, NO_METHOD),
    "app_list": ("/admin/elections/", ALL_STAFF, ALL_STAFF),
    "login": ("", "302 403 302 302 302 302", "302 403 200 200 200 200"),
    "logout": ("", NO_METHOD, REDIRECTED),
    "password_change": ("", ALL_STAFF, ALL_STAFF),
    "password_change_done": ("", ALL_STAFF, NO_METHOD),
    "jsi18n": ("", ALL_STAFF, NO_METHOD),
    "autocomplete": ("", REFUSED, NO_METHOD),
    "view_on_site": (
        "/admin/r/1/1/",
        "302 302 404 404 404 404",
        "302 302 404 404 404 404",
    ),
    "(?P<url>.*)$": (
        "/admin/nothing/",
        "302 302 404 404 404 404",
        "302 302 404 404 404 404",
    ),
    # Going on with a form that waited until one had shown who one is
    "confirmed": ("", REDIRECTED, NO_METHOD),
    # The desk
    "desk_chart": ("", ALL_STAFF, NO_METHOD),
    "desk_count": ("", NO_METHOD, "302 302 302 302 403 302"),
    # Reviewing: Law's work, at which auditors look
    "review": ("", NOT_HR, NO_METHOD),
    "review_next": ("", NO_METHOD, "302 302 403 302 403 302"),
    "review_form": ("submission", NOT_HR, "302 302 403 422 403 422"),
    "review_put_back": ("submission", NO_METHOD, "302 302 403 302 403 302"),
    "review_clean": ("", NOT_HR, "302 302 403 422 403 422"),
    "review_late": ("", NOT_HR, NO_METHOD),
    **read_only("elections.submission"),
    "elections_submission_decide": ("submission", NO_METHOD, "302 302 403 422 403 422"),
    "elections_submission_pdf": ("submission", ALL_STAFF, NO_METHOD),
    # Paper and fax
    "elections_submission_scan": ("submission", NOT_HR, NO_METHOD),
    "elections_employee_paper": (
        "employee",
        "302 302 403 200 403 200",
        "302 302 403 302 403 302",
    ),
    "elections_employee_election_form": ("employee", ALL_STAFF, NO_METHOD),
    "elections_employee_withdrawal_form": ("employee", ALL_STAFF, NO_METHOD),
    # The offer, its deadline, and writing to people
    **read_only("elections.offer"),
    "elections_offer_extend": ("offer", "302 302 200 403 403 200", "302 302 422 403 403 422"),
    "elections_offer_remind": ("offer", ALL_STAFF, "302 302 200 403 403 200"),
    **read_only("elections.extension"),
    **read_only("elections.extensionproposal"),
    "elections_extensionproposal_decide": (
        "extensionproposal",
        "302 302 405 403 403 405",
        "302 302 422 403 403 422",
    ),
    **read_only("elections.document"),
    "elections_document_publish": (
        "document",
        "302 302 200 200 403 200",
        "302 302 422 422 403 422",
    ),
    "elections_document_new": ("offer", "302 302 200 200 403 200", "302 302 422 422 403 422"),
    **read_only("elections.informationsession"),
    "elections_informationsession_edit": (
        "informationsession",
        "302 302 200 200 403 200",
        "302 302 422 422 403 422",
    ),
    "elections_informationsession_new": (
        "offer",
        "302 302 200 200 403 200",
        "302 302 422 422 403 422",
    ),
    **read_only("elections.reminder"),
    **read_only("elections.outboxmessage"),
    "elections_outboxmessage_mime": ("outboxmessage", ALL_STAFF, ALL_STAFF),
    "elections_outboxmessage_pdf": ("outboxmessage", ALL_STAFF, ALL_STAFF),
    # The roster
    **read_only("elections.employee"),
    "elections_employee_status": (
        "employee",
        "302 302 200 403 403 200",
        "302 302 422 403 403 422",
    ),
    "elections_employee_invite_all": (
        "",
        "302 302 200 200 200 200",
        "302 302 302 403 403 302",
    ),
    "elections_employee_invite": ("employee", ALL_STAFF, "302 302 422 403 403 422"),
    **read_only("elections.statuschange"),
    **read_only("elections.grant"),
    **read_only("elections.plan"),
    **read_only("elections.rosterupload"),
    "elections_rosterupload_upload": (
        "",
        "302 302 200 403 403 200",
        "302 302 422 403 403 422",
    ),
    "elections_rosterupload_template": (
        "/admin/elections/rosterupload/template/grants.csv",
        "302 302 200 403 403 200",
        "302 302 200 403 403 200",
    ),
    "elections_rosterupload_decide": (
        "rosterupload",
        "302 302 405 403 403 405",
        "302 302 422 403 403 422",
    ),
    # Taking out, and the audit log
    "exports": ("", ALL_STAFF, "302 302 422 422 422 422"),
    **read_only("elections.auditentry", NOT_HR),
    # Accounts: superusers change them, auditors look; nobody deletes one
    **read_only("elections.user", AUDITOR_LOOKS),
    "elections_user_add": ("", SUPERUSER, SUPERUSER),
    "elections_user_change": ("user", AUDITOR_LOOKS, "302 302 403 403 403 302"),
    "elections_user_reset_factor": ("user", SUPERUSER, "302 302 403 403 403 422"),
    "auth_user_password_change": ("user", SUPERUSER, SUPERUSER),
    **read_only("auth.group", AUDITOR_LOOKS),
    "auth_group_add": ("", SUPERUSER, SUPERUSER),
    "auth_group_change": ("group", AUDITOR_LOOKS, SUPERUSER),
    **read_only("account.emailaddress", SUPERUSER),
    "account_emailaddress_add": ("", SUPERUSER, SUPERUSER),
    "account_emailaddress_delete": ("emailaddress", SUPERUSER, SUPERUSER),
    "account_emailaddress_change": ("emailaddress", SUPERUSER, SUPERUSER),
    **read_only("socialaccount.socialaccount", SUPERUSER),
    "socialaccount_socialaccount_delete": ("socialaccount", SUPERUSER, SUPERUSER),
}
