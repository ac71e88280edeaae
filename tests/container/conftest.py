from __future__ import annotations

import json
import os
import secrets
from pathlib import Path

import pytest
from filelock import FileLock

from tests.container.building import Image, build
from tests.container.running import Installation
from tests.helpers import master_key

BUILT = Path(os.environ["TEST_SCRATCH"]) / "image"


@pytest.fixture(scope="session")
def image() -> Image:
    """The image, built once by whichever process of the run comes first."""
    told = BUILT / "told.json"
    BUILT.mkdir(exist_ok=True)
    with FileLock(f"{BUILT}.lock"):
        if not told.exists():
            built = build(BUILT / "root")
            told.write_text(json.dumps([built.size, built.config]))
    size, config = json.loads(told.read_text())
    return Image(size, config, BUILT / "root")


@pytest.fixture(scope="session")
def installation(image: Image, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """Containers of one installation, migrated. Its secrets are files, as engines mount them."""
    folder = tmp_path_factory.mktemp("container")
    files = {"secret_key": secrets.token_urlsafe(48), "master_keys": master_key("k1")}
    (folder / "secrets").mkdir()
    for name, value in files.items():
        (folder / "secrets" / name).write_text(value)
        (folder / "secrets" / name).chmod(0o640)  # For group 0, which is the container's.
    installed = Installation(
        image,
        folder,
        {
            "PUBLIC_URL": "https://keys.example.com",
            "SECRET_KEY_FILE": "/run/secrets/secret_key",
            "ACCESS_KEYS_MASTER_KEYS_FILE": "/run/secrets/master_keys",
            "TRUSTED_PROXIES": "127.0.0.1/32",
        },
    )
    migrated = installed.run("migrate")
    assert migrated.returncode == 0, migrated.stderr
    return installed
