"""The page about data and logs names each model and each logger of the code."""

from __future__ import annotations

import re
from pathlib import Path

from django.apps import apps

ROOT = Path(__file__).parents[2]
DATA, _, LOGS = (ROOT / "docs" / "data.md").read_text().partition("## Logs")
OWN = ("accesskeys", "operators")
OF_OTHERS = {
    "User",
    "Session",
    "UserSession",
    "Authenticator",
    "SocialAccount",
}  # Of all they bring, what is filled.


def test_each_model_has_a_row() -> None:
    ours = {model.__name__ for app in OWN for model in apps.get_app_config(app).get_models()}
    assert {name for name in ours | OF_OTHERS if f"`{name}`" not in DATA} == set()


def test_each_level_is_one_that_is_explained() -> None:
    explained = set(re.findall(r"^\| (\d) \w+ \|", DATA, re.M))
    kinds = DATA.partition("## Kinds of data")[2]
    used = set(re.findall(r"^\| [^|]+ \| (\d) \|", kinds, re.M))
    assert used == explained == set("01234")


def test_each_logger_has_a_row() -> None:
    code = (
        file for room in ("accesskeys", "identity_cloud", "server") for file in (ROOT / room).rglob("*.py")
    )
    named = {name for file in code for name in re.findall(r'getLogger\("([^"]+)"\)', file.read_text())}
    assert len(named) > 10
    assert {name for name in named if f"`{name}`" not in LOGS} == set()
