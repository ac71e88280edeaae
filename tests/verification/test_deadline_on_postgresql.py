"""A decision waits for the database no longer than it may, and nobody gets what another one asked for."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import OperationalError, connection, connections, transaction
from django.db.backends.signals import connection_created
from pytest_django import Settings

from accesskeys.core.keyring import get_keyring
from accesskeys.models import AccessKey
from accesskeys.verification.finding import asking, deadline, find_by_digest
from accesskeys.verification.finding.deadline import Wait, Watch
from identity_cloud.standbys import wait_for_no_standby
from identity_cloud.wsgi import wait_for_no_lock
from tests.factories import AccessKeyFactory, key_of
from tests.line import Line, line_to_the_cluster
from tests.verification.statements import compile_anew

pytestmark = pytest.mark.django_db(transaction=True)

TIMEOUT = 0.4  # seconds
IN_VAIN = "did not answer within 0.4 s"


@pytest.fixture(autouse=True)
def _impatient(settings: Settings) -> Iterator[None]:
    """Without the help of a server that gives up its locks at the same moment."""
    settings.ACCESS_KEYS_DECISION_TIMEOUT = TIMEOUT
    connection_created.disconnect(wait_for_no_lock)
    connection_created.disconnect(wait_for_no_standby)
    connection.close()
    deadline.watch.cache_clear()
    asking._breaker.cache_clear()
    yield
    asking._breaker.cache_clear()
    connection_created.connect(wait_for_no_standby)
    connection_created.connect(wait_for_no_lock)


def found(access_key: AccessKey) -> AccessKey | None:
    return find_by_digest(get_keyring().current.digest(key_of(access_key)))


def finds_nothing_in_time(access_key: AccessKey) -> None:
    """The wait is over, in time, and the next ones fail at once; then all is as before."""
    for longest, sentence in ((TIMEOUT + 0.5, IN_VAIN), (0.3, "is not waited for")):
        before = time.monotonic()
        with pytest.raises(OperationalError, match=sentence):
            found(access_key)
        assert time.monotonic() - before < longest


@pytest.fixture
def line(monkeypatch: pytest.MonkeyPatch) -> Iterator[Line]:
    """This thread's connection is opened over it."""
    with line_to_the_cluster() as line:
        connection.close()
        monkeypatch.setitem(connection.settings_dict, "HOST", "127.0.0.1")
        monkeypatch.setitem(connection.settings_dict, "PORT", str(line.port))
        monkeypatch.delitem(connection.settings_dict["OPTIONS"], "host")
        yield line
        connection.close()


@contextmanager
def table_held() -> Iterator[None]:
    other = connections.create_connection("default")
    with other.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute("LOCK TABLE accesskeys_accesskey IN ACCESS EXCLUSIVE MODE")
        yield
        cursor.execute("ROLLBACK")
    other.close()


@pytest.mark.parametrize("is_prepared", [True, False])
def test_a_lock(is_prepared: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not is_prepared:  # As behind a pooler.
        monkeypatch.setitem(connection.settings_dict["OPTIONS"], "prepare_threshold", None)
    compile_anew()
    access_key = AccessKeyFactory()
    assert found(access_key) == access_key
    with table_held():
        finds_nothing_in_time(access_key)
    assert connection.connection is None
    time.sleep(1.05)
    assert found(access_key) == access_key
    compile_anew()


def test_a_lock_that_the_server_gives_up_waiting_for_leaves_the_connection_as_it_is() -> None:
    access_key = AccessKeyFactory()
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '250ms'")
    driver = connection.connection
    with table_held():
        with pytest.raises(OperationalError, match="lock timeout"):
            found(access_key)
        with pytest.raises(OperationalError, match="is not waited for"):
            found(access_key)
    time.sleep(1.05)
    assert found(access_key) == access_key
    assert connection.connection is driver


def test_a_line_that_goes_silent(line: Line) -> None:
    access_key = AccessKeyFactory()
    assert found(access_key) == access_key
    line.go_silent()
    finds_nothing_in_time(access_key)
    time.sleep(1.05)
    finds_nothing_in_time(access_key)  # It cannot be opened anew either.
    line.speak()
    time.sleep(1.05)
    assert found(access_key) == access_key


def test_a_line_that_is_open_too_late_is_closed(line: Line) -> None:
    access_key = AccessKeyFactory()
    connection.close()
    line.delay = lambda: 2 * TIMEOUT
    finds_nothing_in_time(access_key)
    line.speak()
    for thread in threading.enumerate():
        if thread.name == "opening":
            thread.join(10)
            assert not thread.is_alive()
    time.sleep(1.05)
    assert found(access_key) == access_key


def test_nobody_gets_what_another_one_asked_for(line: Line, settings: Settings) -> None:
    """Answers come about when their time is over, some before and some after."""
    settings.ACCESS_KEYS_DECISION_TIMEOUT = 0.1
    deadline.watch.cache_clear()
    access_keys = AccessKeyFactory.create_batch(5)
    luck = random.Random(0)
    outcomes = {True: 0, False: 0}
    for turn in range(100):
        asking._breaker.cache_clear()
        line.speak()
        access_key = access_keys[turn % 5]
        if connection.connection is None:
            assert found(access_key) == access_key
        line.delay = lambda: luck.uniform(0.09, 0.11)
        try:
            assert found(access_key) == access_key
            outcomes[True] += 1
        except OperationalError:
            assert connection.connection is None
            outcomes[False] += 1
    assert min(outcomes.values()) > 5


def test_what_is_in_a_transaction_is_not_waited_for_longer(line: Line) -> None:
    access_key = AccessKeyFactory()
    before = time.monotonic()

    def decide() -> None:
        with transaction.atomic():
            assert found(access_key) == access_key
            line.go_silent()
            found(access_key)

    with pytest.raises(OperationalError, match=IN_VAIN):
        decide()
    assert time.monotonic() - before < TIMEOUT + 1


def test_what_was_answered_in_the_same_moment_is_left_alone() -> None:
    watch, wait = Watch(), Wait(connection, 0)
    connection.ensure_connection()
    assert watch._cut(wait)  # It is not among those that wait.
    assert connection.is_usable()


def test_one_whose_line_is_not_open_yet_is_looked_at_again() -> None:
    watch, wait = Watch(), Wait(connection, 0)
    connection.close()
    watch._waits.add(wait)
    assert watch._look_after_all() == deadline.AGAIN
    watch.end(wait)  # It was not cut.
