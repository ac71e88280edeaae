"""Processes with Django in them, one for each database, in which functions of this folder run."""

from __future__ import annotations

import base64
import multiprocessing
import os
import secrets
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from typing import Any

from benchmarks.databases import Database

# One keyring for all processes of a run.
_SECRETS = {
    "SECRET_KEY": secrets.token_urlsafe(48),
    "ACCESS_KEYS_MASTER_KEYS": "k1:" + base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
    "BENCHMARK_FERNET_SECRET": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
}


class DjangoProcess:
    """Calls functions in a process of its own, one at a time."""

    def __init__(self, pool: ProcessPoolExecutor) -> None:
        self._pool = pool

    def call(self, function: str, *args: Any) -> Any:
        """What the function, named by its dotted path, returns over there. Here it could not even be imported."""
        return self._pool.submit(_call, function, *args).result()


def environment(database: Database) -> dict[str, str]:
    """The settings of a run, as environment variables."""
    return {
        **_SECRETS,
        "DJANGO_SETTINGS_MODULE": "benchmarks.settings",
        "DATABASE_URL": database.url,
        "PUBLIC_URL": "http://127.0.0.1:8000",
        # A forged key is to be refused as forged, and not because its address has presented too many.
        "BAD_KEY_LIMIT": "1000000/second",
        "COUNTER_FILE": f"{database.folder}/counters",
        "STATIC_ROOT": f"{database.folder}/static",
        "LOG_LEVEL": "INFO",
        # A run may take longer than an operator is believed, or stays away.
        "FRESH_PROOF_MINUTES": "600",
        "SESSION_IDLE_MINUTES": "600",
    }


@contextmanager
def django_process(database: Database) -> Iterator[DjangoProcess]:
    """A process with Django on this database, migrated."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, context, initializer=_prepare, initargs=(environment(database),)) as pool:
        yield DjangoProcess(pool)


def _prepare(variables: Mapping[str, str]) -> None:
    os.environ.update(variables)
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)


def _call(function: str, *args: Any) -> Any:
    from django.utils.module_loading import import_string

    return import_string(function)(*args)
