"""`manage.py reset_second_factor`."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command

from elections.models import AuditEntry, User
from elections.models.audit import Act
from tests.factory import make_user
from tests.mails import account_mails

REASON = ("--reason", "Lost the phone; seen in person.")


@pytest.fixture
def root(db: None) -> User:
    return make_user("root@example.com", is_staff=True)


def test_the_factor_is_gone_the_owner_is_told_and_the_log_says_why(root: User) -> None:
    root.authenticator_set.create(type="totp", data={})

    call_command("reset_second_factor", "Root@example.com", *REASON)

    assert not root.authenticator_set.exists()
    (told,) = account_mails()
    assert (told.to, "was reset by an administrator" in told.body) == (["root@example.com"], True)
    (entry,) = AuditEntry.objects.filter(act=Act.FACTOR)
    assert (entry.actor, entry.subject) == (None, "root@example.com")
    assert entry.details["reason"] == REASON[1]


@pytest.mark.parametrize("email", ["root@example.com", "nobody@example.com"])
def test_nothing_to_reset_is_said_and_not_noted(root: User, email: str) -> None:
    with pytest.raises(CommandError, match=email):
        call_command("reset_second_factor", email, *REASON)

    assert not AuditEntry.objects.exists()


def test_a_reason_is_needed(root: User) -> None:
    with pytest.raises(CommandError, match="reason"):
        call_command("reset_second_factor", "root@example.com")
