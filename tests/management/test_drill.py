"""The revocation drill and what it finds: servers that obey, and servers that fail in the ways it is there for."""

from __future__ import annotations

import json
import socket
import time

import pytest

from accesskeys import verification
from accesskeys.models import AccessKey, AuditEvent
from tests.management.drilling import KEY, actions, drill, failed_drill, obedient, serving

pytestmark = pytest.mark.django_db(transaction=True)


class TestAServerThatObeys:
    def test_the_report(self) -> None:
        with serving(obedient) as url, serving(obedient) as other:
            printed = drill(f"--url={url}", f"--url={other}", "--rounds=3")
        one, two = printed.splitlines()
        assert one.startswith(f"{url}: ")
        assert two.startswith(f"{other}: ")
        assert "after the revoke, 0 of these accepted; first refusal after " in one
        assert KEY not in printed

    def test_as_json(self) -> None:
        with serving(obedient) as url:
            report = json.loads(drill(f"--url={url}", "--rounds=2", "--json"))
        assert report["rounds"] == 2
        (told,) = report["urls"]
        assert (told["url"], told["accepted_after_revoke"]) == (url, 0)
        # Two rounds, two connections, three refusals after three good answers.
        assert told["requests_after_revoke"] >= 12
        assert told["requests"] - told["requests_after_revoke"] >= 12
        assert 0 <= told["first_refusal_ms"]["median"] <= told["first_refusal_ms"]["longest"] < 1000

    def test_each_round_has_an_access_key_of_its_own_that_is_revoked(self) -> None:
        seen: dict[str, list[str]] = {}

        def noticing(key: str) -> int:
            status = obedient(key)
            if status == 200:
                access_key = verification.authenticate(key)
                assert access_key.expires_at is not None
                lifetime = access_key.expires_at - access_key.created_at
                seen[access_key.name] = [*access_key.scopes, str(round(lifetime.total_seconds()))]
            return status

        with serving(noticing) as url:
            drill(f"--url={url}", "--rounds=2", "--scope=orders:read")
        assert len(seen) == 2
        assert all(name.startswith("revocation_drill_") for name in seen)
        assert list(seen.values()) == [["orders:read", "900"]] * 2
        assert not AccessKey.objects.exists()
        assert actions() == [("access_key.generated", "succeeded"), ("access_key.revoked", "succeeded")] * 2
        assert set(AuditEvent.objects.values_list("door", "actor_label")) == {("command", "manage.py")}

    def test_the_path_and_query_are_asked_for_and_a_named_address_twice_is_one(self) -> None:
        with serving(obedient) as url:
            address = f"{url}auth/verify/?scope=a"
            assert len(drill(f"--url={address}", f"--url={address}").splitlines()) == 1

    def test_a_server_that_ends_kept_connections(self) -> None:
        numbers = iter(range(10_000))
        with serving(lambda key: None if next(numbers) % 2 else obedient(key)) as url:
            assert "0 of these accepted" in drill(f"--url={url}", "--connections=1")


class TestAServerThatDoesNot:
    def test_one_that_asks_for_no_key(self) -> None:
        with serving(obedient) as good, serving(obedient, without_a_key=204) as url:
            sentence, printed = failed_drill(f"--url={good}", f"--url={url}")
        assert sentence == f"{url} asks for no key: without one it answered 204."
        assert printed == ""
        assert actions() == []  # Nothing was generated for it.

    def test_one_that_goes_on_accepting(self) -> None:
        with serving(lambda key: 200) as url:
            sentence, printed = failed_drill(f"--url={url}", "--rounds=5", "--json", "--timeout=1")
        report = json.loads(printed)
        (told,) = report["urls"]
        assert report["rounds"] == 1
        assert told["accepted_after_revoke"] == told["requests_after_revoke"] > 0
        assert told["first_refusal_ms"] == {"median": None, "longest": None}
        assert sentence == (
            f"Accepted after the revoke had answered: {told['accepted_after_revoke']} requests."
        )

    def test_one_that_goes_on_accepting_in_words(self) -> None:
        with serving(lambda key: 200) as url:
            _, printed = failed_drill(f"--url={url}", "--timeout=1")
        assert printed.endswith("never refused.\n")

    def test_one_that_remembers_for_a_while(self) -> None:
        """As a cache does: it refuses in the end, and is counted all the same."""
        revoked: list[float] = []

        def decide(key: str) -> int:
            if obedient(key) == 200:
                return 200
            revoked.append(time.monotonic())
            return 200 if time.monotonic() < revoked[0] + 0.5 else 401

        with serving(decide) as url, serving(obedient) as good:
            sentence, printed = failed_drill(f"--url={good}", f"--url={url}", "--json")
        obeyed, remembered = json.loads(printed)["urls"]
        assert obeyed["accepted_after_revoke"] == 0
        assert 0 < remembered["accepted_after_revoke"] < remembered["requests_after_revoke"]
        assert remembered["first_refusal_ms"]["longest"] > 300
        assert sentence == (
            f"Accepted after the revoke had answered: {remembered['accepted_after_revoke']} requests."
        )

    @pytest.mark.parametrize("status", [302, 503])
    def test_neither_accepting_nor_refusing_is_no_refusal(self, status: int) -> None:
        with serving(lambda key: 200 if obedient(key) == 200 else status) as url:
            sentence, _ = failed_drill(f"--url={url}", "--timeout=1")
        assert sentence == f"{url} did not refuse the revoked key within 1 s: it answered {status}."

    @pytest.mark.parametrize("status", [401, 403, 429, 302, 404, 500])
    def test_one_that_refuses_from_the_start(self, status: int) -> None:
        with serving(lambda key: status) as url:
            assert failed_drill(f"--url={url}") == (
                f"{url} does not accept the key: it answered {status}.",
                "",
            )
        assert actions() == [("access_key.generated", "succeeded"), ("access_key.revoked", "succeeded")]

    def test_one_that_is_not_there(self) -> None:
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))
            url = f"http://127.0.0.1:{unused.getsockname()[1]}/"
            sentence, _ = failed_drill(f"--url={url}")
        assert sentence.startswith(f"{url} cannot be reached: ")
        assert sentence.endswith("Connection refused.")

    def test_one_that_does_not_speak_tls(self) -> None:
        with serving(obedient) as url:
            address = url.replace("http:", "https:")
            assert failed_drill(f"--url={address}")[0].startswith(f"{address} cannot be reached: ")

    def test_one_that_says_nothing(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as silent:
            url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
            sentence, _ = failed_drill(f"--url={url}", "--timeout=0.2")
        assert sentence in {  # whichever clock runs out first
            f"{url} did not answer every connection within 0.2 s.",
            f"{url} cannot be reached: timed out.",
        }

    def test_one_that_takes_its_time(self) -> None:
        def decide(key: str) -> int:
            time.sleep(0.4)
            return 200

        with serving(decide) as url:
            sentence, _ = failed_drill(f"--url={url}", "--timeout=1")
        assert sentence == f"{url} did not answer every connection within 1 s."

    def test_one_that_goes_away_after_the_revoke(self) -> None:
        with serving(lambda key: 200 if obedient(key) == 200 else None) as url:
            assert failed_drill(f"--url={url}")[0].startswith(f"{url} cannot be reached: ")


class TestRotating:
    def test_an_old_key_that_is_refused_from_its_end_on(self) -> None:
        with serving(obedient) as url:
            report = json.loads(drill(f"--url={url}", "--rotate", "--rounds=2", "--json"))
        (told,) = report["urls"]
        assert (report["rounds"], told["accepted_after_revoke"]) == (2, 0)
        assert told["requests_after_revoke"] >= 12
        assert [action.partition(".")[2] for action, _ in actions()] == [
            *("generated", "rotated", "next_key_used", "revoked"),
            *("generated", "rotated", "rotation_completed", "revoked"),
        ]
        assert not AccessKey.objects.exists()

    def test_a_server_that_goes_on_accepting(self) -> None:
        with serving(lambda key: 200) as url:
            sentence, _ = failed_drill(f"--url={url}", "--rotate", "--timeout=3")
        assert sentence.startswith("Accepted after the revoke had answered: ")

    def test_a_server_that_does_not_know_the_next_key(self) -> None:
        first: list[str] = []

        def only_the_old(key: str) -> int:
            first.append(key)
            return obedient(key) if key == first[0] else 401

        with serving(only_the_old) as url:
            sentence, _ = failed_drill(f"--url={url}", "--rotate")
        assert sentence == f"{url} does not accept the key: it answered 401."
        assert not AccessKey.objects.exists()
