"""HAProxy asks by a script of ours, and goes on when a script fails. Whatever the script does, nobody slips in."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.gateways.client import send
from tests.gateways.gateways import gateway
from tests.gateways.recorder import Recorder
from tools.ports import free_port

BROKEN = {
    "fails": "error('broken')",
    "does nothing": "",
    "never ends": "while true do end",
    "forgets who": "txn:set_var('txn.access_key_status', 200)",
    "answers in words": "txn:set_var('txn.access_key_status', 'yes') txn:set_var('txn.access_key_id', 'a')",
}


@pytest.mark.parametrize("body", BROKEN.values(), ids=BROKEN)
def test_a_broken_script_lets_nobody_in(tmp_path: Path, application: Recorder, body: str) -> None:
    haproxy = gateway("haproxy", tmp_path, identity_cloud=free_port(), application=application.port)
    (tmp_path / "access_keys.lua").write_text(
        f"core.register_action('verify_access_key', {{'http-req'}}, function(txn) {body} end)"
    )
    haproxy.start()
    try:
        assert send(haproxy.port, "/", key="anything").status == 503
    finally:
        haproxy.stop()
    assert application.heard == []
