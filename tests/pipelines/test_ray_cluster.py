"""A cluster of a job's own: nobody else reaches it, its tasks see no secrets, nothing stays."""

import os
import shutil
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest
import ray

from pipelines import ray_cluster, ray_start
from pipelines.config import Job
from pipelines.ending import heeded_end
from pipelines.processes import MARK, marked
from pipelines.ray_cluster import cluster, private_environment
from pipelines.ray_start import patiently, without_greeting

INTRUDER = """
import sys
from ray._raylet import GcsClient
GcsClient(address=sys.argv[1]).get_all_node_info()
"""
LISTENS = "0A"


def test_tasks_find_in_the_environment_what_they_need_and_no_secret() -> None:
    given = {
        "PATH": "/bin", "HOME": "/root", "LC_ALL": "C", "PYTHONPATH": "/x", "FOLEY_CACHE": "/c",
        "OMP_NUM_THREADS": "1", "GITHUB_TOKEN": "t", "DATABASE_URL": "d", "SSH_AUTH_SOCK": "s",
        "AWS_SECRET_ACCESS_KEY": "a", "HF_TOKEN": "h", "https_proxy": "p",
        "RAY_AUTH_MODE": "disabled", "RAY_AUTH_TOKEN": "of another cluster",
        "RAY_worker_niceness": "7",
    }  # fmt: skip
    local = private_environment(given, "mark", remote=False)
    assert local["PATH"] == "/bin"
    assert {"HOME", "LC_ALL", "PYTHONPATH", "FOLEY_CACHE", "OMP_NUM_THREADS"} <= local.keys()
    secret = {"GITHUB_TOKEN", "DATABASE_URL", "SSH_AUTH_SOCK", "RAY_AUTH_MODE"}
    for_s3 = {"AWS_SECRET_ACCESS_KEY", "HF_TOKEN", "https_proxy"}
    assert not local.keys() & (secret | for_s3)
    remote = private_environment(given, "mark", remote=True)
    assert remote.keys() & (secret | for_s3) == for_s3
    assert local["RAY_AUTH_TOKEN"] == ray_cluster.TOKEN
    assert (local[MARK], local["RAY_worker_niceness"]) == ("mark", "7")


def titles(processes: list[int]) -> list[str]:
    """Command lines of those processes that still run."""
    lines = []
    for process in processes:
        with suppress(OSError):
            lines.append(Path(f"/proc/{process}/cmdline").read_text().strip("\0 "))
    return lines


def addresses_listened_to(processes: list[int]) -> set[str]:
    """Addresses, in hexadecimal as the kernel writes them, that processes accept connections at."""
    sockets = set()
    for process in processes:
        for handle in Path(f"/proc/{process}/fd").glob("*"):
            with suppress(OSError):  # closed meanwhile
                sockets.add(str(handle.readlink()))
    lines = [
        line.split()
        for name in ("tcp", "tcp6")
        for line in Path(f"/proc/net/{name}").read_text().splitlines()[1:]
    ]
    return {
        line[1].partition(":")[0]
        for line in lines
        if line[3] == LISTENS and f"socket:[{line[9]}]" in sockets
    }


@pytest.mark.ray
@pytest.mark.slow
@pytest.mark.filterwarnings("default")
def test_a_private_cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", "secret")
    monkeypatch.setenv("RAY_AUTH_MODE", "disabled")
    monkeypatch.delenv("RAY_ADDRESS", raising=False)
    monkeypatch.setattr("secrets.token_hex", lambda *_: "the-mark-of-this-test")
    before = dict(os.environ)
    job = Job(manifest="m.csv", output=str(tmp_path))

    @ray.remote
    def seen() -> dict[str, str]:
        return dict(os.environ)

    with heeded_end() as end, cluster(job, end) as (cpus, _):
        assert cpus >= 5
        assert dict(os.environ).items() >= before.items()
        environment = ray.get(seen.remote())
        assert "GITHUB_TOKEN" not in environment
        lines, deadline = list[str](), time.monotonic() + 300
        while not {"ray::DashboardAgent", "ray::RuntimeEnvAgent"} <= set(lines):
            # A node answers before its agents have given themselves a title.
            assert time.monotonic() < deadline, lines
            time.sleep(0.1)
            processes = marked(f"{MARK}=the-mark-of-this-test")
            lines = titles(processes)
        idle = ("/monitor.py", "/log_monitor.py", "/dashboard.py")
        assert not [line for line in lines if any(name in line for name in idle)]
        assert environment["RAY_USAGE_STATS_ENABLED"] == "0"
        loopback = {
            socket.inet_aton("127.0.0.1")[::-1].hex().upper(),
            "0000000000000000FFFF00000100007F",
            "00000000000000000000000001000000",
        }
        assert addresses_listened_to(processes) <= loopback
        address = ray.get_runtime_context().gcs_address
        without = {key: value for key, value in os.environ.items() if not key.startswith("RAY_")}
        without |= {"RAY_py_gcs_connect_timeout_s": "5"}
        intruder = subprocess.run(
            [sys.executable, "-c", INTRUDER, address],
            env=without, capture_output=True, text=True, check=False, timeout=100,
        )  # fmt: skip
        assert intruder.returncode != 0
        assert "uthentication" in intruder.stderr
    assert marked(f"{MARK}=the-mark-of-this-test") == []
    assert not ray.is_initialized()


def test_a_node_that_starts_slowly_is_waited_for_while_its_raylet_lives() -> None:
    """Ray by itself gives up after half a minute, in which a busy machine starts none."""
    answers = iter([RuntimeError("not yet")] * 2)

    def look(address: str, node: str) -> str:
        for error in answers:
            raise error
        return f"{node} at {address}"

    # Popen returns once the program runs: no moment in which its command line names another one.
    program = {"args": ["raylet", "60"], "executable": shutil.which("sleep")}
    with subprocess.Popen(**program, env={**os.environ, MARK: "slow"}) as raylet:  # type: ignore[call-overload]
        found = patiently(look, f"{MARK}=slow", "address", "node")
        assert found == "node at address"
        raylet.kill()
    answers = iter([RuntimeError("gone")])
    with pytest.raises(RuntimeError, match="gone"):
        patiently(look, f"{MARK}=slow", "address", "node")


def test_ray_does_not_greet_and_its_other_words_are_handed_on(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def connect(name: str, *, mode: int) -> str:
        os.write(
            2, b"[...] Set ray log level from environment variable RAY_BACKEND_LOG_LEVEL to 3\n"
        )
        os.write(2, b"something is wrong\n")
        return f"{name} {mode}"

    monkeypatch.setattr(ray_start._raylet, "CoreWorker", connect)
    with without_greeting():
        assert ray_start._raylet.CoreWorker("driver", mode=1) == "driver 1"
    assert ray_start._raylet.CoreWorker is connect
    os.write(2, b"after\n")
    assert capfd.readouterr().err == "something is wrong\nafter\n"
