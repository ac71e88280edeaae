"""The page about the API: everything that the OpenAPI document describes, and every code."""

from __future__ import annotations

import html
import json
import re
from collections import Counter
from itertools import chain
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.utils import translation
from drf_spectacular.settings import spectacular_settings

from accesskeys.api.documentation.refusals import REFUSALS
from accesskeys.api.filters import ORDERINGS
from accesskeys.console.api_reference import CHAPTERS, chapters
from accesskeys.core import keys_in_text
from accesskeys.models.lists import Status
from tests.api.test_documented_answers import DOCUMENT
from tests.console.helpers import signed_in
from tests.console.test_stylesheet import STYLESHEET

pytestmark = pytest.mark.django_db

DOCS = "/api/v1/docs/"
EVERY = [
    (path, method, operation)
    for path, methods in DOCUMENT["paths"].items()
    for method, operation in methods.items()
]


@pytest.fixture
def source() -> str:
    page: str = signed_in("Viewers").get(DOCS, headers={"Accept": "text/html"}).content.decode()
    return page


def section(source: str, name: str) -> str:
    """What the page says of an operation, as text with its markup."""
    [found] = re.findall(rf'<section class="card" id="{name}".*?</section>', source, re.DOTALL)
    return html.unescape(found)


def test_each_operation_has_its_section(source: str) -> None:
    for path, method, operation in EVERY:
        told = section(source, operation["operationId"])
        for text in (
            operation["summary"],
            operation["x-purpose"],
            f"<b>{method.upper()}</b> <code>{path}</code>",
        ):
            assert text in told, (operation["operationId"], text)
        scope = operation.get("x-scope") or ("any usable key" if operation["security"] else "no key")
        assert scope in told
        for parameter in operation.get("parameters", ()):
            assert parameter["in"] == "path" or parameter["name"] in told
        for status, response in operation["responses"].items():
            assert status in told
            assert ("content" in response) == (f'href="#refusals-{status}"' in told) or status < "400"


def test_each_operation_is_asked_and_answered(source: str) -> None:
    for path, method, operation in EVERY:
        told = section(source, operation["operationId"])
        call, answer = re.findall(r"<pre [^>]*>([^<]*)</pre>", told)
        assert call.startswith(
            f"curl --request {method.upper()} http://testserver{path.replace('{id}', '$ID')} "
        )
        assert ("Bearer $KEY" in call) == bool(operation["security"])
        [(status, response)] = [
            each for each in operation["responses"].items() if each[0] in {"200", "201", "204"}
        ]
        assert answer.startswith(f"{status} ")
        for content in response.get("content", {}).values():
            value = content["examples"]["answer"]["value"]
            body = answer.partition("\n\n")[2]
            assert (body.strip() == value.strip()) if isinstance(value, str) else (json.loads(body) == value)
    assert "Location: /api/v1/access-keys/" in section(source, "generate_access_key")
    assert "X-Access-Key-Labels: team=payments" in section(source, "verify")
    assert '--data-urlencode "token=$TOKEN"' in section(source, "introspect_key")


def test_a_choice_is_told_once_with_what_it_means(source: str) -> None:
    assert "* `" not in source
    told = section(source, "list_access_keys")
    for status in Status:
        assert told.count(f'<li><code translate="no">{status}</code> {status.label}</li>') == 1
        assert told.count(str(status.label)) == 1
    for ordering in ORDERINGS:
        assert len(re.findall(rf'<code translate="no">{ordering}</code>\s*</li>', told)) == 1
    assert '<code translate="no">haproxy</code>' in section(source, "verify")


def described(language: str) -> dict[tuple[str, ...], str]:
    """Every sentence that the page takes from the document, by its place."""
    with translation.override(language):
        document = spectacular_settings.DEFAULT_GENERATOR_CLASS().get_schema(request=None, public=True)
        found = {
            ("standing", name): header["description"]
            for name, header in document["components"]["headers"].items()
        }
        for endpoint in chain.from_iterable(each["endpoints"] for each in chapters(document, "")):
            at = endpoint["operationId"]
            found |= {(at, "summary"): endpoint["summary"], (at, "purpose"): endpoint["purpose"]}
            parts = {
                **{each["name"]: each for each in endpoint["parameters"]},
                **endpoint["fields"],
                **endpoint["headers"],
            }
            for name, part in parts.items():
                found[at, name] = part.get("description", "")
                found |= {(at, name, value): meaning for value, meaning in part.get("choices", {}).items()}
            found |= {(at, status): sentence for status, sentence in endpoint["silent"].items()}
    return {place: sentence for place, sentence in found.items() if sentence}


@pytest.mark.parametrize("language", ["de", "fr"])
def test_every_description_is_in_the_language_of_the_reader(language: str) -> None:
    english, translated = described("en"), described(language)
    assert len(english) > 80
    assert translated.keys() == english.keys()
    assert [place for place, sentence in english.items() if translated[place] == sentence] == []


def test_each_code_is_in_the_table_with_what_to_do(source: str) -> None:
    table = html.unescape(source[source.index('<table class="codes"') :])
    for refusal in REFUSALS:
        row = rf'<code translate="no">{refusal.code}</code></th>\s*<td>{re.escape(refusal.when)}</td>'
        assert re.search(rf"{row}\s*<td>{re.escape(refusal.remedy)}</td>", table), refusal.code
    assert len(re.findall(r'scope="row"', table)) == len(REFUSALS)


def test_every_link_within_the_page_has_an_end_and_no_id_is_there_twice(source: str) -> None:
    ids = Counter(re.findall(r'\sid="([^"]+)"', source))
    assert set(ids.values()) == {1}
    inner = set(re.findall(r'href="#([^"]+)"', source))
    assert inner <= set(ids)
    wanted = (
        {operation["operationId"] for *_, operation in EVERY} | set(CHAPTERS) | {"preparation", "refusals"}
    )
    assert wanted <= inner


def test_each_operation_stands_in_one_chapter(source: str) -> None:
    assert [operation["tags"] for *_, operation in EVERY if operation["tags"][0] not in CHAPTERS] == []


@pytest.mark.parametrize("language", ["en", "de", "fr"])
def test_the_frame_is_in_the_language_of_the_reader_and_the_codes_are_english(language: str) -> None:
    page = signed_in("Viewers").get(DOCS, headers={"Accept": "text/html", "Accept-Language": language})
    source = page.content.decode()
    words = {"en": "Before you begin", "de": "Bevor Sie beginnen", "fr": "Avant de commencer"}
    assert [code for code, word in words.items() if word in source] == [language]
    for group in re.findall(r"<tbody[^>]*>", source):
        assert 'lang="en"' in group


def test_there_is_no_key_on_it(source: str) -> None:
    assert not keys_in_text.is_mostly_in(source)


class TestStylesheet:
    path = Path(str(finders.find("accesskeys/api-documentation.css")))

    def test_it_is_on_this_page_alone(self, source: str) -> None:
        assert "accesskeys/api-documentation" in source
        others = signed_in("Viewers").get("/settings/access-keys/", headers={"Accept": "text/html"})
        assert "api-documentation.css" not in others.content.decode()

    def test_it_is_smaller_than_3_kilobytes(self) -> None:
        assert 0 < self.path.stat().st_size < 3_000

    def test_its_tokens_are_the_consoles(self) -> None:
        own, common = self.path.read_text(), STYLESHEET.read_text()
        assert "--" not in re.sub(r"var\(--[\w-]+\)", "", own)
        assert set(re.findall(r"var\((--[\w-]+)", own)) <= set(re.findall(r"(--[\w-]+)\s*:", common))

    def test_what_it_names_is_on_the_page(self, source: str) -> None:
        named = set(re.findall(r"\.([a-z][\w-]*)", re.sub(r"\d*\.\d+", "", self.path.read_text())))
        used = set(" ".join(re.findall(r'class="([^"]*)"', source)).split())
        assert named <= used
