"""Whoever opens the admin, each signed in: an employee, HR, Law, an auditor, a superuser."""

from __future__ import annotations

import pytest
from django.test import Client

from elections.models import Employee, Offer, User
from elections.services.groups import AUDITOR, HR, LAW_DEPARTMENT
from tests.admin.people import make_staff, signed_in
from tests.factory import make_employee


@pytest.fixture
def employee(offer: Offer) -> Employee:
    return make_employee()


@pytest.fixture
def law(offer: Offer) -> User:
    return make_staff("law@example.com", "Lou Law", LAW_DEPARTMENT)


@pytest.fixture
def hr(offer: Offer) -> User:
    return make_staff("hr@example.com", "Hanna Resources", HR)


@pytest.fixture
def auditor(offer: Offer) -> User:
    return make_staff("audit@example.com", "Alex Audit", AUDITOR)


@pytest.fixture
def superuser(offer: Offer) -> User:
    return User.objects.create_superuser("root@example.com", name="Sam Super")


@pytest.fixture
def law_client(law: User) -> Client:
    return signed_in(law)


@pytest.fixture
def hr_client(hr: User) -> Client:
    return signed_in(hr)


@pytest.fixture
def auditor_client(auditor: User) -> Client:
    return signed_in(auditor)


@pytest.fixture
def super_client(superuser: User) -> Client:
    return signed_in(superuser)
