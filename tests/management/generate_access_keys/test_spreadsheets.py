"""Files as spreadsheets write them, in any country."""

from __future__ import annotations

import codecs
import csv
import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from time_machine import TimeMachineFixture

from accesskeys.management.spreadsheet import LONGEST_ROW, Row, decoded, rows
from accesskeys.models import AccessKey
from tests.console.helpers import signed_in
from tests.management.generate_access_keys.helpers import Write, check_whole, generate, refused
from tests.management.generate_access_keys.helpers import rows as printed_rows

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
WANTED = [("billing", ["orders:read", "orders:write"], 90), ("ci", [], None)]


def generated() -> list[tuple[str, list[str], int | None]]:
    return [
        (one.name, one.scopes, (one.expires_at - NOW).days if one.expires_at else None)
        for one in AccessKey.objects.order_by("name")
    ]


TABLE = "name{0}scopes{0}expires_in\nbilling{0}orders:read orders:write{0}90d\nci{0}{0}\n"


class TestWhatSpreadsheetsWrite:
    @pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16-le", "utf-16-be"])
    @pytest.mark.parametrize("separator", [",", ";", "\t"], ids=["comma", "semicolon", "tab"])
    def test_in_any_country(
        self, file: Write, time_machine: TimeMachineFixture, separator: str, encoding: str, line_end: str
    ) -> None:
        time_machine.move_to(NOW, tick=False)
        text = TABLE.format(separator).replace("\n", line_end)
        mark = {"utf-16-le": codecs.BOM_UTF16_LE, "utf-16-be": codecs.BOM_UTF16_BE}.get(encoding, b"")
        check_whole(printed_rows(generate(file(mark + text.encode(encoding)))))
        assert generated() == WANTED

    @pytest.mark.parametrize(
        "content",
        [
            "Name,Scopes,Expires_In\nbilling,orders:read orders:write,90d\nci\n",
            " name ; scopes;\texpires_in\u00a0\nbilling;orders:read orders:write;90d\nci;;\n",
            "name,scopes,expires_in,,\nbilling,orders:read orders:write,90d,,\nci,,,,\n,,,,\n",
            "name,,scopes,expires_in\nbilling,,orders:read orders:write,90d\nci\n",
            "name;scopes;expires_in\n;;\nbilling;orders:read orders:write;90d\n\n;;\nci;;;;;\n;;\n;;",
            'name,scopes,expires_in\n"billing","orders:read\norders:write",90d\n"ci","",""\n',
            '"name";"scopes";"expires_in"\r\n"billing";"orders:read\r\n\r\norders:write";"90d"\r\n"ci"\r\n',
            "expires_in\tname\tscopes\n90d\tbilling\torders:read orders:write\n\tci\n",
        ],
        ids=[
            "headings in any case, cells left out at the end",
            "blanks around headings",
            "empty columns at the end",
            "an empty column within",
            "rows of separators",
            "line breaks in quotation marks",
            "all in quotation marks",
            "in any order",
        ],
    )
    def test_in_any_shape(self, file: Write, time_machine: TimeMachineFixture, content: str) -> None:
        time_machine.move_to(NOW, tick=False)
        check_whole(printed_rows(generate(file(content))))
        assert generated() == WANTED

    @given(
        table=st.lists(
            st.lists(
                st.text(st.characters(codec="utf-8", exclude_characters="\0\ufffd"), max_size=20),
                min_size=2,
                max_size=4,
            ),
            max_size=6,
        ),
        separator=st.sampled_from(",;\t"),
        encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
        line_end=st.sampled_from(["\n", "\r\n", "\r"]),
    )
    def test_every_cell_is_read_as_it_was_written(self, table: list[list[str]], **how: Any) -> None:
        written = io.StringIO(newline="")
        writer = csv.writer(
            written, delimiter=how["separator"], lineterminator=how["line_end"], quoting=csv.QUOTE_ALL
        )
        writer.writerow(["name", "scopes"])
        writer.writerows(table)
        text = written.getvalue().encode(how["encoding"])
        read = list(rows(decoded(io.BufferedReader(io.BytesIO(text)))))  # type: ignore[type-var]
        filled = [row for row in table if any(map(str.strip, row))]
        assert [row.cells for row in read[1:] if isinstance(row, Row)] == filled


class TestWhatIsToldOfTheOthers:
    def told(self, path: str) -> list[str]:
        sentence, lines = refused(path)
        assert sentence == f"Nothing was generated. Lines that are wrong: {len(lines)}."
        assert not AccessKey.objects.exists()
        return lines

    def test_lines_are_counted_as_an_editor_counts_them(self, file: Write) -> None:
        content = 'name;scopes\r\n;\r\n"a";"b\r\nc"\r\n\r\na b;\r\n"e\r\nf";\r\nx;y;z\r\n'
        lines = self.told(file(content))
        assert [line.partition(":")[0] for line in lines] == ["Line 6", "Line 7", "Line 9"]

    @pytest.mark.parametrize(
        ("cell", "found"),
        [
            ('""', "nothing"),
            ("a b", "“a b”"),
            ("ü", "“ü”"),
            ("a\x1b[2J", "“a\\x1b[2J”"),
            ("billing worker", "text of 14 characters, one of them a blank"),
            ("Schlüssel_für_alles", "text of 19 characters, one of them “ü”"),
            ('"billing\nworker"', "text of 14 characters, one of them a blank"),
            ("x" * 31, "text of 31 characters"),
            ("ica_" + "x" * 51, "what looks like a key"),
            ("key:ica_" + "x" * 51, "what looks like a key"),
        ],
    )
    def test_what_stands_in_the_name(self, file: Write, cell: str, found: str) -> None:
        [line] = self.told(file(f"name,scopes\n{cell},a\n"))
        assert line.startswith(f"Line 2: In the column name stands {found}. Use 1 to 30 characters: letters")

    @pytest.mark.parametrize("cell", ["2027-01-31", "90 days, and more", "ica_" + "x" * 51])
    def test_how_long_it_lives(self, file: Write, cell: str) -> None:
        [line] = self.told(file(f'name,expires_in\na,"{cell}"\n'))
        assert line.startswith("Line 2: In the column expires_in stands ")
        assert line.endswith(
            "Write how long the access key lives as a number and a unit: 12h, 90d, 4w or 1y."
        )

    @pytest.mark.parametrize(
        ("column", "prefix"), [("name", ""), ("scopes", "a,"), ("expires_in", "a,,"), ("none", "a,,,")]
    )
    @pytest.mark.parametrize("wrapped", ["{}", "Bearer {}", "key={}"])
    def test_a_pasted_key_is_quoted_nowhere(
        self, file: Write, column: str, prefix: str, wrapped: str
    ) -> None:
        key = "ica_" + "AbCdEfGhIj" * 5 + "K"
        [line] = self.told(file(f"name,scopes,expires_in\n{prefix}{wrapped.format(key)}\n"))
        assert line.startswith("Line 2: ")
        assert not any(key[start : start + 6] in line for start in range(len(key) - 6))

    @pytest.mark.parametrize(
        ("content", "problem"),
        [
            # Within a cell that does not begin with one, it is a character like any other.
            ('a"b"\nfine\n', 'In the column name stands “a"b"”.'),
            ('"a"b\nfine\n', "A quotation mark stands within a cell"),
            ('"a\n' + "b\n" * 10, "A quotation mark opens a cell, and none closes it; nothing after"),
            (
                '"a\n' + "b\n" * LONGEST_ROW,
                "A quotation mark opens a cell, and none closes it within 12288 characters",
            ),
            ("a" * LONGEST_ROW, "It is longer than 12288 characters"),
        ],
    )
    def test_quotation_marks(self, file: Write, content: str, problem: str) -> None:
        [line] = self.told(file(f"name\n{content}"))
        assert line.startswith(f"Line 2: {problem}")

    def test_bytes_of_another_encoding(self, file: Write) -> None:
        assert self.told(file("name\nfine\ncafé\n".encode("cp1252"))) == [
            "Line 3: It is not UTF-8: save the file as CSV in UTF-8."
        ]


class TestWhatTheConsoleExports:
    """The list as it is exported makes the same access keys elsewhere, with other keys."""

    @pytest.mark.parametrize("language", ["en", "de", "fr"])
    def test_is_read_again(self, file: Write, language: str, time_machine: TimeMachineFixture) -> None:
        time_machine.move_to(NOW, tick=False)
        generate(file("name,scopes,expires_in\nbilling,orders:read orders:write,90d\nci,,\n"))
        exported = self.exported(language)
        AccessKey.objects.all().delete()
        time_machine.move_to(NOW + timedelta(minutes=1), tick=False)
        check_whole(printed_rows(generate(file(exported))))
        assert generated() == WANTED

    def test_never_makes_a_key_that_opens_more(self, file: Write) -> None:
        generate(file("name\nbilling\n"))
        AccessKey.objects.update(suspended_at=NOW)
        exported = self.exported("en")
        AccessKey.objects.all().delete()
        _, [line] = refused(file(exported))
        assert line.startswith("Line 2: A new access key has no suspended_at: empty the cell, and use ")
        assert not AccessKey.objects.exists()

    def test_an_access_key_that_has_expired(self, file: Write) -> None:
        _, lines = refused(
            file("name,expires_at\na,2020-01-01T00:00:00Z\nb,2020-01-01\nc,soon\nd,2020-99-01T00Z\n")
        )
        assert lines == [
            "Line 2: Choose a time in the future.",
            *(
                f"Line {number}: In the column expires_at stands {found}. Write the time in ISO 8601 with an offset, "
                "such as 2030-01-31T12:00:00Z."
                for number, found in (
                    (3, "“2020-01-01”"),
                    (4, "“soon”"),
                    (5, "text of 14 characters, one of them “-”"),
                )
            ),
        ]

    def exported(self, language: str) -> bytes:
        response = signed_in("Viewers").get(
            "/settings/access-keys/export/", headers={"Accept-Language": language}
        )
        return b"".join(response.streaming_content)  # type: ignore[arg-type]
