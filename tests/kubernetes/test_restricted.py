"""Every pod, held against the Pod Security Standard "restricted", which the namespace enforces."""

from __future__ import annotations

from typing import Any

import pytest

from tests.kubernetes.manifests import MANIFESTS, PODS

VOLUMES = {
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "persistentVolumeClaim",
    "projected",
    "secret",
}
OF_THE_HOST = ("hostNetwork", "hostPID", "hostIPC", "hostUsers", "shareProcessNamespace")


def violations(spec: dict[str, Any]) -> list[str]:
    """What the standard would refuse, in its own words."""
    found = [name for name in OF_THE_HOST if spec.get(name)]
    found += [f"volume {each['name']}" for each in spec.get("volumes", ()) if not VOLUMES & each.keys()]
    of_pod = spec.get("securityContext", {})
    found += [name for name in ("sysctls", "seLinuxOptions", "windowsOptions") if name in of_pod]
    for container in [*spec["containers"], *spec.get("initContainers", ())]:
        own = container.get("securityContext", {})
        both = {**of_pod, **own}
        capabilities = own.get("capabilities", {})
        checks = {
            "privileged": not own.get("privileged"),
            "procMount": own.get("procMount", "Default") == "Default",
            "allowPrivilegeEscalation": own.get("allowPrivilegeEscalation") is False,
            "runAsNonRoot": both.get("runAsNonRoot") is True,
            "runAsUser": both.get("runAsUser") != 0,
            "seccompProfile": both.get("seccompProfile", {}).get("type") in {"RuntimeDefault", "Localhost"},
            "capabilities.drop": "ALL" in capabilities.get("drop", ()),
            "capabilities.add": set(capabilities.get("add", ())) <= {"NET_BIND_SERVICE"},
            "hostPort": not any(port.get("hostPort") for port in container.get("ports", ())),
        }
        found += [f"{container['name']}: {name}" for name, is_met in checks.items() if not is_met]
    return found


@pytest.mark.parametrize("name", PODS)
def test_every_pod_is_let_in(name: str) -> None:
    assert violations(PODS[name]["spec"]) == []


def test_a_pod_that_asks_for_more_is_seen() -> None:
    assert violations(
        {
            "hostNetwork": True,
            "volumes": [{"name": "root", "hostPath": {"path": "/"}}],
            "containers": [
                {"name": "c", "securityContext": {"capabilities": {"drop": ["ALL"], "add": ["SYS_ADMIN"]}}}
            ],
        }
    ) == [
        *(
            "hostNetwork",
            "volume root",
            "c: allowPrivilegeEscalation",
            "c: runAsNonRoot",
            "c: seccompProfile",
        ),
        "c: capabilities.add",
    ]


def test_the_namespace_enforces_it() -> None:
    assert (
        MANIFESTS["namespace.yaml"]["metadata"]["labels"]["pod-security.kubernetes.io/enforce"]
        == "restricted"
    )


@pytest.mark.parametrize("name", PODS)
def test_beyond_the_standard(name: str) -> None:
    spec = PODS[name]["spec"]
    [container] = spec["containers"]
    assert container["securityContext"]["readOnlyRootFilesystem"] is True
    assert spec["automountServiceAccountToken"] is False
    # Variables named after services could pass for settings.
    assert spec["enableServiceLinks"] is False
