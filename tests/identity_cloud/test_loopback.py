"""``PUBLIC_URL`` over plain http stands for this machine, in whatever notation its address is written."""

from __future__ import annotations

import pytest

from tests.identity_cloud.test_settings import MANAGE, python, sign_in


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.9.9.9", "[::1]", "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]", "[::FFFF:7F00:1]"]
)
def test_loopback_is_loopback(host: str) -> None:
    result = python(*MANAGE, PUBLIC_URL=f"http://{host}:8000")
    assert (result.returncode, result.stderr) == (0, "")


@pytest.mark.parametrize(
    "host", ["[::ffff:192.0.2.7]", "[::127.0.0.1]", "[fe80::1%lo]", "127.0.0.1.nip.io", "0x7f.1"]
)
def test_everything_else_needs_https(host: str) -> None:
    result = python(*MANAGE, PUBLIC_URL=f"http://{host}:8000")
    assert (result.returncode, result.stdout) == (1, "")
    assert "must be an https address" in result.stderr


def test_operators_sign_in_there() -> None:
    """Browsers write the address of ``http://[::ffff:127.0.0.1]:8000`` so."""
    [(page, answer)] = sign_in("http://[::ffff:7f00:1]:8000", PUBLIC_URL="http://[::ffff:127.0.0.1]:8000")
    assert (page["status"], answer["status"]) == (200, 302)
