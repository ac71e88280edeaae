"""``make run``: prepare the database, start the production server, and say in one block where, as whom and how to stop.

One process does all of it: a password that was just made is told after everything else, and passes through no file
and no environment on its way.
"""

from __future__ import annotations

import io
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command

from identity_cloud.paths import unusable
from server.before_gunicorn import require_settings

require_settings()

from gunicorn.app.wsgiapp import WSGIApplication  # noqa: E402  See there.
from gunicorn.arbiter import Arbiter  # noqa: E402

from server import listening  # noqa: E402


class Trial(WSGIApplication):  # type: ignore[misc]  # gunicorn has no types.
    """gunicorn as it is configured for production, with a person in front of it."""

    def load_config(self) -> None:
        """Put what is done here before and after what the configuration does itself."""
        super().load_config()
        self._told = io.StringIO()
        self._check, self._say_where = self.cfg.on_starting, self.cfg.when_ready
        self.cfg.set("on_starting", self._prepare)
        self.cfg.set("when_ready", self._greet)
        self.cfg.set("on_exit", lambda _server: print("\nIdentity Cloud has stopped."))
        if self.cfg.loglevel == "INFO":
            self.cfg.set("loglevel", "warning")  # How many processes start is for logs.

    def run(self) -> None:
        """Serve. Where that fails, what was told of the first operator is told all the same: it is told only once."""
        try:
            super().run()
        finally:
            print(self._told.getvalue(), end="", flush=True)

    def _prepare(self, server: Arbiter) -> None:
        from django.conf import settings

        if settings.ROLE != "all":
            sys.exit(
                f"Not started: make run starts the whole. With ROLE={settings.ROLE}, start python -m server."
            )
        try:
            listening.check(server.cfg.address)  # First: whoever cannot be served is not told a password.
            call_command("prepare", stdout=self._told)
        except (ImproperlyConfigured, CommandError) as error:
            sys.exit(f"Not started: {error}")
        self._check(server)

    def _greet(self, server: Arbiter) -> None:
        self._say_where(server)
        password_page = f"{listening.public_address(server.LISTENERS)}/accounts/password/change/"
        lines = {**_first_operator(self._told.getvalue(), password_page), "Stop": "Ctrl-C"}
        # The processes that answer requests are yet to come, and need not know it.
        self._told = io.StringIO()
        print()
        for label, text in lines.items():
            print(f"  {label:<11}{text}")
        print(flush=True)


def _first_operator(told: str, password_page: str) -> dict[str, str]:
    """What ``prepare`` told of the operator it made, if it made one."""
    if not told:
        return {}
    from django.contrib.auth import get_user_model

    sentence, *_ = told.splitlines()
    _, is_new, password = sentence.partition(" with the password ")
    operator = get_user_model()._default_manager.get().get_username()
    shown_once = {"Password": f"{password}   (not shown again)"} if is_new else {}
    return {"Operator": operator, **shown_once, "Change it": password_page}


if __name__ == "__main__":
    try:
        Trial("%(prog)s [OPTIONS] APP_MODULE").run()
    except KeyboardInterrupt:
        sys.exit("\nNot started.")
    except OSError as error:
        if error.filename is None:
            raise
        sys.exit(f"Not started: {unusable(error)}")
