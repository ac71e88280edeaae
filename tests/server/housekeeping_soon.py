"""The configuration of the server, except that house is kept a moment after the start."""

from pathlib import Path

exec(Path("server/gunicorn.conf.py").read_text())

from server import housekeeper as keeping  # noqa: E402  Where settings are right.

keeping.FIRST_SECONDS = keeping.PAUSE_SECONDS = 0.2
