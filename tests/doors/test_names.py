"""Each door accepts the same names, refuses the same ones with the same code, and writes down the same event."""

from __future__ import annotations

import pytest

from accesskeys.models import AccessKey, AuditEvent
from tests.doors.doors import HANDLES, Answer, Command, Handle
from tests.factories import AccessKeyFactory
from tests.vectors import load

pytestmark = pytest.mark.django_db

NAMES = load("names")


GOOD = [
    pytest.param(handle, name, id=f"{handle.door}-{name}") for handle in HANDLES for name in NAMES["good"]
]
BAD = [
    pytest.param(handle, case["name"], id=f"{handle.door}-{case['why']}")
    for handle in HANDLES
    for case in NAMES["bad"]
    # No argument of a command can hold a NUL.
    if not (handle is Command and "\0" in case["name"])
]


def names_stored() -> set[str]:
    return set(AccessKey.objects.values_list("name", flat=True))


def told_since(last: AuditEvent | None) -> list[tuple[str, str, str, str, str]]:
    """Door, action, outcome, reason and name of the events after this one."""
    events = AuditEvent.objects.filter(pk__gt=last.pk if last else 0).order_by("pk")
    return list(events.values_list("door", "action", "outcome", "reason", "access_key_name"))


def last_event() -> AuditEvent | None:
    return AuditEvent.objects.order_by("pk").last()


@pytest.mark.parametrize(("handle", "name"), GOOD)
class TestAGoodName:
    def test_is_what_a_new_access_key_is_called(self, handle: type[Handle], name: str) -> None:
        door, before, last = handle(), names_stored(), last_event()
        assert door.generate(name) == Answer(accepted=True)
        assert names_stored() - before - {"caller"} == {name}
        assert told_since(last)[-1] == (door.door, "access_key.generated", "succeeded", "", name)

    def test_is_what_an_access_key_is_renamed_to(self, handle: type[Handle], name: str) -> None:
        door, access_key = handle(), AccessKeyFactory(name="before")
        last = last_event()
        assert door.rename(access_key.pk, name) == Answer(accepted=True)
        assert AccessKey.objects.get(pk=access_key.pk).name == name
        assert told_since(last) == [(door.door, "access_key.renamed", "succeeded", "", name)]


@pytest.mark.parametrize(("handle", "name"), BAD)
class TestABadName:
    def test_generates_nothing(self, handle: type[Handle], name: str) -> None:
        door = handle()
        before, last = names_stored(), last_event()
        assert door.generate(name) == Answer(accepted=False, codes=("invalid",))
        assert names_stored() == before
        assert told_since(last) == [(door.door, "access_key.generated", "refused", "invalid", "")]

    def test_renames_nothing(self, handle: type[Handle], name: str) -> None:
        door, access_key = handle(), AccessKeyFactory(name="before")
        before, last = names_stored(), last_event()
        assert door.rename(access_key.pk, name) == Answer(accepted=False, codes=("invalid",))
        assert names_stored() == before
        assert told_since(last) == [(door.door, "access_key.renamed", "refused", "invalid", "before")]


@pytest.mark.parametrize("handle", HANDLES)
class TestATakenName:
    def test_generates_nothing(self, handle: type[Handle]) -> None:
        door = handle()
        AccessKeyFactory(name="taken")
        before, last = names_stored(), last_event()
        assert door.generate("taken") == Answer(accepted=False, codes=("unique",))
        assert names_stored() == before
        assert told_since(last) == [(door.door, "access_key.generated", "refused", "unique", "taken")]

    def test_renames_nothing(self, handle: type[Handle]) -> None:
        door, access_key = handle(), AccessKeyFactory(name="before")
        AccessKeyFactory(name="taken")
        before, last = names_stored(), last_event()
        assert door.rename(access_key.pk, "taken") == Answer(accepted=False, codes=("unique",))
        assert names_stored() == before
        assert told_since(last) == [(door.door, "access_key.renamed", "refused", "unique", "before")]

    def test_in_another_case_is_another_name(self, handle: type[Handle]) -> None:
        door = handle()
        AccessKeyFactory(name="taken")
        assert door.generate("Taken") == Answer(accepted=True)
        assert {"taken", "Taken"} <= names_stored()
