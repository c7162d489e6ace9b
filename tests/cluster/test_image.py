"""The images install exactly what was tested, from a build context without surprises."""

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
CLUSTER = ROOT / "cluster"
DOCKERFILE = (CLUSTER / "Dockerfile").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def test_both_targets_come_from_the_lock_and_drop_root() -> None:
    stages = dict(re.findall(r"^FROM \S+ AS (\S+)\n(.*?)(?=^FROM|\Z)", DOCKERFILE, re.M | re.S))
    assert "-r /tmp/wanted.txt -c /tmp/requirements.lock" in stages["libraries"]
    for target in ("cpu", "gpu"):
        assert f"COPY --from={target}-libraries" in stages[target]
        assert "pip install --no-index --no-deps" in stages[target]
        assert "USER 1000" in stages[target]


def test_the_image_with_gpu_can_compile_kernels() -> None:
    stage = DOCKERFILE.partition("FROM base AS gpu\n")[2]
    (installed,) = re.findall(r"apt-get install -y --no-install-recommends ([\w +.-]+)", stage)
    assert {"gcc", "libc6-dev"} <= set(installed.split())


def test_the_images_want_the_package_public_checkpoints_and_the_service(tmp_path: Path) -> None:
    (script,) = re.findall(r"python -c '(import tomllib.*?)'", DOCKERFILE, re.S)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    script = script.replace("\\\n", "").replace("/tmp/", f"{tmp_path}/")
    answer = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    extras, names = PROJECT["optional-dependencies"], ("hf", "provenance", "service", "cluster")
    wanted = [*PROJECT["dependencies"], *(one for name in names for one in extras[name])]
    assert answer.stdout.splitlines() == wanted


def test_the_base_image_runs_a_supported_python() -> None:
    (python,) = re.findall(r"^FROM python:(\S+)-slim", DOCKERFILE, re.M)
    assert Requirement(f"python{PROJECT['requires-python']}").specifier.contains(python)


def test_the_build_context_is_an_allow_list() -> None:
    text = (CLUSTER / "Dockerfile.dockerignore").read_text(encoding="utf-8")
    rules = [line for line in text.splitlines() if line and not line.startswith("#")]
    assert rules[0] == "*"
    allowed = {rule[1:] for rule in rules if rule.startswith("!")}
    assert {"pyproject.toml", "foley_core", "pipelines", "cluster/requirements.lock"} <= allowed
