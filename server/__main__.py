"""``python -m server``: gunicorn with our configuration, once the settings are known to be right."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from server.before_gunicorn import require_settings

if TYPE_CHECKING:
    from gunicorn.arbiter import Arbiter

CONFIGURATION = ("-c", "server/gunicorn.conf.py", "identity_cloud.wsgi")


def main() -> None:
    """Become gunicorn, with the arguments that were given."""
    arguments, environment = sys.argv[1:], dict(os.environ)  # Before what ``.env`` says is added to it.
    require_settings()
    from gunicorn.app.wsgiapp import WSGIApplication

    from identity_cloud.settings.environment import BASE_DIR

    def start_as_at_first(arbiter: Arbiter) -> None:
        """What SIGUSR2 asks for: to read all settings again, and to find the modules where they were found.

        gunicorn would start the file of its own module, beside which its ``http`` stands in the way of Python's.
        """
        arbiter.cfg.env_orig = environment
        arbiter.START_CTX["args"] = [sys.executable, "-m", "server", *arguments]

    class Server(WSGIApplication):  # type: ignore[misc]  # gunicorn has no types.
        def load_config(self) -> None:
            super().load_config()
            self.cfg.set("pre_exec", start_as_at_first)

    os.chdir(BASE_DIR)
    sys.argv[1:] = [*CONFIGURATION, *arguments]
    Server("%(prog)s [OPTIONS]", prog="python -m server").run()


if __name__ == "__main__":
    main()
