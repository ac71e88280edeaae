"""What is measured: an address, and what must come back from it."""

from __future__ import annotations

from typing import NamedTuple


class Target(NamedTuple):
    """One row of the table. ``rows`` names the kind of rows that its ``Authorization`` headers come from."""

    label: str
    path: str
    rows: str
    status: int = 200


STOCK = Target("stock view, no authentication", "/bench/stock/", "access keys")
KNOX = Target("knox", "/bench/knox/", "knox")
PING = Target("ours: API view /api/v1/ping/", "/api/v1/ping/", "access keys")
VERIFY = Target("ours: /auth/verify/, good key", "/auth/verify/", "access keys")
FORGED = Target("ours: /auth/verify/, forged key", "/auth/verify/", "forged", 401)

PEERS = (
    Target("DRF authtoken", "/bench/authtoken/", "authtoken"),
    KNOX,
    Target("djangorestframework-api-key", "/bench/api-key/", "api key"),
    Target("drf-simple-apikey", "/bench/simple-apikey/", "simple apikey"),
)
TARGETS = (STOCK, PING, VERIFY, FORGED, *PEERS)
