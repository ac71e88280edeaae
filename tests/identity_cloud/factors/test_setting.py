"""``SECOND_FACTOR``: required or offered."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from identity_cloud.settings.environment import one_of

READ = "import json; from identity_cloud import settings; print(json.dumps(settings.SECOND_FACTOR_REQUIRED))"


@pytest.mark.parametrize(
    ("address", "setting", "required"),
    [
        ("https://keys.example.com", "", True),
        ("https://keys.example.com", "offered", False),
        ("http://127.0.0.1:8000", "", False),
        ("http://127.0.0.1:8000", "required", True),
        ("http://localhost:8000", "REQUIRED", True),
    ],
)
def test_taken(address: str, setting: str, required: bool) -> None:
    environment = {**os.environ, "PUBLIC_URL": address, "SECOND_FACTOR": setting}
    done = subprocess.run(
        [sys.executable, "-c", READ], capture_output=True, text=True, cwd=settings.BASE_DIR, env=environment
    )
    assert done.stderr == ""
    assert json.loads(done.stdout) is required


@pytest.mark.parametrize("text", ["true", "require", "optional", "off"])
def test_refused(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECOND_FACTOR", text)
    with pytest.raises(ImproperlyConfigured) as refusal:
        one_of("SECOND_FACTOR", "required", "offered", default="offered")
    assert str(refusal.value) == "SECOND_FACTOR must be required or offered."
