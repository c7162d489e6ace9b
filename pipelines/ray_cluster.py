"""The Ray cluster of a job: the one it was submitted to, or a private one of its own.

A private cluster listens on this machine's loopback alone and asks for a token that no file holds.
Its processes find in their environment what a task needs and nothing else, and one mark, by which
each of them is found when the job ends. They have as long to start and to answer as a machine needs
that is busy with thirty other things: that the cluster still lives is seen from its processes, not
from their answers.
"""

import logging
import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any

import ray
from ray._private import ray_constants

from foley_core.errors import BrokeOffError
from foley_core.storage.addresses import local_path
from pipelines.config import Job
from pipelines.ending import End
from pipelines.pools import local_cpus
from pipelines.privacy.offline import HOOK, environment
from pipelines.processes import MARK, end_marked, watched
from pipelines.ray_start import private_and_patient, without_greeting

TOKEN = secrets.token_hex(32)
"""Token of every private cluster of this process: Ray reads one once and keeps it."""
NO_PROGRESS_S = 6 * 3600
"""One clip on a starved machine takes hours; Ray Data would give up after half of one."""

# What tasks need of the environment, by the beginning of the name.
NEEDED = (
    "PATH", "HOME", "USER", "LOGNAME", "LANG", "LC_", "TZ", "TMPDIR", "VIRTUAL_ENV",
    "XDG_CACHE_HOME", "LD_LIBRARY_PATH", "LD_PRELOAD", "PYTHON", "RAY_", "FOLEY_", "OMP_", "MKL_",
    "OPENBLAS_", "CUDA_", "NVIDIA_", "TORCH", "PYTORCH_", "TRITON_", "CC", "CXX",
    "MALLOC_",
)  # fmt: skip
NEEDED_FOR_REMOTE = (
    "AWS_", "HF_", "SSL_CERT_", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "HTTP_PROXY", "HTTPS_PROXY",
    "NO_PROXY", "ALL_PROXY",
)  # fmt: skip

HOUR_MS = 3_600_000
PATIENCE = {
    # Starting: each waits for the one before, and Python alone takes a minute to begin.
    "RAY_gcs_server_port_wait_time_s": 600,
    "RAY_gcs_server_request_timeout_seconds": 600,
    "RAY_gcs_rpc_server_connect_timeout_s": 600,
    "RAY_py_gcs_connect_timeout_s": 600,
    "RAY_agent_register_timeout_ms": HOUR_MS,
    "RAY_worker_register_timeout_seconds": 3600,
    # Answering: nobody is declared dead for being slow.
    "RAY_gcs_rpc_server_reconnect_timeout_s": 3600,
    "RAY_health_check_initial_delay_ms": 60_000,
    "RAY_health_check_timeout_ms": 60_000,
    "RAY_health_check_failure_threshold": 60,
    "RAY_grpc_keepalive_timeout_ms": HOUR_MS,
    "RAY_grpc_client_keepalive_timeout_ms": HOUR_MS,
    # At Ray's niceness of 15 a worker gets nothing at all beside thirty processes of niceness 0.
    "RAY_worker_niceness": 0,
}


@contextmanager
def cluster(job: Job, end: End, remote: bool = False) -> Iterator[tuple[float, float]]:
    """The cluster's CPUs and GPUs, for a `with` block; a private one is gone afterwards.

    A job submitted to a cluster finds its address in the environment. Without one a private local
    cluster is started, never an unrelated one that happens to run on the machine.

    Args:
        end: told when a private cluster dies.
        remote: some videos are not on this machine.

    Raises:
        BrokeOffError: a private cluster does not start.
    """
    os.environ.setdefault("RAY_BACKEND_LOG_LEVEL", "fatal")
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    quiet: dict[str, Any] = {"log_to_driver": False, "logging_level": logging.ERROR}
    if job.privacy.offline:
        quiet["runtime_env"] = {"env_vars": environment(), "worker_process_setup_hook": HOOK}
    mark = os.environ.get(MARK) or secrets.token_hex(8)
    end.kill_cluster = partial(end_marked, f"{MARK}={mark}", grace_s=0.0)
    try:
        if os.environ.get("RAY_ADDRESS"):
            with without_greeting():
                ray.init(**quiet)
            vital: dict[int, str] = {}
        else:
            _start(quiet, private_environment(os.environ, mark, remote or _is_remote(job)))
            vital = _vital()
        end.heed_signals()
        with watched(vital, end.lost):
            yield _resources()
    except BaseException as error:
        end.begin(error)
        raise
    finally:
        with end.in_time("the end of Ray"):
            ray.shutdown()
            end_marked(f"{MARK}={mark}")


def _is_remote(job: Job) -> bool:
    """Return True where workers read or write something of a job elsewhere."""
    return any(local_path(place) is None for place in (job.output, job.model_path) if place)


def private_environment(given: Mapping[str, str], mark: str, remote: bool) -> dict[str, str]:
    """Return what of an environment the processes of a private cluster get, and what is added."""
    needed = NEEDED + (NEEDED_FOR_REMOTE if remote else ())
    kept = {name: value for name, value in given.items() if name.upper().startswith(needed)}
    for name in ("RAY_AUTH_MODE", "RAY_AUTH_TOKEN_PATH"):
        kept.pop(name, None)  # without a mode Ray asks for the token
    patience = {name: kept.get(name, str(value)) for name, value in PATIENCE.items()}
    return {
        **kept,
        **patience,
        "RAY_AUTH_TOKEN": TOKEN,
        # Ray's own switch for machines whose clusters stay on them: the loopback is its address.
        ray_constants.ENABLE_RAY_CLUSTERS_ENV_VAR: "0",
        MARK: mark,
        # A process that gives itself another title would write over its mark.
        "SPT_NOENV": "1",
    }


def _start(quiet: dict[str, Any], private: Mapping[str, str]) -> None:
    try:
        patient = private_and_patient(f"{MARK}={private[MARK]}")
        with _environment(private), patient, without_greeting():
            ray.init(address="local", num_cpus=local_cpus(), include_dashboard=False, **quiet)
    except Exception as error:
        raise BrokeOffError(
            f"Ray did not start on this machine ({type(error).__name__}: {error}); run the job "
            "again, when there is more memory or less to do here"
        ) from error


@contextmanager
def _environment(wanted: Mapping[str, str]) -> Iterator[None]:
    """Another environment for processes that start in the block."""
    before = dict(os.environ)
    os.environ.clear()
    os.environ.update(wanted)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def _vital() -> dict[int, str]:
    """Return the processes without which a private cluster is none."""
    node: Any = ray._private.worker._global_node
    started = node.all_processes
    return {
        started[kind][0].process.pid: name
        for kind, name in (
            (ray_constants.PROCESS_TYPE_RAYLET, "raylet"),
            (ray_constants.PROCESS_TYPE_GCS_SERVER, "gcs_server"),
        )
    }


def _resources() -> tuple[float, float]:
    for handler in logging.getLogger("ray.data").handlers:
        if type(handler).__name__ == "PlainRayHandler":
            handler.setLevel(logging.CRITICAL)  # what ends a job is said once, by the job
    context = ray.data.DataContext.get_current()
    context.enable_progress_bars = False
    context.execution_no_progress_timeout_s = NO_PROGRESS_S
    resources: dict[str, float] = ray.cluster_resources()  # type: ignore[no-untyped-call]
    return resources.get("CPU", 0.0), resources.get("GPU", 0.0)
