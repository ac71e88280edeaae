"""What people write into ``.env``, taken as they mean it or refused by the number of the line."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from identity_cloud.settings.env_file import read

KNOWN = {"SECRET_KEY", "DATABASE_URL"}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / ".env"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("SECRET_KEY=abc", "abc"),
        ("SECRET_KEY = abc ", "abc"),
        ("export SECRET_KEY=abc", "abc"),
        ("  export\tSECRET_KEY\t=\tabc", "abc"),
        ("\ufeffSECRET_KEY=abc", "abc"),
        ("# a comment\r\n\r\n  # ü\r\nSECRET_KEY=abc\r\n", "abc"),
        ("SECRET_KEY=abc\rOTHER=1", "abc"),
        ("SECRET_KEY=", ""),
        ("SECRET_KEY=''", ""),
        ("SECRET_KEY='a b'", "a b"),
        ("SECRET_KEY='a b' # a comment", "a b"),
        ('SECRET_KEY="a b"  # a comment', "a b"),
        ("SECRET_KEY=' a '", " a "),
        ("SECRET_KEY=a#b=c", "a#b=c"),
        ("SECRET_KEY=a'b\"c", "a'b\"c"),
        ("SECRET_KEY=$HOME", "$HOME"),
        ("SECRET_KEY=$SECRET_KEY", "$SECRET_KEY"),
        ('SECRET_KEY="${HOME}"', "${HOME}"),
        (r"SECRET_KEY='a\nb\'", r"a\nb" + "\\"),
        (r'SECRET_KEY="a\"b\\c\$d\`e"', r'a"b\c$d`e'),
        (r"SECRET_KEY=a\nb", r"a\nb"),
        ("SECRET_KEY=a\u2028b\x85c", "a\u2028b\x85c"),
    ],
)
def test_a_value_is_taken_as_it_is_meant(file: Path, text: str, value: str) -> None:
    file.write_bytes(text.encode())
    assert read(file, KNOWN)["SECRET_KEY"].value == value


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("\nSECRET_KEY hunter2", "SECRET_KEY (line 2 of .env) cannot be read. Write NAME=value."),
        ("SECRET_KEY: hunter2", "SECRET_KEY (line 1 of .env) cannot be read. Write NAME=value."),
        ("export SECRET_KEY", "SECRET_KEY (line 1 of .env) cannot be read. Write NAME=value."),
        ("set SECRET_KEY=hunter2", "Line 1 of .env cannot be read. Write NAME=value."),
        ("hunter2", "Line 1 of .env cannot be read. Write NAME=value."),
        ("export", "Line 1 of .env cannot be read. Write NAME=value."),
        ("=hunter2", "Line 1 of .env cannot be read. Write NAME=value."),
        ("SECRET_KEY='hunter2", "SECRET_KEY (line 1 of .env) cannot be read. Put the value in single quotes"),
        ("SECRET_KEY='it's'", "SECRET_KEY (line 1 of .env) cannot be read. Put the value in single quotes"),
        ('SECRET_KEY="hunter2', "SECRET_KEY (line 1 of .env) cannot be read. Put the value in single quotes"),
        ('SECRET_KEY="a\\nb"', "SECRET_KEY (line 1 of .env) cannot be read. Put the value in single quotes"),
        ("SECRET_KEY='a'b", "SECRET_KEY (line 1 of .env) cannot be read. Put the value in single quotes"),
        ("SECRET_KEY=a # b", "SECRET_KEY (line 1 of .env) cannot be read. Put the value in single quotes"),
        ("SECRET_KEY= # hunter2", "SECRET_KEY (line 1 of .env) cannot be read. Put the value in single"),
        ("hunter2=a # b", "Line 1 of .env cannot be read. Put the value in single quotes"),
        ("SECRET_KEY=a\0b", "SECRET_KEY (line 1 of .env) cannot be read. Put the value in single quotes"),
        (
            "SECRET_KEY=a\n\nSECRET_KEY=hunter2",
            "SECRET_KEY (line 3 of .env) is set a second time, after line 1.",
        ),
    ],
)
def test_what_cannot_be_read_is_told_by_its_line(file: Path, text: str, sentence: str) -> None:
    file.write_bytes(text.encode())
    with pytest.raises(ImproperlyConfigured) as refusal:
        read(file, KNOWN)
    assert str(refusal.value).startswith(sentence)
    assert "hunter2" not in str(refusal.value)


@pytest.mark.parametrize(
    ("content", "line"),
    [("SECRET_KEY=a\n# für".encode("latin-1"), 2), ("SECRET_KEY=a".encode("utf-16"), 1)],
)
def test_another_encoding_is_told_too(file: Path, content: bytes, line: int) -> None:
    file.write_bytes(content)
    with pytest.raises(ImproperlyConfigured, match=rf"^Line {line} of \.env is not UTF-8\."):
        read(file, KNOWN)


def test_no_file_is_no_settings(file: Path) -> None:
    assert read(file, KNOWN) == {}


def test_a_file_that_is_there_and_cannot_be_read_is_not_taken_for_none(file: Path) -> None:
    file.symlink_to("nowhere")
    with pytest.raises(ImproperlyConfigured, match=r"^\.env is a link to a file that does not exist\.$"):
        read(file, KNOWN)
    file.unlink()
    file.mkdir()
    with pytest.raises(ImproperlyConfigured, match=r"^\.env cannot be read: Is a directory\.$"):
        read(file, KNOWN)
