"""One primary after another is killed under load: how long nothing can be changed, and what is lost."""

from __future__ import annotations

from pathlib import Path

from tests.server.test_failover_under_load_on_postgresql import fail_over

TIMES = 5


def test_nothing_is_lost_in_any_of_them(tmp_path: Path) -> None:
    done = []
    for number in range(TIMES):
        folder = tmp_path / str(number)
        folder.mkdir()
        done.append(fail_over(folder, programs=8, before=10))
    for each in done:
        print(
            f"{each.before:,} operations answered before, {each.after:,} after, {len(each.lost)} lost; none for "
            f"{each.without:.2f} s, of which promoting took {each.promoting:.2f} s; else {dict(each.others)}"
        )
    assert [each.lost for each in done] == [[]] * TIMES
