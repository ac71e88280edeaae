"""No text is asked for both with and without a number.

Older ``gettext`` modules, such as that of Python 3.11.2, do not find a text that has plural forms when it is asked for
without a number, and the page says it in English.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import polib
import pytest
from django.conf import settings
from django.utils.translation.template import templatize

from tests.console.test_translations import LANGUAGES, SOURCES, catalogue

ROOT = Path(settings.BASE_DIR)
# How many of the first arguments are texts, and whether a context comes before them.
CALLS = {
    "_": (1, False),
    "gettext": (1, False),
    "gettext_lazy": (1, False),
    "gettext_noop": (1, False),
    "ngettext": (2, False),
    "ngettext_lazy": (2, False),
    "pgettext": (1, True),
    "pgettext_lazy": (1, True),
    "npgettext": (2, True),
    "npgettext_lazy": (2, True),
}
CALL_IN_A_TEMPLATE = re.compile(
    r"\b(_|n?p?gettext)\(((?:u?(?:'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")(?:, )?)+)"
)
Asked = tuple[str, str, bool]


def asked_in_python(source: str) -> Iterator[Asked]:
    """The texts that a module asks for: context, text, and whether with a number."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in CALLS:
            yield from asked(node.func.id, [arg.value for arg in node.args if isinstance(arg, ast.Constant)])


def asked_in_template(source: str) -> Iterator[Asked]:
    """The same of a template."""
    for name, texts in CALL_IN_A_TEMPLATE.findall(templatize(source)):
        yield from asked(name, ast.literal_eval(f"[{texts}]"))


def asked(name: str, texts: list[object]) -> Iterator[Asked]:
    number, has_context = CALLS[name]
    if len(texts) < number + has_context:  # Not a literal: it is marked where it is written down.
        return
    yield str(texts[0]) if has_context else "", str(texts[has_context]), number == 2


def both(texts: set[Asked]) -> set[tuple[str, str]]:
    """Those that are asked for in both ways."""
    with_number, without = (
        {(context, text) for context, text, has_number in texts if has_number == wanted}
        for wanted in (True, False)
    )
    return with_number & without


def test_none_in_the_sources() -> None:
    found = set()
    for folder in SOURCES:
        for path in (ROOT / folder).rglob("*"):
            if path.suffix == ".py":
                found.update(asked_in_python(path.read_text()))
            elif path.suffix in {".html", ".txt"}:
                found.update(asked_in_template(path.read_text()))
    known = {(entry.msgctxt or "", entry.msgid) for entry in catalogue(LANGUAGES[0])}
    assert {(context, text) for context, text, _ in found} == known, "Not read as gettext does."
    assert both(found) == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_none_in_the_catalogues(language: str) -> None:
    entries = catalogue(language)
    assert both({(entry.msgctxt or "", entry.msgid, bool(entry.msgid_plural)) for entry in entries}) == set()
    texts = [(entry.msgctxt, entry.msgid) for entry in entries]
    assert len(texts) == len(set(texts))


@pytest.mark.parametrize(
    "template",
    [
        "{% translate 'a key' %}{% blocktranslate count n=n %}a key{% plural %}keys{% endblocktranslate %}",
        "{{ x|default:_('a key') }}{% blocktranslate count n=n %}a key{% plural %}keys{% endblocktranslate %}",
    ],
)
def test_one_would_be_found(template: str) -> None:
    assert both(set(asked_in_template(template))) == {("", "a key")}
    python = "_('a key'); ngettext('a key', 'keys', n); pgettext('on a piano', 'a key')"
    assert both(set(asked_in_python(python))) == {("", "a key")}
    twice = polib.POFile()
    twice += [polib.POEntry(msgid="a key"), polib.POEntry(msgid="a key", msgid_plural="keys")]
    assert both({("", entry.msgid, bool(entry.msgid_plural)) for entry in twice}) == {("", "a key")}
