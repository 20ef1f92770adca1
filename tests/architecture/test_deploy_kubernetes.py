"""The Kubernetes manifests have known fields, run without root, and fit each other, the image and the lock."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest

from farm.cluster.ray_pool import ALLOCATORS
from tests.architecture import deploy_files as files

PODS = list(files.pods())
each_pod = pytest.mark.parametrize("pod", [pod for _, pod in PODS], ids=[place for place, _ in PODS])


@pytest.mark.parametrize("name", ["raycluster", "rayjob"])
def test_ray_resources_have_known_fields(name: str) -> None:
    """RayCluster and RayJob have the fields of KubeRay's definitions, and no others."""
    (document,) = files.documents(f"kuberay/{name}.yaml")

    jsonschema.validate(document, files.schema(name))


@each_pod
def test_pods_have_known_fields(pod: dict[str, Any]) -> None:
    """Every pod has the fields of Kubernetes' definition, and no others."""
    definitions = files.schema("raycluster")["$defs"]

    jsonschema.validate(pod, {"$ref": "#/$defs/pod", "$defs": definitions})


@each_pod
def test_pods_are_not_root(pod: dict[str, Any]) -> None:
    """No pod runs as root, may become root, or has a token of the cluster."""
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["runAsUser"] == int(files.last_user().partition(":")[0])
    assert pod["automountServiceAccountToken"] is False
    for container in pod["containers"]:
        assert container["securityContext"]["allowPrivilegeEscalation"] is False
        assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}


@each_pod
def test_pods_mount_what_they_declare(pod: dict[str, Any]) -> None:
    """Every mount has a volume, and every volume is mounted."""
    mounted = {mount["name"] for container in pod["containers"] for mount in container.get("volumeMounts", [])}

    assert mounted == {volume["name"] for volume in pod.get("volumes", [])}


@each_pod
def test_pods_refer_to_settings_that_the_example_makes(pod: dict[str, Any]) -> None:
    """Every config map and secret that a pod reads is in the example of settings."""
    made = {
        (document["kind"], document["metadata"]["name"])
        for document in files.documents("kuberay/settings.example.yaml")
    }
    kinds = {"configMapRef": "ConfigMap", "secretRef": "Secret"}
    for container in pod["containers"]:
        for source in container.get("envFrom", []):
            for key, reference in source.items():
                assert (kinds[key], reference["name"]) in made


def test_ray_version_is_the_locked_one() -> None:
    """The RayCluster names the Ray version that is in the image."""
    (cluster,) = files.documents("kuberay/raycluster.yaml")

    assert cluster["spec"]["rayVersion"] == files.locked("ray")


def test_ray_cluster_asks_for_a_token() -> None:
    """Nobody without the token can run code on the cluster."""
    (cluster,) = files.documents("kuberay/raycluster.yaml")

    assert cluster["spec"]["authOptions"] == {"mode": "token"}


def test_ray_head_runs_no_inspections() -> None:
    """The head offers no CPUs, so that no inspection can take it down."""
    (cluster,) = files.documents("kuberay/raycluster.yaml")

    assert cluster["spec"]["headGroupSpec"]["rayStartParams"]["num-cpus"] == "0"


def test_ray_notices_dead_nodes_soon() -> None:
    """All nodes have the health-check settings that find a frozen node in about ten seconds."""
    for place, pod in PODS:
        if place.startswith("raycluster"):
            found = {entry["name"]: entry["value"] for entry in pod["containers"][0]["env"]}
            period, threshold = (int(found[f"RAY_health_check_{name}"]) for name in ("period_ms", "failure_threshold"))
            assert period * threshold + int(found["RAY_health_check_timeout_ms"]) <= 15_000


def test_workers_are_kept_small() -> None:
    """Where the farm does not start the cluster itself, whoever does sets what allocators read at their start."""
    for place, pod in PODS:
        if place.startswith("raycluster"):
            found = {entry["name"]: entry["value"] for entry in pod["containers"][0]["env"]}
            assert ALLOCATORS == {name: found.get(name) for name in ALLOCATORS}


def test_workers_cannot_write_to_the_ledger() -> None:
    """The ledger's password is in no pod that opens apps."""
    (cluster,) = files.documents("kuberay/raycluster.yaml")
    for group in cluster["spec"]["workerGroupSpecs"]:
        for container in group["template"]["spec"]["containers"]:
            assert {"secretRef": {"name": "apkfarm-ledger"}} not in container["envFrom"]


def test_worker_memory_fits_an_inspection_on_every_cpu() -> None:
    """A worker pod has room for one inspection at its limit on every CPU, and a quarter on top."""
    (cluster,) = files.documents("kuberay/raycluster.yaml")
    (group,) = cluster["spec"]["workerGroupSpecs"]
    limits = group["template"]["spec"]["containers"][0]["resources"]["limits"]

    assert int(limits["memory"].removesuffix("Gi")) * 1024 >= int(limits["cpu"]) * 3072 * 1.25


def test_job_runs_on_the_cluster() -> None:
    """The job selects the RayCluster by its name and connects to the cluster it runs on."""
    (cluster,) = files.documents("kuberay/raycluster.yaml")
    (job,) = files.documents("kuberay/rayjob.yaml")

    assert job["spec"]["clusterSelector"] == {"ray.io/cluster": cluster["metadata"]["name"]}
    assert job["spec"]["entrypoint"] == "farm run --address auto --until-done"


def test_network_policy_admits_the_submitter() -> None:
    """The policy covers the cluster's pods and lets the job's submitter in."""
    (policy,) = files.documents("kuberay/networkpolicy.yaml")
    (job,) = files.documents("kuberay/rayjob.yaml")
    (cluster,) = files.documents("kuberay/raycluster.yaml")
    admitted = [peer["podSelector"]["matchLabels"] for rule in policy["spec"]["ingress"] for peer in rule["from"]]

    assert policy["spec"]["podSelector"]["matchLabels"] == {"ray.io/cluster": cluster["metadata"]["name"]}
    assert job["spec"]["submitterPodTemplate"]["metadata"]["labels"] in admitted
