"""A job says what it does before anything is loaded, and says it once."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.first_line import FIRST_PHASE, say_first
from pipelines.progress import progress_for

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("run job.toml", True),
        ("one a.mp4 -o out", True),
        ("correct c.csv -o out", True),
        ("run job.toml --dry-run", False),
        ("one -h", False),
        ("run", False),
        ("status out", False),
    ],
)
def test_it_is_said_before_libraries_are_loaded(command: str, said: bool, tmp_path: Path) -> None:
    (tmp_path / "typer.py").write_text(
        "import sys\n"
        "loaded = {name.partition('.')[0] for name in sys.modules}\n"
        "print(sorted(loaded - sys.stdlib_module_names))\n"
        "sys.exit(7)\n"
    )
    environment = {**os.environ, "PYTHONPATH": f"{tmp_path}:{ROOT}"}
    call = [sys.executable, "-S", "-m", "pipelines.start", *command.split()]
    done = subprocess.run(call, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.stderr == (f"{FIRST_PHASE}, 0 s\n" if said else "")
    assert done.returncode == 7
    assert done.stdout == "['__main__', 'pipelines', 'typer']\n"


def test_a_log_has_it_once_for_each_job(capsys: pytest.CaptureFixture[str]) -> None:
    say_first(["run", "job.toml"])
    for _ in range(2):
        with progress_for() as progress:
            progress.begin(FIRST_PHASE)
            progress.begin("reading the manifest")
    first, second = f"{FIRST_PHASE}, 0 s", "reading the manifest, 0 s"
    assert capsys.readouterr().err.splitlines() == [first, second, first, second]
