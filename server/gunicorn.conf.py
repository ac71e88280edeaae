"""The production server, for ``make run`` and for production alike. See docs/decisions for why gunicorn."""

import gc
import logging
import os
import sys
from itertools import chain

from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application
from gunicorn.arbiter import Arbiter
from gunicorn.glogging import Logger
from gunicorn.http.body import LengthReader
from gunicorn.http.errors import LimitRequestHeaders
from gunicorn.http.message import Request

from identity_cloud.paths import unusable
from server.roles import settings_module, worker_of


class ServerLogger(Logger):  # type: ignore[misc]  # gunicorn has no types.
    """Writes no access log: request lines hold search texts."""

    def access(self, *_request: object) -> None:
        """Nothing. Given a ``logconfig_dict``, gunicorn would put each line together, and then drop it."""


def _stop(reason: object) -> None:
    sys.exit(" ".join(f"Not started: {reason}".split()))


try:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", settings_module())
    get_wsgi_application()
except ImproperlyConfigured as error:
    _stop(error)
except OSError as error:
    _stop(unusable(error))

from django.conf import settings  # noqa: E402  Wrong settings are a sentence, said above.

from identity_cloud.settings.environment import host_to_listen_on, log_level, port  # noqa: E402
from server import listening, preload  # noqa: E402
from server.bodies import WholeBody  # noqa: E402
from server.housekeeper import Housekeeper  # noqa: E402

try:
    host = host_to_listen_on()
    bind = f"[{host}]:{port()}" if ":" in host else f"{host}:{port()}"
except ImproperlyConfigured as error:
    _stop(error)
housekeeper = Housekeeper()
workers = settings.WEB_CONCURRENCY
threads = settings.WEB_THREADS
worker_class = worker_of(settings.ROLE)
preload_app = True
graceful_timeout = 20  # seconds
keepalive = 75  # seconds; longer than the gateways in front keep their connections idle
control_socket_disable = True

# Strict about what it reads: an underscore in a header could pass for a hyphen.
header_map = "refuse"
limit_request_field_size = 8190  # bytes
limit_request_line = 4094  # bytes
# Peer addresses are never taken from headers; the scheme only from our own proxies, in whatever notation the socket
# names them: see server/peers.py.
forwarder_headers = ""
secure_scheme_headers = {"X-FORWARDED-PROTO": "https"}
forwarded_allow_ips = ",".join(settings.TRUSTED_PROXIES)

# The server quotes refused requests in its log, so it writes through the same formatter, which strikes keys out.
logconfig_dict = settings.LOGGING
logger_class = ServerLogger
loglevel = log_level()


# No line of the log names them, and asking for them takes a tenth of what a refused key costs.
logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False


def on_starting(server: Arbiter) -> None:
    """Check address, files, database and master keys before the first request is refused for the wrong reason."""
    from django.db import connections

    from identity_cloud.readiness import check

    try:
        listening.check(server.cfg.address)
        check()
        preload.load()
    except ImproperlyConfigured as error:
        _stop(error)
    finally:
        connections.close_all()  # A connection must not be shared with the workers.


def pre_request(worker: object, request: Request) -> None:
    """Bound the headers as a whole, and accept no body that is cut short.

    gunicorn bounds each line of the headers and their number, which allows 800 KB.
    """
    if sum(map(len, chain.from_iterable(request.headers))) > 64 * 1024:  # bytes
        raise LimitRequestHeaders("limit request headers size")
    if isinstance(request.body.reader, LengthReader):
        request.body.reader = WholeBody(request.body.reader.unreader, request.body.reader.length)


def when_ready(server: Arbiter) -> None:
    """Say where the console is, once it answers."""
    # What is loaded now stays for good. Workers need not search it for garbage again and again, nor copy its pages.
    gc.collect()
    gc.freeze()
    print(f"Identity Cloud is on {listening.public_address(server.LISTENERS)}", flush=True)


def post_worker_init(worker: object) -> None:
    """Keep house, in one of all the processes."""
    if settings.HOUSEKEEPING:
        housekeeper.start()


def worker_exit(server: object, worker: object) -> None:
    """Begin nothing more."""
    housekeeper.stop()
