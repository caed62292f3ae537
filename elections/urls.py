"""The addresses that employees use."""

from django.urls import path

from elections.views import (
    calendar,
    checking,
    compare,
    declining,
    demo_mail,
    documents,
    election,
    my_account,
    offer,
    printable,
    session_left,
    single_sign_on,
    submissions,
    time_left,
    verifying,
    withdrawal,
)

urlpatterns = [
    path("", offer.offer, name="offer"),
    path("documents/<slug:slug>/", documents.document, name="document"),
    path("calendar.ics", calendar.calendar, name="calendar"),
    path("election/", election.election, name="election"),
    path("election/check/", checking.election_check, name="election-check"),
    path("election/decline/", declining.decline, name="election-decline"),
    path("compare/", compare.compare, name="compare"),
    path("withdrawal/", withdrawal.withdrawal, name="withdrawal"),
    path("withdrawal/check/", checking.withdrawal_check, name="withdrawal-check"),
    path("election/form.pdf", printable.election_form, name="election-form-pdf"),
    path("withdrawal/form.pdf", printable.withdrawal_form, name="withdrawal-form-pdf"),
    path("submissions/", submissions.submissions, name="submissions"),
    path("submissions/<str:receipt>.pdf", submissions.receipt_pdf, name="receipt-pdf"),
    path("submissions/<str:receipt>/", submissions.receipt, name="receipt"),
    path("sign-on/", single_sign_on.begin, name="single-sign-on"),
    path("sign-on/back/", single_sign_on.back, name="single-sign-on-back"),
    path("time-left/", time_left.time_left, name="time-left"),
    path("session-left/", session_left.session_left, name="session-left"),
    path("account/", my_account.my_account, name="my-account"),
    path("verify/", verifying.verify, name="verify"),
    path("verify/<str:receipt>/", verifying.verify_receipt, name="verify-receipt"),
    path("demo/mail/", demo_mail.mailbox, name="demo-mail"),
    path("demo/mail/<str:name>", demo_mail.mail, name="demo-mail-message"),
    path("demo/mail/<str:name>/html", demo_mail.mail_html, name="demo-mail-html"),
    path(
        "demo/mail/<str:name>/attachment/<int:number>",
        demo_mail.mail_attachment,
        name="demo-mail-attachment",
    ),
]
