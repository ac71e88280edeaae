"""The manifests as files, and the pods in them."""

from __future__ import annotations

from typing import Any

import yaml

from tests.server.servers import ROOT

FOLDER = ROOT / "deploy/kubernetes"
KUSTOMIZATION: dict[str, Any] = yaml.safe_load((FOLDER / "kustomization.yaml").read_text())
MANIFESTS: dict[str, dict[str, Any]] = {
    name: yaml.safe_load((FOLDER / name).read_text())
    for name in [*KUSTOMIZATION["resources"], "secret.example.yaml"]
}


def pod(name: str) -> dict[str, Any]:
    """What a manifest says of its pods."""
    spec: dict[str, Any] = MANIFESTS[name]["spec"]
    spec = spec.get("jobTemplate", {}).get("spec", spec)
    template: dict[str, Any] = spec["template"]
    return template


PODS = {name: pod(name) for name in ("deployment.yaml", "migrate.yaml", "housekeeping.yaml")}
SETTINGS = dict(
    line.split("=", 1)
    for line in (FOLDER / "settings.env").read_text().splitlines()
    if not line.startswith("#")
)
