"""Someone with grants of every standing, and a browser in which they have signed in."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.test import Client

from elections.models import Employee, Grant, Offer
from tests.factory import make_employee, make_grant, make_required_grant
from tests.views.browser import visit  # noqa: F401  (a fixture)
from tests.views.pages import signed_in


@pytest.fixture
def employee(offer: Offer) -> Employee:
    return make_employee(name="Pat Example")


@pytest.fixture
def iso(employee: Employee) -> Grant:
    """Free to choose: 1,000 shares at $6.00."""
    return make_grant(employee, "0001")


@pytest.fixture
def nso(employee: Employee) -> Grant:
    """Free to choose: 334 shares at $5.125, which become 251."""
    return make_grant(
        employee, "0002", kind="NSO", granted=334, vested=0, exercise_price=Decimal("5.125")
    )


@pytest.fixture
def required(employee: Employee) -> Grant:
    """Required: 500 shares at $0.78."""
    return make_required_grant(employee, "0003")


@pytest.fixture
def cheap(employee: Employee) -> Grant:
    """Not in the offer: its price is below the threshold."""
    return make_grant(employee, "0004", exercise_price=Decimal("2.99"))


@pytest.fixture
def client(employee: Employee) -> Client:
    return signed_in(employee)
