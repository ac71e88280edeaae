"""``show_access_key`` and ``rename_access_key``."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from accesskeys import verification
from accesskeys.models import AccessKey
from tests.factories import AccessKeyFactory, key_of
from tests.helpers import audit_log
from tests.management.helpers import refusal_of, run


@pytest.mark.django_db
class TestShow:
    @pytest.mark.parametrize("named", [lambda it: it.name, lambda it: str(it.pk)], ids=["by name", "by ID"])
    def test_prints_the_bare_key_alone(self, named: Callable[[AccessKey], str]) -> None:
        access_key = AccessKeyFactory()
        assert run("show_access_key", named(access_key)) == key_of(access_key) + "\n"
        assert audit_log()[-1][:4] == ("access_key.shown", "succeeded", "", access_key.pk)

    def test_a_damaged_row(self) -> None:
        access_key = AccessKeyFactory(name="billing")
        AccessKey.objects.update(sealed=b"")
        assert refusal_of("show_access_key", "billing") == (
            "The stored copy of this key is damaged or was moved, so it cannot be shown. "
            "Programs that hold the key can go on using it."
        )
        assert audit_log()[-1][:4] == ("access_key.shown", "failed", "integrity_failure", access_key.pk)


@pytest.mark.django_db
class TestRename:
    def test_by_name_and_by_id(self) -> None:
        access_key = AccessKeyFactory(name="billing")
        assert run("rename_access_key", "billing", "shipping") == "Renamed access key billing to shipping.\n"
        run("rename_access_key", str(access_key.pk), "storing")
        access_key.refresh_from_db()
        assert access_key.name == "storing"
        assert verification.authenticate(key_of(access_key)) == access_key

    @pytest.mark.parametrize("name", ["", "a b", "shipping"])
    def test_a_wrong_or_taken_name(self, name: str) -> None:
        AccessKeyFactory(name="billing")
        AccessKeyFactory(name="shipping")
        assert refusal_of("rename_access_key", "billing", name)
