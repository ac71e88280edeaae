"""Files that are wrong: all lines are checked before anything changes."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError

from accesskeys.management.wish_list import Line
from accesskeys.models import AccessKey
from tests.factories import AccessKeyFactory
from tests.helpers import audit_log
from tests.management.generate_access_keys.helpers import Write, refused

COLUMNS = (
    "The first line must name the columns: name, and where they are wanted scopes, expires_in, expires_at, "
    "allowed_networks, rate_limit, description, owner and labels."
)


@pytest.mark.django_db
class TestWrongFiles:
    @pytest.mark.parametrize(
        ("content", "problems"),
        [
            (
                "name\na b\nfine\n",
                ["Line 2: In the column name stands “a b”. Use 1 to 30 characters: letters A to Z"],
            ),
            (b"name\nfine\n\xe9\n", ["Line 3: It is not UTF-8: save the file as CSV in UTF-8."]),
            ("name\nfine\ntaken\n", ["Line 3: Another access key has this name."]),
            ("name\nsame\nfine\nsame\n", ["Line 4: Line 2 has the same name."]),
            ("name,scopes\nfine,\nother,Orders\n", ["Line 3: “Orders” is not a scope."]),
            (
                "name,expires_in\nfine,soon\n",
                ["Line 2: In the column expires_in stands “soon”. Write how long the access key lives"],
            ),
            (
                "name,scopes\nfine,a,b\nother\n",
                ["Line 2: There is something in column 3, which has no heading."],
            ),
            (
                'name\nfine\n"other\nthird\n',
                ["Line 3: A quotation mark opens a cell, and none closes it; nothing"],
            ),
            (f"name\n{'x' * 15000}\n", ["Line 2: It is longer than 12288 characters"]),
            (
                "name\ntaken\n\na b\nsame\nsame\n",
                ["Line 2: Another", "Line 4: In the column", "Line 6: Line 5"],
            ),
        ],
    )
    def test_nothing_is_generated(self, file: Write, content: str, problems: list[str]) -> None:
        AccessKeyFactory(name="taken")
        before = audit_log()
        sentence, lines = refused(file(content), stdout=(output := io.StringIO()))
        assert sentence == f"Nothing was generated. Lines that are wrong: {len(problems)}."
        assert len(lines) == len(problems)
        assert all(line.startswith(problem) for line, problem in zip(lines, problems, strict=True)), lines
        assert output.getvalue() == ""
        assert AccessKey.objects.count() == 1
        assert audit_log() == before

    def test_a_wrong_line_in_a_later_batch_stops_the_first_too(self, file: Write, two_at_once: None) -> None:
        _, lines = refused(file("name\na\nb\nc\nd\na\n"))
        assert lines == ["Line 6: Line 2 has the same name."]
        assert not AccessKey.objects.exists()

    def test_only_so_many_are_told(self, file: Write) -> None:
        sentence, lines = refused(file("name\n" + 50 * "a b\n" + "a-b\n"))
        assert sentence == "Nothing was generated. Lines that are wrong: 51."
        assert len(lines) == 21
        assert lines[-1] == "And 31 more."

    @pytest.mark.parametrize(
        ("content", "found"),
        [
            ("", "It is empty."),
            ("\n", "It is empty."),
            (";;\n", "It is empty."),
            ("billing\nshipping\n", "The heading of column 1 is “billing”."),
            ("name,name\n", "A column is there twice."),
            ("name;NAME \n", "A column is there twice."),
            ("name,digest\n", "The heading of column 2 is “digest”."),
            ("name|scopes\n", "The heading of column 1 is “name|scopes”."),
            ("name and scopes\n", "The heading of column 1 is text of 15 characters, one of them a blank."),
            ("name,ica_" + 51 * "x" + "\n", "The heading of column 2 is what looks like a key."),
            ("name," + 51 * "x" + "\n", "The heading of column 2 is text of 51 characters."),
            ("name,key-of-the-door\n", "The heading of column 2 is text of 15 characters, one of them “-”."),
            ("scopes\n", "There is no column name."),
            ('"name\n', "A quotation mark opens a cell, and none closes it; nothing after it was read."),
            ("x" * 15000, "It is longer than 12288 characters; nothing after it was read."),
            (b"n\xe4me\n", "It is not UTF-8: save the file as CSV in UTF-8."),
            ("name\n".encode("utf-16-le"), "It is not UTF-8: save the file as CSV in UTF-8."),
            (b"PK\x03\x04\x14\x00\x06\x00\x08", "It is not UTF-8: save the file as CSV in UTF-8."),
            (
                "name,expires_in,expires_at\n",
                "There are both expires_in and expires_at: leave one of them out.",
            ),
        ],
    )
    def test_the_first_line_names_the_columns(self, file: Write, content: str | bytes, found: str) -> None:
        assert refused(file(content)) == (f"{COLUMNS} {found}", [])
        assert not AccessKey.objects.exists()

    def test_a_name_is_not_quoted(self, file: Write) -> None:
        """It may be a key in the wrong column."""
        sentence, lines = refused(file("name\nica_" + 51 * "x" + "\n"))
        assert "ica_" not in sentence + "".join(lines)

    def test_a_file_that_is_not_there(self, tmp_path: Path) -> None:
        path = f"{tmp_path}/nothing"
        assert refused(path)[0] == f"{path} cannot be read: No such file or directory."
        assert refused(str(tmp_path))[0] == f"{tmp_path} cannot be read: Is a directory."

    def test_a_standard_input_that_is_closed(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sys, "stdin", None)
        assert refused("-") == ("Standard input is closed, so nothing was generated.", [])


@pytest.mark.parametrize(
    ("column", "text", "refused_for"),
    [
        ("expires_in", "soon", "expires_at"),
        ("expires_at", "soon", "expires_at"),
        ("labels", "team", "labels"),
    ],
)
def test_a_line_that_is_wrong_is_no_wish_with_less(column: str, text: str, refused_for: str) -> None:
    """Without its expiry, an access key would live for ever."""
    blank = dict.fromkeys(Line._fields, "") | {"number": 2, "name": "billing"}
    with pytest.raises(ValidationError) as refusal:
        Line(**blank | {column: text}).wish()  # type: ignore[arg-type]
    assert list(refusal.value.error_dict) == [refused_for]
