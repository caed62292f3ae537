"""The election form: which grants it shows and how, what it begins with, what it refuses."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.test import Client
from structlog.testing import capture_logs

from elections.models import Draft, Employee, Grant, Offer, Submission
from tests.factory import (
    EXPIRATION,
    decline,
    elect,
    make_employee,
    make_grant,
    make_required_grant,
    withdraw,
)
from tests.portal import SetClock
from tests.views.pages import choices, fill_in, sign, signed_in, title, words


def ticked(client: Client, path: str = "/election/") -> set[str]:
    """What is preselected on the form, as `<grant number>=<answer>`."""
    page = client.get(path).content.decode()
    return {
        f"{number}={answer}"
        for number in ("0001", "0002", "0003")
        for answer in ("exchange", "keep")
        if f'name="grant-{number}" value="{answer}" checked' in page
    }


def test_each_grant_is_shown_with_what_it_is_and_would_become(client: Client, nso: Grant):
    page = words(client.get("/election/"))
    assert "0002 2000 Stock Plan NSO April 2, 2001 $5.125 334 0 251" in page
    assert "Grant 0002 Exchange Keep" in page


def test_each_free_grant_has_one_pair_of_radios_by_its_number(client: Client, iso: Grant):
    page = client.get("/election/").content.decode()
    assert page.count('name="grant-0001" value="exchange"') == 1
    assert page.count('name="grant-0001" value="keep"') == 1
    assert page.count('type="radio"') == 2


def test_a_required_grant_is_locked_and_says_why(client: Client, iso: Grant, required: Grant):
    page = client.get("/election/")
    assert 'name="grant-0003"' not in page.content.decode()
    assert "Required Follows your choice Made on or after June 19, 2002." in words(page)
    assert "If you exchange any grant, this one goes along" in words(page)


def test_an_ineligible_grant_is_shown_with_the_reason_and_without_a_choice(
    client: Client, iso: Grant, cheap: Grant
):
    page = client.get("/election/")
    assert 'name="grant-0004"' not in page.content.decode()
    assert "Grant 0004 has an exercise price of $2.99 per share" in words(page)
    assert "1 of your grants is not in this offer" in words(page)


def test_an_iso_is_warned_of_beside_its_choice_and_an_nso_is_not(
    client: Client, iso: Grant, nso: Grant
):
    page = words(client.get("/election/"))
    assert page.count("Loses ISO status if exchanged") == 1
    assert "The price of the new options is not known." in page
    assert "If you leave before the day of the new grant" in page


def test_with_nothing_on_record_nothing_is_preselected(client: Client, iso: Grant, nso: Grant):
    assert ticked(client) == set()


def test_what_governs_is_preselected(client: Client, employee: Employee, iso: Grant, nso: Grant):
    elect(employee, iso, keep=(nso,))
    assert ticked(client) == {"0001=exchange", "0002=keep"}
    withdraw(employee)
    assert ticked(client) == {"0001=keep", "0002=keep"}


def test_a_form_filled_in_since_then_is_preselected_with_a_note(
    client: Client, employee: Employee, iso: Grant, nso: Grant, portal_clock: SetClock
):
    elect(employee, iso, keep=(nso,))
    portal_clock.tick(minutes=1)
    fill_in(client, choices(exchange=(nso,), keep=(iso,)))
    assert ticked(client) == {"0001=keep", "0002=exchange"}
    assert "Not submitted yet." in words(client.get("/election/"))


def test_a_form_filled_in_before_what_governs_is_not_brought_back(
    client: Client, employee: Employee, iso: Grant, nso: Grant, portal_clock: SetClock
):
    fill_in(client, choices(exchange=(nso,), keep=(iso,)))
    portal_clock.tick(minutes=1)
    decline(employee)
    assert ticked(client) == {"0001=keep", "0002=keep"}


def test_a_form_already_submitted_late_is_not_shown_as_unsent(
    client: Client, iso: Grant, portal_clock: SetClock
):
    portal_clock.set(EXPIRATION)
    sign(client, fill_in(client, choices(exchange=(iso,))))
    page = words(client.get("/election/"))
    assert ticked(client) == set()
    assert "Not submitted yet" not in page


def test_changing_a_form_brings_back_that_form_and_not_another_tabs(
    client: Client, iso: Grant, nso: Grant
):
    first = fill_in(client, choices(exchange=(iso,), keep=(nso,)))
    fill_in(client, choices(exchange=(nso,), keep=(iso,)))
    assert ticked(client, f"/election/?form={first}") == {"0001=exchange", "0002=keep"}


@pytest.mark.parametrize("token", ["", "x", "00000000-0000-0000-0000-000000000000", "%00", "%ff"])
def test_a_form_token_that_means_nothing_shows_an_empty_form(
    client: Client, iso: Grant, token: str
):
    response = client.get(f"/election/?form={token}")
    assert response.status_code == 200
    assert "checked" not in response.content.decode()


def test_an_accepted_form_is_kept_and_leads_to_the_check_page(
    client: Client, employee: Employee, iso: Grant, nso: Grant, required: Grant
):
    token = fill_in(client, choices(exchange=(iso,), keep=(nso,)))
    draft = Draft.objects.get()
    assert str(draft.token) == token
    assert (draft.employee, draft.kind, draft.replaces) == (employee, "election", None)
    assert draft.answers == {"0001": "exchange", "0002": "keep"}
    assert Submission.objects.count() == 0


def test_a_form_left_unanswered_comes_back_with_all_that_was_typed(
    client: Client, iso: Grant, nso: Grant
):
    response = client.post("/election/", {"grant-0002": "exchange"})
    page = response.content.decode()
    sentence = "Please say of grant 0001 whether you exchange or keep it."
    assert response.status_code == 422
    assert title(response).startswith("Error: ")
    assert words(response).count(sentence) == 2  # in the summary and at its row
    assert f'<a href="#exchange-1">{sentence}</a>' in page
    assert 'id="exchange-1" name="grant-0001"' in page
    assert 'name="grant-0002" value="exchange" checked' in page
    assert Draft.objects.count() == 0


def test_keeping_everything_points_to_the_decline(client: Client, iso: Grant):
    response = client.post("/election/", choices(keep=(iso,)))
    assert response.status_code == 422
    assert "You have not chosen any grant to exchange." in words(response)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"grant-0003": "keep"}, "Grant 0003 was made on or after June 19, 2002, so it must be"),
        ({"grant-0004": "exchange"}, "Grant 0004 has an exercise price of $2.99"),
        ({"grant-9999": "exchange"}, "Grant 9999 is not among the grants"),
        ({"grant-9999": "keep"}, "Grant 9999 is not among the grants"),
        ({"grant-": "exchange"}, "is not among the grants"),
        ({"grant-0001": "perhaps"}, "Please say of grant 0001 whether"),
        ({"grant-0001": ""}, "Please say of grant 0001 whether"),
        ({"grant-0001": "EXCHANGE"}, "Please say of grant 0001 whether"),
        ({"grant-0001": "exchange\0"}, "Please say of grant 0001 whether"),
    ],
)
def test_a_tampered_form_is_refused_by_the_rules(
    client: Client, iso: Grant, nso: Grant, required: Grant, cheap: Grant, fields, sentence: str
):
    response = client.post("/election/", choices(exchange=(iso,), keep=(nso,)) | fields)
    assert response.status_code == 422
    assert sentence in words(response)
    assert Draft.objects.count() == 0


def test_a_required_grant_cannot_be_chosen_alone(client: Client, iso: Grant, required: Grant):
    response = client.post("/election/", choices(exchange=(required,), keep=(iso,)))
    assert response.status_code == 422
    assert "it can be neither exchanged nor withdrawn alone" in words(response)


def test_two_answers_for_one_grant_are_none(client: Client, iso: Grant):
    response = client.post("/election/", {"grant-0001": ["keep", "exchange"]})
    assert response.status_code == 422
    assert "Please say of grant 0001" in words(response)


def test_somebody_elses_grant_is_an_unknown_one(client: Client, iso: Grant, offer: Offer):
    make_grant(make_employee(), "7777")
    response = client.post("/election/", choices(exchange=(iso,)) | {"grant-7777": "exchange"})
    assert response.status_code == 422
    assert "Grant 7777 is not among the grants" in words(response)


@pytest.mark.parametrize("number", ["x" * 500, "<script>alert(1)</script>", "\0", "\ud83d\ude00"])
def test_an_absurd_grant_number_is_refused_and_printed_as_text(
    client: Client, iso: Grant, number: str
):
    fields = choices(exchange=(iso,)) | {
        f"grant-{number.encode('utf-8', 'replace').decode()}": "keep"
    }
    response = client.post("/election/", fields)
    assert response.status_code == 422
    assert "<script>alert" not in response.content.decode()


def test_bytes_that_are_no_text_are_refused_and_not_an_error(client: Client, iso: Grant):
    response = client.post(
        "/election/",
        b"grant-0001=exchange&grant-\xff\xfe=keep",
        content_type="application/x-www-form-urlencoded",
    )
    assert response.status_code == 422


def test_more_fields_than_any_form_has_are_turned_away(client: Client, iso: Grant):
    response = client.post("/election/", {f"grant-{number}": "keep" for number in range(1100)})
    assert response.status_code == 400


def test_a_grant_number_of_any_kind_can_be_answered_for(client: Client, employee: Employee):
    odd = make_grant(employee, 'ISO "7"/é & co')
    token = fill_in(client, choices(exchange=(odd,)))
    assert 'ISO "7"/é & co' in words(client.get(f"/election/check/?form={token}"))


def test_who_holds_only_required_grants_is_shown_them_and_asked_nothing(offer: Offer):
    employee = make_employee()
    make_required_grant(employee, "0003")
    page = signed_in(employee).get("/election/")
    assert "nothing that you need to do" in words(page)
    assert "0003" in words(page)
    assert "radio" not in page.content.decode()
    assert "Check my answers" not in words(page)


def test_who_holds_nothing_is_told_so(offer: Offer):
    page = words(signed_in(make_employee()).get("/election/"))
    assert "Our records show no option grants of yours." in page


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"country": "GB"}, "A different plan with comparable benefits is in preparation"),
        ({"employment": "contractor"}, "open only to regular employees"),
        ({"hired_on": date(2002, 12, 20)}, "you were hired on December 20, 2002"),
        ({"left_on": date(2003, 1, 10)}, "your last day was January 10, 2003"),
        ({"is_director": True}, "Members of the board of directors cannot take part"),
        ({"is_executive_officer": True}, "Executive officers cannot take part"),
    ],
)
def test_who_is_not_eligible_reads_why_and_a_form_sent_all_the_same_is_refused_and_logged(
    offer: Offer, facts, sentence: str
):
    employee = make_employee(**facts)
    grant = make_grant(employee)
    client = signed_in(employee)
    page = client.get("/election/")
    assert page.status_code == 200
    assert sentence in words(page)
    assert "radio" not in page.content.decode()
    with capture_logs() as logs:
        refused = client.post("/election/", choices(exchange=(grant,)))
    assert refused.status_code == 403
    assert sentence in words(refused)
    assert "Nothing was recorded." in words(refused)
    assert [(entry["event"], entry["employee"]) for entry in logs] == [
        ("form_refused", employee.number)
    ]
    assert Draft.objects.count() == 0


def test_the_totals_are_reckoned_for_browsers_without_scripts(
    client: Client, employee: Employee, iso: Grant, nso: Grant, required: Grant
):
    elect(employee, iso, keep=(nso,))
    page = words(client.get("/election/"))
    assert "2 exchanged, 1 kept" in page
    assert "1,500 shares given for 1,125 new shares promised" in page


def test_nothing_answered_is_not_counted_as_kept(client: Client, iso: Grant, required: Grant):
    assert "0 exchanged, 0 kept, 1 not answered yet" in words(client.get("/election/"))


def test_after_the_deadline_the_form_is_there_and_says_what_becomes_of_it(
    client: Client, iso: Grant, portal_clock: SetClock
):
    portal_clock.set(EXPIRATION)
    page = words(client.get("/election/"))
    assert "The deadline has passed." in page
    assert "It will be recorded as late" in page
    assert fill_in(client, choices(exchange=(iso,)))


def test_a_name_or_plan_with_markup_in_it_is_printed_as_text(offer: Offer):
    employee = make_employee(name="<b>Pat</b> & Co")
    grant = make_grant(employee, exercise_price=Decimal("3.01"))
    grant.plan.name = "<i>Plan</i>"
    grant.plan.save()
    client = signed_in(employee)
    token = fill_in(client, choices(exchange=(grant,)))
    for path in ("/", "/election/", f"/election/check/?form={token}", "/election/decline/"):
        page = client.get(path).content.decode()
        assert "<b>Pat" not in page
        assert "<i>Plan" not in page
