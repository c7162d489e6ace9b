"""The commands of a bare clone: they exist, parse, and do what they say before anything runs."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")


def make(*arguments: str, folder: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """As from a shell: what a make around the tests has set is left out."""
    own = {k: v for k, v in os.environ.items() if k not in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS")}
    return subprocess.run(
        ["make", *arguments], cwd=folder, env=own, capture_output=True, text=True, check=False
    )


def test_help_lists_every_target() -> None:
    targets = set(re.findall(r"^([a-z]+):", MAKEFILE, re.M)) - {"lint", "types", "pytest"}  # parts
    assert targets >= {"setup", "test", "demo", "check", "clean"}
    listed = set(re.findall(r"^  make (\w+)", make().stdout, re.M))
    assert listed == targets


def test_test_runs_every_check() -> None:
    plan = make("--dry-run", "test")
    assert plan.returncode == 0, plan.stderr
    for tool in ("ruff format --check", "ruff check", "mypy", "lint-imports", "pytest"):
        assert f".venv/bin/{tool}" in plan.stdout
    assert plan.stdout.strip().splitlines()[-1].startswith(".venv/bin/pytest")


def test_setup_says_what_is_missing_when_no_python_serves(tmp_path: Path) -> None:
    (tmp_path / "cluster").mkdir()
    for name in ("Makefile", "pyproject.toml", "cluster/requirements.lock"):
        shutil.copy(ROOT / name, tmp_path / name)
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "python3").write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    (tools / "python3").chmod(0o755)
    for tool in ("make", "bash"):
        found = shutil.which(tool)
        assert found
        (tools / tool).symlink_to(found)
    answer = subprocess.run(
        ["make", "setup"],
        cwd=tmp_path,
        env={"PATH": str(tools)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 2
    assert "install Python 3.11, 3.12, 3.13 or 3.14" in answer.stderr
    assert not (tmp_path / ".venv").exists()


@pytest.mark.parametrize("script", [".ci/run"])
def test_scripts_are_executable_and_parse(script: str) -> None:
    path = ROOT / script
    assert os.access(path, os.X_OK)
    assert subprocess.run(["bash", "-n", path], check=False).returncode == 0
    assert "make --no-print-directory test" in path.read_text(encoding="utf-8")
