"""The stylesheet stays small, and its tokens are all there are."""

from __future__ import annotations

import re
from pathlib import Path

from django.contrib.staticfiles import finders

STYLESHEET = Path(str(finders.find("accesskeys/console.css")))


def test_it_is_smaller_than_33_kilobytes() -> None:
    assert 0 < STYLESHEET.stat().st_size < 33_000


def test_every_token_is_defined_and_used() -> None:
    source = STYLESHEET.read_text()
    defined = set(re.findall(r"(?<![\w-])(--[\w-]+)\s*:", source))
    assert len(defined) > 20
    assert set(re.findall(r"var\((--[\w-]+)", source)) == defined
