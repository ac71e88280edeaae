"""The guide to a server on SQLite, followed literally on a fresh Debian: with all that the units take away."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

from tests.endurance.machine import boot, commands, make_machine
from tests.environment import MEMORY
from tools.ports import free_port

AFTERWARDS = r"""
ask() { curl -s -o /dev/null -w '%{http_code}' "$@"; }
proxied() { ask -H 'Host: keys.example.com' -H 'X-Forwarded-Proto: https' -H 'X-Forwarded-For: 192.0.2.7' "$@"; }
is_active() { for _ in $(seq 40); do systemctl is-active --quiet identity-cloud && break; sleep 0.5; done
  systemctl is-active identity-cloud || true; }
KEY=$(identity-cloud generate_access_key billing)
echo "passes=$(ask -H "Authorization: Bearer $KEY" http://127.0.0.1:$PORT/auth/verify/)"
echo "page=$(proxied http://127.0.0.1:$PORT/accounts/login/)"
systemctl start identity-cloud-housekeeping.service && echo housekeeping=done
systemctl reload identity-cloud && echo "reloaded=$(is_active)"
kill -9 "$(systemctl show -P MainPID identity-cloud)"; sleep 2; echo "killed=$(is_active)"
echo "passes_again=$(ask -H "Authorization: Bearer $KEY" http://127.0.0.1:$PORT/auth/verify/)"
identity-cloud revoke_access_key billing --no-input > /dev/null
echo "revoked=$(ask -H "Authorization: Bearer $KEY" http://127.0.0.1:$PORT/auth/verify/)"
echo "exposure=$(systemd-analyze security identity-cloud.service | tail -1 | grep -o '[0-9]\.[0-9]')"
echo "others=$(find /var/lib/identity-cloud /etc/identity-cloud -not -type l -perm /077 ! -name environment | wc -l)"
systemctl stop identity-cloud; echo "stopped=$(systemctl show -P Result identity-cloud)"
echo "journal=$(journalctl --no-pager | grep -c "$KEY" || true)"
"""


def test_the_guide_leads_to_a_server_that_lasts() -> None:
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="identity-cloud-machine-", dir=MEMORY) as name:
        folder = Path(name) / "root"
        make_machine(folder, port)
        guide = commands(1, 2, 4).replace(":8000", f":{port}")
        told = boot(folder, f"{guide}\nidentity-cloud create_first_operator\nPORT={port}{AFTERWARDS}")
    found = dict(re.findall(r"^([a-z_]+)=(.*)$", told, re.M))
    assert found.pop("exposure", "9.9") <= "2.0", told
    assert found == {
        "passes": "200",
        "page": "200",
        "housekeeping": "done",
        "reloaded": "active",
        "killed": "active",
        "passes_again": "200",
        "revoked": "401",
        "others": "0",
        "stopped": "success",
        "journal": "0",
    }, told
