"""An S3 server on loopback for tests, and a proxy that makes it fail.

The real Ceph RADOS Gateway where its packages and the start script are there, otherwise moto.
`FOLEY_TEST_S3=moto` chooses moto in any case. Started on first use, stopped at the session's end.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import boto3
import outside
import pytest

from pipelines.ports import free_ports

PROXY_SCRIPT, CEPH_SCRIPT = "tools/faultproxy.py", "tools/ceph_rgw.sh"
ACCESS_KEY, SECRET_KEY = "AKTEST", "sksecret"
START_S = 240


@dataclass(frozen=True)
class S3Server:
    """Where it listens and which kind it is: `ceph` or `moto`."""

    kind: str
    port: int

    @property
    def endpoint(self) -> str:
        """Its URL."""
        return f"http://127.0.0.1:{self.port}"

    def environment(self) -> dict[str, str]:
        """What a process needs in its environment to talk to it."""
        return environment(self.endpoint)

    def make_bucket(self) -> str:
        """The URI of a new bucket."""
        name = f"test-{uuid4().hex}"
        client = boto3.client(
            "s3",
            endpoint_url=self.endpoint,
            aws_access_key_id=ACCESS_KEY,
            aws_secret_access_key=SECRET_KEY,
            region_name="us-east-1",
        )
        client.create_bucket(Bucket=name)
        client.close()
        return f"s3://{name}"


@dataclass(frozen=True)
class FaultProxy:
    """A proxy before the server; `set("503:0.3")` makes three of ten connections fail."""

    port: int
    control_port: int

    def environment(self) -> dict[str, str]:
        """As that of the server, through the proxy."""
        return environment(f"http://127.0.0.1:{self.port}")

    def set(self, mode: str) -> str:
        """Change the fault: `ok`, `down`, `503:p`, `reset:p`, `cut:bytes`, `latency:ms`."""
        url = f"http://127.0.0.1:{self.control_port}/?mode={mode}"
        with urllib.request.urlopen(url, timeout=60) as answer:
            return str(answer.read().decode())


def environment(endpoint: str) -> dict[str, str]:
    """The usual AWS variables for an endpoint on loopback."""
    return {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": ACCESS_KEY,
        "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
    }


@pytest.fixture(scope="session")
def s3_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    """One S3 server for all tests of a session."""
    with running_server(tmp_path_factory.mktemp("s3")) as server:
        yield server


@pytest.fixture
def s3_bucket(s3_server: S3Server, monkeypatch: pytest.MonkeyPatch) -> str:
    """The URI of an empty bucket, with the environment set to reach it."""
    for name, value in s3_server.environment().items():
        monkeypatch.setenv(name, value)
    return s3_server.make_bucket()


@pytest.fixture
def fault_proxy(s3_server: S3Server) -> Iterator[FaultProxy]:
    """A fault-injecting proxy before the S3 server."""
    with running_proxy(s3_server) as proxy:
        yield proxy


@contextmanager
def running_server(folder: Path) -> Iterator[S3Server]:
    """An S3 server with its files in a folder."""
    with _ceph(folder) if _has_ceph() else _moto(folder) as server:
        yield server


@contextmanager
def running_proxy(server: S3Server) -> Iterator[FaultProxy]:
    """A fault-injecting proxy before an S3 server."""
    script = outside.need(PROXY_SCRIPT)
    proxy = FaultProxy(*free_ports(2))
    ports = [str(proxy.port), str(server.port), str(proxy.control_port)]
    with _running([sys.executable, str(script), *ports]):
        _until(lambda: bool(proxy.set("ok")))
        yield proxy


def _has_ceph() -> bool:
    programs = all(shutil.which(name) for name in ("ceph-mon", "ceph-osd", "ceph-mgr", "radosgw"))
    script = outside.find(CEPH_SCRIPT)
    return programs and script is not None and os.environ.get("FOLEY_TEST_S3") != "moto"


@contextmanager
def _ceph(folder: Path) -> Iterator[S3Server]:
    server = S3Server("ceph", *free_ports(1))
    home = folder / "ceph"
    command = ["bash", str(outside.need(CEPH_SCRIPT)), str(home), str(server.port)]
    try:
        with (folder / "start.log").open("wb") as log:
            subprocess.run(command, check=True, timeout=START_S, stdout=log, stderr=log)
        yield server
    finally:
        for pid_file in (home / "run").glob("*.pid"):
            with suppress(ProcessLookupError):
                os.kill(int(pid_file.read_text()), signal.SIGTERM)


@contextmanager
def _moto(folder: Path) -> Iterator[S3Server]:
    server = S3Server("moto", *free_ports(1))
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(server.port)]
    with _running(command):
        _until(lambda: urllib.request.urlopen(server.endpoint, timeout=5).close() is None)
        yield server


@contextmanager
def _running(command: list[str]) -> Iterator[None]:
    devnull = subprocess.DEVNULL
    with subprocess.Popen(command, stdout=devnull, stderr=devnull) as process:
        try:
            yield
        finally:
            process.terminate()


def _until(answers: Callable[[], bool]) -> None:
    deadline = time.monotonic() + START_S
    while True:
        try:
            if answers():
                return
        except OSError:
            if time.monotonic() > deadline:
                raise
        time.sleep(0.1)
