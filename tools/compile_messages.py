"""Compile the translations, ``locale/*/LC_MESSAGES/django.po``, to what Django reads. Needs no gettext tools."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

import polib  # type: ignore[import-untyped]

LOCALE = Path(__file__).parents[1] / "locale"


def compile_messages(source: Path) -> None:
    """Write the ``.mo`` beside a ``.po``, in one step: a server that starts meanwhile reads the old one or the new."""
    messages = polib.pofile(str(source), encoding="utf-8")
    with tempfile.NamedTemporaryFile(dir=source.parent, delete=False) as file:
        file.write(messages.to_binary())
    Path(file.name).chmod(0o644)
    os.replace(file.name, source.with_suffix(".mo"))


def main(*sources: str) -> None:
    """Compile the files named, or all of them."""
    try:
        for source in map(Path, sources) if sources else LOCALE.glob("*/LC_MESSAGES/*.po"):
            compile_messages(source)
    except OSError as error:
        if error.filename is None:
            raise
        sys.path.insert(0, str(LOCALE.parent))
        from identity_cloud.paths import unusable

        error.filename = Path(error.filename).parent  # The name was made up.
        sys.exit(f"Not compiled: {unusable(error)}")


if __name__ == "__main__":
    main(*sys.argv[1:])
