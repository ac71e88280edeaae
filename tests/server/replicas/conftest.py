"""A primary and two standbys that it waits for, and a server beside each of them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from accesskeys.verification.replica.beating import BEATS
from tests.server import clusters
from tests.server.clusters import Cluster
from tests.server.replicas.wire import Wire
from tests.server.servers import Answer, Server, Site, new_site

LEASE = 2  # seconds
ASKED = ("left", "right")
RECENT = "The replica is recent, and is asked about keys"
SOON = 15  # seconds


def all_of(*names: str) -> str:
    """What the primary has to be told so that it waits for each of them."""
    return f"{len(names)} ({', '.join(names)})"


BOTH = all_of(*ASKED).replace("right", '"right"')  # Either way to write a name is right.


@dataclass
class Machine:
    """A server and the standby beside it, and the wire that leads from there to the primary."""

    server: Server
    standby: Cluster
    wire: Wire

    def gate(self, key: str) -> Answer:
        """What it says of a key."""
        return self.server.ask("GET", "/auth/verify/", headers={"Authorization": f"Bearer {key}"})

    def accepts(self, key: str) -> bool:
        """No answer is no yes."""
        return self.gate(key).status == 200

    @contextmanager
    def saying(self, sentence: str) -> Iterator[None]:
        """What is done in this block makes it say so."""
        before = self.said().count(sentence)
        yield
        wait_until(lambda: self.said().count(sentence) > before)

    def said(self) -> str:
        """What is in its log."""
        return self.server.log.read_text()


@dataclass
class House:
    """All of it."""

    primary: Cluster
    site: Site
    machines: tuple[Machine, ...]
    writer: str
    spares: tuple[Cluster, ...] = ()
    names: Iterator[str] = field(default_factory=lambda: (f"key_{number}" for number in range(1_000_000)))

    def key(self) -> tuple[str, str]:
        """The id and the key of a new access key, which every machine accepts at once."""
        made = self.machines[0].server.call("POST", "access-keys/", self.writer, name=next(self.names)).json
        return made["id"], made["key"]

    def revoke(self, access_key_id: str, machine: int = 0) -> float:
        """Revoke it there; returns the seconds until that was answered."""
        began = time.monotonic()
        answer = self.machines[machine].server.call("DELETE", f"access-keys/{access_key_id}/", self.writer)
        assert answer.status == 204, answer.body
        return time.monotonic() - began

    def wait_for(self, names: str) -> None:
        """Set which standbys the primary waits for."""
        self.primary.execute(f"ALTER SYSTEM SET synchronous_standby_names = '{names}'")
        self.primary.execute("SELECT pg_reload_conf()")

    def is_whole(self) -> bool:
        """Whether a change waits for nothing again."""
        return self.revoke(self.key()[0]) < LEASE / 2

    def accepting(self, key: str) -> list[bool]:
        """Whether any thread of each machine accepts a key now."""
        with ThreadPoolExecutor(8) as pool:
            return [any(pool.map(machine.accepts, [key] * 16)) for machine in self.machines]


def wait_until(is_so: Callable[[], object], seconds: float = SOON) -> None:
    until = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < until
        time.sleep(0.02)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Tests leave it as they found it; the one that cannot comes last."""
    with built(tmp_path_factory.mktemp("site")) as house:
        yield house


@contextmanager
def built(folder: Path, *, spares: Sequence[str] = ()) -> Iterator[House]:
    """``spares`` are standbys that the primary waits for as well, and no server asks."""
    with ExitStack() as stack:
        home = stack.enter_context(clusters.home())
        primary = clusters.new(home / "primary")
        wires = (Wire(primary.port), Wire(primary.port))
        standbys = [
            clusters.standby(home / name, wire.port, f"-c cluster_name={name}")
            for name, wire in zip(ASKED, wires, strict=True)
        ]
        others = [clusters.standby(home / name, primary.port, f"-c cluster_name={name}") for name in spares]
        site = stack.enter_context(new_site(folder)).with_settings(
            DATABASE_URL=primary.url, REPLICA_LEASE_SECONDS=str(LEASE)
        )
        migrated = site.manage("migrate", "--verbosity", "0")
        assert migrated.returncode == 0, migrated.stderr
        writer = site.key("writer", "--scope", "access_keys:write", "--scope", "access_keys:read")
        machines = []
        for standby, wire in zip(standbys, wires, strict=True):
            beside = site.with_settings(DATABASE_REPLICA_URL=standby.url)
            server = stack.enter_context(beside.serve())
            machines.append(Machine(server, standby, wire))
        house = House(primary, site, tuple(machines), writer, tuple(others))
        house.wait_for(all_of(*ASKED, *spares))
        assert house.accepting(writer) == [True, True]
        for machine in machines:
            wait_until(lambda machine=machine: RECENT in machine.said())
        for _ in range(
            2
        ):  # Each thread opens its line to the standby, which is believed from the next beat on.
            _ask_all_threads(house)
            time.sleep(LEASE / BEATS * 2)
        yield house


def _ask_all_threads(house: House) -> None:
    with ThreadPoolExecutor(16) as pool:
        for machine in house.machines:
            assert set(pool.map(machine.accepts, [house.writer] * 64)) == {True}


@contextmanager
def load(house: House, key: str) -> Iterator[list[int]]:
    """Somebody asks each machine all the time; the statuses that were answered."""
    statuses: list[int] = []
    is_over = threading.Event()

    def ask(machine: Machine) -> None:
        while not is_over.is_set():
            statuses.append(machine.gate(key).status)

    threads = [threading.Thread(target=ask, args=[machine]) for machine in house.machines]
    for thread in threads:
        thread.start()
    try:
        yield statuses
    finally:
        is_over.set()
        for thread in threads:
            thread.join()
