"""The settings in their two modes, and what is wrong with them, each in a process of its own."""

from __future__ import annotations

import base64
import json
import os
import secrets
import socket
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

BASE_DIR = Path(__file__).resolve().parents[2]
PRODUCTION = {"PUBLIC_URL": "https://keys.example.com"}
MANAGE = ("manage.py", "check")
COUNT = "import django; django.setup(); from django.core.cache import cache; cache.incr('attempts')"
TIMEOUTS = (
    "from django.conf import settings; options = settings.CACHES['default']['OPTIONS']; "
    "print(options['socket_timeout'], options['socket_connect_timeout'])"
)


def master_key(key_id: str = "k1") -> str:
    """A fresh entry for ACCESS_KEYS_MASTER_KEYS."""
    return f"{key_id}:{base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()}"


def python(*arguments: str | Path, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run Python with these settings and no others. An empty one counts as not set, whatever ``.env`` says."""
    environment = {
        "PATH": os.environ["PATH"],
        "DJANGO_SETTINGS_MODULE": "identity_cloud.settings",
        "PUBLIC_URL": "http://127.0.0.1:8000",
        "SECRET_KEY": secrets.token_urlsafe(48),
        "ACCESS_KEYS_MASTER_KEYS": master_key(),
        "DATABASE_URL": "sqlite://:memory:",
        "STATIC_ROOT": os.environ["STATIC_ROOT"],
        "CACHE_URL": os.environ["CACHE_URL"],
        "TRUSTED_PROXIES": "",
        "LOG_LEVEL": "",
        **settings,
    }
    return subprocess.run(
        [sys.executable, *map(str, arguments)],
        cwd=BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )


def sign_in(*addresses: str, **settings: str) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """For each address, what the login page and the sign-in answer."""
    result = python("-m", "tests.identity_cloud.signing_in", *addresses, **settings)
    assert result.returncode == 0, result.stderr
    answers: list[tuple[dict[str, Any], dict[str, Any]]] = json.loads(result.stdout)
    return answers


class TestLocal:
    def test_any_name_of_this_machine_and_any_port_will_do(self) -> None:
        names = ("127.0.0.1:8000", "127.0.0.1:9000", "localhost:8000", "localhost", "[::1]:8000")
        for page, answer in sign_in(*(f"http://{name}" for name in names)):
            assert page["status"] == 200
            assert "Strict-Transport-Security" not in page["headers"]
            assert answer["status"] == 302
            assert answer["headers"]["Location"] == "/"
            assert set(answer["cookies"]) >= {"sessionid", "csrftoken"}
            assert all(cookie["httponly"] for cookie in answer["cookies"].values())
            assert not any(cookie["secure"] for cookie in answer["cookies"].values())

    def test_a_name_from_elsewhere_is_refused(self) -> None:
        # A page on another site can make its name point here (DNS rebinding).
        [(page, answer)] = sign_in("http://evil.example:8000")
        assert (page["status"], answer["status"]) == (400, 400)


class TestProduction:
    def test_over_https_cookies_are_bound_to_this_host(self) -> None:
        [(page, answer)] = sign_in("https://keys.example.com", **PRODUCTION)
        assert page["status"] == 200
        assert page["headers"]["Strict-Transport-Security"].startswith("max-age=31536000")
        assert answer["headers"]["Location"] == "/"
        assert set(answer["cookies"]) >= {"__Host-sessionid", "__Host-csrftoken"}
        for name, cookie in answer["cookies"].items():
            # What the prefix promises, or browsers drop the cookie (RFC 6265bis, section 4.1.3.2).
            assert name.startswith("__Host-")
            assert (cookie["secure"], cookie["path"], cookie["domain"]) == (True, "/", "")
            assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")

    def test_plain_http_is_sent_to_https(self) -> None:
        [(page, answer)] = sign_in("http://keys.example.com", **PRODUCTION)
        assert (page["status"], answer["status"]) == (301, 301)
        assert page["headers"]["Location"] == "https://keys.example.com/accounts/login/"
        assert page["cookies"] == answer["cookies"] == {}

    def test_other_hosts_are_refused(self) -> None:
        hosts = ("evil.example", "127.0.0.1", "localhost", "www.keys.example.com")
        for page, answer in sign_in(*(f"https://{host}" for host in hosts), **PRODUCTION):
            assert (page["status"], answer["status"]) == (400, 400)

    def test_the_deployment_checks_find_nothing(self) -> None:
        result = python("manage.py", "check", "--deploy", "--fail-level", "WARNING", **PRODUCTION)
        assert (result.returncode, result.stderr) == (0, "")

    @pytest.mark.parametrize("address", ["https://[2001:db8::1]", "https://KEYS.example.com:8443/"])
    def test_unusual_addresses_work(self, address: str) -> None:
        [(_, answer)] = sign_in(address.rstrip("/").lower(), PUBLIC_URL=address)
        assert answer["status"] == 302


@pytest.mark.parametrize(
    ("setting", "value", "sentence"),
    [
        ("PUBLIC_URL", "http://keys.example.com", "PUBLIC_URL must be an https address without a path"),
        (
            "TRUSTED_PROXIES_FILE",
            "/nowhere/hunter2",
            "names a file that cannot be read: No such file or directory.",
        ),
        (
            "SECRET_KEY_FILE",
            "/nowhere/hunter2",
            "SECRET_KEY and SECRET_KEY_FILE are both set. Keep one of them.",
        ),
        ("DATABASE_URL", "hunter2", "DATABASE_URL must begin with sqlite:// or postgres://."),
        ("CACHE_URL", "locmemcache://", "CACHE_URL must begin with redis://, rediss:// or filecache://."),
        ("TRUSTED_PROXIES", "10.0.3.7/32, 10.0.0.1/8", "Number 2 is not one."),
        ("BAD_KEY_LIMIT", "60", "BAD_KEY_LIMIT must be a number of requests per second, minute or hour"),
        ("WEB_CONCURRENCY", "0", "WEB_CONCURRENCY must be a whole number from 1 to 9999."),
        ("WEB_THREADS", "-8", "WEB_THREADS must be a whole number from 1 to 9999."),
        ("ROLE", "gates", "ROLE must be all, console or gate."),
        ("HOST", "[::1", "HOST must be an address such as 127.0.0.1 or ::1, or a host name."),
        ("HOST", "fe80::1%eth0", "HOST must be an address such as 127.0.0.1 or ::1, or a host name."),
        ("PORT", "99999", "PORT must be a whole number from 0 to 65535."),
        ("LOG_LEVEL", "loud", "LOG_LEVEL must be one of DEBUG, INFO, WARNING, ERROR."),
        ("HSTS_PRELOAD", "perhaps", "HSTS_PRELOAD must be true or false."),
        ("ACCESS_KEYS_MASTER_KEYS", "k7:AAAA", "The master key k7 in ACCESS_KEYS_MASTER_KEYS has 3 bytes"),
    ],
)
def test_a_wrong_setting_stops_the_start_with_one_sentence(setting: str, value: str, sentence: str) -> None:
    result = python(*MANAGE, **{setting: value})
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr.startswith("Not started: ")
    assert result.stderr.count("\n") == 1
    assert sentence in result.stderr
    assert "hunter2" not in result.stderr


def test_a_setting_can_be_read_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "master_keys"
    file.write_text(f"{master_key()}\n")
    result = python(*MANAGE, ACCESS_KEYS_MASTER_KEYS="", ACCESS_KEYS_MASTER_KEYS_FILE=str(file))
    assert (result.returncode, result.stderr) == (0, "")


def test_counting_in_redis_needs_nothing_else_installed() -> None:
    # Nobody listens there: the client is made, and its first command fails.
    result = python("-c", COUNT, CACHE_URL="redis://127.0.0.1:1/0")
    assert "redis.exceptions.ConnectionError" in result.stderr


@pytest.mark.parametrize(("options", "seconds"), [("", 1), ("?socket_timeout=7", 7)])
def test_a_redis_that_hangs_is_not_waited_for_long(options: str, seconds: int) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:  # Takes connections, and answers nothing.
        address = f"redis://127.0.0.1:{silent.getsockname()[1]}/0{options}"
        result = python("-c", f"{TIMEOUTS}; {COUNT}", CACHE_URL=address)
    assert result.stdout == f"{seconds} 1\n"
    assert "redis.exceptions.TimeoutError" in result.stderr


class TestWriteEnv:
    """``tools/write_env.py``, which ``make run`` calls before anything is installed."""

    def write(self, path: Path) -> dict[str, str]:
        subprocess.run([sys.executable, "-I", "tools/write_env.py", path], cwd=BASE_DIR, check=True)
        lines = (line.partition("=") for line in path.read_text().splitlines() if not line.startswith("#"))
        return {name: value for name, _, value in lines}

    def test_it_writes_settings_that_start(self, tmp_path: Path) -> None:
        path = tmp_path / ".env"
        assert python(*MANAGE, **self.write(path)).returncode == 0
        assert stat.S_IMODE(path.stat().st_mode) == 0o600

    def test_secrets_are_fresh_and_written_once(self, tmp_path: Path) -> None:
        first, second = self.write(tmp_path / "first"), self.write(tmp_path / "second")
        assert first["SECRET_KEY"] != second["SECRET_KEY"]
        assert first["ACCESS_KEYS_MASTER_KEYS"] != second["ACCESS_KEYS_MASTER_KEYS"]
        assert self.write(tmp_path / "first") == first
