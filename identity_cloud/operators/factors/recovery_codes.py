"""Recovery codes: ten, shown once, each good once, for whoever has lost the other factors."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare, get_random_string

from identity_cloud.operators.factors.sealing import beside, opened, seal

KIND = Authenticator.Type.RECOVERY_CODES
COUNT = 10
LENGTH = 10  # 49 bits: nobody guesses one in the attempts that there are
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # Without those that are taken for one another.


def renew(operator: AbstractBaseUser) -> tuple[Authenticator, list[str]]:
    """Ten new ones, as people read them. Those from before are worth nothing. In a transaction of the caller."""
    codes = [get_random_string(LENGTH, LETTERS) for _ in range(COUNT)]
    data = {**seal(" ".join(codes), operator=operator, kind=KIND), "used": []}
    authenticator, _ = Authenticator.objects.update_or_create(
        user_id=operator.pk,
        type=KIND,
        defaults={"data": data, "created_at": timezone.now(), "last_used_at": None},
    )
    return authenticator, [f"{code[:5]}-{code[5:]}" for code in codes]


def left(authenticator: Authenticator) -> int:
    """How many are still good. Raises IntegrityFailure."""
    return COUNT - len(beside(authenticator, "used", list))


def require_usable(row: Authenticator) -> None:
    """Raise IntegrityFailure where no code can be held against them."""
    opened(row)
    beside(row, "used", list)


def use(operator: AbstractBaseUser, code: str) -> Authenticator | None:
    """The operator's recovery codes, if this is one of them and was not used before. Raises IntegrityFailure."""
    with transaction.atomic():
        authenticator: Authenticator | None = (
            Authenticator.objects.select_for_update().filter(user_id=operator.pk, type=KIND).first()
        )
        if authenticator is None:
            return None
        codes = opened(authenticator).split()
        used = beside(authenticator, "used", list)
        for number, own in enumerate(codes):
            if constant_time_compare(own, code.lower()) and number not in used:
                sealed = seal(" ".join(codes), operator=operator, kind=KIND)
                authenticator.data = {**sealed, "used": [*used, number]}
                authenticator.last_used_at = timezone.now()
                authenticator.save(update_fields=["data", "last_used_at"])
                return authenticator
        return None
