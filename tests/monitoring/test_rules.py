"""deploy/monitoring as promtool reads it, and what is said of it in docs/monitoring.md."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

from tests.monitoring.prometheus import MONITORING, configured, promtool

HERE = Path(__file__).parent
ALERTS = re.findall(r"- alert: (\w+)", (MONITORING / "alerts.yml").read_text())


def test_the_configuration_is_one(tmp_path: Path) -> None:
    done = promtool("check", "config", configured(tmp_path, "ica_x", "127.0.0.1:1"), folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert f"{len(ALERTS)} rules found" in done.stdout


def test_each_alert_fires_when_it_should(tmp_path: Path) -> None:
    shutil.copy(MONITORING / "alerts.yml", tmp_path)
    shutil.copy(HERE / "alerts_test.yml", tmp_path)
    done = promtool("test", "rules", "alerts_test.yml", folder=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    for alert in ALERTS:
        assert (tmp_path / "alerts_test.yml").read_text().count(alert) >= 2, alert


def test_no_two_panels_are_in_one_place() -> None:
    panels = json.loads((MONITORING / "dashboard.json").read_text())["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    places = [
        (x, y)
        for place in (panel["gridPos"] for panel in panels)
        for x in range(place["x"], place["x"] + place["w"])
        for y in range(place["y"], place["y"] + place["h"])
    ]
    assert len(set(places)) == len(places)
    assert max(x for x, _ in places) == 23


def test_the_documentation_has_a_row_for_each_alert() -> None:
    text = (MONITORING.parents[1] / "docs" / "monitoring.md").read_text()
    assert re.findall(r"^\| `(IdentityCloud\w+)` \|", text, re.MULTILINE) == ALERTS
