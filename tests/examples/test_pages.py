"""Pages show files as they are: a fenced block that names a file holds what the file holds, or a part of it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.server.servers import ROOT

PAGES = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]
# The info string is a language and a file: ```python examples/fastapi/service.py
BLOCK = re.compile(r"^```\w+ +(\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
BLOCKS = [
    pytest.param(file, text, id=f"{page.name}-{file}")
    for page in PAGES
    for file, text in BLOCK.findall(page.read_text())
]
GUIDE = ROOT / "docs" / "protecting-your-api.md"
EXAMPLES = [
    file
    for file in (ROOT / "examples").rglob("*.*")
    if file.is_file()
    and file.suffix in {".py", ".js", ".json"}
    and file.name not in {"__init__.py", "manage.py", "package-lock.json"}
    and "node_modules" not in file.parts
]


def lines(text: str) -> list[str]:
    return text.strip("\n").split("\n")


@pytest.mark.parametrize(("file", "text"), BLOCKS)
def test_a_block_is_in_its_file(file: str, text: str) -> None:
    whole, part = lines((ROOT / file).read_text()), lines(text)

    assert any(whole[start : start + len(part)] == part for start in range(len(whole)))


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: str(file.relative_to(ROOT)))
def test_every_example_is_shown_whole(file: Path) -> None:
    shown = dict(BLOCK.findall(GUIDE.read_text()))

    assert lines(shown[str(file.relative_to(ROOT))]) == lines(file.read_text())


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_what_a_page_links_to_is_there(page: Path) -> None:
    targets = re.findall(r"\]\((?!https?:)([^)#\s]+)", page.read_text())

    assert [target for target in targets if not (page.parent / target).exists()] == []
