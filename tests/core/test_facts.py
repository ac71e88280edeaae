"""Facts for people: what they may say, and that no key is among it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from accesskeys.core import facts
from accesskeys.core.validators import validate_labels, validate_line

KEY = "ica_" + "a1B2c3D4e5" * 5 + "x"


def refused(validate: Callable[[Any], None], value: Any) -> tuple[str, str]:
    with pytest.raises(ValidationError) as refusal:
        validate(value)
    return str(refusal.value.code), " ".join(refusal.value.messages)


class TestLine:
    @pytest.mark.parametrize(
        "text",
        [
            "",
            "nightly invoices",
            "Zahlungen – Köln",
            "支払い",
            "مدفوعات",
            "👩‍👩‍👧 family",
            "a\u00a0b",
            "ica_worker",
        ],
    )
    def test_any_script_on_one_line(self, text: str) -> None:
        assert facts.is_line(text)
        validate_line(text)

    @pytest.mark.parametrize(
        "text",
        [
            "a\nb",
            "a\rb",
            "a\tb",
            "\x00",
            "\x1b[2J",
            "\x7f",
            "a\u2028b",
            "a\u2029b",
            "\ud800",
            "a\u202eb",
            "\u2066a",
        ],
        ids=ascii,
    )
    def test_nothing_that_breaks_or_turns_it(self, text: str) -> None:
        assert not facts.is_line(text)
        assert refused(validate_line, text) == ("invalid", "Write one line, without control characters.")

    @pytest.mark.parametrize("text", [KEY, KEY[:24], f"old: {KEY}", f"{KEY}\n", KEY.upper()])
    def test_a_key_or_most_of_one_is_refused_and_not_quoted(self, text: str) -> None:
        code, sentence = refused(validate_line, text)
        assert code == "holds_key"
        assert sentence.startswith("There is a key in this text. Leave it out:")
        assert KEY[4:10].lower() not in sentence.lower()


class TestAsKept:
    @pytest.mark.parametrize(
        ("text", "kept"),
        [
            (" a ", "a"),
            ("\u00a0 \u3000a b\u2009", "a b"),
            ("", ""),
            ("  ", ""),
            ("\u200b", ""),
            (" \u200b\ufeff\u00ad ", ""),
            ("\u3164\ufe0f", ""),
        ],
        ids=ascii,
    )
    def test_blanks_around_it_are_left_out_and_what_shows_nothing_is_empty(
        self, text: str, kept: str
    ) -> None:
        assert facts.as_kept(text) == kept

    @pytest.mark.parametrize(
        "text", ["a  b", "👩\u200d👩\u200d👧", "❤\ufe0f", "\u200fمدفوعات", "a\n", "\t", "\u202e"], ids=ascii
    )
    def test_the_rest_stays_as_it_is(self, text: str) -> None:
        assert facts.as_kept(text) == text


class TestLabels:
    @pytest.mark.parametrize(
        "labels",
        [
            {},
            {"team": "payments"},
            {"team": ""},
            {"a.b-c_9": "Zahlungen = gut"},
            {"k" * 60: "v" * 60},
            {f"k{number}": "v" for number in range(16)},
        ],
    )
    def test_what_is_one(self, labels: dict[str, str]) -> None:
        validate_labels(labels)

    @pytest.mark.parametrize(
        ("key", "value"),
        [
            ("", "payments"),
            ("Team", "payments"),
            ("team:sub", "payments"),
            ("team name", "payments"),
            ("team\n", "payments"),
            ("1team", "payments"),
            ("k" * 61, "payments"),
            ("team", "v" * 61),
            ("team", " payments"),
            ("team", "payments "),
            ("team", "a\nb"),
            ("team", "\u202epayments"),
            ("team", 5),
            ("team", None),
            ("team", ["payments"]),
        ],
    )
    def test_what_is_none(self, key: str, value: Any) -> None:
        code, sentence = refused(validate_labels, {"env": "live", key: value})
        assert code == "invalid_label"
        assert sentence.startswith(
            f"“{repr(f'{key}={value}')[1:-1]}” is not a label. Write it as team=payments:"
        )
        assert sentence.isprintable()

    def test_one_too_many(self) -> None:
        assert refused(validate_labels, {f"k{number}": "v" for number in range(17)}) == (
            "too_many",
            "An access key carries at most 16 labels.",
        )

    @pytest.mark.parametrize("labels", [["team"], "team=payments", 5])
    def test_another_shape(self, labels: Any) -> None:
        code, sentence = refused(validate_labels, labels)
        assert (code, sentence[:20]) == ("invalid_label", "“…” is not a label. ")

    @pytest.mark.parametrize(
        "labels", [{"team": KEY}, {KEY: "payments"}, {"team": f"x {KEY[:24]}"}, {"team": [KEY]}]
    )
    def test_a_key_is_refused_and_not_quoted(self, labels: Any) -> None:
        code, sentence = refused(validate_labels, labels)
        assert (code, KEY[4:10] in sentence) == ("holds_key", False)

    def test_the_beginning_of_a_key_is_not_quoted_either(self) -> None:
        code, sentence = refused(validate_labels, {"Team": KEY[:16]})
        assert (code, KEY[4:10] in sentence) == ("invalid_label", False)
        assert "“Team=ica_…” is not a label." in sentence
