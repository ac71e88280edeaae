"""What several of these tests ask in the same words."""

from __future__ import annotations

import re

from tests.gateways.client import Response
from tests.gateways.recorder import Heard

IDENTITY = ("X-Access-Key-Id", "X-Access-Key-Name", "X-Access-Key-Scopes", "X-Access-Key-Labels")


def told(heard: Heard) -> dict[str, str]:
    """Who the application was told is calling. Nothing it heard may say otherwise in other words."""
    aliases = [
        line for line, _ in heard.headers if re.sub("[^a-z]", "-", line.lower()).startswith("x-access-key")
    ]
    assert len(aliases) == len({alias.lower() for alias in aliases})
    assert {alias.lower() for alias in aliases} <= {header.lower() for header in IDENTITY}
    return {header: "".join(heard.values(header)) for header in IDENTITY}


def challenge(response: Response) -> str | None:
    return response.headers["WWW-Authenticate"]
