"""What somebody else does at the worst moment."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection


@contextmanager
def before_rows_are_read(change: Callable[[], object]) -> Iterator[None]:
    """Make this change when the rows of a page are about to be read, once."""
    pending = [change]

    def execute(run: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if pending and '"id" IN (' in sql:
            pending.pop()()
        return run(sql, *rest)

    with connection.execute_wrapper(execute):
        yield
    assert not pending, "No rows were read."
