"""Every part of ``DATABASE_URL`` is honoured, or refused with a sentence."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from identity_cloud.settings.database import database

ENCODE = "percent-encode what separates the parts"
PARTS = ("USER", "PASSWORD", "HOST", "PORT", "NAME")


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> Any:
    def read(address: str) -> dict[str, Any]:
        monkeypatch.setenv("DATABASE_URL", address)
        return database()

    return read


@pytest.mark.parametrize(
    ("address", "parts"),
    [
        ("postgres://u:p@h:5433/db", ("u", "p", "h", "5433", "db")),
        ("POSTGRESQL://u@h/db", ("u", "", "h", "", "db")),
        ("postgres://identity_cloud@/identity_cloud", ("identity_cloud", "", "", "", "identity_cloud")),
        ("postgres:///db", ("", "", "", "", "db")),
        ("postgres://u:p@%2FRun%2Fpostgresql/db", ("u", "p", "/Run/postgresql", "", "db")),
        ("postgres:////run/postgresql/db", ("", "", "/run/postgresql", "", "db")),
        ("postgres://u:p@[::1]:5433/db", ("u", "p", "::1", "5433", "db")),
        ("postgres://u:p@one:5433,two:5434/db", ("u", "p", "one,two", "5433,5434", "db")),
        ("postgres://u@[::1]:5433,[fd00::2]:5434/db", ("u", "", "::1,fd00::2", "5433,5434", "db")),
        ("postgres://u:a%2Fb%3Fc%23d%40e%25f+g:h%C3%BC@h/d%2Bb", ("u", "a/b?c#d@e%f+g:hü", "h", "", "d+b")),
        ("postgres:///?service=mine", ("", "", "", "", "")),
        ("postgres://u:$DB@h/db", ("u", "$DB", "h", "", "db")),
    ],
)
def test_parts(read: Any, address: str, parts: tuple[Any, ...]) -> None:
    config = read(address)
    assert config["ENGINE"] == "django.db.backends.postgresql"
    assert tuple(config[part] for part in PARTS) == parts
    assert config["CONN_MAX_AGE"] is None
    assert config["CONN_HEALTH_CHECKS"] is True


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ("conn_max_age=60", {"CONN_MAX_AGE": 60}),
        ("CONN_MAX_AGE=0&conn_health_checks=no", {"CONN_MAX_AGE": 0, "CONN_HEALTH_CHECKS": False}),
        ("disable_server_side_cursors=true", {"DISABLE_SERVER_SIDE_CURSORS": True}),
    ],
)
def test_options_of_django(read: Any, options: str, found: dict[str, Any]) -> None:
    assert read(f"postgres://h/db?{options}").items() >= found.items()


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ("hostaddr=127.0.0.1", {"hostaddr": "127.0.0.1"}),
        ("sslmode=verify-full&sslrootcert=/a%20b", {"sslmode": "verify-full", "sslrootcert": "/a b"}),
        ("application_name=a+b", {"application_name": "a+b"}),
        ("connect_timeout=10&tcp_user_timeout=10000", {"connect_timeout": 10, "tcp_user_timeout": 10000}),
        ("prepare_threshold=3", {"prepare_threshold": 3}),
        # To psycopg, 0 is "prepare at once", which PgBouncer would not survive.
        ("prepare_threshold=0", {"prepare_threshold": None}),
        ("server_side_binding=yes", {"server_side_binding": True}),
    ],
)
def test_options_of_the_driver(read: Any, options: str, found: dict[str, Any]) -> None:
    assert read(f"postgres://h/db?{options}")["OPTIONS"].items() >= found.items()


def test_the_folder_of_a_socket_as_an_option(read: Any) -> None:
    config = read("postgres://postgres@/db?host=/dev/shm/x")
    assert (config["HOST"], config["OPTIONS"]["host"]) == ("", "/dev/shm/x")


def test_options_of_sqlite(read: Any) -> None:
    config = read("sqlite:////tmp/a%20b+c.sqlite3?timeout=2.5&conn_max_age=60")
    assert (config["NAME"], config["CONN_MAX_AGE"]) == ("/tmp/a b+c.sqlite3", 60)
    assert config["OPTIONS"]["timeout"] == 2.5
    assert config["OPTIONS"]["transaction_mode"] == "IMMEDIATE"


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("postgres://u:hun?ter2@h/db", ENCODE),
        ("postgres://u:hun/ter2@h/db", ENCODE),
        ("postgres://u:hun#ter2@h/db", ENCODE),
        ("postgres://u:hun@ter2@h/db", ENCODE),
        ("postgres://u:12/ter2@h/db", ENCODE),
        ("postgres://u:12?ter2@h/db", ENCODE),
        ("postgres://u:hun%ter2@h/db", ENCODE),
        ("postgres://u:hunter2%00@h/db", ENCODE),
        ("postgres://u:hunter2%FF@h/db", ENCODE),
        ("postgres://u:hunter2@h:hunter2/db", ENCODE),
        ("postgres://u:p@h:0/db", ENCODE),
        ("postgres://u:p@h:65536/db", ENCODE),
        ("postgres://u:p@h:/db", ENCODE),
        ("postgres://hunter2", "must name one database"),
        ("postgres://hunter2/", "must name one database"),
        ("postgres://h/hunter2/db", "must name one database"),
        (f"postgres://h/{'hunter2' * 10}", "must name one database"),
        ("postgres://u@h/db?user=hunter2", "gives user, password, host or port twice"),
        (
            "postgres://h/db?hunter2=1",
            "an option that is not known here, number 1 behind the question mark. Known",
        ),
        ("postgres://h/db?sslmode=disable&pool=hunter2", "an option that is not known here, number 2 behind"),
        ("postgres://h/db?atomic_requests=true", "an option that is not known here"),
        ("postgres://h/db?client_encoding=hunter2", "an option that is not known here"),
        ("postgres://h/db?connect_timeout=hunter2", "has a value for connect_timeout that cannot be taken."),
        ("postgres://h/db?conn_max_age=-1", "has a value for conn_max_age that cannot be taken."),
        ("postgres://h/db?conn_health_checks=hunter2", "has a value for conn_health_checks that cannot be"),
        ("postgres://h/db?hunter2", "must have options such as ?name=value&other=value, each of them once."),
        ("postgres://h/db?sslmode=", "must have options such as"),
        ("postgres://h/db?port=1&port=2", "must have options such as"),
        ("sqlite://hunter2/x.sqlite3", "must name a file"),
        ("sqlite://", "must name a file"),
        ("sqlite:///", "must name a file"),
        ("sqlite:////hunter2/x.sqlite3", "names a file in a folder that does not exist."),
        (f"sqlite:////{'hunter2' * 50}/x.sqlite3", "names a file in a folder that does not exist."),
        ("sqlite:////tmp/x.sqlite3?init_command=hunter2", "an option that is not known here"),
        ("sqlite:////tmp/x.sqlite3?timeout=hunter2", "has a value for timeout that cannot be taken."),
        ("$DB", "must begin with sqlite:// or postgres://."),
    ],
)
def test_what_cannot_be_taken_is_refused_and_not_shown(read: Any, address: str, sentence: str) -> None:
    with pytest.raises(ImproperlyConfigured) as refusal:
        read(address)
    assert str(refusal.value).startswith("DATABASE_URL ")
    assert sentence in str(refusal.value)
    assert "hunter2" not in str(refusal.value)
    assert "ter2" not in str(refusal.value)
