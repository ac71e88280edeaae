"""Write ``.env`` with fresh random secrets, unless there is one. For ``make run``; needs nothing installed."""

from __future__ import annotations

import base64
import os
import secrets
import sys
from pathlib import Path

TEMPLATE = """\
# Written by `make run`. Keep the master keys somewhere else as well: without them no backup can be read.
PUBLIC_URL=http://127.0.0.1:8000
SECRET_KEY={secret_key}
ACCESS_KEYS_MASTER_KEYS=k1:{master_key}
"""


def main(path: Path) -> None:
    """Create the file, readable by its owner alone. A file that exists is left as it is."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    except OSError as error:
        sys.path.insert(0, str(Path(__file__).parents[1]))
        from identity_cloud.paths import unusable

        sys.exit(f"Not started: {unusable(error)}")
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(
                TEMPLATE.format(
                    secret_key=secrets.token_urlsafe(48),
                    master_key=base64.urlsafe_b64encode(secrets.token_bytes(32)).decode().rstrip("="),
                )
            )
    except OSError as error:
        path.unlink()  # Half of it would be taken for all of it.
        sys.exit(f"{path} cannot be written: {error.strerror}.")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
