"""Whose account it is that the company's OpenID provider vouches for. None is ever made here.

People are known by their employee number or by their verified address, whichever the portal is set
up for. The first sign-in ties the account to the provider's own key for the person, its subject;
from then on both have to agree. So an address that is changed at the provider, or given to somebody
new, opens nobody else's account.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from allauth.socialaccount.models import SocialAccount
from django.contrib.auth.signals import user_login_failed
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q

from elections import queries
from elections.models import User
from elections.prepared import A_KEY, A_WORD, Prepared

LONGEST_SUBJECT = 191  # that allauth's table holds


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """What the provider vouches for.

    `address` is a verified one, in lower case; "" for none. `number` is the employee number, None
    where the portal is not set up to know people by it.
    """

    issuer: str
    subject: str
    address: str
    number: str | None

    @property
    def key(self) -> str:
        """The subject, short enough to be kept."""
        if len(self.subject) <= LONGEST_SUBJECT:
            return self.subject
        return hashlib.sha256(self.subject.encode()).hexdigest()


class Stranger(PermissionDenied):
    """Nobody is let in by this identity; says why, for the log alone."""


def account_of(identity: Identity) -> User:
    """The account that this identity opens. Raises `Stranger` where it opens none."""
    account = _known_by(identity)
    if account is None:
        raise Stranger("no account is known by it")
    if not account.is_active:
        raise _refused(account, "the account is disabled")
    if (_ties(identity, account) or _first_tie(identity, account)) != [(identity.key, account.pk)]:
        raise _refused(account, "the account, or the subject, is tied to another")
    return account


def _ties(identity: Identity, account: User) -> list[tuple[str, int]]:
    """What the account is tied to at this provider, and which account the subject is tied to."""
    tied = _tied(issuer=identity.issuer, uid=identity.key, account=account.pk)
    return [(tie.uid, tie.user_id) for tie in tied]


def _first_tie(identity: Identity, account: User) -> list[tuple[str, int]]:
    """Tie them; of two first sign-ins at once, the second finds what the first has tied."""
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=account.pk)
        if not _ties(identity, account):
            SocialAccount.objects.create(
                provider=identity.issuer, uid=identity.key, user=account, extra_data={}
            )
        return _ties(identity, account)


def _known_by(identity: Identity) -> User | None:
    if identity.number:
        return queries.account_numbered(identity.number)
    found = queries.account_at(identity.address) if identity.address else None
    if found and identity.number is not None and hasattr(found, "employee"):
        # Whoever has a number must be known by it: the address alone is for staff without one.
        raise _refused(found, "the employee number is missing")
    return found


def _refused(account: User, why: str) -> Stranger:
    """For an account of staff, the audit log is to have it too (`elections.signins`)."""
    user_login_failed.send(sender=__name__, credentials={"email": account.email}, request=None)
    return Stranger(why)


_tied = Prepared(
    lambda issuer, uid, account: SocialAccount.objects.filter(
        Q(uid=uid) | Q(user=account), provider=issuer
    ),
    issuer=A_WORD,
    uid=f"{A_WORD} of a subject",
    account=A_KEY,
)
