"""Write ``secrets/`` beside this file, with fresh random values, unless it is there. Needs nothing installed."""

from __future__ import annotations

import base64
import secrets
import sys
from pathlib import Path

FOLDER = Path(__file__).parent / "secrets"


def main() -> None:
    """Nobody but the owner gets into the folder. In it all can read: each container has a user of its own."""
    try:
        FOLDER.mkdir(mode=0o700)
    except FileExistsError:
        sys.exit(
            f"Nothing was written: {FOLDER} is there already, and access keys may hang on what is in it."
        )
    for name, value in _values().items():
        (FOLDER / name).write_text(value + "\n")
        (FOLDER / name).chmod(0o644)


def _values() -> dict[str, str]:
    postgres, redis = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
    master_key = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode().rstrip("=")
    return {
        "secret_key": secrets.token_urlsafe(48),
        "access_keys_master_keys": f"k1:{master_key}",
        "postgres_password": postgres,
        "database_url": f"postgres://identity_cloud:{postgres}@postgres/identity_cloud",
        "redis.conf": f'requirepass {redis}\nsave ""\nappendonly no',
        "cache_url": f"redis://:{redis}@redis:6379/0",
    }


if __name__ == "__main__":
    main()
