"""Finding the access key that somebody means, and what is not there."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from uuid import UUID, uuid4

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from accesskeys import operations
from accesskeys.core.exceptions import NotFound
from accesskeys.models import AccessKey
from accesskeys.operations.actors import Actor
from tests.factories import AccessKeyFactory
from tests.helpers import audit_log
from tests.strategies import ANY_TEXT, NAMES

pytestmark = pytest.mark.django_db

UNKNOWN = "018f2c3e-6f6a-4c3b-9a53-0123456789ab"


OPERATIONS: Iterable[tuple[str, Callable[[UUID, Actor], object]]] = [
    ("access_key.shown", lambda pk, actor: operations.reveal(access_key_id=pk, actor=actor)),
    ("access_key.renamed", lambda pk, actor: operations.rename(access_key_id=pk, name="other", actor=actor)),
    ("access_key.suspended", lambda pk, actor: operations.suspend(access_key_id=pk, actor=actor)),
    ("access_key.resumed", lambda pk, actor: operations.resume(access_key_id=pk, actor=actor)),
    (
        "access_key.limited",
        lambda pk, actor: operations.limit(
            access_key_id=pk, allowed_networks=[], rate_limit=None, actor=actor
        ),
    ),
    ("access_key.revoked", lambda pk, actor: operations.revoke(access_key_id=pk, actor=actor)),
]


@pytest.mark.parametrize(("action", "operation"), OPERATIONS)
class TestWhatIsNotThere:
    def test_is_not_found(
        self, action: str, operation: Callable[[UUID, Actor], object], command: Actor
    ) -> None:
        unknown = uuid4()
        with pytest.raises(NotFound) as refusal:
            operation(unknown, command)
        assert refusal.value.code == "not_found"
        assert str(refusal.value) == "There is no such access key. It may have been revoked."
        assert audit_log() == [(action, "refused", "not_found", unknown, "")]

    def test_stays_away_after_a_revoke(
        self, action: str, operation: Callable[[UUID, Actor], object], command: Actor
    ) -> None:
        access_key = AccessKeyFactory()
        operations.revoke(access_key_id=access_key.pk, actor=command)
        with pytest.raises(NotFound):
            operation(access_key.pk, command)
        assert not AccessKey.objects.exists()
        assert audit_log()[-1][:4] == (action, "refused", "not_found", access_key.pk)


class TestFind:
    def test_a_name_or_an_id(self) -> None:
        access_key = AccessKeyFactory(name="billing")
        for name_or_id in ("billing", str(access_key.pk)):
            found = operations.find(name_or_id)
            assert (found.pk, found.name) == (access_key.pk, "billing")
            assert found.get_deferred_fields() == {"digest", "sealed"}

    @pytest.mark.parametrize("name_or_id", ["unknown", "", "a b", "a\x00", UNKNOWN])
    def test_anything_else_is_not_found(self, name_or_id: str) -> None:
        AccessKeyFactory(name="billing")
        with pytest.raises(NotFound):
            operations.find(name_or_id)


class TestResolve:
    def test_a_name_or_an_id(self) -> None:
        access_key = AccessKeyFactory(name="billing")
        assert operations.resolve("billing") == access_key.pk
        assert operations.resolve(str(access_key.pk)) == access_key.pk
        assert operations.resolve(access_key.pk.hex.upper()) == access_key.pk

    def test_an_unknown_id_is_left_to_the_operation(self) -> None:
        unknown = uuid4()
        assert operations.resolve(str(unknown)) == unknown

    def test_a_name_in_another_case_is_another_name(self) -> None:
        AccessKeyFactory(name="billing")
        with pytest.raises(NotFound):
            operations.resolve("Billing")

    @given(NAMES.filter(lambda name: len(name) > 20) | st.text("0123456789abcdef", min_size=28, max_size=30))
    def test_a_name_is_never_mistaken_for_an_id(self, command: Actor, name: str) -> None:
        access_key, _ = operations.generate(name=name, actor=command)
        assert operations.resolve(name) == access_key.pk
        operations.revoke(access_key_id=access_key.pk, actor=command)

    @given(ANY_TEXT)
    def test_any_other_text_is_not_found(self, text: str) -> None:
        try:
            UUID(text)
        except ValueError:
            with pytest.raises(NotFound):
                operations.resolve(text)
        else:
            assume(False)
