"""``python -m server``: gunicorn with our configuration, once the settings are known to be right.

gunicorn reads ``WEB_CONCURRENCY`` as it is imported, long before its configuration: a wrong one ends in a traceback.
"""

from __future__ import annotations

import os
import sys

from django.core.exceptions import ImproperlyConfigured


def main() -> None:
    """Replace this process by gunicorn, with the arguments that were given."""
    try:
        from identity_cloud.settings import WEB_CONCURRENCY
        from identity_cloud.settings.environment import BASE_DIR
    except ImproperlyConfigured as error:
        sys.exit(f"Not started: {error}")
    os.environ["WEB_CONCURRENCY"] = str(WEB_CONCURRENCY)  # Empty is not set, except to gunicorn.
    os.environ.pop("WEB_CONCURRENCY_FILE", None)
    os.chdir(BASE_DIR)
    gunicorn = ("-m", "gunicorn", "-c", "server/gunicorn.conf.py", "identity_cloud.wsgi")
    os.execv(sys.executable, [sys.executable, *gunicorn, *sys.argv[1:]])  # noqa: S606  What is run is ours.


if __name__ == "__main__":
    main()
