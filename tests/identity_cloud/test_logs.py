"""Log records: one line each, and no key in any of them."""

from __future__ import annotations

import io
import logging
import logging.config
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest
from django.conf import settings
from django.db import OperationalError
from django.test import Client

from accesskeys.core import keys, once

KEY = keys.new_body() + "A1b2C3d4"


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """What the loggers write under the real configuration, with standard error replaced."""
    stream, configuration = io.StringIO(), deepcopy(settings.LOGGING)
    configuration["handlers"]["stderr"]["stream"] = stream
    handlers = logging.getLogger().handlers[:]
    logging.config.dictConfig(configuration)
    yield stream
    logging.config.dictConfig(settings.LOGGING)
    for handler in handlers:
        logging.getLogger().addHandler(handler)


@pytest.mark.parametrize(
    "text", ["Not Found: /{}", "Not Found: /{}/reveal/", "'{}'", "Bearer {}\r\n", "{}, {}", "['{}\\n']"]
)
def test_a_key_is_struck_out(written: io.StringIO, text: str) -> None:
    logging.getLogger("django.request").warning("%s", text.replace("{}", KEY))
    assert "ica_…" in written.getvalue()
    assert not any(KEY[start : start + 12] in written.getvalue() for start in range(len(KEY) - 11))


def test_a_key_in_a_traceback_is_struck_out(written: io.StringIO) -> None:
    try:
        raise ValueError(KEY)
    except ValueError:
        logging.getLogger("accesskeys").exception("Broken")
    assert "ValueError: ica_…" in written.getvalue()
    assert KEY not in written.getvalue()


@pytest.mark.parametrize("separator", ["\n", "\r", "\r\n", "\v", "\x85", "\u2028"])
def test_a_record_is_one_line(written: io.StringIO, separator: str) -> None:
    logging.getLogger("django.request").warning("Not Found: /a%s2026 ERROR forged: b", separator)
    assert len(written.getvalue().splitlines()) == 1
    assert written.getvalue().endswith(r"Not Found: /a\n2026 ERROR forged: b" + "\n")


def test_what_gunicorn_cannot_read_is_not_quoted(written: io.StringIO) -> None:
    log = logging.getLogger("gunicorn.error")
    log.warning("Invalid request from ip=::1: Invalid HTTP request line: 'login=operator&password=hunter2'")
    log.warning('Invalid request from ip=::1: Invalid HTTP Header: "Cookie sessionid=\'hunter2"')
    first, second = written.getvalue().splitlines()
    assert first.endswith("Invalid request from ip=::1: Invalid HTTP request line")
    assert second.endswith("Invalid request from ip=::1: Invalid HTTP Header")


def test_a_foreign_host_is_worth_a_line_and_no_traceback(client, written: io.StringIO) -> None:
    assert client.get("/accounts/login/", headers={"host": "evil.example"}).status_code == 400
    [line] = written.getvalue().splitlines()
    assert "Invalid HTTP_HOST header: 'evil.example'. PUBLIC_URL says which host is answered." in line
    assert "ALLOWED_HOSTS" not in line
    assert "Traceback" not in line


TOO_MANY = "a=&" * 2000
FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    "request_",
    [
        {"path": f"/accounts/login/?{TOO_MANY}"},
        {"path": "/accounts/login/", "data": TOO_MANY, "content_type": FORM},
        {"path": "/accounts/login/", "data": {f"a{number}": io.BytesIO(b"a") for number in range(200)}},
    ],
    ids=["parameters", "fields", "files"],
)
@pytest.mark.django_db
def test_too_many_parts_are_worth_a_line_without_settings_of_django(
    client: Client, written: io.StringIO, request_: dict[str, Any]
) -> None:
    assert client.post(**request_).status_code == 400
    [line] = written.getvalue().splitlines()
    assert line.endswith(" exceeded the limit.")


def fail(error: Exception) -> None:
    try:
        raise error
    except type(error):
        logging.getLogger("accesskeys").exception("It failed, 100% of it")


def test_a_traceback_is_written_once_a_minute_and_kind(
    written: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [1000.0]
    monkeypatch.setattr(once.time, "monotonic", lambda: now[0])
    for _ in range(3):
        fail(ValueError("hunter2"))
    fail(KeyError("another kind"))
    first, second, third, other = written.getvalue().splitlines()
    assert "Traceback" in first
    assert second == third.replace(third[:24], second[:24])
    assert second.endswith("ERROR accesskeys: It failed, 100% of it: ValueError")
    assert "Traceback" in other
    now[0] += 60
    fail(ValueError("hunter2"))
    assert "Traceback" in written.getvalue().splitlines()[-1]


def test_what_a_database_said_is_told_again_in_words(written: io.StringIO) -> None:
    for _ in range(2):
        fail(OperationalError('could not connect to "hunter2"'))
    assert written.getvalue().splitlines()[1].endswith("It failed, 100% of it: could not connect to “…”")


def test_whoever_else_listens_has_the_traceback_each_time(
    written: io.StringIO, caplog: pytest.LogCaptureFixture
) -> None:
    logging.getLogger().addHandler(caplog.handler)
    for _ in range(2):
        fail(ValueError("hunter2"))
    assert [bool(record.exc_info) for record in caplog.records] == [True, True]
    assert written.getvalue().count("Traceback") == 1
