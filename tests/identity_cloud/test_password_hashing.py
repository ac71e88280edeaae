"""A password is hashed as Django does it, alone, and by a thread that stands back for all others."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path
from textwrap import dedent

import pytest
from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher, check_password, make_password
from django.test import Client

from tests.factories import OperatorFactory

pytestmark = pytest.mark.usefixtures("argon2")

PASSWORD = "correct horse battery"
linux = pytest.mark.skipif(
    sys.platform != "linux", reason="It takes Linux to look at threads, and to bound them."
)


def run(program: str) -> str:
    """What a process of its own prints."""
    done = subprocess.run(
        [sys.executable, "-c", f"import django; django.setup()\n{dedent(program)}"],
        cwd=settings.BASE_DIR,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "identity_cloud.settings"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.django_db
def test_a_hash_of_before_is_right_and_stays_as_it_is() -> None:
    operator = OperatorFactory(username="ada")
    operator.password = before = Argon2PasswordHasher().encode(PASSWORD, "a salt of 22 letters..")
    operator.save(update_fields=["password"])
    wrong = Client().post("/accounts/login/", {"login": "ada", "password": "wrong"})
    assert "The username or the password is not correct." in wrong.content.decode()
    assert Client().post("/accounts/login/", {"login": "ada", "password": PASSWORD}).status_code == 302
    operator.refresh_from_db()
    assert operator.password == before


def test_django_itself_reads_what_is_hashed() -> None:
    encoded = make_password(PASSWORD)
    assert Argon2PasswordHasher().verify(PASSWORD, encoded)
    assert not Argon2PasswordHasher().must_update(encoded)
    assert (check_password(PASSWORD, encoded), check_password("wrong", encoded)) == (True, False)


@linux
def test_its_threads_have_the_lowest_priority_and_one_core() -> None:
    tasks = Path("/proc/self/task")
    before = set(tasks.iterdir())
    hashing = threading.Thread(target=make_password, args=[PASSWORD])
    seen: set[tuple[int, int]] = set()
    hashing.start()
    while hashing.is_alive():
        for task in set(tasks.iterdir()) - before:
            try:
                nice = int((task / "stat").read_text().rpartition(")")[2].split()[16])
                seen.add((nice, len(os.sched_getaffinity(int(task.name)))))
            except OSError:  # It has ended.
                continue
    assert (19, 1) in seen
    assert os.getpriority(os.PRIO_PROCESS, 0) == 0
    assert not [nice for nice, _ in seen if 0 < nice < 19]


@linux
def test_many_at_once_take_the_memory_of_one() -> None:
    heard, grown = run(
        """
        import resource, threading
        from accesskeys.core.exceptions import Busy
        from django.contrib.auth.hashers import make_password
        heard = []

        def hash_it():
            try:
                heard.append(make_password("a long walk").partition("$")[0])
            except Busy:
                heard.append("busy")

        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        threads = [threading.Thread(target=hash_it) for _ in range(16)]
        for thread in threads: thread.start()
        for thread in threads: thread.join()
        print(heard.count("argon2") + heard.count("busy"), min(heard.count("argon2"), 3))
        print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
        """
    ).splitlines()
    assert heard == "16 3"
    assert int(grown) < 200  # MB


@linux
def test_a_lack_of_memory_is_no_wrong_password() -> None:
    heard = run(
        """
        import resource
        from accesskeys.core.exceptions import Busy
        from django.contrib.auth.hashers import check_password, make_password
        encoded = make_password("a long walk")
        taken = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (taken + (60 << 20), -1))
        for work in (lambda: check_password("a long walk", encoded), lambda: make_password("a long walk")):
            try:
                print(work())
            except Busy as busy:
                print(busy)
        """
    )
    sentence = (
        "Too many passwords are being checked at the moment, so nothing was done. Try again in a few seconds."
    )
    assert heard.splitlines() == [sentence, sentence]


def test_a_process_that_was_forked_after_a_hash_makes_its_own() -> None:
    heard = run(
        """
        import os
        from django.contrib.auth.hashers import check_password, make_password
        encoded = make_password("a long walk")
        child = os.fork()
        if not child:
            os._exit(0 if check_password("a long walk", encoded) else 1)
        print(os.waitpid(child, 0)[1], check_password("a long walk", encoded))
        """
    )
    assert heard == "0 True"
