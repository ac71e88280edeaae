"""Take out of the image what nobody reads there. ``precompile.py`` loads what is left, and fails if too much went."""

import shutil
import sys
from pathlib import Path

LANGUAGES = {"de", "en", "fr"}
# Parts that no setting installs. Static files have been collected.
UNREAD = (
    "tests",
    "static",
    "django/contrib/gis",
    "allauth/headless",
    "allauth/idp",
    "allauth/socialaccount/providers/[!_bo]*",
)


def main(*folders: str) -> None:
    """Look at everything below."""
    for folder in map(Path, folders):
        for locale in list(folder.rglob("locale")):
            for language in locale.iterdir():
                if (language / "LC_MESSAGES").is_dir() and language.name not in LANGUAGES:
                    shutil.rmtree(language)
            for source in locale.rglob("*.po"):
                source.unlink()
        unread = [found for part in UNREAD for found in folder.glob(f"**/site-packages/**/{part}")]
        for found in filter(Path.exists, unread):  # One may lie in another.
            shutil.rmtree(found)


if __name__ == "__main__":
    main(*sys.argv[1:])
