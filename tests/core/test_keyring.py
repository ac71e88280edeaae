"""Master keys outside the database: tags, digests and sealed keys that nothing else makes, and that stay readable."""

from __future__ import annotations

import base64
import string
from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from accesskeys.core import keys
from accesskeys.core.exceptions import IntegrityFailure, KeyringError
from accesskeys.core.keyring import Keyring, get_keyring
from tests.helpers import holds_part_of, master_key

ROW = UUID("018f2c3e-6f6a-7c3b-9a53-0123456789ab")
KNOWN = "k1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
KNOWN_KEY = "ica_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAVoIAZ6Q9"


@pytest.fixture(scope="module")
def ring() -> Keyring:
    return Keyring.parse(f"{master_key('k2')},{master_key('k1')}")


class TestWhatReleasesMustAgreeOn:
    """Computed apart from this code, after RFC 5869, RFC 2104 and SP 800-38D, with a subkey for each purpose.

    If one of them changes, every key in use is lost.
    """

    known = Keyring.parse(KNOWN).current

    def test_tag(self) -> None:
        assert KNOWN_KEY[:47] + self.known.tag(KNOWN_KEY[:47]) == KNOWN_KEY

    def test_digest(self) -> None:
        expected = "f7aa670e248725394b6132f12677df63ab18a15b9e79045128a1e19181fbaad5"
        assert self.known.digest(KNOWN_KEY).hex() == expected

    def test_fingerprint(self) -> None:
        assert (
            self.known.fingerprint.hex() == "9ea2cfbfcc95fbcfaa810a9626998fe0c09a0f37f521f60f35b1d606a13d040a"
        )

    def test_sealed_key(self) -> None:
        sealed = bytes.fromhex(
            "6465666768696a6b6c6d6e6fd68b1f2ea931ab0683feab64ca3e9d3c1d0b8c69d31751bbd1ae3e06b2c32111d0"
            "47bf36ce62376a201b2ad817bba2eb447fdd79b45ecbbbc82b2aca9cebea82e2a69d370b9e68"
        )
        assert self.known.open(sealed, row_id=ROW) == KNOWN_KEY


class TestDigest:
    def test_has_256_bits_and_changes_with_every_character(self, ring: Keyring) -> None:
        key = ring.new_key()
        digests = {ring.current.digest(key[:at] + "~" + key[at + 1 :]) for at in range(len(key))}
        assert {len(digest) for digest in digests} == {32}
        assert len(digests | {ring.current.digest(key)}) == len(key) + 1

    def test_depends_on_the_master_key(self, ring: Keyring) -> None:
        key = ring.new_key()
        one, other = ring.master_keys.values()
        assert one.digest(key) != other.digest(key)
        assert one.fingerprint != other.fingerprint


class TestSealedKey:
    def test_opens_for_its_row(self, ring: Keyring) -> None:
        key = ring.new_key()
        sealed = ring.current.seal(key, row_id=ROW)
        assert sealed.key_id == "k2"
        assert ring.named("k2").open(sealed.text, row_id=ROW) == key

    def test_differs_each_time_and_holds_no_part_of_the_key(self, ring: Keyring) -> None:
        key = ring.new_key()
        texts = [ring.current.seal(key, row_id=ROW).text for _ in range(50)]
        assert len({text[:12] for text in texts}) == 50
        assert not any(holds_part_of(key, text) for text in texts)

    def test_opens_for_no_other_row(self, ring: Keyring) -> None:
        sealed = ring.current.seal(ring.new_key(), row_id=ROW)
        with pytest.raises(IntegrityFailure):
            ring.current.open(sealed.text, row_id=uuid4())

    def test_opens_under_no_other_master_key(self, ring: Keyring) -> None:
        sealed = ring.current.seal(ring.new_key(), row_id=ROW)
        with pytest.raises(IntegrityFailure):
            ring.named("k1").open(sealed.text, row_id=ROW)

    def test_names_the_id_of_its_master_key(self, ring: Keyring) -> None:
        """The id is part of what is authenticated, so a row cannot be relabelled."""
        sealed = ring.current.seal(ring.new_key(), row_id=ROW)
        with pytest.raises(IntegrityFailure):
            replace(ring.current, id="k3").open(sealed.text, row_id=ROW)

    @given(st.integers(0, 82), st.integers(0, 7))
    def test_opens_no_more_after_any_bit_has_changed(self, ring: Keyring, at: int, bit: int) -> None:
        text = bytearray(ring.current.seal(ring.new_key(), row_id=ROW).text)
        text[at] ^= 1 << bit
        with pytest.raises(IntegrityFailure):
            ring.current.open(bytes(text), row_id=ROW)

    @given(st.integers(0, 82))
    def test_never_opens_to_half_a_key(self, ring: Keyring, length: int) -> None:
        text = ring.current.seal(ring.new_key(), row_id=ROW).text
        assert len(text) == 83
        with pytest.raises(IntegrityFailure):
            ring.current.open(text[:length], row_id=ROW)

    @given(st.binary(max_size=200))
    def test_no_other_bytes_open(self, ring: Keyring, sealed: bytes) -> None:
        with pytest.raises(IntegrityFailure):
            ring.current.open(sealed, row_id=ROW)

    def test_an_unknown_master_key_is_an_integrity_failure(self, ring: Keyring) -> None:
        with pytest.raises(IntegrityFailure):
            ring.named("k9")


class TestTag:
    """A filter for typing errors and floods. It names the master key on the way."""

    def test_new_keys_carry_the_tag_of_the_first_master_key(self, ring: Keyring) -> None:
        key = ring.new_key()
        assert keys.parse(key) is not None
        assert [master_key.id for master_key in ring.makers(key)] == ["k2"]

    def test_keys_of_an_older_master_key_are_recognised(self, ring: Keyring) -> None:
        older = Keyring({"k1": ring.named("k1")}).new_key()
        assert [master_key.id for master_key in ring.makers(older)] == ["k1"]

    @given(st.integers(4, 54), st.sampled_from(string.ascii_letters + string.digits))
    def test_one_wrong_character_is_noticed(self, ring: Keyring, at: int, character: str) -> None:
        key = ring.new_key()
        typed = key[:at] + character + key[at + 1 :]
        assert bool(list(ring.makers(typed))) == (typed == key)

    @given(st.text())
    def test_nobody_made_any_other_text(self, ring: Keyring, text: str) -> None:
        assert list(ring.makers(text)) == []

    def test_two_master_keys_that_agree_on_a_tag_are_both_tried(self, ring: Keyring) -> None:
        """By chance once in 2**47 keys; here by giving two master keys the same subkeys."""
        twins = Keyring({"a": ring.current, "b": replace(ring.current, id="b")})
        assert [master_key.id for master_key in twins.makers(twins.new_key())] == ["k2", "b"]


class TestReadingTheSetting:
    def test_the_first_is_for_new_keys_and_all_are_for_reading(self) -> None:
        ring = Keyring.parse(f" {master_key('new-2_X')} ,, {master_key('old')} , ")
        assert ring.current.id == "new-2_X"
        assert list(ring.master_keys) == ["new-2_X", "old"]

    def test_padding_may_be_left_out(self) -> None:
        assert (
            Keyring.parse(KNOWN.rstrip("=")).current.fingerprint == Keyring.parse(KNOWN).current.fingerprint
        )

    @pytest.mark.parametrize("text", ["", "   ", ",", " , ,"])
    def test_an_empty_setting_says_how_to_fill_it(self, text: str) -> None:
        with pytest.raises(
            KeyringError,
            match=r"^ACCESS_KEYS_MASTER_KEYS is empty\. .*base64url.*ACCESS_KEYS_MASTER_KEYS_FILE",
        ):
            Keyring.parse(text)

    @pytest.mark.parametrize(
        "entry",
        ["{}", ":{}", " :{}", "k 1:{}", "seventeen_letters:{}", "é:{}", "k1\n2:{}", "k1;{}"],
    )
    def test_an_entry_without_a_proper_id_is_not_quoted(self, entry: str) -> None:
        secret = master_key("k1").partition(":")[2]
        with pytest.raises(KeyringError, match="has no id") as refusal:
            Keyring.parse(f"{master_key('k0')},{entry.format(secret)}")
        assert not holds_part_of(secret, str(refusal.value))

    @pytest.mark.parametrize(
        ("value", "sentence"),
        [
            ("", "has 0 bytes instead of 32"),
            ("AAAA", "has 3 bytes instead of 32"),
            (base64.urlsafe_b64encode(bytes(31)).decode(), "has 31 bytes instead of 32"),
            (base64.urlsafe_b64encode(bytes(33)).decode(), "has 33 bytes instead of 32"),
            ("A" * 41, "is not base64url"),
            ("not base64 " * 4, "is not base64url"),
            ("é" * 43, "is not base64url"),
            ("k2:" + "A" * 43, "is not base64url"),
        ],
    )
    def test_a_malformed_value_is_refused_by_its_id(self, value: str, sentence: str) -> None:
        with pytest.raises(
            KeyringError, match=rf"^The master key k7 in ACCESS_KEYS_MASTER_KEYS {sentence}\.$"
        ):
            Keyring.parse(f"{master_key('k8')},k7:{value}")

    def test_an_id_stands_for_one_master_key(self) -> None:
        with pytest.raises(KeyringError, match=r"names the master key k1 twice\.$"):
            Keyring.parse(f"{master_key('k1')},{master_key('k2')},{master_key('k1')}")

    def test_a_master_key_has_one_id(self) -> None:
        with pytest.raises(KeyringError, match=r"The master key k2 .* has the same value as k1\.$"):
            Keyring.parse(f"{KNOWN},k2:{KNOWN.partition(':')[2].rstrip('=')}")

    @given(st.text() | st.text("k1:,=-_ AZaz09+/", max_size=60))
    def test_any_text_is_a_keyring_or_a_sentence(self, text: str) -> None:
        try:
            ring = Keyring.parse(text)
        except KeyringError as refusal:
            assert str(refusal).endswith(".")
        else:
            assert ring.current.id in text

    def test_the_settings_are_read_anew_when_they_change(self, settings: Settings) -> None:
        for key_id in ("first", "second"):
            settings.ACCESS_KEYS_MASTER_KEYS = master_key(key_id)
            assert get_keyring().current.id == key_id
        settings.ACCESS_KEYS_MASTER_KEYS = ""
        with pytest.raises(KeyringError):
            get_keyring()

    def test_it_is_never_derived_from_the_secret_key(self, settings: Settings) -> None:
        before = get_keyring().current.fingerprint
        settings.SECRET_KEY = "another secret"
        assert get_keyring().current.fingerprint == before
        del settings.ACCESS_KEYS_MASTER_KEYS
        with pytest.raises(KeyringError):
            get_keyring()


def test_nothing_secret_shows_in_a_repr() -> None:
    known = Keyring.parse(KNOWN)
    assert repr(known.current) == "MasterKey(id='k1')"
    assert repr(known) == "Keyring(master_keys={'k1': MasterKey(id='k1')})"
