"""Finding the access key that somebody holds the key of."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from accesskeys import operations
from accesskeys.core.exceptions import Forbidden, NotFound
from accesskeys.core.keyring import Keyring, get_keyring
from accesskeys.models import AccessKey, AuditEvent
from accesskeys.operations.actors import Actor
from tests.factories import AccessKeyFactory, OperatorFactory, key_of, proven
from tests.helpers import audit_log, holds_part_of, master_key, stored

pytestmark = pytest.mark.django_db

FOUND = "access_key.found"


def forged(key: str) -> str:
    return Keyring.parse(master_key("k1")).new_key()


def unknown(key: str) -> str:
    return get_keyring().new_key()


NO_KEY = "This is not a key. A key is “ica_” and 51 letters and digits."
BELONGING_TO_NONE: list[tuple[Callable[[str], str], str, str]] = [
    (lambda key: "", "malformed", NO_KEY),
    (lambda key: key + "\n", "malformed", NO_KEY),
    (lambda key: key[:-1] + "é", "malformed", NO_KEY),
    (forged, "forged", "This key was not generated here, or a character of it is wrong."),
    (unknown, "unknown", "No access key here has this key any more. It was probably revoked."),
]


class TestFound:
    def test_the_one_that_the_key_belongs_to(self, command: Actor) -> None:
        for access_key in AccessKeyFactory.create_batch(3):
            found = operations.find_by_key(key=key_of(access_key), actor=command)
            assert (found.pk, found.name) == (access_key.pk, access_key.name)
            assert found.get_deferred_fields() == {"digest", "sealed"}
            assert audit_log()[-1] == (FOUND, "succeeded", "", access_key.pk, access_key.name)

    def test_a_suspended_and_an_expired_one_too(self, command: Actor) -> None:
        expired, suspended = AccessKeyFactory(expired=True), AccessKeyFactory()
        operations.suspend(access_key_id=suspended.pk, actor=command)
        for access_key in (expired, suspended):
            assert operations.find_by_key(key=key_of(access_key), actor=command) == access_key

    def test_is_no_use_of_it(self, command: Actor) -> None:
        access_key = AccessKeyFactory()
        operations.limit(
            access_key_id=access_key.pk, allowed_networks=["192.0.2.0/24"], rate_limit="1/hour", actor=command
        )
        row = stored(access_key.pk)
        for _ in range(3):
            operations.find_by_key(key=key_of(access_key), actor=command)
        assert stored(access_key.pk) == row


class TestNotFound:
    @pytest.mark.parametrize(("other", "reason", "sentence"), BELONGING_TO_NONE)
    def test_why(self, other: Callable[[str], str], reason: str, sentence: str, command: Actor) -> None:
        key = other(key_of(AccessKeyFactory()))
        with pytest.raises(NotFound) as refusal:
            operations.find_by_key(key=key, actor=command)
        assert (refusal.value.code, str(refusal.value)) == (reason, sentence)
        assert audit_log()[-1] == (FOUND, "refused", reason, None, "")

    def test_a_revoked_one(self, command: Actor) -> None:
        access_key = AccessKeyFactory()
        operations.revoke(access_key_id=access_key.pk, actor=command)
        with pytest.raises(NotFound) as refusal:
            operations.find_by_key(key=key_of(access_key), actor=command)
        assert refusal.value.code == "unknown"

    def test_no_part_of_it_is_written_down_or_raised(
        self, command: Actor, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level("DEBUG", logger="accesskeys")
        key = key_of(AccessKeyFactory())
        operations.find_by_key(key=key, actor=command)
        tried = [key, *(other(key) for other, _, _ in BELONGING_TO_NONE[1:])]
        for text in tried[1:]:
            with pytest.raises(NotFound) as refusal:
                operations.find_by_key(key=text, actor=command)
            assert not holds_part_of(text, f"{refusal.value!r} {refusal.value.__dict__}")
        written = json.dumps([list(AuditEvent.objects.values()), caplog.text], default=str)
        assert [text for text in tried if holds_part_of(text, written)] == []


class TestWhoMay:
    @pytest.mark.parametrize("role", ["Viewers", "Operators"])
    def test_whoever_may_see_access_keys(self, role: str) -> None:
        access_key = AccessKeyFactory()
        actor = proven(OperatorFactory(roles=[role]), address="192.0.2.7")
        assert operations.find_by_key(key=key_of(access_key), actor=actor) == access_key

    def test_not_an_auditor(self) -> None:
        actor = proven(OperatorFactory(roles=["Auditors"]), address="192.0.2.7")
        self.is_refused(actor)

    def test_not_a_program_whatever_its_scopes(self) -> None:
        scopes = ["access_keys:read", "access_keys:write", "access_keys:reveal", "access_keys:introspect"]
        self.is_refused(Actor.for_access_key(AccessKeyFactory(scopes=scopes), address="192.0.2.7"))

    def is_refused(self, actor: Actor) -> None:
        key = key_of(AccessKeyFactory())
        with pytest.raises(Forbidden) as refusal:
            operations.find_by_key(key=key, actor=actor)
        assert refusal.value.code == "permission_denied"
        assert audit_log()[-1] == (FOUND, "refused", "permission_denied", None, "")
        assert not AccessKey.objects.exclude(last_used_at=None).exists()
