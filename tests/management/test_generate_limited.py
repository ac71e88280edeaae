"""``generate_access_key`` with limits and facts, and labels as people type them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from accesskeys.management.labels import labels_in, labels_of
from accesskeys.models import AccessKey
from tests.factories import AccessKeyFactory, key_of
from tests.helpers import audit_log, codes, holds_part_of
from tests.management.helpers import refusal_of, run

ARGUMENTS = (
    "--network=192.0.2.0/24",
    "--network=2001:db8::/32",
    "--rate=100/minute",
    "--owner=Zahlungen, Köln",
    "--description=Sends invoices",
    "--label=team=payments",
    "--label",
    "note=a = b",
)
WANTED = {
    "allowed_networks": ["192.0.2.0/24", "2001:db8::/32"],
    "rate_limit": "100/minute",
    "owner": "Zahlungen, Köln",
    "description": "Sends invoices",
    "labels": {"team": "payments", "note": "a = b"},
}


@pytest.mark.django_db
class TestGenerate:
    def test_with_everything(self) -> None:
        printed = json.loads(run("generate_access_key", "billing", *ARGUMENTS, "--json"))
        assert {name: printed[name] for name in WANTED} == WANTED
        assert AccessKey.objects.values(*WANTED).get() == WANTED

    def test_a_list_for_programs_tells_it(self) -> None:
        run("generate_access_key", "billing", *ARGUMENTS)
        _, line = run("list_access_keys").splitlines()
        assert line.split("\t")[-3:] == [
            "Sends invoices",
            "Zahlungen, Köln",
            json.dumps(AccessKey.objects.get().labels, sort_keys=True),
        ]
        [told] = json.loads(run("list_access_keys", "--json"))
        assert {name: told[name] for name in WANTED} == WANTED

    @pytest.mark.parametrize(
        ("argument", "sentence"),
        [
            ("--network=home", "“home” is not a network. "),
            ("--rate=often", "“often” is not a rate limit. "),
            ("--owner=a\nb", "Write one line, without control characters."),
            ("--description=" + "d" * 202, "Ensure this value has at most 200 characters (it has 202)."),
            ("--label=team", "“team” is not a label. Write it as team=payments: "),
            ("--label=Team=payments", "“Team=payments” is not a label. Write it as team=payments: "),
        ],
    )
    def test_what_is_wrong(self, argument: str, sentence: str) -> None:
        assert refusal_of("generate_access_key", "billing", argument).startswith(sentence)
        assert not AccessKey.objects.exists()

    @pytest.mark.parametrize("argument", ["--owner={}", "--description={}", "--label=team={}", "--label={}"])
    def test_a_key_is_quoted_nowhere(self, argument: str) -> None:
        key = key_of(AccessKeyFactory())
        sentence = refusal_of("generate_access_key", "billing", argument.format(f"old {key}"))
        assert not holds_part_of(key, sentence)
        assert audit_log()[1:] in (
            [("access_key.generated", "refused", "holds_key", None, "billing")],
            [],  # No label, so that no operation was asked for.
        )


class TestLabels:
    def test_one_in_each_text(self) -> None:
        assert labels_of([]) == {}
        assert labels_of(["team=payments", "note=", "x=a=b"]) == {"team": "payments", "note": "", "x": "a=b"}

    @pytest.mark.parametrize(
        ("cell", "labels"),
        [
            ("", {}),
            ("team=payments  env=live", {"team": "payments", "env": "live"}),
            ('{"team": "two words", "env": "live"}', {"team": "two words", "env": "live"}),
            ("{}", {}),
            ('{"team": 5}', {"team": 5}),  # What it is, the rule for labels judges.
        ],
    )
    def test_all_in_one_cell(self, cell: str, labels: dict[str, Any]) -> None:
        assert labels_in(cell) == labels

    @pytest.mark.parametrize(
        ("cell", "code"),
        [
            ("payments", "invalid_label"),
            ("team=two words", "invalid_label"),
            ('{"team": "a"', "invalid_label"),
            ("{" + '"a":{' * 100_000, "invalid_label"),
            ("team=a team=b", "twice"),
            ('{"team": "a", "team": "b"}', "twice"),
        ],
        ids=lambda value: value[:30],
    )
    def test_what_is_none(self, cell: str, code: str) -> None:
        with pytest.raises(ValidationError) as refusal:
            labels_in(cell)
        assert codes(refusal.value) == {"labels": [code]}
