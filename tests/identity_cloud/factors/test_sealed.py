"""A stolen database holds no second factor, and a row that was moved or damaged opens for nobody."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import decrypt, encrypt
from django.contrib.auth.models import User
from django.test import RequestFactory
from pytest_django import Settings

from accesskeys.core.exceptions import IntegrityFailure
from accesskeys.core.keyring import Keyring, get_keyring
from identity_cloud.operators.factors import recovery_codes, totp
from tests.factories import OperatorFactory
from tests.helpers import master_key
from tests.identity_cloud.factors.asking import SECRET, code_at

pytestmark = pytest.mark.django_db

NOBODYS = "no such code"
# Computed apart from this code, after RFC 5869 and SP 800-38D.
KNOWN_SEALED = (
    "6465666768696a6b6c6d6e6fae9c28408e01863c51cf0470477bd6721a6e822e96eab5bfd395c8d4"
    "bd59597237d3e8e5d7132052561b22cb1d8c96e6"
)
USES: list[tuple[Callable[[User], Authenticator], Callable[[User, str], Authenticator | None]]] = [
    (lambda operator: totp.add(operator, SECRET, used=0), totp.use),
    (lambda operator: recovery_codes.renew(operator)[0], recovery_codes.use),
]
either = pytest.mark.parametrize(("add", "use"), USES, ids=["totp", "recovery_codes"])


@pytest.fixture
def operator() -> User:
    return OperatorFactory()


def everything_stored() -> str:
    return json.dumps(list(Authenticator.objects.values("type", "data")))


class TestWhatIsStored:
    def test_not_the_secret_of_an_app(self, operator: User) -> None:
        totp.add(operator, SECRET, used=0)
        raw = base64.b32decode(SECRET)
        stored = everything_stored()
        assert SECRET not in stored
        assert raw.hex() not in stored
        assert base64.urlsafe_b64encode(raw).decode().rstrip("=") not in stored

    def test_not_one_of_the_recovery_codes(self, operator: User) -> None:
        _, codes = recovery_codes.renew(operator)
        assert len(set(codes)) == recovery_codes.COUNT
        stored = everything_stored()
        assert not any(code in stored or code.replace("-", "") in stored for code in codes)

    def test_not_even_the_secret_that_waits_in_the_session(self, operator: User) -> None:
        request = RequestFactory().get("/")
        request.session = {}  # type: ignore[assignment]
        secret = totp.begin(request, operator)
        assert secret not in json.dumps(request.session)
        assert totp.under_way(request, operator) == totp.begin(request, operator) == secret
        totp.end(request)
        assert request.session == {}
        assert totp.under_way(request, operator) is None

    def test_nothing_by_way_of_django_allauth(self) -> None:
        for refused in (encrypt, decrypt):
            with pytest.raises(NotImplementedError):
                refused(SECRET)


class TestWhatOpens:
    @either
    def test_not_a_row_that_was_moved_to_another_operator(
        self,
        add: Callable[[User], Authenticator],
        use: Callable[[User, str], Authenticator | None],
        operator: User,
    ) -> None:
        thief = OperatorFactory()
        row = add(operator)
        Authenticator.objects.filter(pk=row.pk).update(user=thief)
        with pytest.raises(IntegrityFailure):
            use(thief, NOBODYS)

    @either
    @pytest.mark.parametrize(
        "damage",
        [
            {"sealed": "AAAA"},
            {"sealed": "é"},
            {"sealed": 1},
            {"sealed": None},
            {"key_id": "gone"},
            {"key_id": 1},
        ],
    )
    def test_not_a_damaged_row(
        self,
        add: Callable[[User], Authenticator],
        use: Callable[[User, str], Authenticator | None],
        damage: dict[str, object],
        operator: User,
    ) -> None:
        row = add(operator)
        Authenticator.objects.filter(pk=row.pk).update(data={**row.data, **damage})
        with pytest.raises(IntegrityFailure):
            use(operator, NOBODYS)

    @either
    def test_what_an_older_master_key_has_sealed_while_it_is_in_the_keyring(
        self,
        add: Callable[[User], Authenticator],
        use: Callable[[User, str], Authenticator | None],
        operator: User,
        settings: Settings,
    ) -> None:
        add(operator)
        newer, older = master_key("newer"), settings.ACCESS_KEYS_MASTER_KEYS
        settings.ACCESS_KEYS_MASTER_KEYS = f"{newer},{older}"
        assert use(operator, NOBODYS) is None
        settings.ACCESS_KEYS_MASTER_KEYS = newer
        with pytest.raises(IntegrityFailure) as failure:
            use(operator, NOBODYS)
        assert failure.value.damage == "master_key"

    def test_whoever_signs_in_needs_the_older_master_key_no_more(
        self, operator: User, settings: Settings
    ) -> None:
        totp.add(operator, SECRET, used=0)
        _, codes = recovery_codes.renew(operator)
        newer, older = master_key("newer"), settings.ACCESS_KEYS_MASTER_KEYS
        settings.ACCESS_KEYS_MASTER_KEYS = f"{newer},{older}"
        assert totp.use(operator, code_at(time.time()))
        assert recovery_codes.use(operator, codes[0].replace("-", ""))
        settings.ACCESS_KEYS_MASTER_KEYS = newer
        assert totp.use(operator, code_at(time.time() + 30))
        assert recovery_codes.use(operator, codes[0].replace("-", "")) is None
        assert recovery_codes.use(operator, codes[1].replace("-", ""))

    def test_a_sealed_factor_is_no_sealed_key(self, operator: User) -> None:
        """Each purpose has a subkey of its own, so that nothing that was sealed for one opens for another."""
        known = Keyring.parse("k1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=").current
        sealed = bytes.fromhex(KNOWN_SEALED)
        assert known.open_factor(sealed, owner="7/totp") == SECRET
        for owner in ("8/totp", "7/recovery_codes"):
            with pytest.raises(IntegrityFailure):
                known.open_factor(sealed, owner=owner)
        with pytest.raises(IntegrityFailure):
            get_keyring().current.open_factor(sealed, owner="7/totp")
