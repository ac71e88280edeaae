"""Which operator a person at the identity provider is: by issuer and subject alone, for names and addresses move."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import count
from typing import Any

from allauth.socialaccount.models import SocialAccount
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from accesskeys.core.keys_in_text import is_mostly_in
from accesskeys.models import Action
from accesskeys.operations import audit
from accesskeys.operations.actors import Actor
from identity_cloud.operators import names
from identity_cloud.operators.single_sign_on import roles
from identity_cloud.operators.single_sign_on.conf import is_on, named

LONGEST = 140  # characters of a name, which leaves room for a number behind it.


def known(claims: Mapping[str, Any]) -> User | None:
    """The operator who was made for this person."""
    account = (
        SocialAccount.objects.filter(provider=named().issuer, uid=claims["sub"])
        .select_related("user")
        .first()
    )
    return account.user if account else None


def make(claims: Mapping[str, Any], given: list[str], *, actor: Actor) -> User:
    """A new operator for this person, without a password; or the one whom another tab has made meanwhile."""
    try:
        return _make(claims, given, actor)
    except IntegrityError:  # This person, or another one of the same name, was quicker.
        return known(claims) or make(claims, given, actor=actor)


def is_by_provider(operator: User) -> bool:
    """Whether the operator signs in at the identity provider of the settings."""
    return is_on() and SocialAccount.objects.filter(user=operator, provider=named().issuer).exists()


def _make(claims: Mapping[str, Any], given: list[str], actor: Actor) -> User:
    with audit.operation(Action.ROLES_CHANGED, actor=actor) as entry:
        operator = User(username=_free(_called(claims)))
        operator.set_unusable_password()
        User.objects.bulk_create(
            [operator]
        )  # The rule for names was held to above, and the database holds it too.
        SocialAccount.objects.create(user=operator, provider=named().issuer, uid=claims["sub"])
        roles.give(operator, given, entry)
    return operator


def _called(claims: Mapping[str, Any]) -> str:
    """The first of the names that the provider tells which an operator can have."""
    for claim in ("preferred_username", "nickname", "email"):
        name = claims.get(claim)
        if isinstance(name, str) and _is_possible(name):
            return name
    return "operator"


def _is_possible(name: str) -> bool:
    try:
        User._meta.get_field("username").run_validators(name)
    except ValidationError:
        return False
    return 0 < len(name) <= LONGEST and not is_mostly_in(name)


def _free(name: str) -> str:
    """The name, with a number behind it where the sign-in could not tell it from one that is taken."""
    taken = {
        spelling
        for other in User.objects.values_list("username", flat=True)
        for spelling in _spellings(other)
    }
    return next(choice for choice in _numbered(name) if taken.isdisjoint(_spellings(choice)))


def _spellings(name: str) -> tuple[str, str]:
    """By what two names are told apart: here, and in the database."""
    return names.folded(name), name.upper()


def _numbered(name: str) -> Iterator[str]:
    yield name
    yield from (f"{name}-{number}" for number in count(2))
