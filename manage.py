#!/usr/bin/env python
import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line
from django.db import OperationalError

from identity_cloud.paths import unusable


def main() -> None:
    """Run a management command; a wrong setting or path is one sentence and not a traceback."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "identity_cloud.settings")
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(f"Not started: {error}")
    except OperationalError as error:
        from identity_cloud.readiness import database_unusable

        sys.exit(str(database_unusable(error)))
    except OSError as error:
        if error.filename is None:
            raise
        sys.exit(f"Not started: {unusable(error)}")


if __name__ == "__main__":
    main()
