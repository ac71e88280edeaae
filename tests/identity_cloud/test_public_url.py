"""``PUBLIC_URL`` as it is meant: the address that browsers make of it is the one that is served."""

from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.http.request import validate_host

from identity_cloud.settings.public_url import host, public_url
from tests.identity_cloud.test_settings import sign_in


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("https://keys.example.com", "https://keys.example.com"),
        ("HTTPS://Keys.Example.COM/", "https://keys.example.com"),
        ("https://keys.example.com.", "https://keys.example.com"),
        ("https://keys.example.com.:8443//", "https://keys.example.com:8443"),
        ("https://keys.example.com:443", "https://keys.example.com"),
        ("https://schlüssel.example", "https://xn--schlssel-95a.example"),
        ("https://SCHLÜSSEL.example:8443/", "https://xn--schlssel-95a.example:8443"),
        ("https://xn--schlssel-95a.example", "https://xn--schlssel-95a.example"),
        ("https://[2001:0DB8:0:0:0:0:0:1]", "https://[2001:db8::1]"),
        ("https://192.0.2.1:8443", "https://192.0.2.1:8443"),
        ("Http://LOCALHOST:8000/", "http://localhost:8000"),
        ("http://127.0.0.2", "http://127.0.0.2"),
        ("http://[0:0:0:0:0:0:0:1]:8000", "http://[::1]:8000"),
    ],
)
def test_what_is_meant_is_taken_as_meant(monkeypatch: pytest.MonkeyPatch, text: str, address: str) -> None:
    monkeypatch.setenv("PUBLIC_URL", text)
    url, is_local = public_url()
    assert url.geturl() == address
    assert is_local == address.startswith("http:")
    assert validate_host(host(url), [host(url)])


@pytest.mark.parametrize(
    "text",
    [
        "hunter2",
        "keys.example.com",
        "http://hunter2.example.com",
        "http://127.0.0.1.example.com",
        "https://",
        "https://*.example.com",
        "https://.example.com",
        "https://keys..example.com",
        "https://keys.example.com..",
        "https://keys_1.example.com",
        "https://-keys.example.com",
        f"https://{'a' * 64}.example.com",
        f"https://{'ü' * 60}.example.com",
        f"https://{'a.' * 127}example.com",
        "https://straße.example",
        "https://10.0.0",
        "https://127.1",
        "https://192.0.2.256",
        "https://[::ffff:192.0.2.1]",
        "https://[fe80::1%25eth0]",
        "https://[hunter2]",
        "https://[",
        "https://[::1",
        "https://keys.example.com/console",
        "https://keys.example.com?hunter2",
        "https://keys.example.com#hunter2",
        "https://hunter2@keys.example.com",
        "https://keys.example.com:https",
        "https://keys.example.com:",
        "https://keys.example.com:0",
        "https://keys.example.com:65536",
        "https://keys example.com",
    ],
)
def test_what_cannot_work_is_refused_and_not_shown(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("PUBLIC_URL", text)
    with pytest.raises(ImproperlyConfigured, match=r"^PUBLIC_URL must be an https address") as refusal:
        public_url()
    assert "hunter2" not in str(refusal.value)


@pytest.mark.parametrize(
    ("setting", "address"),
    [
        ("https://schlüssel.example", "https://xn--schlssel-95a.example"),
        ("https://[2001:0db8::0001]", "https://[2001:db8::1]"),
        ("https://Keys.Example.com.:8443/", "https://keys.example.com:8443"),
        ("http://127.0.0.2:8000", "http://127.0.0.2:8000"),
    ],
)
def test_operators_sign_in_there(setting: str, address: str) -> None:
    [(_, answer)] = sign_in(address, PUBLIC_URL=setting)
    assert answer["status"] == 302
