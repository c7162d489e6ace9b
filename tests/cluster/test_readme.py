"""`cluster/README.md`: five commands that parse and name files that are there."""

import re
import subprocess
from pathlib import Path

import pytest

from pipelines.config import load_job

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "cluster" / "README.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^\*\*(\d)\. .*?\n```bash\n(.*?)```", TEXT, re.M | re.S)


def test_there_are_five_commands() -> None:
    assert [number for number, _ in COMMANDS] == ["1", "2", "3", "4", "5"]


@pytest.mark.parametrize(("number", "command"), COMMANDS)
def test_a_command_is_one_shell_command_and_names_real_files(number: str, command: str) -> None:
    answer = subprocess.run(["bash", "-n"], input=command, text=True, check=False)
    assert answer.returncode == 0, number
    for path in re.findall(r"cluster/[\w.-]+", command):
        assert (ROOT / path).is_file(), path


def test_the_job_file_of_the_manifests_is_valid() -> None:
    job = load_job(ROOT / "cluster" / "job.toml", {})
    assert job.manifest.startswith("s3://")
    assert job.output.startswith("s3://")
