"""PgBouncer in front of a PostgreSQL."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tools.ports import free_port

CONFIGURATION = """
[databases]
postgres = host=127.0.0.1 port={behind} user=postgres
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
auth_type = any
pool_mode = {mode}
unix_socket_dir =
server_round_robin = {in_turn}
{more}
"""


@contextmanager
def pooler(
    behind: int, *, mode: str, in_turn: int = 0, program: tuple[str, ...] | None = None, more: str = ""
) -> Iterator[int]:
    """Its port. ``more`` are lines of its configuration."""
    program = program or _installed()
    port, home = free_port(), Path(tempfile.mkdtemp(prefix="identity-cloud-pooler-", dir="/tmp"))
    file = home / "pgbouncer.ini"
    text = CONFIGURATION.format(behind=behind, port=port, mode=mode, in_turn=in_turn, more=more)
    file.write_text(text)
    as_user = ["-u", "postgres"] if os.geteuid() == 0 else []  # It refuses to run as root.
    if as_user:
        shutil.chown(home, "postgres")
    process = subprocess.Popen([*program, "-q", *as_user, str(file)], cwd="/", stderr=subprocess.PIPE)
    try:
        for _ in range(100):
            with suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                break
            assert process.poll() is None, process.communicate()[1]
            time.sleep(0.05)
        yield port
    finally:
        process.terminate()
        process.communicate()
        shutil.rmtree(home)


def _installed() -> tuple[str]:
    program = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")
    if program is None:
        pytest.skip(
            "PgBouncer is not installed. Install it (Debian: apt-get install pgbouncer) and run again."
        )
    return (program,)
