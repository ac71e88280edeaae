"""``make release``: what is in ``dist/`` afterwards, and when there is nothing."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

import pytest

from accesskeys import __version__
from tests.tools.test_lock import locked
from tools import release


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release without its image, whose changelog is a copy."""
    folder = tmp_path_factory.mktemp("release")
    (folder / "CHANGELOG.md").write_text("# Changelog\n\n## Unreleased\n\n- One thing.\n")
    release.main("--without-image", f"--target={folder}/dist", f"--changelog={folder}/CHANGELOG.md")
    return folder


def test_all_of_it_is_there_and_whole(released: Path) -> None:
    names = set(os.listdir(released / "dist"))
    assert {"NOTES.md", "SHA256SUMS", "requirements.lock", "sbom.cdx.json"} < names
    assert {Path(name).suffix for name in names if __version__ in name} == {".gz", ".whl"}
    sums = dict(
        reversed(line.split("  ")) for line in (released / "dist/SHA256SUMS").read_text().splitlines()
    )
    assert sums.keys() == names - {"SHA256SUMS"}
    for name, expected in sums.items():
        assert hashlib.sha256((released / "dist" / name).read_bytes()).hexdigest() == expected


def test_the_changelog_is_cut_once(released: Path) -> None:
    text = (released / "CHANGELOG.md").read_text()
    assert f"## Unreleased\n\n## {__version__}, 20" in text
    assert (released / "dist/NOTES.md").read_text() == "- One thing.\n"
    release.cut_changelog(released / "CHANGELOG.md", released / "dist/NOTES.md")
    assert (released / "CHANGELOG.md").read_text() == text


def test_every_component_is_listed_with_its_hashes(released: Path) -> None:
    listed = json.loads((released / "dist/sbom.cdx.json").read_text())
    assert listed["bomFormat"] == "CycloneDX"
    assert listed["metadata"]["component"]["version"] == __version__
    found = {each["name"].lower(): each["version"] for each in listed["components"]}
    assert found == {each.name.lower(): str(each.specifier).removeprefix("==") for each in locked().values()}
    assert all(each["externalReferences"][0]["hashes"] for each in listed["components"])


def test_without_a_change_there_is_no_release(tmp_path: Path) -> None:
    changes = tmp_path / "CHANGELOG.md"
    changes.write_text("# Changelog\n\n## Unreleased\n")
    with pytest.raises(SystemExit, match=r"^Not released: CHANGELOG\.md has nothing under Unreleased\.$"):
        release.main("--without-image", f"--target={tmp_path}/dist", f"--changelog={changes}")
    assert changes.read_text() == "# Changelog\n\n## Unreleased\n"
    assert list((tmp_path / "dist").iterdir()) == []


@pytest.mark.parametrize(
    ("version", "sentence"),
    [
        ("1.0", r"1\.0 is no version such as 1\.2\.3\. Change accesskeys/__init__\.py\."),
        ("99.0.0", r"deploy/kubernetes/kustomization\.yaml names another version than 99\.0\.0\."),
    ],
)
def test_a_version_that_is_none_or_that_others_do_not_name(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, version: str, sentence: str
) -> None:
    monkeypatch.setattr(release, "__version__", version)
    with pytest.raises(SystemExit, match=f"^Not released: {sentence}$"):
        release.main(f"--target={tmp_path}/dist")
    assert not (tmp_path / "dist").exists()


def test_the_image_is_built_by_the_engine_that_is_there(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The engine is a stand-in: tests/container builds the image."""
    for name in ("podman", "other"):
        (tmp_path / name).write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/asked-{name}\n')
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setenv("BASE", "registry.example.com/python")
    monkeypatch.delenv("ENGINE", raising=False)
    release.build_image(tmp_path / "image")
    built, saved = (tmp_path / "asked-podman").read_text().splitlines()
    assert built.startswith("build --format=docker --build-arg=BASE=registry.example.com/python ")
    assert built.endswith(f" -f deploy/container/Containerfile -t identity-cloud:{__version__} .")
    assert saved == f"save --output {tmp_path}/image-{__version__}.tar identity-cloud:{__version__}"
    monkeypatch.setenv("ENGINE", "other")
    release.build_image(tmp_path / "image")
    assert (tmp_path / "asked-other").read_text().splitlines() == [built, saved]


def test_without_an_engine_it_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("ENGINE", raising=False)
    with pytest.raises(
        SystemExit, match=r"^Not released: there is no podman, docker or buildah\. Without an image: "
    ):
        release.build_image(tmp_path / "image")
