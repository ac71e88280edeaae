"""From where the audit log says that an operator came."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from accesskeys.models import AccessKey, AuditEvent
from tests.console.helpers import reveal

pytestmark = pytest.mark.django_db


class TestAddress:
    @pytest.mark.parametrize(
        ("peer", "forwarded", "address"),
        [
            ("192.0.2.7", "", "192.0.2.7"),
            ("192.0.2.7", "198.51.100.9", "192.0.2.7"),
            ("10.0.0.1", "198.51.100.9", "198.51.100.9"),
            ("10.0.0.1", "1.1.1.1, 198.51.100.9, 10.0.0.2", "198.51.100.9"),
            ("10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3"),
            ("10.0.0.1", "", "10.0.0.1"),
            ("::ffff:10.0.0.1", "::ffff:198.51.100.9", "198.51.100.9"),
            ("10.0.0.1", "198.51.100.9, nonsense", None),
            ("10.0.0.1", "[2001:DB8:0::9]:4711", "2001:db8::9"),
            ("fe80::1%eth0", "", "fe80::1"),
            ("2001:db8::9%eth0", "", None),
            ("", "198.51.100.9", None),
        ],
    )
    def test_the_leftmost_element_is_never_believed(
        self, settings: Any, billing: AccessKey, peer: str, forwarded: str, address: str | None
    ) -> None:
        settings.TRUSTED_PROXIES = ["10.0.0.0/8"]
        client = Client(REMOTE_ADDR=peer, headers={"X-Forwarded-For": forwarded} if forwarded else None)
        client.force_login(User.objects.create_superuser("maren"))
        client.post(reveal(billing))
        assert AuditEvent.objects.get(action="access_key.shown").address == address
