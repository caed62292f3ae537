"""What a picture of the gallery is taken of: the offer, its people, their browsers, the clock."""

from __future__ import annotations

from decimal import Decimal
from functools import cached_property
from typing import Any

from django.conf import settings
from django.test import Client

from elections.models import Employee, Grant, Offer, Submission, User
from elections.services.groups import AUDITOR as AUDITORS
from elections.services.groups import HR as HR_GROUP
from elections.services.groups import LAW_DEPARTMENT
from elections.services.load_offer import load_offer
from elections.services.offer_file import read_offer
from tests.admin.people import make_staff
from tests.factory import make_employee, make_grant, make_required_grant, make_user
from tests.portal import SetClock
from tests.signing_in import sign_in

NOBODY, EMPLOYEE, LAW, HR, AUDITOR, SUPERUSER = (
    "nobody",
    "employee",
    "law",
    "hr",
    "auditor",
    "superuser",
)
OFFER = settings.BASE_DIR / "offers" / "lantronix-2002"
PASSWORD = "three-quarters-rounded-up"


class Scene:
    """An empty portal; the offer and each person come into it when something asks for them.

    What a state leaves for the address of its picture stands in `form`, `token` and `rows`.
    """

    form: Submission
    token: str
    rows: dict[str, int]

    def __init__(self, clock: SetClock, settings: Any) -> None:
        self.clock = clock
        self.settings = settings
        self._browsers: dict[str, Client] = {}

    @cached_property
    def offer(self) -> Offer:
        """The offer that ships with the portal, with its own documents and sessions."""
        load_offer(file=read_offer(OFFER))
        return Offer.objects.get()

    @cached_property
    def pat(self) -> Employee:
        """The employee: Pat Example, who holds a grant of every standing."""
        assert self.offer
        user = make_user("pat@example.com", name="Pat Example", password=PASSWORD)
        pat = make_employee(user=user, name="Pat Example")
        make_grant(pat, "0001")
        make_grant(pat, "0002", kind="NSO", granted=334, vested=0, exercise_price=Decimal("5.125"))
        make_required_grant(pat, "0003")
        make_grant(pat, "0004", exercise_price=Decimal("2.99"))
        return pat

    def grant(self, number: str) -> Grant:
        """One of Pat's: 0001 and 0002 are free to choose, 0003 is required, 0004 is ineligible."""
        return self.pat.grants.get(number=number)

    @cached_property
    def law(self) -> User:
        """Someone of the Law Department."""
        return make_staff("law@example.com", "Lou Law", LAW_DEPARTMENT)

    @cached_property
    def hr(self) -> User:
        """Someone of Human Resources, with a password."""
        user = make_staff("hr@example.com", "Hanna Resources", HR_GROUP)
        user.set_password(PASSWORD)
        user.save()
        return user

    @cached_property
    def second_hr(self) -> User:
        """A colleague of theirs."""
        return make_staff("second@example.com", "Sonja Second", HR_GROUP)

    @cached_property
    def auditor(self) -> User:
        """Someone who sees all and changes nothing."""
        return make_staff("audit@example.com", "Alex Audit", AUDITORS)

    @cached_property
    def superuser(self) -> User:
        """Someone who keeps the accounts."""
        return User.objects.create_superuser("root@example.com", name="Sam Super")

    def who(self, role: str) -> User | None:
        """The account of that role; None for nobody."""
        if role == NOBODY:
            return None
        user: User | None = self.pat.user if role == EMPLOYEE else getattr(self, role)
        return user

    def browser(self, role: str) -> Client:
        """The browser of whoever has that role, signed in, the same one each time."""
        if role not in self._browsers:
            browser = Client(raise_request_exception=False)
            if user := self.who(role):
                sign_in(browser, user)
            self._browsers[role] = browser
        return self._browsers[role]
