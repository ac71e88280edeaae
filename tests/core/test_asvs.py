"""What is said of each requirement of ASVS 5.0 is said in one way, and what shows it is there.

``docs/asvs-applicable.csv`` lists the 238 requirements that apply, ``docs/asvs.csv`` where each of them stands.
"""

from __future__ import annotations

import ast
import csv
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
STATES = {"met", "not met", "an operator's duty"}


def rows(name: str) -> list[dict[str, str]]:
    with (ROOT / "docs" / name).open(newline="") as file:
        return list(csv.DictReader(file))


APPLICABLE = {row["id"]: row["level"] for row in rows("asvs-applicable.csv")}
TOLD = rows("asvs.csv")
each = pytest.mark.parametrize("row", TOLD, ids=[row["id"] for row in TOLD])


@cache
def names_in(file: Path) -> set[str]:
    """Its functions, as pytest calls them."""
    found: set[str] = set()
    for node in ast.parse(file.read_text()).body:
        if isinstance(node, ast.FunctionDef):
            found.add(node.name)
        elif isinstance(node, ast.ClassDef):
            found |= {f"{node.name}::{each.name}" for each in node.body if isinstance(each, ast.FunctionDef)}
    return found


def test_each_is_told_once_and_in_order() -> None:
    assert len(APPLICABLE) == 238
    assert [row["id"] for row in TOLD] == list(APPLICABLE)


def test_level_one_is_whole_and_level_two_nearly() -> None:
    unmet = [row["level"] for row in TOLD if row["state"] == "not met"]
    assert unmet.count("1") == 0
    assert unmet.count("2") <= 119 - 112


@each
def test_each_row_says_where_it_stands(row: dict[str, str]) -> None:
    assert row["level"] == APPLICABLE[row["id"]]
    assert row["state"] in STATES
    assert None not in row  # A comma that parts a note.
    if row["state"] == "met":
        assert row["shown by"]
    else:
        assert row["note"]


@each
def test_what_shows_it_is_there(row: dict[str, str]) -> None:
    for shown in row["shown by"].split():
        path, _, name = shown.partition("::")
        assert (ROOT / path).is_file(), shown
        if name:
            assert name in names_in(ROOT / path), shown
            assert name.rpartition("::")[2].startswith("test_"), shown
