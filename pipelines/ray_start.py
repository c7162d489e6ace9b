"""The start of a private cluster where Ray 2.60 leaves no setting for it.

By itself Ray makes a cluster reachable from other machines, gives its raylet 30 s to appear, and
the raylet gives its agents half a minute to find a port; a machine that is busy with other things
takes minutes for either. Here the loopback is the address, the ports are found beforehand, and
the raylet is waited for as long as it lives. Three processes that Ray starts beside it have nothing
to do in such a cluster and are left out: one asks for more machines, one sends the workers' output
to a driver that does not want it, and one, without the dashboard, only reports use.
"""

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from tempfile import TemporaryFile
from typing import Any

from ray import _raylet as untyped
from ray._private import node, parameter, ray_constants, services

from pipelines.ports import free_ports
from pipelines.processes import marked

START_S = 900.0
STDERR = 2
GREETING = b"Set ray log level from environment variable"
_raylet: Any = untyped

# Names of a port: to the raylet, which reads it in a file, and among Ray's parameters.
_AGENT_PORTS = {
    _raylet.METRICS_AGENT_PORT_NAME: "metrics_agent_port",
    _raylet.METRICS_EXPORT_PORT_NAME: "metrics_export_port",
    _raylet.DASHBOARD_AGENT_LISTEN_PORT_NAME: "dashboard_agent_listen_port",
    _raylet.RUNTIME_ENV_AGENT_PORT_NAME: "runtime_env_agent_port",
}


@contextmanager
def private_and_patient(mark: str) -> Iterator[None]:
    """`ray.init` in the block starts a cluster of this machine alone, however long it takes.

    Args:
        mark: of the cluster's processes.
    """
    with ExitStack() as replaced:
        for owner, name, value in (
            (ray_constants, "ENABLE_RAY_CLUSTER", False),
            (services, "get_node", partial(patiently, services.get_node, mark)),
            (parameter, "RayParams", partial(_fitted, parameter.RayParams)),
            (node.Node, "start_ray_processes", _telling(node.Node.start_ray_processes)),
            (node.Node, "start_api_server", _nothing),
        ):
            replaced.enter_context(_replaced(owner, name, value))
        yield


def patiently(look: Callable[[str, str], Any], mark: str, address: str, name: str) -> Any:
    """Return what Ray knows of a node that starts, once it knows something.

    Raises:
        RuntimeError: it knew nothing within `START_S`, or when the raylet had ended.
    """
    deadline = time.monotonic() + START_S
    while True:
        try:
            return look(address, name)
        except RuntimeError:
            if time.monotonic() > deadline or not marked(mark, "raylet"):
                raise
        time.sleep(0.5)


def _nothing(_: Any, **given: Any) -> None:
    """Start nothing."""


def _fitted(parameters: Callable[..., Any], **given: Any) -> Any:
    """Return Ray's parameters with ports, and without helpers that have nothing to do."""
    made = parameters(**given)
    made.no_monitor, made.include_log_monitor = True, False
    for name, port in zip(_AGENT_PORTS.values(), free_ports(len(_AGENT_PORTS)), strict=True):
        setattr(made, name, port)
    return made


def _telling(start: Callable[[Any], None]) -> Callable[[Any], None]:
    """Tell the raylet the ports of its agents before it starts, in place of the agents."""

    def told(self: Any) -> None:
        for name, parameter_name in _AGENT_PORTS.items():
            port = getattr(self._ray_params, parameter_name)
            _raylet.persist_port(self._session_dir, self._node_id, name, port)
        start(self)

    return told


@contextmanager
def without_greeting() -> Iterator[None]:
    """`ray.init` in the block does not say on standard error that its log level is set.

    Ray's C++ says so whenever the level comes from the environment, where alone it can be set, and
    at the default level it warns of what a job knows.
    """
    with _replaced(_raylet, "CoreWorker", partial(_without_greeting, _raylet.CoreWorker)):
        yield


def _without_greeting(connect: Callable[..., Any], *given: Any, **named: Any) -> Any:
    """Connect, and hand on all that is written to standard error meanwhile but that line."""
    sys.stderr.flush()
    before = os.dup(STDERR)
    with TemporaryFile(prefix="foley-ray-") as kept:
        os.dup2(kept.fileno(), STDERR)
        try:
            return connect(*given, **named)
        finally:
            sys.stderr.flush()
            os.dup2(before, STDERR)
            os.close(before)
            kept.seek(0)
            for line in kept:
                if GREETING not in line:
                    os.write(STDERR, line)


@contextmanager
def _replaced(owner: Any, name: str, value: Any) -> Iterator[None]:
    before = getattr(owner, name)
    setattr(owner, name, value)
    try:
        yield
    finally:
        setattr(owner, name, before)
