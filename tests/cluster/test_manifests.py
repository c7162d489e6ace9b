"""The manifests are what KubeRay and Ray accept, and agree with each other.

KubeRay's schemas are part of the test data outside this repository. What only a server checks (CEL
rules, admission) is not checked here.
"""

import copy
import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import outside
import pytest
import yaml

from foley_core import __version__

ROOT = Path(__file__).parents[2]
CLUSTER = ROOT / "cluster"

Json = Any


def manifest(name: str) -> Json:
    return yaml.safe_load((CLUSTER / name).read_text(encoding="utf-8"))


def closed(schema: Json) -> Json:
    """A CRD's schema as JSON Schema that refuses unknown keys, as strict `kubectl` does."""
    if isinstance(schema, list):
        return [closed(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    node = {key: closed(value) for key, value in schema.items()}
    if node.pop("x-kubernetes-int-or-string", False):
        node.pop("pattern", None)
        node["type"] = ["integer", "string"]
    open_ended = node.get("x-kubernetes-preserve-unknown-fields", False)
    if isinstance(node.get("properties"), dict) and node.get("type") == "object" and not open_ended:
        node.setdefault("additionalProperties", False)
    return node


def cluster_of(service: Json) -> Json:
    """The cluster of a RayService, as a RayCluster: KubeRay's schema of its own is not at hand."""
    spec = service["spec"]["rayClusterConfig"]
    return {"apiVersion": "ray.io/v1", "kind": "RayCluster", "metadata": {}, "spec": spec}


def problems(document: Json) -> list[str]:
    """What the CRD of the document's kind says against it."""
    plural = document["kind"].lower() + "s"
    path = outside.need(f"schemas/kuberay/ray.io_{plural}.yaml")
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    crd = yaml.load(path.read_text(encoding="utf-8"), Loader=loader)
    version = document["apiVersion"].split("/")[1]
    (found,) = [item for item in crd["spec"]["versions"] if item["name"] == version]
    schema = closed(found["schema"]["openAPIV3Schema"])
    schema["properties"]["metadata"] = {"type": "object"}
    return [
        f"{'/'.join(map(str, fault.absolute_path))}: {fault.message}"
        for fault in jsonschema.Draft7Validator(schema).iter_errors(document)
    ]


def pods(job: Json) -> dict[str, Json]:
    """Pod specs of the cluster of a RayJob or a RayService, by group."""
    cluster = job["spec"].get("rayClusterSpec") or job["spec"]["rayClusterConfig"]
    groups = {group["groupName"]: group for group in cluster["workerGroupSpecs"]}
    return {
        name: group["template"]["spec"]
        for name, group in ({"head": cluster["headGroupSpec"]} | groups).items()
    }


@pytest.mark.parametrize("name", ["rayjob.yaml", "raycronjob.yaml"])
def test_kuberay_accepts_every_key(name: str) -> None:
    assert problems(manifest(name)) == []


def test_kuberay_accepts_every_key_of_the_cluster_of_the_service() -> None:
    service = manifest("rayservice.yaml")
    assert (service["apiVersion"], service["kind"]) == ("ray.io/v1", "RayService")
    assert service["spec"].keys() == {"upgradeStrategy", "serveConfigV2", "rayClusterConfig"}
    assert problems(cluster_of(service)) == []


def test_ray_serve_accepts_both_configurations_of_the_one_application() -> None:
    schema = pytest.importorskip("ray.serve.schema")
    on_ray = pytest.importorskip("pipelines.service.on_ray")
    alone = manifest("serve.yaml")
    config = yaml.safe_load(manifest("rayservice.yaml")["spec"]["serveConfigV2"])
    for one in (alone, config):
        schema.ServeDeploySchema.model_validate(one)
    assert config["applications"] == alone["applications"]
    assert config["proxy_location"] == "EveryNode"
    settings = on_ray.ClusterSettings.model_validate(config["applications"][0]["args"])
    (group,) = manifest("rayservice.yaml")["spec"]["rayClusterConfig"]["workerGroupSpecs"]
    cpus = int(group["template"]["spec"]["containers"][0]["resources"]["limits"]["cpu"])
    answering = 1
    assert cpus * group["maxReplicas"] >= settings.most_performers + answering


def test_the_service_is_never_started_twice_and_has_its_token() -> None:
    service = manifest("rayservice.yaml")
    assert service["spec"]["upgradeStrategy"] == {"type": "None"}
    for pod in pods(service).values():
        (container,) = pod["containers"]
        assert {"secretRef": {"name": "foley-service"}} in container["envFrom"]
        assert container["ports"] == [{"name": "serve", "containerPort": 8000}]


def test_a_misspelt_key_is_found() -> None:
    job = manifest("rayjob.yaml")
    group = job["spec"]["rayClusterSpec"]["workerGroupSpecs"][0]
    group["minReplica"] = group.pop("minReplicas")
    found = problems(job)
    assert any("minReplica" in line and "unexpected" in line for line in found)
    assert any("'minReplicas' is a required property" in line for line in found)


def test_the_night_runs_the_same_job() -> None:
    nightly = manifest("raycronjob.yaml")["spec"]["jobTemplate"]
    assert nightly == manifest("rayjob.yaml")["spec"]
    assert nightly["activeDeadlineSeconds"] < 24 * 3600


def test_nothing_runs_on_the_head_and_the_cluster_goes_away() -> None:
    spec = manifest("rayjob.yaml")["spec"]
    assert spec["rayClusterSpec"]["headGroupSpec"]["rayStartParams"]["num-cpus"] == "0"
    assert spec["rayClusterSpec"]["authOptions"] == {"mode": "token"}
    assert spec["shutdownAfterJobFinishes"]


@pytest.mark.parametrize("file", ["rayjob.yaml", "rayservice.yaml"])
def test_every_pod_is_unprivileged_and_has_its_object_store_in_memory(file: str) -> None:
    for name, pod in pods(manifest(file)).items():
        assert pod["securityContext"]["runAsNonRoot"], name
        (container,) = pod["containers"]
        assert container["securityContext"]["allowPrivilegeEscalation"] is False
        assert container["resources"]["requests"] == container["resources"]["limits"]
        mounts = {mount["mountPath"]: mount["name"] for mount in container["volumeMounts"]}
        volumes = {volume["name"]: volume for volume in pod["volumes"]}
        assert volumes[mounts["/dev/shm"]]["emptyDir"]["medium"] == "Memory"


def test_only_the_gpu_group_asks_for_a_gpu() -> None:
    asks = {
        name: "nvidia.com/gpu" in pod["containers"][0]["resources"]["limits"]
        for name, pod in pods(manifest("rayjob.yaml")).items()
    }
    assert asks == {"head": False, "cpu": False, "gpu": True}


def test_no_credentials_are_written_down() -> None:
    for path in CLUSTER.iterdir():
        assert "SECRET_ACCESS_KEY:" not in path.read_text(encoding="utf-8"), path.name
    for pod in pods(manifest("rayjob.yaml")).values():
        secrets = [source["secretRef"] for source in pod["containers"][0]["envFrom"]]
        assert secrets == [
            {"name": name, "optional": True} for name in ("foley-s3", "foley-signing")
        ]


def ray_schema() -> Json:
    return json.loads((files("ray.autoscaler") / "ray-schema.json").read_text(encoding="utf-8"))


def test_ray_accepts_the_ray_up_file() -> None:
    jsonschema.Draft7Validator(ray_schema()).validate(manifest("ray-up.yaml"))


def test_a_misspelt_key_of_the_ray_up_file_is_found() -> None:
    config = copy.deepcopy(manifest("ray-up.yaml"))
    config["max_worker"] = config.pop("max_workers")
    with pytest.raises(jsonschema.ValidationError, match="max_worker"):
        jsonschema.Draft7Validator(ray_schema()).validate(config)


def test_both_clusters_have_the_same_size() -> None:
    config = manifest("ray-up.yaml")
    types = {k: v for k, v in config["available_node_types"].items() if k != "head"}
    ec2 = {name: (node["min_workers"], node["resources"]["CPU"]) for name, node in types.items()}
    groups = manifest("rayjob.yaml")["spec"]["rayClusterSpec"]["workerGroupSpecs"]
    kubernetes = {
        group["groupName"]: (
            group["replicas"],
            int(group["template"]["spec"]["containers"][0]["resources"]["limits"]["cpu"]),
        )
        for group in groups
    }
    assert ec2 == kubernetes
    assert config["max_workers"] == sum(count for count, _ in ec2.values())


def test_images_agree_with_each_other_and_with_the_package_version() -> None:
    image = f"registry.example.com/foley:{__version__}"
    job = {
        name: pod["containers"][0]["image"] for name, pod in pods(manifest("rayjob.yaml")).items()
    }
    assert job == {"head": f"{image}-cpu", "cpu": f"{image}-cpu", "gpu": f"{image}-gpu"}
    serving = {pod["containers"][0]["image"] for pod in pods(manifest("rayservice.yaml")).values()}
    assert serving == {f"{image}-cpu"}
    config = manifest("ray-up.yaml")
    assert config["docker"]["image"] == f"{image}-cpu"
    gpu = config["available_node_types"]["gpu"]["docker"]
    assert gpu == {"worker_image": f"{image}-gpu"}
