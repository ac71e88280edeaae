"""Questions to the identity provider: bounded in time, in size and in number, and never led elsewhere.

That an address may be asked was found out before; see ``discovery``.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import requests

from identity_cloud.operators.single_sign_on.exceptions import ProviderAway

SECONDS = 5.0  # for one question, from its beginning to the end of the answer
MOST_BYTES = 512 * 1024

# A provider that hangs holds up so many threads, and no more.
_questions = threading.BoundedSemaphore(3)


def get(url: str, *, token: str | None = None) -> dict[str, Any]:
    """The JSON object at an address of the provider. Raises ProviderAway."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return _ask("GET", url, headers=headers)[1]


def post(
    url: str, form: Mapping[str, str], *, headers: Mapping[str, str]
) -> tuple[HTTPStatus, dict[str, Any]]:
    """Status and JSON object that a form is answered with, where it is understood at all. Raises ProviderAway."""
    return _ask("POST", url, headers=headers, form=form)


def _ask(
    method: str, url: str, *, headers: Mapping[str, str], form: Mapping[str, str] | None = None
) -> tuple[HTTPStatus, dict[str, Any]]:
    if not _questions.acquire(timeout=1):
        raise ProviderAway("too_many_questions")
    try:
        with requests.Session() as session:
            session.auth = _leave  # Or requests would take a password from ~/.netrc.
            with session.request(
                method,
                url,
                data=form,
                headers={"Accept": "application/json", **headers},
                timeout=(2, 3),
                allow_redirects=False,
                stream=True,
            ) as answer:
                return _read(answer, until=time.monotonic() + SECONDS)
    except (requests.RequestException, OSError) as error:
        raise ProviderAway(f"not_reached {type(error).__name__}") from None
    finally:
        _questions.release()


def _read(answer: requests.Response, *, until: float) -> tuple[HTTPStatus, dict[str, Any]]:
    status = answer.status_code
    if status not in {HTTPStatus.OK, HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED}:
        raise ProviderAway(f"answered {status}")
    body = bytearray()
    for piece in answer.iter_content(8192):
        body += piece
        if len(body) > MOST_BYTES:
            raise ProviderAway("too_long")
        if time.monotonic() > until:
            raise ProviderAway("too_slow")
    try:
        content = json.loads(bytes(body))
    except (ValueError, RecursionError):
        raise ProviderAway("not_json") from None
    if not isinstance(content, dict):
        raise ProviderAway("not_json")
    return HTTPStatus(status), content


def _leave(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request
