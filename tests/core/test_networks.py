"""Networks are read in one way only, and the address of a client is never taken from the client's own words."""

from __future__ import annotations

import subprocess
import sys
from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accesskeys.core.networks import as_kept, client_address, parse_address, parse_network, parse_networks
from accesskeys.core.notation import NotationError

TRUSTED = parse_networks(("10.0.0.0/8", "fd00::/8"))


class TestParseNetwork:
    @pytest.mark.parametrize(
        "text", ["192.0.2.0/24", "0.0.0.0/0", "192.0.2.7/32", "2001:db8::/32", "::/0", "2001:DB8::1/128"]
    )
    def test_a_network(self, text: str) -> None:
        assert parse_network(text) == ip_network(text)
        assert as_kept(text) == text

    @pytest.mark.parametrize(
        ("text", "kept"),
        [
            ("127.0.0.1", "127.0.0.1/32"),
            ("2001:db8::1", "2001:db8::1/128"),
            ("2001:DB8:0::1", "2001:db8::1/128"),
            ("::", "::/128"),
        ],
    )
    def test_an_address_is_the_network_of_one(self, text: str, kept: str) -> None:
        assert parse_network(text) == ip_network(kept)
        assert as_kept(text) == kept

    @pytest.mark.parametrize(
        ("text", "sentence"),
        [
            ("192.0.2.7/24", "“192.0.2.7/24” has bits set behind the slash. The network is 192.0.2.0/24."),
            (
                "2001:db8::1/32",
                "“2001:db8::1/32” has bits set behind the slash. The network is 2001:db8::/32.",
            ),
            ("192.0.02.0/24", "“192.0.02.0/24” is not a network in CIDR notation."),
            ("10.0/8", "“10.0/8” is not a network in CIDR notation."),
            ("192.0.2.0/33", "“192.0.2.0/33” is not a network in CIDR notation."),
            ("192.0.2.7:80", "“192.0.2.7:80” is not a network in CIDR notation."),
            ("10.0", "“10.0” is not a network in CIDR notation."),
            ("192.0.02.7", "“192.0.02.7” is not a network in CIDR notation."),
            ("2001:db8:::1", "“2001:db8:::1” is not a network in CIDR notation."),
            (
                "::ffff:192.0.2.7",
                "“::ffff:192.0.2.7” is an IPv4 network. Write it as IPv4, without ::ffff:.",
            ),
            (
                "::ffff:192.0.2.0/120",
                "“::ffff:192.0.2.0/120” is an IPv4 network. Write it as IPv4, without ::ffff:.",
            ),
        ],
    )
    def test_what_is_wrong_is_said(self, text: str, sentence: str) -> None:
        with pytest.raises(ValueError) as refusal:
            parse_network(text)
        assert str(refusal.value) == sentence
        assert as_kept(text) == text

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "10",
            "3232235777",
            "fe80::1%eth0",
            "[2001:db8::1]",
            "192.0.2.7 ",
            "192.0.2.7\n",
            "192.0.2.0/255.255.255.0",
            "10.0.0.0/08",
            "10.0.0.0/010",
            "fe80::%eth0/64",
            "fe80::/64%1",
            " 192.0.2.0/24",
            "a/b",
        ],
    )
    def test_other_notations_are_refused(self, text: str) -> None:
        with pytest.raises(ValueError, match="Write an address, or one with a slash and a number of bits"):
            parse_network(text)

    def test_of_a_long_text_the_beginning_is_named(self) -> None:
        with pytest.raises(NotationError) as refusal:
            parse_network("9" * 1000)
        assert str(refusal.value).startswith(f"“{'9' * 60}…” is not a network.")

    @pytest.mark.parametrize("sign", [":", ".", "1", "a"])
    def test_a_long_text_costs_its_length(self, sign: str) -> None:
        """With a sign that fits in two places, this would go on for hours."""
        asked = f"from accesskeys.core.networks import as_kept; as_kept('{sign}' * 1_000_000 + 'x')"
        subprocess.run([sys.executable, "-c", asked], check=True, timeout=60)

    @given(st.text(max_size=50))
    def test_any_text_is_a_network_or_a_value_error(self, text: str) -> None:
        try:
            network = parse_network(text)
        except ValueError:
            return
        assert ip_network(text) == network


class TestParseAddress:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("192.0.2.7", "192.0.2.7"),
            ("192.0.2.7:443", "192.0.2.7"),
            ("::ffff:192.0.2.7", "192.0.2.7"),
            ("::FFFF:C000:0207", "192.0.2.7"),
            ("[::ffff:192.0.2.7]:443", "192.0.2.7"),
            ("2001:DB8::1", "2001:db8::1"),
            ("2001:0db8:0:0:0:0:0:0001", "2001:db8::1"),
            ("[2001:db8::1]", "2001:db8::1"),
            ("[2001:db8::1]:443", "2001:db8::1"),
            ("2001:db8::1:443", "2001:db8::1:443"),  # An address, and nothing tells a port from its end.
            ("fe80::1%eth0", "fe80::1"),
            ("[fe80::1%2]:443", "fe80::1"),
            ("::192.0.2.7", "::c000:207"),  # These three are other addresses, with IPv4 in them.
            ("64:ff9b::192.0.2.7", "64:ff9b::c000:207"),
            ("2002:c000:207::1", "2002:c000:207::1"),
        ],
    )
    def test_an_address(self, text: str, expected: str) -> None:
        assert str(parse_address(text)) == expected

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "unknown",
            "1",
            "192.0.02.7",
            "192.0.2.7:",
            "192.0.2.7:http",
            "192.0.2.7:443:443",
            "192.0.2.7%eth0",
            "[192.0.2.7]",
            "[192.0.2.7]:443",
            "[2001:db8::1",
            "2001:db8::1]",
            "[2001:db8::1]443",
            "[[2001:db8::1]]",
            '"[2001:db8::1]:443"',
            "2001:db8::1%eth0",
            "::ffff:192.0.2.7%eth0",
            "fe80::1%",
            "192.0.2.7:443\n",
        ],
    )
    def test_anything_else_is_none(self, text: str) -> None:
        assert parse_address(text) is None


class TestClientAddress:
    @pytest.mark.parametrize(
        ("peer", "forwarded_for", "expected"),
        [
            ("192.0.2.7", "", "192.0.2.7"),
            ("192.0.2.7", "198.51.100.1", "192.0.2.7"),  # Not our proxy: its header means nothing.
            ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
            ("10.0.0.1", "203.0.113.9, 198.51.100.1", "198.51.100.1"),  # Never the left-most.
            ("10.0.0.1", "198.51.100.1, 10.0.0.2", "198.51.100.1"),
            ("10.0.0.1", "203.0.113.9, 198.51.100.1, fd00::1", "198.51.100.1"),
            ("::ffff:10.0.0.1", "::ffff:198.51.100.1", "198.51.100.1"),
            ("10.0.0.1", "10.0.0.2", "10.0.0.2"),  # Nothing but proxies: the farthest of them.
            ("10.0.0.1", "198.51.100.1, rubbish", None),
            ("10.0.0.1", "198.51.100.1,", None),
            ("10.0.0.1", "198.51.100.1:4711", "198.51.100.1"),
            ("10.0.0.1", "203.0.113.9, [2001:db8::1]:4711, [FD00::1]:4712", "2001:db8::1"),
            ("", "198.51.100.1", None),
            ("rubbish", "", None),
        ],
    )
    def test_walks_from_right_to_left(self, peer: str, forwarded_for: str, expected: str | None) -> None:
        address = client_address(peer, forwarded_for, TRUSTED)
        assert (str(address) if address else None) == expected

    @given(st.text(max_size=60))
    def test_what_stands_left_of_the_last_untrusted_address_is_never_believed(self, claim: str) -> None:
        address = client_address("10.0.0.1", f"{claim},198.51.100.1", TRUSTED)
        assert str(address) == "198.51.100.1"
