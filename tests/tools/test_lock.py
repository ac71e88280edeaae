"""``requirements.lock``: all that is installed from ``requirements.txt``, in the same versions, by its hashes."""

from __future__ import annotations

import re
from importlib.metadata import requires, version

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.server.servers import ROOT
from tools.lock import with_markers

LOCK = (ROOT / "requirements.lock").read_text()
ENTRY = re.compile(
    r"^(?P<pin>[^\s#]+==[^\n\\]+?) \\\n(?P<hashes>(?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n?)+)", re.M
)


def wanted() -> dict[str, Requirement]:
    """What ``requirements.txt`` names."""
    lines = (ROOT / "requirements.txt").read_text().splitlines()
    read = [Requirement(line) for line in lines if line and not line.startswith("#")]
    return {canonicalize_name(each.name): each for each in read}


def locked() -> dict[str, Requirement]:
    read = [Requirement(entry["pin"]) for entry in ENTRY.finditer(LOCK)]
    return {canonicalize_name(each.name): each for each in read}


def needed() -> set[str]:
    """Everything that these need here, by what is installed, and what that needs."""
    found: set[str] = set()
    left = [each for each in wanted().values() if each.marker is None or each.marker.evaluate()]
    while left:
        each = left.pop()
        name = canonicalize_name(each.name)
        extras = each.extras or {""}
        for text in requires(name) or ():
            child = Requirement(text)
            holds = [child.marker is None or child.marker.evaluate({"extra": extra}) for extra in extras]
            if any(holds) and (canonicalize_name(child.name) not in found or child.extras):
                left.append(child)
        found.add(name)
    return found


def test_every_line_has_its_hashes() -> None:
    rest = ENTRY.sub("", LOCK).splitlines()
    assert [line for line in rest if line and not line.startswith("#")] == []


def test_it_names_the_same_versions() -> None:
    for name, requirement in wanted().items():
        assert locked()[name].specifier == requirement.specifier, name
        assert locked()[name].marker == requirement.marker, name


def test_it_is_complete() -> None:
    assert needed() - locked().keys() == set()


def test_nothing_else_is_in_it_and_all_of_it_is_what_the_tests_run_on() -> None:
    for name, requirement in locked().items():
        if requirement.marker is None or requirement.marker.evaluate():
            assert name in needed()
            assert requirement.specifier.contains(version(name)), name


def test_it_names_no_place_to_fetch_from() -> None:
    assert "://" not in LOCK
    assert "index" not in LOCK


def test_a_marker_is_put_back() -> None:
    hashes = "\\\n    --hash=sha256:0\n"
    marker = 'python_full_version < "3.11.3"'
    locked = with_markers(
        f"async-timeout==5.0.1 {hashes}idna==3 {hashes}", f"async-timeout==5.0.1; {marker}\nidna==3\n"
    )
    assert locked == f"async-timeout==5.0.1 ; {marker} {hashes}idna==3 {hashes}"
