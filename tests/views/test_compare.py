"""Keeping against exchanging, at prices that somebody assumes."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from django.http import HttpResponse
from django.test import Client

from elections.models import Employee, Grant, Offer, Submission
from tests.factory import make_employee, make_grant, make_required_grant
from tests.portal import SetClock
from tests.views.pages import extend, signed_in, words

SLIDE = {"new_price": "1.50", "prices": "2, 6, 10, 14, 18, 20"}


def ask(client: Client, **fields: str) -> HttpResponse:
    return client.get("/compare/", SLIDE | fields)


def rows(response: HttpResponse, caption: str) -> list[str]:
    """The rows of the table whose caption begins so, header first, cells parted by " | "."""
    page = response.content.decode()
    table = re.search(rf"<caption>{re.escape(caption)}.*?</table>", page, re.S)
    assert table is not None, words(response)
    found = re.findall(r"<tr.*?</tr>", table[0], re.S)
    cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.S) for row in found]
    return [" | ".join(re.sub(r"<[^>]*>", "", c).strip() for c in row) for row in cells]


def values(response: HttpResponse) -> dict[str, str]:
    found = re.findall(r'<input type="text" name="(\w+)"([^>]*)>', response.content.decode())
    return {name: (re.findall(r'value="([^"]*)"', rest) or [""])[0] for name, rest in found}


def test_the_companys_own_slide_is_reproduced(client: Client, iso: Grant):
    response = ask(client)
    assert rows(response, "Worth") == [
        "Grant | Shares | Exercise price | $2.00 | $6.00 | $10.00 | $14.00 | $18.00 | $20.00",
        "0001: keep | 1,000 | $6.00 | 0 | 0 | 4,000 | 8,000 | 12,000 | 14,000",
        "0001: exchange | 750 | $1.50 | 375 | 3,375 | 6,375 | 9,375 | 12,375 | 13,875",
    ]
    assert rows(response, "Break-even")[1] == (
        "0001 | $19.50 | Up to $1.50 both would be worth nothing. From $1.50 to $19.50 exchanging"
        " would be worth more. Above $19.50 keeping would be worth more."
    )
    assert "Break-even $19.50" in words(response)


def test_the_slides_reverse_split_is_reproduced(client: Client, iso: Grant):
    response = ask(client, before="3", after="1", prices="10")
    assert "every 3 shares become 1." in words(response)
    header, keep, exchange = rows(response, "Worth")
    assert header.endswith("| $10.00 ($30.00 after the split)")
    assert keep == "0001: keep | 334 | $18.00 | 4,008"
    assert exchange == "0001: exchange | 250 | $4.50 | 6,375"
    # 334 and 250 shares: (334 x 6.00 - 250 x 1.50) / 84.
    assert "$19.39 ($58.18 after the split)" in rows(response, "Break-even")[1]


def test_a_split_that_multiplies_shares_divides_prices(client: Client, iso: Grant):
    response = ask(client, before="1", after="2", prices="10")
    assert "every 1 share becomes 2." in words(response)
    assert rows(response, "Worth")[1] == "0001: keep | 2,000 | $3.00 | 4,000"


def test_all_grants_are_compared_together_with_those_that_go_along_but_not_with_others(
    client: Client, iso: Grant, nso: Grant, required: Grant, cheap: Grant
):
    response = ask(client, prices="20")
    figures = [row.split(" | ")[0::3] for row in rows(response, "Worth")[1:]]
    assert figures == [
        ["0001: keep", "14,000"],
        ["0001: exchange", "13,875"],
        ["0002: keep", "4,968"],  # 334 x (20 - 5.125) = 4,968.25
        ["0002: exchange", "4,644"],  # 251 x 18.50 = 4,643.50, rounded up at the half
        ["0003: keep", "9,610"],
        ["0003: exchange", "6,938"],
        ["All together: keep", "28,578"],  # of the exact figures: 28,578.25
        ["All together: exchange", "25,456"],
    ]
    assert "0004: keep" not in words(response)
    assert "A required grant goes along with whatever else you exchange." in words(response)


def test_one_grant_alone_needs_no_total(client: Client, iso: Grant):
    assert "All together" not in words(ask(client))


@pytest.mark.parametrize(
    ("new_price", "shares", "why"),
    [
        ("6", 1000, "The new price you assume is not below the price of this grant. Up to $6.00"),
        ("8", 1000, "Above $6.00 keeping would be worth more."),
        ("2", 3, "There are as many new shares as old ones, so the lower exercise price decides."),
        ("2", 3, "Above $2.00 exchanging would be worth more."),
        ("6", 3, "At every price both would be worth the same."),
    ],
)
def test_where_there_is_no_break_even_price_the_page_says_why(
    client: Client, employee: Employee, new_price: str, shares: int, why: str
):
    make_grant(employee, "0009", granted=shares, vested=0)
    row = rows(ask(client, new_price=new_price), "Break-even")[1]
    assert row.startswith("0009 | None | ")
    assert why in row


def test_an_offer_of_more_shares_than_were_turned_in_says_why_too(
    client: Client, offer: Offer, iso: Grant
):
    offer.ratio = Decimal("1.2")
    offer.save()
    row = rows(ask(client), "Break-even")[1]
    assert (
        "There are more new shares than old ones, and the new price you assume is not above." in row
    )


def test_up_to_a_price_at_which_both_are_worth_the_same_they_need_not_be_worth_nothing(
    client: Client, employee: Employee
):
    # 4 shares at $4.00 become 3, the one at $10.00 becomes 1: four at $4.00 on either side.
    make_grant(employee, "1", granted=4, vested=0, exercise_price=Decimal("4.00"))
    make_grant(employee, "2", granted=1, vested=0, exercise_price=Decimal("10.00"))
    together = rows(ask(client, new_price="4"), "Break-even")[-1]
    assert together.endswith(
        " Up to $10.00 both would be worth the same. Above $10.00 keeping would be worth more."
    )


def test_nothing_is_filled_in_that_could_look_like_a_forecast(client: Client, iso: Grant):
    response = client.get("/compare/")
    assert values(response) == {"new_price": "", "prices": "", "before": "1", "after": "1"}
    assert "Worth in whole USD" not in words(response)


@pytest.mark.parametrize("query", ["", "?new_price=1.50&prices=2"])
def test_why_no_figure_can_be_known_stands_beside_the_figures(
    client: Client, iso: Grant, query: str
):
    said = words(client.get(f"/compare/{query}"))
    for sentence in (
        "The exercise price of the new options is the closing price on the day of the new grant,"
        " about July 21, 2003. Nobody knows it",
        "If you are not employed here on that day, you receive no new options and no compensation",
        "Taxes and fees are left out.",
        "This is arithmetic, not advice.",
    ):
        assert sentence in said


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("new_price", "", "Please assume a price: nobody can know it today"),
        ("new_price", "cheap", "“cheap” is not a price."),
        ("new_price", "0", "“0” is not a price."),
        ("new_price", "-1", "“-1” is not a price."),
        ("new_price", "1.23456", "with at most four decimals"),
        ("new_price", "1e3", "“1e3” is not a price."),
        ("new_price", "NaN", "“NaN” is not a price."),
        ("new_price", "١", "“١” is not a price."),
        ("prices", "", "Please give at least one price"),
        ("prices", " , ", "Please give at least one price"),
        ("prices", "1,000", "“000” is not a price."),
        ("prices", "1 2 3 4 5 6 7 8 9", "Please give at most 8 prices; these are 9."),
        ("prices", "1 " * 100, "at most 120 characters"),
        ("before", "0", "Please write a whole number from 1 to 1000; 1 and 1 for no split."),
        ("before", "x", "Please write a whole number from 1 to 1000"),
        ("after", "1001", "Please write a whole number from 1 to 1000"),
        ("after", "1.5", "Please write a whole number from 1 to 1000"),
    ],
)
def test_what_cannot_be_read_is_said_at_its_field_and_nothing_typed_is_lost(
    client: Client, iso: Grant, field: str, typed: str, sentence: str
):
    response = ask(client, **{"before": "3", "after": "2"} | {field: typed})
    page = response.content.decode()
    assert response.status_code == 422
    assert sentence in words(response)
    assert f'<a href="#id_{field}">' in page
    assert re.search(rf'name="{field}"[^>]*aria-invalid="true"', page)
    assert f'<ul class="errorlist" id="id_{field}_error">' in page
    assert values(response) == SLIDE | {"before": "3", "after": "2"} | {field: typed}
    assert "Worth in whole USD" not in words(response)


def test_prices_are_read_as_people_write_them(client: Client, iso: Grant):
    header = rows(ask(client, new_price=" $1.50 ", prices="$6;2  .5,\t6.0,10.125"), "Worth")[0]
    assert header.endswith("| $0.50 | $2.00 | $6.00 | $10.125")


def test_figures_of_any_size_are_drawn_inside_the_plot(client: Client, employee: Employee):
    make_grant(employee, "BIG", granted=2_000_000_000, vested=0)
    make_grant(employee, "SMALL", granted=1, vested=0, exercise_price=Decimal("999999"))
    for prices in ("0.0001", "999999.9999 0.0001", "0.01"):
        response = ask(client, prices=prices, new_price="0.0001", before="1000", after="1")
        points = re.findall(r'<polyline class="line [^"]*" points="([^"]*)"', words_of(response))
        assert len(points) == 4 * 2 + 8  # three comparisons and the vesting; and their legends
        for x, y in (point.split(",") for line in points for point in line.split()):
            assert 0 <= float(x) <= 640
            assert 0 <= float(y) <= 320


def words_of(response: HttpResponse) -> str:
    assert response.status_code == 200, words(response)
    return response.content.decode()


def test_each_drawing_has_a_title_a_description_and_its_figures_in_a_table(
    client: Client, iso: Grant, nso: Grant
):
    page = ask(client).content.decode()
    drawings = re.findall(r'<svg class="plot".*?</svg>', page, re.S)
    assert len(drawings) == 4
    for drawing in drawings:
        named = re.search(r'role="img" aria-labelledby="(\S+) (\S+)"', drawing)
        assert named is not None
        assert f'<title id="{named[1]}">' in drawing
        assert f'<desc id="{named[2]}">' in drawing
    assert 'style="' not in page


def test_old_and_new_vesting_stand_side_by_side(
    client: Client, iso: Grant, nso: Grant, required: Grant
):
    response = client.get("/compare/")
    assert rows(response, "Each grant") == [
        "Grant | If kept: vested now | Not vested yet | If exchanged: new shares"
        " | Vest on January 21, 2004 | Then a month",
        "0001 | 500 | 500 | 750 | 375 | 15 or 16",
        "0002 | 0 | 334 | 251 | 125 | 5 or 6",
        "0003 | 0 | 500 | 375 | 187 | 7 or 8",
    ]
    by_date = rows(response, "By date")
    assert by_date[1:4] == [
        "January 20, 2003 | 500 of 1,834, or more | canceled",
        "July 21, 2003 | as your agreement says | 0",
        "January 21, 2004 | as your agreement says | 687",
    ]
    assert by_date[-1] == "January 21, 2006 | as your agreement says | 1,376"


def test_an_extension_moves_the_new_vesting(client: Client, offer: Offer, iso: Grant):
    extend(offer, days=11)  # to January 31: six months and a day later is August 1
    assert "Vest on February 1, 2004" in rows(client.get("/compare/"), "Each grant")[0]


def test_steps_stay_inside_short_months(client: Client, offer: Offer, iso: Grant):
    offer.new_grant_days = 10  # the new grant is on Wednesday, July 30
    offer.vesting_first_months = 7
    offer.save()
    assert "Vest on February 29, 2004" in rows(client.get("/compare/"), "Each grant")[0]


def test_who_holds_nothing_to_choose_has_nothing_to_compare(client: Client, required: Grant):
    response = ask(client)
    assert "there is nothing to compare" in words(response)
    assert "<svg" not in response.content.decode()


def test_who_may_not_take_part_is_told_so(offer: Offer):
    other = make_employee(country="GB")
    make_grant(other)
    response = signed_in(other).get("/compare/")
    assert response.status_code == 200
    assert "Compare keeping and exchanging" not in words(response)


def test_nobody_is_shown_somebody_elses_grants(client: Client, iso: Grant):
    other = make_employee()
    make_grant(other, "THEIRS")
    make_required_grant(other, "ALSO-THEIRS")
    assert "THEIRS" not in ask(client).content.decode()


def test_looking_records_nothing_and_goes_on_after_the_deadline(
    client: Client, iso: Grant, portal_clock: SetClock
):
    portal_clock.tick(days=10)
    assert rows(ask(client), "Worth")
    assert Submission.objects.count() == 0


def test_the_comparison_stands_beside_the_choices(client: Client, iso: Grant, required: Grant):
    page = client.get("/election/").content.decode()
    form = re.search(r'<form method="get" action="/compare/".*?</form>', page, re.S)
    assert form is not None
    assert 'target="_blank"' in form[0]  # without a script the answers on this page stay
    assert form.start() < page.index('<form method="post" action="/election/"')
    assert "This is arithmetic, not advice." in page


def test_no_comparison_is_offered_where_nothing_can_be_chosen(client: Client, required: Grant):
    assert 'action="/compare/"' not in client.get("/election/").content.decode()
