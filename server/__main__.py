"""``python -m server``: gunicorn with our configuration, once the settings are known to be right."""

from __future__ import annotations

import os
import sys

from server.before_gunicorn import require_settings


def main() -> None:
    """Replace this process by gunicorn, with the arguments that were given."""
    require_settings()
    from identity_cloud.settings.environment import BASE_DIR

    os.chdir(BASE_DIR)
    gunicorn = ("-m", "gunicorn", "-c", "server/gunicorn.conf.py", "identity_cloud.wsgi")
    os.execv(sys.executable, [sys.executable, *gunicorn, *sys.argv[1:]])  # noqa: S606  What is run is ours.


if __name__ == "__main__":
    main()
