"""Limits and suspension through the three doors."""

from __future__ import annotations

import re

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags

from accesskeys import operations
from accesskeys.models import AccessKey
from accesskeys.operations.actors import Actor
from tests.clients import consumer, signed_in
from tests.doors.helpers import run
from tests.factories import OperatorFactory
from tests.helpers import audit_log

pytestmark = pytest.mark.django_db

NETWORKS = ["10.0.0.0/8", "2001:db8::/32"]


@pytest.fixture
def console() -> Client:
    return signed_in(OperatorFactory(roles=["Operators"]))


def page(name: str, access_key: AccessKey) -> str:
    return reverse(f"accesskeys:access_key_{name}", args=[access_key.pk])


def endpoint(name: str, access_key: AccessKey) -> str:
    return f"/api/v1/access-keys/{access_key.pk}/{name}/"


def limits() -> tuple[list[str], str | None]:
    stored = AccessKey.objects.get(name="billing")
    return stored.allowed_networks, stored.rate_limit


class TestConsole:
    def test_limits_are_set_and_shown(self, console: Client, access_key: AccessKey) -> None:
        form = {"allowed_networks": "10.0.0.0/8\r\n2001:db8::/32", "requests": "100", "period": "minute"}
        response = console.post(page("limits", access_key), form, follow=True)
        assert limits() == (NETWORKS, "100/minute")
        content = response.content.decode()
        assert "The limits are saved." in content
        assert ">10.0.0.0/8, 2001:db8::/32<" in content
        assert ">100/minute<" in content

    def test_empty_fields_lift_them(self, console: Client, access_key: AccessKey, command: Actor) -> None:
        operations.limit(
            access_key_id=access_key.pk, allowed_networks=NETWORKS, rate_limit="1/hour", actor=command
        )
        console.post(page("limits", access_key), {"allowed_networks": "", "requests": "", "period": "hour"})
        assert limits() == ([], None)

    @pytest.mark.parametrize(
        ("form", "sentence"),
        [
            ({"allowed_networks": "10.0.0.1/8"}, "“10.0.0.1/8” has bits set behind the slash."),
            ({"allowed_networks": "10.0.0.0/8\nhome\n"}, "“home” is not a network."),
            ({"requests": "many"}, "Type a whole number from 1 to 9,999,999."),
            ({"requests": "1.5"}, "Type a whole number from 1 to 9,999,999."),
            ({"requests": "1" * 20}, "Type a whole number from 1 to 9,999,999."),
            ({"period": "year"}, "Select a valid choice."),
        ],
    )
    def test_what_is_wrong_is_said_and_what_was_typed_is_kept(
        self, console: Client, access_key: AccessKey, form: dict[str, str], sentence: str
    ) -> None:
        typed = {"allowed_networks": "", "requests": "7", "period": "minute", **form}
        response = console.post(page("limits", access_key), typed)
        assert response.status_code == 200
        content = response.content.decode()
        assert content.count(sentence) == 1
        assert f'value="{typed["requests"]}"' in content
        assert limits() == ([], None)

    def test_the_first_field_that_is_wrong_gets_the_focus(
        self, console: Client, access_key: AccessKey
    ) -> None:
        typed = {"allowed_networks": "", "requests": "0", "period": "minute"}
        content = console.post(page("limits", access_key), typed).content.decode()
        focused = re.search(r'<input[^>]*name="requests"[^>]*>', content)
        assert focused
        assert "autofocus" in focused[0]
        assert content.partition("</main>")[0].count("autofocus") == 1

    def test_what_is_stored_stays_known_to_the_page(
        self, console: Client, access_key: AccessKey, command: Actor
    ) -> None:
        operations.limit(
            access_key_id=access_key.pk, allowed_networks=NETWORKS[:1], rate_limit="5/hour", actor=command
        )
        typed = {"allowed_networks": "home", "requests": "7", "period": "minute"}
        content = console.post(page("limits", access_key), typed).content.decode()
        for stored in (NETWORKS[0], "5", "hour"):
            assert f'data-saved="{stored}"' in content

    @pytest.mark.parametrize("name", ["limits", "suspend", "resume", "reveal"])
    def test_whoever_only_goes_to_the_address_of_a_button_is_led_back(
        self, console: Client, access_key: AccessKey, name: str
    ) -> None:
        assert console.get(page(name, access_key))["Location"] == page("details", access_key)
        assert [event.action for event in audit_log()] == ["access_key.generated"]

    def test_suspend_and_resume(self, console: Client, access_key: AccessKey) -> None:
        content = console.post(page("suspend", access_key), follow=True).content.decode()
        assert not AccessKey.objects.get(name="billing").is_usable
        assert "Access key billing is suspended." in strip_tags(content)
        assert ">Suspended</span>" in content
        assert ">Suspended</span>" in console.get("/settings/access-keys/?status=suspended").content.decode()
        content = console.post(page("resume", access_key), follow=True).content.decode()
        assert AccessKey.objects.get(name="billing").is_usable
        assert "Access key billing is resumed." in strip_tags(content)

    @pytest.mark.parametrize("name", ["limits", "suspend", "resume"])
    def test_one_that_somebody_revoked_meanwhile(
        self, console: Client, access_key: AccessKey, command: Actor, name: str
    ) -> None:
        operations.revoke(access_key_id=access_key.pk, actor=command)
        response = console.post(page(name, access_key), {"period": "minute"}, follow=True)
        assert response.redirect_chain == [("/settings/access-keys/", 302)]
        assert "It may have been revoked." in response.content.decode()

    def test_viewers_read_the_limits_and_cannot_change_them(
        self, access_key: AccessKey, command: Actor
    ) -> None:
        operations.limit(
            access_key_id=access_key.pk, allowed_networks=NETWORKS, rate_limit="5/second", actor=command
        )
        viewer = signed_in(OperatorFactory(roles=["Viewers"]))
        content = viewer.get(page("details", access_key)).content.decode()
        assert "10.0.0.0/8, 2001:db8::/32" in content
        assert "5/second" in content
        assert "Save limits" not in content
        assert ">Suspend<" not in content
        assert viewer.post(page("limits", access_key), {"period": "hour"}).status_code == 403
        assert limits() == (NETWORKS, "5/second")

    @pytest.mark.parametrize("name", ["limits", "suspend", "resume"])
    def test_after_signing_in_again_one_lands_on_the_details(self, access_key: AccessKey, name: str) -> None:
        response = Client().post(page(name, access_key))
        assert response["Location"] == f"/accounts/login/?next={page('details', access_key)}"


class TestApi:
    def test_limits(self, api: Client, access_key: AccessKey) -> None:
        body = {"allowed_networks": NETWORKS, "rate_limit": "5/second"}
        response = api.put(endpoint("limits", access_key), body, content_type="application/json")
        assert response.status_code == 200
        assert response.json()["allowed_networks"] == NETWORKS
        assert response.json()["rate_limit"] == "5/second"
        assert limits() == (NETWORKS, "5/second")

    def test_what_is_wrong(self, api: Client, access_key: AccessKey) -> None:
        body = {"allowed_networks": ["10.0.0.1/8"], "rate_limit": None}
        response = api.put(endpoint("limits", access_key), body, content_type="application/json")
        assert response.status_code == 400
        assert [(error["attr"], error["code"]) for error in response.json()["errors"]] == [
            ("allowed_networks", "invalid_network")
        ]

    def test_suspension(self, api: Client, access_key: AccessKey) -> None:
        assert api.put(endpoint("suspension", access_key)).json()["suspended_at"] is not None
        assert not AccessKey.objects.get(name="billing").is_usable
        assert api.delete(endpoint("suspension", access_key)).json()["suspended_at"] is None
        assert AccessKey.objects.get(name="billing").is_usable

    def test_over_the_limit(self, access_key: AccessKey, command: Actor) -> None:
        operations.limit(access_key_id=access_key.pk, allowed_networks=[], rate_limit="1/hour", actor=command)
        client = consumer(access_key)
        assert client.get("/api/v1/ping/").status_code == 200
        response = client.get("/api/v1/ping/")
        assert response.status_code == 429
        assert 0 < int(response["Retry-After"]) <= 3600
        assert response.json()["errors"][0]["code"] == "throttled"


class TestCommands:
    def test_limits(self, access_key: AccessKey) -> None:
        said = run("limit_access_key", "billing", "--network", NETWORKS[0], "--network", NETWORKS[1])
        assert said == f"Access key billing may be used from {', '.join(NETWORKS)}, without a rate limit.\n"
        assert limits() == (NETWORKS, None)
        said = run("limit_access_key", "billing", "--rate", "9/hour")
        assert said == f"Access key billing may be used from {', '.join(NETWORKS)}, 9/hour.\n"
        assert limits() == (NETWORKS, "9/hour")
        said = run("limit_access_key", "billing", "--anywhere")
        assert said == "Access key billing may be used from anywhere, 9/hour.\n"
        assert limits() == ([], "9/hour")
        run("limit_access_key", "billing", "--unlimited", "--network", "10.0.0.0/8")
        assert limits() == (["10.0.0.0/8"], None)

    def test_nothing_is_lifted_unasked(self, access_key: AccessKey) -> None:
        run("limit_access_key", "billing", "--network", "10.0.0.0/8", "--rate", "9/hour")
        with pytest.raises(CommandError, match="Say what to set"):
            call_command("limit_access_key", "billing")
        for contradiction in (("--anywhere", "--network", "10.0.0.0/8"), ("--unlimited", "--rate", "1/hour")):
            with pytest.raises(CommandError, match="not allowed with"):
                call_command("limit_access_key", "billing", *contradiction)
        assert limits() == (["10.0.0.0/8"], "9/hour")

    def test_suspend_and_resume(self, access_key: AccessKey) -> None:
        assert run("suspend_access_key", "billing") == "Suspended access key billing.\n"
        assert not AccessKey.objects.get().is_usable
        assert run("resume_access_key", str(access_key.pk)) == "Resumed access key billing.\n"
        assert AccessKey.objects.get().is_usable
        assert [event.action for event in audit_log()][1:] == ["access_key.suspended", "access_key.resumed"]
