"""What a change of standing does, and what the person is told of it."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from elections.core.exchange import new_grant_date
from elections.core.problems import SENTENCES, Code
from elections.core.status_change import Effect, Moment, Status
from elections.core.status_text import OnRecord, Outcome, status_outcome
from tests.core.make import EXPIRATION, HOLIDAYS, TERMS, law, make_person

AT = datetime(2003, 1, 15, 18, tzinfo=UTC)  # 10:00 AM PST on January 15, 2003
MICROSECOND = timedelta(microseconds=1)
DEADLINE = "9:00 PM PST on January 20, 2003 (midnight Eastern)"
ELECTION = OnRecord(kind="election", receipt="7K3MQ-9WD4X-42", received_at=AT, exchanged=2)
KEEPS = OnRecord(kind="decline", receipt="2B8RT-51XKD-07", received_at=AT, exchanged=0)
EXCHANGES = (
    "By your election 7K3MQ-9WD4X-42, received at 10:00 AM PST on January 15, 2003 (1:00 PM EST),"
    " 2 grants are to be exchanged."
)
STAY_YOURS = "Options that are not exchanged stay yours under the terms of their plans."

E = Effect


def moment(at: datetime = AT, expiration: datetime = EXPIRATION) -> Moment:
    granted_on = new_grant_date(expiration, TERMS, HOLIDAYS)
    return Moment(terms=TERMS, expiration=expiration, new_grant_on=granted_on, at=at)


def status(on_leave: bool = False, **facts: Any) -> Status:
    return Status(person=make_person(**facts), on_leave=on_leave)


def change(
    before: dict[str, Any],
    after: dict[str, Any],
    governing: OnRecord | None = None,
    at: datetime = AT,
) -> Outcome:
    """What a change between two standings does; each is an eligible person's but for `facts`."""
    return status_outcome(
        moment(at), before=status(**before), after=status(**after), governing=governing
    )


def left(month: int, day: int) -> dict[str, Any]:
    return {"left_on": date(2003, month, day)}


ABROAD, OFFICER, ON_LEAVE = {"country": "GB"}, {"is_executive_officer": True}, {"on_leave": True}


@pytest.mark.parametrize(
    ("before", "after", "effect"),
    [
        ({}, ABROAD, E.CLOSED),
        ({}, OFFICER, E.CLOSED),
        ({}, left(1, 14), E.CLOSED),
        ({}, left(1, 15), E.LEAVES_FIRST),
        ({}, left(1, 19), E.LEAVES_FIRST),
        ({}, left(1, 20), E.LEAVES_BEFORE_GRANT),
        ({}, left(7, 20), E.LEAVES_BEFORE_GRANT),
        ({}, left(7, 21), E.LEAVES_BEFORE_GRANT),
        ({}, left(7, 22), E.NONE),
        ({}, ON_LEAVE, E.ON_LEAVE),
        (ON_LEAVE, {}, E.BACK_FROM_LEAVE),
        (ABROAD, {}, E.OPENED),
        (OFFICER, {}, E.OPENED),
        (left(1, 14), {}, E.OPENED),
        (left(1, 14), left(1, 20), E.OPENED),
        (left(1, 14), left(1, 17), E.LEAVES_FIRST),
        (left(1, 17), {}, E.OPENED),
        (left(1, 17), left(1, 18), E.LEAVES_FIRST),
        (left(1, 17), left(1, 17) | ON_LEAVE, E.ON_LEAVE),
        (left(1, 17), left(1, 17) | OFFICER, E.CLOSED),
        (left(1, 17) | OFFICER, left(1, 17), E.LEAVES_FIRST),
        (left(2, 14), {}, E.STAYS),
        (left(2, 14), left(7, 22), E.STAYS),
        (left(2, 14), left(3, 14), E.LEAVES_BEFORE_GRANT),
        (left(2, 14), left(2, 14) | ON_LEAVE, E.ON_LEAVE),
        (ABROAD, OFFICER, E.NONE),
        (ABROAD, ABROAD | ON_LEAVE, E.NONE),
        (left(1, 10), left(1, 11), E.NONE),
        (OFFICER, OFFICER | left(2, 14), E.NONE),
        (left(8, 1), {}, E.NONE),
    ],
)
def test_before_the_expiration_each_change_has_its_effect(
    before: dict[str, Any], after: dict[str, Any], effect: Effect
) -> None:
    assert change(before, after).effect == effect
    assert change(before, after, ELECTION).effect == effect


@pytest.mark.parametrize(
    ("before", "after", "effect"),
    [
        ({}, ABROAD, E.STOOD_OTHERWISE),
        (OFFICER, {}, E.STOOD_OTHERWISE),
        ({}, left(1, 19), E.STOOD_OTHERWISE),
        (left(1, 19), left(1, 20), E.STOOD_OTHERWISE),
        ({}, left(1, 20), E.LEAVES_BEFORE_GRANT),
        ({}, left(7, 21), E.LEAVES_BEFORE_GRANT),
        ({}, left(7, 22), E.NONE),
        (left(2, 14), {}, E.STAYS),
        ({}, ON_LEAVE, E.ON_LEAVE),
        (ABROAD, OFFICER, E.NONE),
        (ABROAD, ABROAD | ON_LEAVE, E.NONE),
    ],
)
def test_after_the_expiration_only_an_election_is_still_concerned(
    before: dict[str, Any], after: dict[str, Any], effect: Effect
) -> None:
    later = datetime(2003, 2, 3, 18, tzinfo=UTC)

    assert change(before, after, ELECTION, later).effect == effect
    for nothing_exchanged in (None, KEEPS):
        assert change(before, after, nothing_exchanged, later) == Outcome(
            E.NONE, "", affects_election=False
        )


def test_the_very_instant_of_the_expiration_is_after_it() -> None:
    last = EXPIRATION - MICROSECOND

    assert change({}, ABROAD, ELECTION, last).effect == E.CLOSED
    assert change({}, ABROAD, ELECTION, EXPIRATION).effect == E.STOOD_OTHERWISE


def test_once_the_new_options_are_granted_a_leave_is_no_news() -> None:
    granted = datetime(2003, 7, 21, 19, tzinfo=UTC)

    assert change({}, ON_LEAVE, ELECTION, granted).effect == E.ON_LEAVE
    assert change({}, ON_LEAVE, ELECTION, granted + timedelta(days=1)).effect == E.NONE


def test_before_the_offer_opens_nobody_is_told_anything() -> None:
    eve = datetime(2002, 12, 19, 8, tzinfo=UTC)  # midnight, Pacific, of the opening day

    assert change({}, ABROAD, None, eve).effect == E.CLOSED
    assert change({}, ABROAD, None, eve - MICROSECOND).effect == E.NONE


def test_whoever_drops_out_with_an_election_is_told_what_it_hangs_on() -> None:
    outcome = change({}, OFFICER, ELECTION)

    assert outcome.text == (
        "By our records this offer is not open to you any more. Executive officers cannot take"
        f" part in this offer.\n{EXCHANGES} That stays on record, but will not be accepted unless"
        " the offer is open to you again when it expires, as now announced at"
        f" {DEADLINE}. Until the offer expires, you may withdraw it. {STAY_YOURS}"
    )
    assert outcome.affects_election


@pytest.mark.parametrize("governing", [None, KEEPS])
def test_whoever_drops_out_without_one_need_do_nothing(governing: OnRecord | None) -> None:
    outcome = change({}, left(1, 14), governing)

    reasons = SENTENCES[Code.LEFT].format(left_on="January 14, 2003")
    assert outcome.text == (
        f"By our records this offer is not open to you any more. {reasons}\n"
        f"{STAY_YOURS} There is nothing that you need to do."
    )
    assert not outcome.affects_election


def test_every_reason_is_given() -> None:
    text = change({}, OFFICER | ABROAD | {"is_director": True}).text

    assert SENTENCES[Code.NOT_IN_COUNTRY].format(country="the U.S.") in text
    assert SENTENCES[Code.DIRECTOR] in text
    assert SENTENCES[Code.EXECUTIVE_OFFICER] in text


def test_whoever_comes_back_is_told_that_their_election_counts() -> None:
    outcome = change(ABROAD, {}, ELECTION)

    assert outcome.text == (
        "By our records nothing stands in the way any more of your taking part in this offer.\n"
        f"{EXCHANGES} That stands, and you need not submit it again. You may change or withdraw"
        f" it so that your form is received before {DEADLINE}."
    )
    assert outcome.affects_election


def test_whoever_comes_back_without_one_is_told_until_when_they_may_elect() -> None:
    assert f"You may elect so that your form is received before {DEADLINE}." in (
        change(ABROAD, {}).text
    )
    kept = change(ABROAD, {}, KEEPS).text
    assert "By your decision not to take part 2B8RT-51XKD-07, received at 10:00 AM PST" in kept
    assert "you keep all of your grants. You may elect all the same, so that" in kept
    assert f"received before {DEADLINE}." in kept


def test_whoever_comes_back_for_a_while_is_told_what_leaving_costs() -> None:
    text = change(ABROAD, left(2, 14)).text

    assert "nothing stands in the way any more" in text
    assert "Our records give February 14, 2003 as your last day of employment." in text


def test_leaving_before_the_expiration_is_told_with_both_days() -> None:
    text = change({}, left(1, 17), ELECTION).text

    assert text.startswith(
        "Our records give January 17, 2003 as your last day of employment, before the last day of"
        " this offer, January 20, 2003. What counts is whether you are still employed when the"
        f" offer expires, as now announced at {DEADLINE}.\n{EXCHANGES} That stays on record, but"
        " will not be accepted unless you are still employed when the offer expires."
    )
    without = change({}, left(1, 17)).text
    assert f"An election is accepted only from someone who is. {STAY_YOURS}" in without


def test_leaving_before_the_new_options_keeps_the_election_and_tells_its_cost() -> None:
    cost = (
        "Our records give February 14, 2003 as your last day of employment. New options are to be"
        " granted on about July 21, 2003, and only to people who are employed here on that day:"
        " whoever is not receives no new option and no other compensation for the options that"
        " were exchanged, and they do not come back."
    )
    stands = f"{EXCHANGES} That stands, and you need not submit it again."
    can_change = f" You may change or withdraw it so that your form is received before {DEADLINE}."

    assert change({}, left(2, 14), ELECTION).text == f"{cost}\n{stands}{can_change}"
    assert change({}, left(2, 14), ELECTION, EXPIRATION).text == f"{cost}\n{stands}"


def test_staying_after_all_is_told_whether_or_not_there_is_a_last_day() -> None:
    granted = "New options are to be granted on about July 21, 2003, and by our records you are"

    none = change(left(2, 14), {}, ELECTION).text
    assert none.startswith(
        f"Our records give no last day of employment for you any more. {granted}"
    )
    later = change(left(2, 14), left(7, 22), ELECTION).text
    assert later.startswith(
        f"Our records give July 22, 2003 as your last day of employment. {granted}"
    )


def test_a_leave_changes_nothing_and_says_so() -> None:
    for before, after in (({}, ON_LEAVE), (ON_LEAVE, {})):
        outcome = change(before, after, ELECTION)
        assert "makes no difference to whether you can take part in this offer" in outcome.text
        assert "nothing changes in what you may have submitted" in outcome.text
        assert not outcome.affects_election


def test_after_the_expiration_what_counts_is_how_one_stood_then() -> None:
    outcome = change({}, OFFICER, ELECTION, EXPIRATION)

    assert outcome.text == (
        f"This offer expired at {DEADLINE}. Executive officers cannot take part in this offer.\n"
        f"{EXCHANGES} What counts for that is how you stood when the offer expired, not what"
        " changed after it. Whether it is accepted, the Law Department decides."
        f" {STAY_YOURS}"
    )
    assert outcome.affects_election
    back = change(OFFICER, {}, ELECTION, EXPIRATION).text
    assert "By our records nothing stands in the way of your taking part in it." in back


def test_an_extension_moves_the_day_that_counts() -> None:
    extended = moment(expiration=EXPIRATION + timedelta(days=7))

    for day, effect in ((20, E.LEAVES_FIRST), (27, E.LEAVES_BEFORE_GRANT)):
        after = status(**left(1, day))
        outcome = status_outcome(extended, before=status(), after=after, governing=ELECTION)
        assert outcome.effect == effect
        assert "January 27, 2003" in outcome.text


people = st.fixed_dictionaries(
    {
        "country": st.sampled_from(["US", "GB"]),
        "employment": st.sampled_from(["regular", "intern"]),
        "left_on": st.sampled_from(
            [
                None,
                *(date(2003, 1, d) for d in (14, 15, 19, 20, 21)),
                date(2003, 7, 21),
                date(2003, 7, 22),
            ]
        ),
        "is_director": st.booleans(),
        "on_leave": st.booleans(),
    }
)


@law
@given(
    before=people,
    after=people,
    at=st.sampled_from([AT, EXPIRATION - MICROSECOND, EXPIRATION, AT + timedelta(days=400)]),
    governing=st.sampled_from([None, KEEPS, ELECTION]),
)
def test_laws_of_all_changes(
    before: dict[str, Any], after: dict[str, Any], at: datetime, governing: OnRecord | None
) -> None:
    outcome = change(before, after, governing, at)

    # No change, no news; and whoever is told nothing, nothing happens to.
    assert change(after, after, governing, at).effect == E.NONE
    assert (outcome.effect == E.NONE) == (outcome.text == "")
    assert outcome.text or not outcome.affects_election
    # Nobody's election is spoken of who has none, and everyone's who has is named where it matters.
    assert ("to be exchanged" in outcome.text) == outcome.affects_election
    assert governing == ELECTION or not outcome.affects_election
    # Every paragraph is whole sentences.
    for paragraph in outcome.text.splitlines():
        assert paragraph.endswith(".")
        assert "  " not in paragraph
    # To someone out of the offer both before and after it is all the same.
    now = moment(at)
    out = all(now.problems_now(status(**facts).person) for facts in (before, after))
    assert outcome.effect == E.NONE or now.passed or not out
