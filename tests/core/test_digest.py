import hashlib
import json
import uuid
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal, localcontext
from random import Random
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from elections.core.digest import GENESIS, canonical_json, chained_digest
from elections.core.terms import Choice
from tests.core.make import law

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text()
    | st.decimals(allow_nan=False, allow_infinity=False)
    | st.dates()
    | st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))
    | st.uuids(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=6,
)


def test_every_kind_of_value_has_its_canonical_form() -> None:
    value = {
        "z": [None, True, False, 0, -7],
        "name": 'Zoë \N{SNOWMAN} "quoted"\n',
        "choice": Choice.EXCHANGE,
        "price": Decimal("3.0100"),
        "on": date(2003, 1, 20),
        "at": datetime(2003, 1, 20, 21, tzinfo=timezone(timedelta(hours=-8))),
        "token": uuid.UUID("6FA459EA-EE8A-3CA4-894E-DB77E160355E"),
        "lines": ({"b": 1, "a": 2},),
    }
    assert canonical_json(value).decode() == (
        '{"at":"2003-01-21T05:00:00.000000Z","choice":"exchange","lines":[{"a":2,"b":1}],'
        '"name":"Zoë \N{SNOWMAN} \\"quoted\\"\\n","on":"2003-01-20","price":"3.01",'
        '"token":"6fa459ea-ee8a-3ca4-894e-db77e160355e","z":[null,true,false,0,-7]}'
    )


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("3.01", "3.01"),
        ("3.0100", "3.01"),
        ("100", "100"),
        ("1E+2", "100"),
        ("1E-7", "0.0000001"),
        ("-0.50", "-0.5"),
        ("-0.00", "0"),
    ],
)
def test_equal_decimals_have_one_text_however_the_database_kept_them(
    number: str, text: str
) -> None:
    assert canonical_json(Decimal(number)) == f'"{text}"'.encode()


@law
@given(st.decimals(allow_nan=False, allow_infinity=False))
def test_a_decimal_loses_nothing_and_its_scale_makes_no_difference(number: Decimal) -> None:
    text = json.loads(canonical_json(number))
    assert Decimal(text) == number
    with localcontext(prec=2):
        assert json.loads(canonical_json(number)) == text
    assert canonical_json(Decimal(text)) == canonical_json(number)


@law
@given(st.dictionaries(st.text(), values), st.randoms())
def test_the_order_of_keys_makes_no_difference(content: dict[str, object], random: Random) -> None:
    shuffled = dict(random.sample(sorted(content.items(), key=lambda i: i[0]), len(content)))
    assert canonical_json(shuffled) == canonical_json(content)
    assert canonical_json(MappingProxyType(shuffled)) == canonical_json(content)


@law
@given(values)
def test_what_was_exported_and_read_again_has_the_same_text(value: object) -> None:
    text = canonical_json(value)
    assert canonical_json(json.loads(text)) == text


@law
@given(st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1), timezones=st.timezones()))
def test_an_instant_has_one_text_in_whatever_zone_it_comes(instant: datetime) -> None:
    text = canonical_json(instant)
    assert text == canonical_json(instant.astimezone(UTC))
    assert text.endswith(f'.{instant.microsecond:06d}Z"'.encode())


@pytest.mark.parametrize(
    "value", [0.75, [{"price": 3.01}], {"a": {1, 2}}, {1: "a"}, {None: "a"}, b"bytes", object()]
)
def test_what_has_no_one_text_is_refused(value: object) -> None:
    with pytest.raises(TypeError):
        canonical_json(value)


@pytest.mark.parametrize(
    ("value", "why"),
    [
        (datetime(2003, 1, 20, 21), "needs a time zone"),
        (Decimal("NaN"), "not a finite number"),
        (Decimal("-Infinity"), "not a finite number"),
        ("\ud800", "surrogates not allowed"),
    ],
)
def test_what_is_no_instant_number_or_text_is_refused(value: object, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        canonical_json(value)


def test_a_digest_can_be_recomputed_with_any_tool() -> None:
    text = '{"content":{"receipt":"7K3MQ-9WD4X-81","shares":334},"previous":"' + "0" * 64 + '"}'
    assert chained_digest(GENESIS, {"shares": 334, "receipt": "7K3MQ-9WD4X-81"}) == (
        hashlib.sha256(text.encode()).hexdigest()
    )


def test_a_digest_depends_on_its_content_and_on_the_one_before() -> None:
    digest = chained_digest(GENESIS, {"shares": 334})
    assert chained_digest(GENESIS, {"shares": 335}) != digest
    assert chained_digest(digest, {"shares": 334}) != digest
