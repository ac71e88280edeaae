"""The manifests, held against the API of Kubernetes, against each other, and against what the server takes."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import kubernetes_validate
import pytest
import yaml

from identity_cloud.settings.environment import SETTINGS as KNOWN
from tests.kubernetes.manifests import FOLDER, KUSTOMIZATION, MANIFESTS, PODS, SETTINGS

VERSIONS = ("1.28", "1.32", kubernetes_validate.latest_version())
MOUNT = "/run/secrets/identity-cloud"


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", MANIFESTS)
def test_kubernetes_takes_it(name: str, version: str) -> None:
    kubernetes_validate.validate(MANIFESTS[name], version, strict=True)


def test_every_file_is_applied_but_the_secret() -> None:
    files = {path.name for path in FOLDER.glob("*.yaml")} - {"kustomization.yaml"}
    assert files - set(KUSTOMIZATION["resources"]) == {"secret.example.yaml"}
    assert set(MANIFESTS["secret.example.yaml"]["stringData"].values()) == {""}


def test_all_pods_are_made_alike() -> None:
    """But for what they run, and what only a server has."""
    own = {"args", "ports", "startupProbe", "livenessProbe", "readinessProbe", "lifecycle"}
    of_pod = {"containers", "restartPolicy", "terminationGracePeriodSeconds", "topologySpreadConstraints"}

    def common(name: str) -> object:
        spec = PODS[name]["spec"]
        [container] = spec["containers"]
        return (
            {key: value for key, value in spec.items() if key not in of_pod},
            {key: value for key, value in container.items() if key not in own},
        )

    assert common("deployment.yaml") == common("migrate.yaml") == common("housekeeping.yaml")
    asked = [PODS[name]["spec"]["containers"][0]["args"] for name in PODS]
    assert asked == [["serve"], ["migrate"], ["housekeeping"]]


def test_whoever_picks_servers_picks_servers_alone() -> None:
    labels = PODS["deployment.yaml"]["metadata"]["labels"]
    selectors = [
        MANIFESTS["deployment.yaml"]["spec"]["selector"]["matchLabels"],
        MANIFESTS["service.yaml"]["spec"]["selector"],
        MANIFESTS["disruption-budget.yaml"]["spec"]["selector"]["matchLabels"],
        *(
            each["labelSelector"]["matchLabels"]
            for each in PODS["deployment.yaml"]["spec"]["topologySpreadConstraints"]
        ),
    ]
    assert all(selector == labels for selector in selectors)
    everybody = MANIFESTS["network-policy.yaml"]["spec"]["podSelector"]["matchLabels"].items()
    for name, template in PODS.items():
        assert everybody <= template["metadata"]["labels"].items()
        assert (template["metadata"]["labels"] == labels) == (name == "deployment.yaml")


def test_the_settings_are_known_and_hold_no_secret() -> None:
    secrets = MANIFESTS["secret.example.yaml"]["stringData"]
    files = {name: value for name, value in SETTINGS.items() if name.endswith("_FILE")}
    assert {Path(value).name for value in files.values()} == set(secrets)
    assert {str(Path(value).parent) for value in files.values()} == {MOUNT}
    assert {name.removesuffix("_FILE") for name in SETTINGS} <= set(KNOWN)
    assert set(SETTINGS) - set(files) == {"PUBLIC_URL", "TRUSTED_PROXIES"}
    for template in PODS.values():
        [container] = template["spec"]["containers"]
        mounts = {mount["name"]: mount["mountPath"] for mount in container["volumeMounts"]}
        assert mounts == {"secrets": MOUNT, "data": "/data", "tmp": "/tmp"}


def test_a_server_is_asked_how_it_is_and_is_given_time_to_end() -> None:
    spec = PODS["deployment.yaml"]["spec"]
    [container] = spec["containers"]
    paths = {
        name: container[f"{name}Probe"]["httpGet"]["path"] for name in ("startup", "liveness", "readiness")
    }
    assert paths == {"startup": "/health/live", "liveness": "/health/live", "readiness": "/health/ready"}
    waits = int(container["lifecycle"]["preStop"]["exec"]["command"][1])
    assert spec["terminationGracePeriodSeconds"] >= waits + 25
    strategy = MANIFESTS["deployment.yaml"]["spec"]["strategy"]["rollingUpdate"]
    assert strategy["maxUnavailable"] == 0
    budget = MANIFESTS["disruption-budget.yaml"]["spec"]["minAvailable"]
    assert budget < MANIFESTS["deployment.yaml"]["spec"]["replicas"]


def test_kustomize_puts_them_together() -> None:
    kubectl = shutil.which("kubectl")
    if kubectl is None:
        pytest.skip("kubectl is not installed. Install it and run again.")
    done = subprocess.run([kubectl, "kustomize", FOLDER], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    made = list(yaml.safe_load_all(done.stdout))
    for manifest in made:
        kubernetes_validate.validate(manifest, VERSIONS[-1], strict=True)
        assert manifest["kind"] == "Namespace" or manifest["metadata"]["namespace"] == "identity-cloud"
    kinds = sorted(manifest["kind"] for manifest in made)
    assert kinds == [
        *(
            "ConfigMap",
            "CronJob",
            "Deployment",
            "Job",
            "Namespace",
            "NetworkPolicy",
            "PodDisruptionBudget",
            "Service",
        ),
    ]
    # A change of the settings is a change of the pods: the name of the map has a hash of what is in it.
    [settings] = [manifest for manifest in made if manifest["kind"] == "ConfigMap"]
    assert re.fullmatch("identity-cloud-[a-z0-9]{10}", settings["metadata"]["name"])
    assert done.stdout.count(f"name: {settings['metadata']['name']}\n") == 4
