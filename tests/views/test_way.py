"""Where I am on the way to a receipt, what is left, and the draft that waits for me meanwhile."""

from __future__ import annotations

import pytest
from django.test import Client

from elections.models import Draft, Employee, Grant, Offer, Submission
from tests.factory import decline, elect, make_employee, make_required_grant
from tests.portal import SetClock
from tests.views.pages import choices, fill_in, sign, signed_in, submit, title, words

NOT_SUBMITTED = "not submitted until you press"


@pytest.fixture
def draft(client: Client, iso: Grant, nso: Grant) -> Draft:
    """An election that was filled in and not signed."""
    fill_in(client, choices(exchange=(iso,), keep=(nso,)))
    return Draft.objects.get()


def test_every_step_says_where_one_is_what_is_left_and_that_nothing_is_submitted(
    client: Client, iso: Grant
):
    front = words(client.get("/"))
    assert (
        "Step 1 of 4: read the offer. Left to do: choose for each grant, then check and sign,"
        " then your receipt." in front
    )
    form = words(client.get("/election/"))
    assert (
        "Step 2 of 4: choose for each grant. Left to do: check and sign, then your receipt." in form
    )
    token = fill_in(client, choices(exchange=(iso,)))
    check = words(client.get(f"/election/check/?form={token}"))
    assert "Step 3 of 4: check and sign. Left to do: your receipt." in check
    for page, where in ((front, "in step 3"), (form, "in step 3"), (check, "on this page")):
        assert f"{NOT_SUBMITTED} “Submit” {where} and see a receipt." in page
    done = words(client.get(sign(client, token).headers["Location"]))
    assert "Step 4 of 4: your receipt. Nothing is left to do." in done
    assert NOT_SUBMITTED not in done
    assert "What happens next" in done


def test_a_refused_form_is_at_the_same_step(client: Client, iso: Grant):
    assert "Step 2 of 4" in words(client.post("/election/", {}))
    token = fill_in(client, choices(exchange=(iso,)))
    refused = words(sign(client, token, signature=""))
    assert "Step 3 of 4" in refused
    assert NOT_SUBMITTED in refused


def test_withdrawing_and_declining_have_their_own_steps(
    client: Client, employee: Employee, iso: Grant
):
    assert "Step 1 of 2: say no and sign." in words(client.get("/election/decline/"))
    elect(employee, iso)
    page = words(client.get("/withdrawal/"))
    assert "Step 1 of 3: choose what to withdraw." in page
    assert f"{NOT_SUBMITTED} “Submit” in step 2" in page
    token = fill_in(client, {"withdraw-all": "on"}, "withdrawal")
    assert "Step 2 of 3: check and sign." in words(client.get(f"/withdrawal/check/?form={token}"))
    receipt = client.get(sign(client, token, "withdrawal").headers["Location"])
    assert "Step 3 of 3: your receipt." in words(receipt)


def test_the_button_that_a_step_names_is_there(client: Client, employee: Employee, iso: Grant):
    token = fill_in(client, choices(exchange=(iso,)))
    assert ">Submit my election</button>" in page(client, f"/election/check/?form={token}")
    assert ">Record that I do not take part</button>" in page(client, "/election/decline/")
    elect(employee, iso)
    token = fill_in(client, {"withdraw-all": "on"}, "withdrawal")
    assert ">Submit my withdrawal</button>" in page(client, f"/withdrawal/check/?form={token}")


def page(client: Client, path: str) -> str:
    return client.get(path).content.decode()


def test_nobody_is_on_the_way_who_has_answered_or_has_nothing_to_answer(
    client: Client, employee: Employee, iso: Grant
):
    decline(employee)
    assert "Step 1" not in words(client.get("/"))
    others = make_employee()
    make_required_grant(others)
    assert "Step 1" not in words(signed_in(others).get("/"))
    assert "Step 2" not in words(signed_in(others).get("/election/"))
    assert "Step 1" not in words(signed_in(make_employee(country="GB")).get("/"))
    assert "Step 1" not in words(Client().get("/"))


def test_a_receipt_names_itself_in_the_title(client: Client, employee: Employee, iso: Grant):
    made = submit(client, choices(exchange=(iso,)))
    assert title(client.get(f"/submissions/{made.receipt}/")).startswith(
        f"Your election is on record: receipt {made.receipt} · "
    )
    said = decline(employee)
    assert title(client.get(f"/submissions/{said.receipt}/")).startswith("Your answer is on record")


def test_a_draft_waits_after_signing_out_and_in_another_browser(
    client: Client, employee: Employee, draft: Draft
):
    client.post("/accounts/logout/")
    elsewhere = signed_in(employee)
    front = words(elsewhere.get("/"))
    assert "You have not answered yet." in front
    assert "You have a draft that is not submitted." in front
    assert "at 10:00 AM PST on January 15, 2003 (1:00 PM EST) and did not sign it" in front
    form = elsewhere.get("/election/")
    assert "Not submitted yet. These are the answers you filled in" in words(form)
    assert 'name="grant-0001" value="exchange" checked' in form.content.decode()
    assert 'name="grant-0002" value="keep" checked' in form.content.decode()
    assert "Not submitted yet." in words(elsewhere.get("/election/check/"))
    assert "You have not submitted anything yet." in words(elsewhere.get("/submissions/"))
    assert Submission.objects.count() == 0


def test_the_draft_can_be_signed_from_the_front_page(client: Client, draft: Draft):
    assert f'href="/election/check/?form={draft.token}"' in page(client, "/")
    submit_it = sign(client, str(draft.token))
    assert submit_it.status_code == 303
    assert "draft" not in words(client.get("/"))


def test_a_draft_beside_an_election_is_not_taken_for_it(
    client: Client, employee: Employee, iso: Grant, nso: Grant, portal_clock: SetClock
):
    elect(employee, iso, nso)
    portal_clock.tick(minutes=1)
    fill_in(client, choices(exchange=(nso,), keep=(iso,)))
    front = words(client.get("/"))
    assert "Your election of January 15, 2003, 10:00 AM PST counts: 2 grants" in front
    assert "You have a draft that is not submitted." in front


def test_a_draft_from_before_what_counts_is_not_brought_up(
    client: Client, employee: Employee, draft: Draft, portal_clock: SetClock
):
    portal_clock.tick(minutes=1)
    decline(employee)
    assert "draft" not in words(client.get("/"))


def test_a_withdrawal_is_kept_as_a_draft_too(
    client: Client, employee: Employee, iso: Grant, nso: Grant, portal_clock: SetClock
):
    elect(employee, iso, nso)
    portal_clock.tick(minutes=1)
    token = fill_in(client, {"withdraw-0002": "on"}, "withdrawal")
    elsewhere = signed_in(employee)
    assert f'href="/withdrawal/check/?form={token}"' in page(elsewhere, "/")
    form = elsewhere.get("/withdrawal/")
    assert "Not submitted yet. Ticked below is what you filled in" in words(form)
    assert 'id="withdraw-2" checked' in form.content.decode()
    sign(client, token, "withdrawal")
    assert "Not submitted yet" not in words(elsewhere.get("/withdrawal/"))


def test_a_part_of_an_election_is_kept_and_cannot_be_signed(
    client: Client, employee: Employee, iso: Grant, nso: Grant
):
    told = client.post("/election/", {"grant-0001": "keep", "keep": "draft"}, follow=True)
    assert "Your answers are kept as a draft. They are not submitted." in words(told)
    client.post("/election/", {"grant-0001": "exchange", "grant-9999": "keep", "keep": "draft"})
    kept = Draft.objects.get()
    assert kept.answers == {"0001": "exchange"}
    elsewhere = signed_in(employee)
    assert "You filled in a part of an election at" in words(elsewhere.get("/"))
    form = elsewhere.get("/election/")
    assert "Not submitted yet. These are the answers you filled in" in words(form)
    assert 'name="grant-0001" value="exchange" checked' in form.content.decode()
    assert "Nothing to check yet" in words(elsewhere.get("/election/check/"))
    assert elsewhere.get(f"/election/check/?form={kept.token}").status_code == 404
    assert sign(elsewhere, str(kept.token)).status_code == 404
    assert Submission.objects.count() == 0


def test_keeping_a_part_leaves_a_form_that_waits_for_its_signature(
    client: Client, draft: Draft, portal_clock: SetClock
):
    portal_clock.tick(minutes=1)
    answer = client.post(
        "/election/",
        {"grant-0001": "keep", "keep": "draft"},
        headers={"accept": "application/json"},
    )
    assert (answer.status_code, answer.content) == (204, b"")
    assert sign(client, str(draft.token)).status_code == 303
    assert {line.choice for line in Submission.objects.get().lines.all()} == {"exchange", "keep"}


def test_nobody_sees_anybody_elses_draft(draft: Draft, offer: Offer):
    assert "draft" not in words(signed_in(make_employee()).get("/"))
