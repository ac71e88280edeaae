"""The production server, for ``make run`` and for production alike. See docs/decisions for why gunicorn."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

bind = f"{os.environ.get('HOST', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
workers = int(os.environ.get("WEB_CONCURRENCY", "1"))
threads = int(os.environ.get("WEB_THREADS", "8"))
worker_class = "gthread"
preload_app = True
graceful_timeout = 20  # seconds
keepalive = 75  # seconds; longer than the gateways in front keep their connections idle
control_socket_disable = True

# Strict about what it reads: an underscore in a header could pass for a hyphen.
header_map = "refuse"
limit_request_field_size = 8190  # bytes
limit_request_line = 4094  # bytes
# Peer addresses are never taken from headers; the scheme only from our own proxies (set below).
forwarder_headers = ""
secure_scheme_headers = {"X-FORWARDED-PROTO": "https"}

# No access log by default: request lines hold search texts.
accesslog = None
errorlog = "-"
loglevel = os.environ.get("LOG_LEVEL", "info").lower()


def _stop(reason: Exception) -> None:
    sys.exit(f"Not started: {reason}")


def _settings() -> str:
    from django.conf import settings

    return ",".join(settings.TRUSTED_PROXIES)


os.environ.setdefault("DJANGO_SETTINGS_MODULE", "identity_cloud.settings")
try:
    forwarded_allow_ips = _settings()
    get_wsgi_application()
except ImproperlyConfigured as error:
    _stop(error)


def on_starting(server: object) -> None:
    """Check settings, database and master keys before the first request can be refused for the wrong reason."""
    from django.db import OperationalError, ProgrammingError, connections

    from accesskeys.readiness import check_keyring

    try:
        check_keyring()
    except ImproperlyConfigured as error:
        _stop(error)
    except (OperationalError, ProgrammingError) as error:
        _stop(RuntimeError(f"the database cannot be reached or is not migrated: {error}"))
    finally:
        connections.close_all()  # A connection must not be shared with the workers.
