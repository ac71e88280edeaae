"""A key in a field where something else belongs is not shown again, not written down, and not acted on."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client

from accesskeys.models import AccessKey, AuditEvent
from tests.console.helpers import GENERATE, LIST, details, revoke, signed_in
from tests.factories import AccessKeyFactory, key_of
from tests.helpers import holds_part_of

pytestmark = pytest.mark.django_db

NOT_A_NAME = "That is a key, not a name."
ELSEWHERE = "That is a key. It does not belong here."
SIGN_IN = "/accounts/login/"


@pytest.fixture
def key(billing: AccessKey) -> str:
    return key_of(billing)


@pytest.fixture(params=["{}", " {}\n", "“{}”", "Authorization: Bearer {}"])
def pasted(request: pytest.FixtureRequest, key: str) -> str:
    return str(request.param).format(key)


@pytest.fixture
def unchanged() -> Any:
    yield
    assert list(AccessKey.objects.values_list("name", "allowed_networks", "rate_limit")) == [
        ("billing", [], None)
    ]
    for event in AuditEvent.objects.all():
        assert "ica_" not in f"{event.__dict__}"


@pytest.mark.usefixtures("unchanged")
class TestConsole:
    def told(self, response: Any, key: str, sentence: str) -> None:
        source = response.content.decode()
        assert response.status_code == 200
        assert sentence in source.replace("&#x27;", "'")
        assert not holds_part_of(key, source)

    def test_generate(self, operator: Client, key: str, pasted: str) -> None:
        typed = {"name": pasted, "own_scopes": "orders:read"}
        response = operator.post(GENERATE, typed)
        self.told(response, key, NOT_A_NAME)
        assert 'value="orders:read"' in response.content.decode()

    def test_scopes_are_not_left_out_without_a_word(self, operator: Client, key: str, pasted: str) -> None:
        response = operator.post(GENERATE, {"name": "payments", "own_scopes": pasted})
        self.told(response, key, ELSEWHERE)
        assert 'value="payments"' in response.content.decode()

    @pytest.mark.parametrize("field", ["lifetime", "until", "scopes"])
    def test_choices(self, operator: Client, key: str, field: str) -> None:
        self.told(operator.post(GENERATE, {"name": "payments", field: key}), key, ELSEWHERE)

    def test_rename(self, operator: Client, billing: AccessKey, key: str, pasted: str) -> None:
        self.told(operator.post(details(billing), {"name": pasted}), key, NOT_A_NAME)

    @pytest.mark.parametrize("field", ["allowed_networks", "requests", "period"])
    def test_limits(self, operator: Client, billing: AccessKey, key: str, pasted: str, field: str) -> None:
        typed = {"allowed_networks": "", "requests": "", "period": "hour", field: pasted}
        self.told(operator.post(f"{details(billing)}limits/", typed), key, ELSEWHERE)

    def test_revoke(self, operator: Client, billing: AccessKey, key: str) -> None:
        self.told(operator.post(revoke(billing), {"understood": key}), key, ELSEWHERE)

    def test_many(self, operator: Client, billing: AccessKey, key: str) -> None:
        run = operator.post(f"{LIST}many/", {"id": billing.pk, "operation": "revoke"})["Location"]
        self.told(operator.post(run, {"number": key}), key, ELSEWHERE)
        run = operator.post(f"{LIST}many/", {"id": billing.pk, "operation": "describe"})["Location"]
        self.told(operator.post(run, {"set_labels": f"team={key}"}), key, ELSEWHERE)
        for typed in ({"id": key, "operation": "revoke"}, {"id": billing.pk, "operation": key}):
            refused = operator.post(f"{LIST}many/", typed)
            assert refused.status_code == 400
            assert not holds_part_of(key, refused.content)

    def test_signed_out(self, key: str) -> None:
        response = Client().post(GENERATE, {"name": key, "own_scopes": "orders:read"})
        assert response.status_code == 401
        assert 'value="orders:read"' in response.content.decode()
        assert not holds_part_of(key, response.content)


class TestAccounts:
    def test_sign_in(self, key: str) -> None:
        response = Client(REMOTE_ADDR="192.0.2.61").post(
            SIGN_IN, {"login": key, "password": key, "next": key}
        )
        assert NOT_A_NAME in response.content.decode()
        assert not holds_part_of(key, response.content)

    def test_new_operators(self, key: str) -> None:
        administrator = Client()
        administrator.force_login(User.objects.create_superuser("root"))
        response = administrator.post("/settings/operators/invite/", {"name": key})
        assert NOT_A_NAME in response.content.decode()
        assert not holds_part_of(key, response.content)
        with pytest.raises(CommandError, match=NOT_A_NAME):
            call_command("createsuperuser", username=key, email="", interactive=False, verbosity=0)
        assert list(User.objects.values_list("username", flat=True)) == ["root"]


class TestFind:
    ADDRESS = f"{LIST}find/"

    def events(self) -> list[tuple[str, str, str]]:
        found = AuditEvent.objects.filter(action="access_key.found").order_by("id")
        return list(found.values_list("outcome", "reason", "access_key_name"))

    def test_a_key_leads_to_its_access_key(
        self, operator: Client, billing: AccessKey, key: str, pasted: str
    ) -> None:
        response = operator.post(self.ADDRESS, {"key": pasted})
        assert (response.status_code, response["Location"]) == (302, details(billing))
        assert self.events() == [("succeeded", "", "billing")]
        assert not holds_part_of(key, f"{operator.session.items()} {response.headers}")

    def test_viewers_may_ask_and_auditors_may_not(self, viewer: Client, billing: AccessKey, key: str) -> None:
        assert viewer.post(self.ADDRESS, {"key": key})["Location"] == details(billing)
        assert signed_in("Auditors").post(self.ADDRESS, {"key": key}).status_code == 403
        assert self.events()[1] == ("refused", "permission_denied", "")

    @pytest.mark.parametrize(
        ("change", "reason"), [("cut", "malformed"), ("wrong", "forged"), ("revoked", "unknown")]
    )
    def test_what_is_not_found(self, operator: Client, change: str, reason: str) -> None:
        other = AccessKeyFactory()
        key = key_of(other)
        AccessKey.objects.filter(pk=other.pk).delete()
        typed = {"cut": key[:-1], "wrong": key[:-1] + ("a" if key[-1] != "a" else "b"), "revoked": key}[
            change
        ]
        response = operator.post(self.ADDRESS, {"key": typed})
        assert response.status_code == 200
        assert 'aria-invalid="true"' in response.content.decode()
        assert not holds_part_of(key, response.content)
        assert self.events() == [("refused", reason, "")]

    def test_nothing_typed_is_not_asked_for(self, operator: Client) -> None:
        assert "Paste the key." in operator.post(self.ADDRESS, {"key": " "}).content.decode()
        assert self.events() == []

    def test_the_page(self, operator: Client) -> None:
        source = operator.get(self.ADDRESS).content.decode()
        assert 'name="key"' in source
        assert "aria-invalid" not in source
        assert self.ADDRESS in operator.get(LIST, {"search": "nothing"}).content.decode()
