"""Compile what a server loads, and nothing else: an image that nobody writes to would compile it at every start."""

import py_compile
import sys
from importlib import import_module

from django.core.management import call_command
from django.core.wsgi import get_wsgi_application

LOADED_LATER = (
    "django.core.management.commands.migrate",
    "gunicorn.app.wsgiapp",
    "identity_cloud.wsgi",
    "server.workers",
)


def main() -> None:
    """Whatever the files are dated later, what is compiled counts: the image does not change."""
    get_wsgi_application()
    call_command("check")  # It asks for all pages.
    for name in LOADED_LATER:
        import_module(name)
    for file in sorted({getattr(module, "__file__", None) or "" for module in list(sys.modules.values())}):
        if file.endswith(".py") and file.startswith(("/app/", "/venv/")):
            py_compile.compile(file, invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)


if __name__ == "__main__":
    main()
