"""A drill that cannot be held, and one that is cut short."""

from __future__ import annotations

import os
import signal
import threading

import pytest

from accesskeys.management.drill import _Watcher
from accesskeys.models import AccessKey
from accesskeys.operations.actors import Actor
from tests.management.drilling import actions, drill, failed_drill, obedient, serving

pytestmark = pytest.mark.django_db(transaction=True)


class TestWhatIsNoDrill:
    @pytest.mark.parametrize(
        "url",
        [
            "",
            "keys.example.com",
            "ftp://127.0.0.1/",
            "http://",
            "http://a:99999/",
            "http://[::1/",
            "http://a/é",
            "http://name:word@127.0.0.1/",
            "http://127.0.0.1/a b",
            "http://127.0.0.1/\r\nX: y",
        ],
    )
    def test_a_wrong_address_generates_nothing(self, url: str) -> None:
        assert "is not an http or https address" in failed_drill(f"--url={url}")[0]
        assert actions() == []

    @pytest.mark.parametrize(
        "argument",
        ["--rounds=0", "--rounds=-1", "--rounds=x", "--connections=0", "--timeout=0", "--timeout=nan"],
    )
    def test_a_wrong_number(self, argument: str) -> None:
        assert "is not a number above 0" in failed_drill("--url=http://127.0.0.1/", argument)[0]
        assert actions() == []

    def test_no_address(self) -> None:
        assert "--url" in failed_drill()[0]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interruption_ends_after_the_round(number: int) -> None:
    before = signal.getsignal(number)
    asked = iter(range(10_000))

    def decide(key: str) -> int:
        if next(asked) == 0:
            os.kill(os.getpid(), number)
        return obedient(key)

    with serving(decide) as url:
        sentence, printed = failed_drill(f"--url={url}", "--rounds=1000")
    assert sentence == "Interrupted after 1 of 1000 rounds."
    assert printed.startswith(f"{url}: ")
    assert actions() == [("access_key.generated", "succeeded"), ("access_key.revoked", "succeeded")]
    assert signal.getsignal(number) is before


def test_an_error_while_warming_up_revokes_all_the_same(
    command: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever it is: here, no thread can be started for a connection."""

    def refuse(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(_Watcher, "start", refuse)
    with serving(obedient) as url, pytest.raises(RuntimeError):
        drill(f"--url={url}")
    assert not AccessKey.objects.exists()
