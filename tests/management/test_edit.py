"""``rescope_access_key``, ``extend_access_key`` and ``describe_access_key``."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.management.base import CommandError
from django.db import connection
from time_machine import TimeMachineFixture

from accesskeys import verification
from accesskeys.models import AccessKey, AuditEvent
from tests.factories import AccessKeyFactory, key_of
from tests.helpers import audit_log, stored
from tests.management.helpers import NOW, refusal_of, run

pytestmark = pytest.mark.django_db


@pytest.fixture
def access_key(time_machine: TimeMachineFixture, db: None) -> AccessKey:
    time_machine.move_to(NOW, tick=False)
    made: AccessKey = AccessKeyFactory(
        name="billing", scopes=["old"], owner="Payments", labels={"team": "payments", "env": "live"}
    )
    return made


class TestRescope:
    @pytest.mark.parametrize(
        ("arguments", "scopes", "sentence"),
        [
            (["--scope=b", "--scope", "a:b"], ["a:b", "b"], "carries the scopes a:b, b."),
            (["--no-scopes"], [], "carries no scopes."),
        ],
    )
    def test_sets_them(
        self, access_key: AccessKey, arguments: list[str], scopes: list[str], sentence: str
    ) -> None:
        assert run("rescope_access_key", "billing", *arguments) == f"Access key billing {sentence}\n"
        assert verification.authenticate(key_of(access_key)).scopes == scopes
        assert audit_log()[-1][:4] == ("access_key.rescoped", "succeeded", "", access_key.pk)

    @pytest.mark.parametrize(
        ("arguments", "sentence"),
        [
            ([], "Say what to set: --scope or --no-scopes."),
            (["--scope=a", "--scope=B"], "“B” is not a scope. Use lower-case words joined by colons, "),
        ],
    )
    def test_what_is_wrong(self, access_key: AccessKey, arguments: list[str], sentence: str) -> None:
        assert refusal_of("rescope_access_key", str(access_key.pk), *arguments).startswith(sentence)


class TestExtend:
    @pytest.mark.parametrize(
        ("arguments", "expires_at", "sentence"),
        [
            (["--expires-in", "90d"], NOW + timedelta(days=90), "expires at 2027-02-21T12:00:00Z."),
            (
                ["--expires-at=2030-01-31T13:00:00+01:00"],
                datetime(2030, 1, 31, 12, tzinfo=UTC),
                "expires at 2030-01-31T12:00:00Z.",
            ),
            (["--never"], None, "does not expire."),
        ],
    )
    @pytest.mark.parametrize("had_expired", [False, True])
    def test_sets_it_and_says_when_it_works_again(
        self,
        access_key: AccessKey,
        arguments: list[str],
        expires_at: datetime | None,
        sentence: str,
        had_expired: bool,
    ) -> None:
        if had_expired:
            access_key = AccessKeyFactory(name="expired", expired=True)
        printed = run("extend_access_key", access_key.name, *arguments)
        again = " It works again from now on." if had_expired else ""
        assert printed == f"Access key {access_key.name} {sentence}{again}\n"
        assert verification.authenticate(key_of(access_key)).expires_at == expires_at
        assert audit_log()[-1][:4] == ("access_key.extended", "succeeded", "", access_key.pk)

    def test_a_suspended_one_does_not_work_again(self, access_key: AccessKey) -> None:
        AccessKeyFactory(name="expired", expired=True)
        run("suspend_access_key", "expired")
        assert run("extend_access_key", "expired", "--never") == "Access key expired does not expire.\n"

    @pytest.mark.parametrize(
        ("arguments", "sentence"),
        [
            ([], "Say until when: --expires-in, --expires-at or --never."),
            (["--expires-in="], "Write how long the access key lives as a number and a unit: "),
            (["--expires-in=soon"], "Write how long the access key lives as a number and a unit: "),
            (["--expires-at=tomorrow"], "Write the time in ISO 8601 with an offset, "),
            (["--expires-at=2030-01-31"], "Write the time in ISO 8601 with an offset, "),
            (["--expires-at=2020-01-31T12:00:00Z"], "Choose a time in the future."),
        ],
    )
    def test_what_is_wrong(self, access_key: AccessKey, arguments: list[str], sentence: str) -> None:
        assert refusal_of("extend_access_key", "billing", *arguments).startswith(sentence)


class TestDescribe:
    @pytest.mark.parametrize(
        ("arguments", "changed"),
        [
            (["--description", "Sends invoices"], {"description": "Sends invoices"}),
            (["--owner", ""], {"owner": ""}),
            (["--owner=Zahlungen, Köln"], {"owner": "Zahlungen, Köln"}),
            (
                ["--label=env=test", "--label", "tier=1"],
                {"labels": {"team": "payments", "env": "test", "tier": "1"}},
            ),
            (["--remove-label", "env"], {"labels": {"team": "payments"}}),
            (["--remove-label=env", "--remove-label=team"], {"labels": {}}),
            (
                ["--remove-label=env", "--label=team=test", "--owner=x"],
                {"labels": {"team": "test"}, "owner": "x"},
            ),
        ],
    )
    def test_sets_what_is_named_and_leaves_the_rest(
        self, access_key: AccessKey, arguments: list[str], changed: dict[str, Any]
    ) -> None:
        before = stored(access_key.pk)
        assert run("describe_access_key", "billing", *arguments) == "Access key billing is described.\n"
        assert stored(access_key.pk) == before | changed
        assert set(AuditEvent.objects.latest("id").details) == set(changed)

    @pytest.mark.parametrize(
        ("arguments", "sentence"),
        [
            ([], "Say what to set: --description, --owner, --label or --remove-label."),
            (["--label=team"], "“team” is not a label. Write it as team=payments: "),
            (["--label=a=b", "--label=a=c"], "A label is there twice: name each key once."),
            (["--remove-label=unknown"], "Access key billing has no label 'unknown'."),
            (
                ["--remove-label=env", "--label=env=test"],
                "“env” cannot be set and removed at once. Choose one of them.",
            ),
            (["--owner=a\nb"], "Write one line, without control characters."),
            (["--owner=ica_" + "x" * 51], "There is a key in this text. Leave it out: "),
            ([f"--label=k{number}=v" for number in range(15)], "An access key carries at most 16 labels."),
        ],
        ids=lambda value: str(value)[:40],
    )
    def test_what_is_wrong(self, access_key: AccessKey, arguments: list[str], sentence: str) -> None:
        assert refusal_of("describe_access_key", "billing", *arguments).startswith(sentence)

    def test_labels_that_somebody_changes_meanwhile_are_not_lost(self, access_key: AccessKey) -> None:
        reads: list[str] = []

        def execute(statement: Callable[..., Any], sql: str, *rest: Any) -> Any:
            if sql.startswith("SELECT") and '"accesskeys_accesskey"."labels"' in sql:
                reads.append(sql)
                if len(reads) == 2:  # The row, after it was read without being held.
                    AccessKey.objects.update(labels={"team": "another"})
            return statement(sql, *rest)

        with (
            connection.execute_wrapper(execute),
            pytest.raises(CommandError, match=r"^Somebody has changed this access key since"),
        ):
            run("describe_access_key", "billing", "--label=tier=1")
        assert len(reads) == 2
        assert audit_log()[-1][:3] == ("access_key.described", "refused", "precondition_failed")


def test_of_limits_only_what_is_named_is_set(access_key: AccessKey) -> None:
    run("limit_access_key", "billing", "--network=192.0.2.0/24", "--rate=9/hour")
    run("limit_access_key", "billing", "--anywhere")
    assert (stored(access_key.pk)["allowed_networks"], stored(access_key.pk)["rate_limit"]) == ([], "9/hour")
    assert AuditEvent.objects.latest("id").details == {
        "allowed_networks": {"before": ["192.0.2.0/24"], "after": []}
    }
    run("limit_access_key", "billing", "--unlimited")
    assert AuditEvent.objects.latest("id").details == {"rate_limit": {"before": "9/hour", "after": None}}
