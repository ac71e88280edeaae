"""A real server: neither the secret of a link nor the key behind it is in its log."""

from __future__ import annotations

import re

from tests.helpers import holds_part_of
from tests.server.operators import FORM, Operator, _cookies, _token, signed_in
from tests.server.servers import Site

LINK = re.compile(r"/hand-over/#(\w{43})")


def test_the_log_holds_nothing_of_it(own_site: Site) -> None:
    verbose = own_site.with_settings(LOG_LEVEL="DEBUG")
    key = verbose.key("billing", "--scope", "access_keys:read")
    with verbose.serve() as server:
        pk = server.call("GET", "access-keys/current/", key).json["id"]
        with signed_in(verbose, server) as operator:
            made = operator.post(f"/settings/access-keys/{pk}/hand-over/", hours="1")
        found = LINK.search(made.body.decode())
        assert found
        secret = found[1]
        page = server.ask("GET", "/hand-over/")
        recipient = Operator(server, _cookies(page), _token(page))
        for _scanner in ("GET", "HEAD"):
            assert server.ask(_scanner, "/hand-over/").status == 200
        assert server.ask("POST", "/hand-over/", headers={"Content-Type": FORM}).status == 403
        shown, again = (recipient.post("/hand-over/", secret=secret) for _ in range(2))
        log = server.log.read_text()
    assert (shown.status, again.status) == (200, 404)
    assert key in shown.body.decode()
    assert "/hand-over/" in log
    assert not holds_part_of(key, log)
    assert not holds_part_of(secret, log)
