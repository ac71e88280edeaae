"""``LOG_FORMAT=json``: the same records as JSON, a line each, and no key in any field."""

from __future__ import annotations

import io
import json
import logging
import logging.config
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest
from django.conf import settings
from django.db import OperationalError

from accesskeys.core import keys, once
from identity_cloud import request_ids

KEY = keys.new_body() + "A1b2C3d4"


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    stream, configuration = io.StringIO(), deepcopy(settings.LOGGING)
    configuration["handlers"]["stderr"] |= {"stream": stream, "formatter": "json"}
    handlers = logging.getLogger().handlers[:]
    logging.config.dictConfig(configuration)
    yield stream
    request_ids.end()
    logging.config.dictConfig(settings.LOGGING)
    for handler in handlers:
        logging.getLogger().addHandler(handler)


def records(written: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in written.getvalue().split("\n")[:-1]]


def test_the_fields_of_a_record(written: io.StringIO) -> None:
    logging.getLogger("accesskeys").warning(
        "Kept %s, “ü”", "a\nb\u2028c", extra={"request": "x", "hunter2": KEY}
    )
    request_ids.begin("")
    logging.getLogger("django.request").error("Broken")
    first, second = records(written)
    assert list(first) == ["time", "level", "logger", "message"]
    assert (first["level"], first["logger"], first["message"]) == (
        "WARNING",
        "accesskeys",
        "Kept a\nb\u2028c, “ü”",
    )
    assert first["time"][10] == "T"
    assert first["time"].endswith("Z")
    assert second["request_id"] == request_ids.current()[0]
    assert "“ü”" in written.getvalue()


def test_the_trace_is_one_of_them(written: io.StringIO, settings: Any) -> None:
    settings.TRUSTED_PROXIES = ["10.0.3.7/32"]
    request_ids.begin("10.0.3.7", "theirs", f"00-{'a' * 32}-{'b' * 16}-01")
    logging.getLogger("accesskeys").warning("Kept")
    [record] = records(written)
    assert (record["request_id"], record["trace_id"]) == ("theirs", "a" * 32)


@pytest.mark.parametrize("text", ["/{}", "'{}'", "Bearer {}\r\n", '"{}"', "\\{}\\n", "é{}é", "['{}\\n']"])
def test_a_key_is_in_no_field(written: io.StringIO, text: str) -> None:
    log = logging.getLogger("django.request")
    log.warning("%s", text.replace("{}", KEY), extra={"key": KEY, "request": {"path": KEY}})
    log.warning({"message": KEY, KEY: KEY})
    try:
        raise ValueError(text.replace("{}", KEY)) from KeyError(KEY)
    except ValueError:
        log.exception("Broken", stack_info=True)
    log.getChild(KEY).warning("From a logger of that name")
    assert len(records(written)) == 4
    assert "ica_…" in written.getvalue()
    assert not any(KEY[start : start + 12] in written.getvalue() for start in range(len(KEY) - 11))


def test_a_traceback_is_written_once_a_minute(written: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(once.time, "monotonic", lambda: 1000.0)
    for _ in range(2):
        try:
            raise OperationalError('could not connect to "hunter2"')
        except OperationalError:
            logging.getLogger("accesskeys").exception("It failed")
    first, second = records(written)
    assert first["exception"].startswith("Traceback")
    assert second["message"] == "It failed: could not connect to “…”"
    assert "exception" not in second
