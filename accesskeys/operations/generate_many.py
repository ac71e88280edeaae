"""Generate many access keys at once, and foresee which of them would be refused."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from accesskeys.core.validators import is_name
from accesskeys.models import AccessKey, Action
from accesskeys.operations import audit, policy
from accesskeys.operations.actors import Actor
from accesskeys.operations.drafts import WISHED, Wish, defer, described, draft_of, furnish
from accesskeys.operations.policy import Operation
from accesskeys.operations.validation import all_but, name_taken, says_that_name_is_taken


class Generated(NamedTuple):
    """An access key and its key."""

    access_key: AccessKey
    key: str


def generate_many(*, wishes: Sequence[Wish], actor: Actor) -> list[Generated | ValidationError]:
    """Generate these access keys in one transaction; returns for each wish what it became, or why it did not.

    The rules are those of ``generate``. A wish that breaks one leaves the others alone, and has its event like
    them. Raises Forbidden, InsufficientScope when the actor lacks one of the scopes, or WiderThanOwn when it has
    narrower limits: then there is none.
    """
    policy.authorize(actor, Operation.GENERATE)
    # Made ahead of the transaction, so that other writers wait for the rows alone.
    drafts = [draft_of(wish, actor) for wish in wishes]
    made = [Generated(draft, furnish(draft)) for draft in drafts]
    with audit.operations(Action.GENERATED, actor=actor) as ledger:
        policy.check_grant(actor, {scope for draft in drafts for scope in draft.scopes})
        refusals = _insert(drafts)
        for draft, refusal in zip(drafts, refusals, strict=True):
            if refusal:
                ledger.refused(draft.name, refusal)
            else:
                policy.check_confinement(actor, draft)
                ledger.succeeded(draft, described(draft))
                defer(draft)
    return [refusal or one for refusal, one in zip(refusals, made, strict=True)]


def foresee(*, wishes: Sequence[Wish], actor: Actor) -> list[ValidationError | None]:
    """What ``generate_many`` would refuse now. Nothing changes, and nothing is written down but a Forbidden."""
    policy.authorize(actor, Operation.GENERATE)
    return _refusals([draft_of(wish, actor) for wish in wishes])


def _insert(drafts: Sequence[AccessKey]) -> list[ValidationError | None]:
    """Insert those that keep the rules; returns for each why it was not."""
    while True:
        refusals = _refusals(drafts)
        kept = [draft for draft, refusal in zip(drafts, refusals, strict=True) if refusal is None]
        try:
            with transaction.atomic():
                AccessKey.objects.bulk_create(kept)
        except IntegrityError as error:
            if not says_that_name_is_taken(error):
                raise
            continue  # Another door has taken a name since they were looked up. Now it is found.
        return refusals


def _refusals(drafts: Sequence[AccessKey]) -> list[ValidationError | None]:
    """What is wrong with each, by the model's rules; the names are looked up in one statement."""
    names = [draft.name for draft in drafts if is_name(draft.name)]
    taken = set(AccessKey.objects.filter(name__in=names).values_list("name", flat=True))
    refusals: list[ValidationError | None] = []
    for draft in drafts:
        refusal = _refusal(draft, name_is_taken=draft.name in taken)
        refusals.append(refusal)
        if refusal is None:
            taken.add(draft.name)
    return refusals


def _refusal(draft: AccessKey, *, name_is_taken: bool) -> ValidationError | None:
    errors: dict[str, Any] = {}
    try:
        draft.clean_fields(exclude=all_but(*WISHED))
    except ValidationError as refusal:
        refusal.update_error_dict(errors)
    if name_is_taken:
        errors["name"] = [name_taken()]
    return ValidationError(errors) if errors else None
