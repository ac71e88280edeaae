"""What goes on while the gate is asked. Each is a block in which it does; run in a process of its own.

``python -m benchmarks.circumstances NAME PORT COOKIE`` says “begun” once it is under way, and ends when its input does.
"""

from __future__ import annotations

import http.client
import os
import re
import secrets
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import urlencode

from benchmarks.server import ROOT

SIGN_IN = "/accounts/login/"
EXPORT = "/settings/access-keys/export/"
LOCALHOST = "127.0.0.1"


def sign_ins(port: int, _cookie: str) -> None:
    """Sign in with a name that nobody has, from ever another address."""
    connection = http.client.HTTPConnection(LOCALHOST, port, timeout=60)
    connection.request("GET", SIGN_IN)
    response = connection.getresponse()
    page = response.read().decode()
    (token,) = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', page)[:1]
    cookie = response.headers["Set-Cookie"].partition(";")[0]
    while True:
        address = ".".join(str(byte) for byte in secrets.token_bytes(4))
        form = {"csrfmiddlewaretoken": token, "login": secrets.token_hex(8), "password": secrets.token_hex(8)}
        headers = {
            "Cookie": cookie,
            "Content-Type": "application/x-www-form-urlencoded",
            "X-Forwarded-For": address,
        }
        connection.request("POST", SIGN_IN, urlencode(form), headers)
        connection.getresponse().read()


def exports(port: int, cookie: str) -> None:
    """Export all access keys, and again."""
    while True:
        connection = http.client.HTTPConnection(LOCALHOST, port, timeout=600)
        connection.request("GET", EXPORT, headers={"Cookie": cookie})
        response = connection.getresponse()
        while response.read(1 << 16):
            pass
        connection.close()


def silence(port: int, _cookie: str) -> None:
    """Open a hundred connections, say nothing, and open them anew where they were closed."""
    held: list[socket.socket] = []
    while True:
        held = [connection for connection in held if _is_open(connection)]
        while len(held) < 100:
            held.append(socket.create_connection((LOCALHOST, port)))
        threading.Event().wait(0.5)


def _is_open(connection: socket.socket) -> bool:
    connection.setblocking(False)
    try:
        return bool(connection.recv(1))
    except BlockingIOError:
        return True
    except OSError:
        return False


def halves(port: int, _cookie: str) -> None:
    """Begin twenty requests, and do not end them."""
    held: list[socket.socket] = []
    while True:
        held = [connection for connection in held if _is_open(connection)]
        while len(held) < 20:
            connection = socket.create_connection((LOCALHOST, port))
            connection.sendall(
                b"POST /api/v1/access-keys/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9\r\n\r\n{"
            )
            held.append(connection)
        threading.Event().wait(0.5)


def slow_readers(port: int, cookie: str) -> None:
    """Ask for an export, and take a few bytes of it a second."""
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.connect((LOCALHOST, port))
        connection.sendall(f"GET {EXPORT} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {cookie}\r\n\r\n".encode())
        while connection.recv(16):
            threading.Event().wait(0.5)


def bad_keys(port: int, _cookie: str) -> None:
    """Present forged keys, which are counted."""
    connection = http.client.HTTPConnection(LOCALHOST, port, timeout=60)
    while True:
        connection.request(
            "GET", "/auth/verify/", headers={"Authorization": f"Bearer {secrets.token_hex(28)}"}
        )
        connection.getresponse().read()
        threading.Event().wait(0.02)


CLIENTS: dict[str, tuple[int, Callable[[int, str], None]]] = {
    "sign-ins": (16, sign_ins),
    "exports": (8, exports),
    "silence": (10, silence),
    "halves": (10, halves),
    "slow readers": (50, slow_readers),
    "bad keys": (4, bad_keys),
}


@contextmanager
def clients(name: str, port: int, cookie: str) -> Iterator[None]:
    """Within the block, those of this name ask; in a process of their own."""
    command = [sys.executable, "-m", "benchmarks.circumstances", name, str(port), cookie]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        try:
            yield
        finally:
            process.kill()


def _again(client: Callable[[int, str], None], port: int, cookie: str) -> None:
    while True:
        try:
            client(port, cookie)
        except (OSError, http.client.HTTPException):
            threading.Event().wait(0.05)


def main() -> None:
    """Begin, and go on until told to stop."""
    name, port, cookie = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    os.nice(10)  # What it costs to ask is not to count as what it costs to be asked.
    count, client = CLIENTS[name]
    for _ in range(count):
        threading.Thread(target=_again, args=(client, port, cookie), daemon=True).start()
    threading.Event().wait(1)
    print("begun", flush=True)
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    main()
