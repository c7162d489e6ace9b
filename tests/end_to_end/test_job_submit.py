"""`ray job submit --working-dir . -- foley run …` on a cluster with token authentication.

The head is started here as a user would start it, beside any other Ray on this machine: its own
ports, temporary folder and home. `ray stop` would end the others too, so the head is ended by its
own process.
"""

import json
import os
import secrets
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from videos import render

from pipelines.ports import free_ports

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
START_S = 240
SUBMIT_S = 600
OTHER_PORTS = (
    "port", "dashboard-agent-listen-port", "dashboard-agent-grpc-port", "ray-client-server-port",
    "metrics-export-port",
)  # fmt: skip
"""Options of `ray start` that name a port, but for the dashboard's."""

pytestmark = [pytest.mark.ray, pytest.mark.slow]


@dataclass(frozen=True)
class Head:
    """A running head: where its jobs API listens, and the environment that may use it."""

    address: str
    environment: dict[str, str]

    def answers(self) -> bool:
        token = Path(self.environment["HOME"], ".ray", "auth_token").read_text(encoding="utf-8")
        request = urllib.request.Request(
            f"{self.address}/api/version", headers={"Authorization": f"Bearer {token}"}
        )
        try:
            with urllib.request.urlopen(request, timeout=5) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return False

    def submit(self, *entrypoint: str, **changes: str) -> subprocess.CompletedProcess[str]:
        """Submit this checkout, wait for the job, and return what the command printed."""
        command = ["ray", "job", "submit", "--address", self.address, "--working-dir", "."]
        return subprocess.run(
            [*command, "--", *entrypoint],
            cwd=ROOT,
            env=self.environment | changes,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=SUBMIT_S,
        )


@pytest.fixture(scope="module")
def head() -> Iterator[Head]:
    # Sockets lie in this folder, and their paths have at most 107 bytes.
    with tempfile.TemporaryDirectory(prefix="foley-", dir="/tmp", ignore_cleanup_errors=True) as at:
        folder = Path(at)
        token = folder / "home" / ".ray" / "auth_token"
        token.parent.mkdir(parents=True)
        token.write_text(secrets.token_hex(32), encoding="utf-8")
        inherited = {k: v for k, v in os.environ.items() if not k.startswith("RAY_")}
        environment = inherited | {
            "HOME": str(folder / "home"),
            "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
            "RAY_AUTH_MODE": "token",
            "RAY_GRACEFUL_SHUTDOWN_DRAIN_TIMEOUT_S": "0",
            "NO_PROXY": "127.0.0.1",
        }
        (port,) = free_ports(1)
        found = Head(f"http://127.0.0.1:{port}", environment)
        with _running(folder, port, environment) as log:
            _wait_for(found, log)
            yield found


@contextmanager
def _running(folder: Path, port: int, environment: dict[str, str]) -> Iterator[Path]:
    """`ray start --head`, in the foreground so that ending it ends all that it started."""
    options: dict[str, object] = {
        **dict(zip(OTHER_PORTS, free_ports(len(OTHER_PORTS)), strict=True)),
        "dashboard-port": port,
        "min-worker-port": 0,
        "max-worker-port": 0,
        "num-cpus": 4,
        "object-store-memory": 200_000_000,
        "temp-dir": folder / "ray",
    }
    command = [f"--{name}={value}" for name, value in options.items()]
    log = folder / "head.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [BIN / "ray", "start", "--head", "--block", *command],
            env=environment,
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
        try:
            yield log
        finally:
            process.terminate()
            try:
                process.wait(timeout=40)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def _wait_for(found: Head, log: Path) -> None:
    deadline = time.monotonic() + START_S
    while not found.answers():
        if time.monotonic() > deadline:
            pytest.fail(f"the head did not start:\n{log.read_text(encoding='utf-8')[-2000:]}")
        time.sleep(0.3)


def test_a_submitted_job_makes_tracks(head: Head, tmp_path: Path) -> None:
    rows = [
        {"video_id": name, "uri": str(render(tmp_path / f"{name}.mp4", seconds=1))}
        for name in ("first", "second")
    ]
    (tmp_path / "manifest.jsonl").write_text(
        "".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8"
    )
    (tmp_path / "job.toml").write_text(
        f'manifest = "{tmp_path}/manifest.jsonl"\noutput = "{tmp_path}/out"\nquality = "draft"\n',
        encoding="utf-8",
    )
    answer = head.submit("foley", "run", str(tmp_path / "job.toml"))
    assert answer.returncode == 0, answer.stdout[-4000:]
    tracks = sorted((tmp_path / "out" / "tracks" / "region=neutral").iterdir())
    assert [track.name for track in tracks] == ["first.wav", "second.wav"]
    assert (tmp_path / "out" / "_SUCCESS").is_file()


def test_a_job_that_cannot_start_fails_with_its_reason(head: Head, tmp_path: Path) -> None:
    (tmp_path / "job.toml").write_text('manifest = "videos.csv"\nregion = ["neutral"]\n')
    answer = head.submit("sh", "-c", f"ls -A; exec foley run {tmp_path}/job.toml")
    assert answer.returncode == 1
    assert "region: unknown key" in answer.stdout
    assert "exit code 2" in answer.stdout
    # The checkout came along, without what is no part of it.
    files = answer.stdout.splitlines()
    assert "pyproject.toml" in files
    assert not {".venv", ".git"} & set(files)


def test_nobody_submits_without_the_token(head: Head, tmp_path: Path) -> None:
    answer = head.submit("true", HOME=str(tmp_path), RAY_AUTH_MODE="disabled")
    assert answer.returncode != 0
    assert "token" in answer.stdout
