"""The images install exactly what was tested, from a build context without surprises."""

import re
import tomllib
from importlib.metadata import distributions
from pathlib import Path

import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
CLUSTER = ROOT / "cluster"
DOCKERFILE = (CLUSTER / "Dockerfile").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def locked() -> dict[str, str]:
    lines = (CLUSTER / "requirements.lock").read_text(encoding="utf-8").splitlines()
    pins = [line.split("==") for line in lines]
    assert all(len(pin) == 2 and re.fullmatch(r"[\w.]+", pin[1]) for pin in pins)
    return {canonicalize_name(name): pinned for name, pinned in pins}


def test_the_lock_satisfies_every_requirement_of_the_package() -> None:
    pins = locked()
    for line in [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["hf"]]:
        requirement = Requirement(line)
        assert requirement.specifier.contains(pins[canonicalize_name(requirement.name)]), line


def test_the_lock_is_what_the_tests_run_on() -> None:
    installed: dict[str, str] = {
        canonicalize_name(d.name): d.version.split("+")[0] for d in distributions()
    }
    apart = {
        name: (pinned, installed[name])
        for name, pinned in locked().items()
        if installed.get(name, pinned) != pinned
    }
    assert apart == {}, "run `make setup`, or after a change of dependencies `make lock`"


def test_the_manifests_name_the_locked_ray() -> None:
    job = yaml.safe_load((CLUSTER / "rayjob.yaml").read_text(encoding="utf-8"))
    assert job["spec"]["rayClusterSpec"]["rayVersion"] == locked()["ray"]


def test_both_targets_come_from_the_lock_and_drop_root() -> None:
    stages = dict(re.findall(r"^FROM \S+ AS (\S+)\n(.*?)(?=^FROM|\Z)", DOCKERFILE, re.M | re.S))
    assert "-r /tmp/requirements.lock" in stages["libraries"]
    for target in ("cpu", "gpu"):
        assert f"COPY --from={target}-libraries" in stages[target]
        assert "pip install --no-index --no-deps" in stages[target]
        assert "USER 1000" in stages[target]


def test_the_base_image_runs_a_supported_python() -> None:
    (python,) = re.findall(r"^FROM python:(\S+)-slim", DOCKERFILE, re.M)
    assert Requirement(f"python{PROJECT['requires-python']}").specifier.contains(python)


def test_the_build_context_is_an_allow_list() -> None:
    text = (CLUSTER / "Dockerfile.dockerignore").read_text(encoding="utf-8")
    rules = [line for line in text.splitlines() if line and not line.startswith("#")]
    assert rules[0] == "*"
    allowed = {rule[1:] for rule in rules if rule.startswith("!")}
    assert {"pyproject.toml", "foley_core", "pipelines", "cluster/requirements.lock"} <= allowed
