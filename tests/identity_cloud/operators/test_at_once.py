"""Two at once: an administrator is always left, a link is good once, a name is given once."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from accesskeys.operations.actors import Actor
from identity_cloud.operators import operations
from identity_cloud.operators.exceptions import LinkClosed
from identity_cloud.operators.models import OneTimeLink
from identity_cloud.operators.operations import links
from identity_cloud.operators.operations.administrators import administrators
from tests.factories import OperatorFactory
from tests.helpers import at_once

pytestmark = pytest.mark.django_db(transaction=True)

COMMAND = Actor.for_command()
ROUNDS = 5


@pytest.mark.parametrize("ways", [("off", "off"), ("off", "demoted"), ("demoted", "demoted")])
def test_two_administrators_who_remove_each_other_leave_one(ways: tuple[str, str]) -> None:
    for number in range(ROUNDS):
        User.objects.all().delete()
        pair = [
            OperatorFactory(username=f"{way}_{i}_{number}", roles=["Administrators"])
            for i, way in enumerate(ways)
        ]

        def remove(way: str, operator: User) -> object:
            if way == "off":
                return operations.deactivate(operator_id=operator.pk, actor=COMMAND)
            return operations.set_roles(operator_id=operator.pk, roles=["Viewers"], actor=COMMAND)

        results = at_once(
            [lambda way=way, who=who: remove(way, who) for way, who in zip(ways, pair, strict=True)]  # type: ignore[misc]
        )
        assert sorted(type(result).__name__ for result in results) == ["LastAdministrator", "User"]
        assert administrators().count() == 1


def test_a_link_is_good_once() -> None:
    bea = OperatorFactory(username="bea")
    for _round in range(ROUNDS):
        made = operations.make_sign_in_link(operator_id=bea.pk, actor=COMMAND)
        found = [links.find(made.secret, actor=Actor.for_stranger(address=None)) for _ in range(2)]
        results = at_once([lambda each=each: operations.use_sign_in_link(link=each) for each in found])  # type: ignore[misc]
        assert [type(result) for result in results].count(LinkClosed) == 1
        assert bea in results
    assert not OneTimeLink.objects.exists()


def test_a_name_is_given_once() -> None:
    OperatorFactory(roles=["Administrators"])
    results = at_once(
        [
            lambda name=name: operations.invite(name=name, roles=[], actor=COMMAND)
            for name in ("bea", "ｂｅａ")
        ]  # type: ignore[misc]
    )
    assert sorted(type(result).__name__ for result in results) == ["Made", "ValidationError"]
    assert User.objects.count() == 2
