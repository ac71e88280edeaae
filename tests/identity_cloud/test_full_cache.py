"""A folder full of counted attempts is not listed with each attempt; it is emptied all the same."""

from __future__ import annotations

from pathlib import Path

from identity_cloud.caches import FileCache


def test_what_is_too_much_goes_in_a_while(tmp_path: Path) -> None:
    def cache() -> FileCache:
        return FileCache(str(tmp_path), {"max_entries": 10})

    first = cache()
    for number in range(40):
        first.set(f"attempt-{number}", number)
    assert len(list(tmp_path.iterdir())) == 40
    cache().set("attempt", 1)  # Of another thread, which has not looked yet.
    assert len(list(tmp_path.iterdir())) < 40
    assert cache().get("attempt") == 1
