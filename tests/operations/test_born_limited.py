"""Limits and facts that an access key has from its first moment on, and what a confined key can give."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from accesskeys import operations, verification
from accesskeys.core.exceptions import InvalidKey, WiderThanOwn
from accesskeys.models import AccessKey, AuditEvent
from accesskeys.operations import Wish
from accesskeys.operations.actors import Actor
from tests.factories import AccessKeyFactory, key_of
from tests.helpers import audit_log, codes, holds_part_of

pytestmark = pytest.mark.django_db

LIMITS: dict[str, Any] = {"allowed_networks": ["192.0.2.0/24", "2001:db8::/32"], "rate_limit": "5/minute"}
FACTS: dict[str, Any] = {"description": "Invoices", "owner": "Zahlungen", "labels": {"team": "payments"}}
ALL = LIMITS | FACTS
# Own networks, own rate, those wished for, and what is given; None: refused.
CONFINED: list[tuple[list[str], str | None, dict[str, Any], dict[str, Any] | None]] = [
    (["10.0.0.0/8"], "9/minute", {}, {"allowed_networks": ["10.0.0.0/8"], "rate_limit": "9/minute"}),
    (["10.0.0.0/8"], None, {"allowed_networks": ["10.1.0.0/16"]}, {"allowed_networks": ["10.1.0.0/16"]}),
    (["10.0.0.0/8"], None, {"allowed_networks": ["10.0.0.0/8"]}, {"allowed_networks": ["10.0.0.0/8"]}),
    (["10.0.0.0/8"], None, {"allowed_networks": ["11.0.0.0/8"]}, None),
    (["10.0.0.0/8"], None, {"allowed_networks": ["10.1.0.0/16", "11.0.0.0/8"]}, None),
    (["10.0.0.0/8"], None, {"allowed_networks": ["8.0.0.0/6"]}, None),
    (["10.0.0.0/8"], None, {"allowed_networks": ["::/0"]}, None),
    (
        ["10.0.0.0/9", "10.128.0.0/9"],
        None,
        {"allowed_networks": ["10.0.0.0/8"]},
        {"allowed_networks": ["10.0.0.0/8"]},
    ),
    (
        ["10.0.0.0/8"],
        None,
        {"rate_limit": "5/hour"},
        {"allowed_networks": ["10.0.0.0/8"], "rate_limit": "5/hour"},
    ),
    ([], "60/minute", {"rate_limit": "60/minute"}, {"rate_limit": "60/minute"}),
    ([], "60/minute", {"rate_limit": "1/second"}, {"rate_limit": "1/second"}),
    ([], "60/minute", {"rate_limit": "60/hour"}, {"rate_limit": "60/hour"}),
    ([], "60/minute", {"rate_limit": "61/minute"}, None),
    ([], "60/minute", {"rate_limit": "2/second"}, None),
    ([], "60/minute", {"rate_limit": "61/hour"}, None),
    (
        [],
        "60/minute",
        {"allowed_networks": ["0.0.0.0/0"]},
        {"allowed_networks": ["0.0.0.0/0"], "rate_limit": "60/minute"},
    ),
]


def confined(networks: list[str], rate: str | None) -> Actor:
    access_key = AccessKeyFactory(
        name="caged", scopes=["access_keys:write"], allowed_networks=networks, rate_limit=rate
    )
    return Actor.for_access_key(access_key, address=None)


@pytest.mark.parametrize("many", [False, True])
def test_it_is_limited_before_anybody_can_use_it(command: Actor, many: bool) -> None:
    if many:
        [generated] = operations.generate_many(wishes=[Wish("billing", **ALL)], actor=command)
        assert not isinstance(generated, ValidationError)
        access_key, key = generated
    else:
        access_key, key = operations.generate(name="billing", actor=command, **ALL)
    assert {name: getattr(access_key, name) for name in ALL} == ALL
    assert AccessKey.objects.values(*ALL).get() == ALL
    with pytest.raises(InvalidKey) as refusal:
        verification.authenticate(key, address="198.51.100.7")
    assert refusal.value.reason == "address"
    assert verification.authenticate(key, address="192.0.2.7") == access_key
    assert audit_log() == [("access_key.generated", "succeeded", "", access_key.pk, "billing")]
    assert AuditEvent.objects.get().details == {"scopes": [], "expires_at": None, **ALL}


def test_what_means_the_same_is_kept_as_one(command: Actor) -> None:
    access_key, _ = operations.generate(
        name="billing", actor=command, allowed_networks=["10.0.0.0/8"] * 2, rate_limit=""
    )
    assert (access_key.allowed_networks, access_key.rate_limit) == (["10.0.0.0/8"], None)


@pytest.mark.parametrize("many", [False, True])
@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"allowed_networks": ["home"]}, "invalid_network"),
        ({"rate_limit": "often"}, "invalid"),
        ({"description": "a\nb"}, "invalid"),
        ({"owner": "o" * 151}, "max_length"),
        ({"labels": {"Team": "a"}}, "invalid_label"),
    ],
)
def test_what_is_wrong_leaves_none(command: Actor, wrong: dict[str, Any], code: str, many: bool) -> None:
    if many:
        [refusal] = operations.generate_many(wishes=[Wish("billing", **wrong)], actor=command)
        [foreseen] = operations.foresee(wishes=[Wish("billing", **wrong)], actor=command)
        assert isinstance(refusal, ValidationError)
        assert isinstance(foreseen, ValidationError)
        assert codes(foreseen) == codes(refusal)
    else:
        with pytest.raises(ValidationError) as raised:
            operations.generate(name="billing", actor=command, **wrong)
        refusal = raised.value
    assert codes(refusal) == {next(iter(wrong)): [code]}
    assert not AccessKey.objects.exists()
    assert audit_log() == [("access_key.generated", "refused", code, None, "billing")]


@pytest.mark.parametrize("field", FACTS)
def test_a_key_in_it_is_refused_and_written_nowhere(command: Actor, field: str) -> None:
    key = key_of(AccessKeyFactory())
    wrong: Any = {field: {"was": key} if field == "labels" else f"was {key}"}
    with pytest.raises(ValidationError) as refusal:
        operations.generate(name="billing", actor=command, **wrong)
    assert codes(refusal.value) == {field: ["holds_key"]}
    assert not holds_part_of(key, f"{refusal.value} {list(AuditEvent.objects.values())}")


@pytest.mark.parametrize("many", [False, True])
@pytest.mark.parametrize(("networks", "rate", "wished", "given"), CONFINED)
def test_a_confined_key_only_confines_further(
    networks: list[str],
    rate: str | None,
    wished: dict[str, Any],
    given: dict[str, Any] | None,
    many: bool,
) -> None:
    caller = confined(networks, rate)

    def generate() -> object:
        if many:
            return operations.generate_many(wishes=[Wish("first"), Wish("child", **wished)], actor=caller)
        return operations.generate(name="child", actor=caller, **wished)

    if given is None:
        with pytest.raises(WiderThanOwn) as refusal:
            generate()
        assert "cannot give others wider ones" in str(refusal.value)
        assert list(AccessKey.objects.values_list("name", flat=True)) == ["caged"]
        assert audit_log()[-1][:3] == ("access_key.generated", "refused", "permission_denied")
    else:
        generate()
        child = AccessKey.objects.values(*LIMITS).get(name="child")
        assert child == {"allowed_networks": [], "rate_limit": None} | given
