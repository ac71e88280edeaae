"""What ``make run`` says to the person who started it."""

from __future__ import annotations

import signal
import subprocess
import sys
from urllib.request import urlopen

from tests.server.servers import ROOT, Site, master_key

COMMAND = [sys.executable, "-m", "tools.run", "-c", "server/gunicorn.conf.py", "identity_cloud.wsgi"]
SIGNED_IN = (
    "import sys\n"
    "from django.contrib.auth import authenticate\n"
    "print(authenticate(username='operator', password=sys.stdin.read()))"
)


def said(site: Site, **settings: str) -> list[str]:
    """Everything from the start to Ctrl-C, line by line. Nothing goes to standard error."""
    with subprocess.Popen(
        COMMAND,
        cwd=ROOT,
        env={**site.environment, "LOG_LEVEL": "INFO", "PORT": "0", **settings},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout
        assert process.stderr
        lines = []
        while not lines or "Stop" not in lines[-1]:
            lines.append(process.stdout.readline())
            assert lines[-1], process.stderr.read()
        with urlopen(f"{lines[0].split()[-1]}/accounts/login/", timeout=30) as answer:
            assert answer.status == 200
        process.send_signal(signal.SIGINT)
        rest, errors = process.stdout.read(), process.stderr.read()
    assert (process.returncode, errors) == (0, "")
    return "".join([*lines, rest]).splitlines()


def password(lines: list[str]) -> str:
    [line] = [line for line in lines if line.startswith("  Password   ")]
    return line.split()[1]


def test_the_first_start_ends_with_the_operator_and_the_second_without(own_site: Site) -> None:
    first = said(own_site)

    address = first[0].removeprefix("Identity Cloud is on ")
    assert address.startswith("http://127.0.0.1:")
    shown = password(first)
    assert first[1:] == [
        "",
        "  Operator   operator",
        f"  Password   {shown}   (not shown again)",
        f"  Change it  {address}/accounts/password/change/",
        "  Stop       Ctrl-C",
        "",
        "",
        "Identity Cloud has stopped.",
    ]
    second = said(own_site)
    assert second[0].startswith("Identity Cloud is on ")
    assert second[1:] == ["", "  Stop       Ctrl-C", "", "", "Identity Cloud has stopped."]


def test_the_password_opens_the_console_and_is_in_no_file(own_site: Site) -> None:
    shown = password(said(own_site))

    files = [path for path in own_site.folder.rglob("*") if path.is_file()]
    assert not any(shown.encode() in path.read_bytes() for path in files)
    signed_in = subprocess.run(
        [sys.executable, "manage.py", "shell", "--no-imports", "-c", SIGNED_IN],
        cwd=ROOT,
        env=own_site.environment,
        input=shown,
        capture_output=True,
        text=True,
        check=True,
    )
    assert signed_in.stdout.strip() == "operator"


def test_a_password_that_was_given_is_not_shown(own_site: Site) -> None:
    lines = said(own_site, DJANGO_SUPERUSER_USERNAME="ada", DJANGO_SUPERUSER_PASSWORD="a long passphrase")
    assert lines[2] == "  Operator   ada"
    assert lines[3].startswith("  Change it  ")
    assert "a long passphrase" not in "\n".join(lines)


def test_the_lines_of_the_server_are_there_for_whoever_asks(own_site: Site) -> None:
    with own_site.with_settings(LOG_LEVEL="INFO").serve() as server:
        assert server.ask("GET", "/accounts/login/").status == 200
        assert "INFO gunicorn.error: Listening at: " in server.log.read_text()


def test_nothing_is_made_where_nobody_could_be_served(own_site: Site) -> None:
    done = run(own_site, HOST="nowhere.invalid")

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "Not started: HOST is a name that has no address here.\n"
    assert operators(own_site) == "0"


def test_a_password_is_told_all_the_same_where_the_start_fails_after_it(own_site: Site) -> None:
    own_site.key("needs_k1")

    done = run(own_site, ACCESS_KEYS_MASTER_KEYS=master_key("k9"))

    assert done.returncode == 1
    assert "need the master key k1" in done.stderr
    assert done.stdout.startswith("Created the operator operator with the password ")
    assert operators(own_site) == "1"


def run(site: Site, **settings: str) -> subprocess.CompletedProcess[str]:
    """A start that fails."""
    return subprocess.run(
        COMMAND,
        cwd=ROOT,
        env={**site.environment, "LOG_LEVEL": "INFO", "PORT": "0", **settings},
        capture_output=True,
        text=True,
        timeout=30,
    )


def operators(site: Site) -> str:
    counting = "from django.contrib.auth.models import User; print(User.objects.count())"
    return site.manage("shell", "--no-imports", "-c", counting).stdout.strip()
