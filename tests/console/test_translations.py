"""Every text of the product has a translation, and every translation has what its text has."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import polib
import pytest
from django.conf import settings
from django.core.management import call_command

LANGUAGES = [code for code, _ in settings.LANGUAGES if code != settings.LANGUAGE_CODE]
SOURCES = ("accesskeys", "identity_cloud", "templates")

# What a text is filled with, and the markup in it.
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%%s|</?\w+[^>]*>")


def catalogue(language: str, root: Path = Path(settings.BASE_DIR)) -> polib.POFile:
    return polib.pofile(str(root / "locale" / language / "LC_MESSAGES" / "django.po"))


def texts(messages: polib.POFile) -> set[tuple[str | None, str, str]]:
    return {(entry.msgctxt, entry.msgid, entry.msgid_plural) for entry in messages if not entry.obsolete}


def forms(entry: polib.POEntry) -> list[str]:
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


@pytest.fixture(scope="module")
def extracted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The catalogues as they would be if they were made now, in a copy of the sources."""
    if shutil.which("xgettext") is None:
        pytest.skip("Install gettext to hold the translations against the sources.")
    root = tmp_path_factory.mktemp("sources")
    for name in SOURCES:
        shutil.copytree(Path(settings.BASE_DIR) / name, root / name)
    (root / "locale").mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(root)
        patch.setattr(settings, "LOCALE_PATHS", [str(root / "locale")])
        call_command("makemessages", locale=LANGUAGES, verbosity=0)
    return root


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_is_missing_and_none_is_left_over(language: str, extracted: Path) -> None:
    now, then = texts(catalogue(language, extracted)), texts(catalogue(language))
    assert len(now) > 200
    assert now == then


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_empty_or_uncertain(language: str) -> None:
    messages = catalogue(language)
    assert [entry.msgid for entry in messages if not all(forms(entry))] == []
    assert [entry.msgid for entry in messages if entry.fuzzy or entry.obsolete] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_placeholders_and_markup_agree(language: str) -> None:
    for entry in catalogue(language):
        for form in forms(entry):
            wanted = sorted(PLACEHOLDER.findall(entry.msgid_plural or entry.msgid))
            assert (entry.msgid, sorted(PLACEHOLDER.findall(form))) == (entry.msgid, wanted)
            # Outside of the placeholders, a stray % would break the filling in.
            assert "%" not in PLACEHOLDER.sub("", form), entry.msgid


# What is not prose, and where French has a space that does not break: a wide one before : and inside « », a narrow one
# before ; ? and !.
NO_PROSE = re.compile(r"%\(\w+\)[a-z]|\{\w*\}|<[^>]*>|https?://\S+")
OTHER_SPACE = re.compile("[ \u202f](?=[:\u00bb])|(?<=\u00ab)[ \u202f]|[ \u00a0](?=[;?!])")


def test_no_french_line_begins_with_a_punctuation_mark() -> None:
    assert OTHER_SPACE.search("il est là ; lui")
    for entry in catalogue("fr"):
        for form in forms(entry):
            assert OTHER_SPACE.search(NO_PROSE.sub("…", form)) is None, form
