"""Offline: any network use but the object store and the cluster is an error.

A guard inside Python: names are resolved only for the store's hosts, and sockets connect only to
them, to this machine and to private addresses, where the cluster lives. Ray's own transport is not
Python's and passes. It catches what a library does unasked, such as a download or a report of use;
against a hostile program only rules of the network help.
"""

import ipaddress
import os
import socket
import sys
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from foley_core.errors import PrivacyError

VARIABLE = "FOLEY_OFFLINE"
HOOK = "pipelines.privacy.offline.guard_from_environment"
QUIET = {
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "RAY_USAGE_STATS_ENABLED": "0",
}
_AWS = ".amazonaws.com"

_state: dict[str, Any] = {"hosts": None, "addresses": set()}


def environment() -> dict[str, str]:
    """Return what every process of an offline job must find in its environment."""
    return {VARIABLE: ",".join(store_hosts()), **QUIET}


def store_hosts() -> tuple[str, ...]:
    """Hosts of the object store: that of the endpoint, or all of AWS."""
    endpoint = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL")
    host = urlsplit(endpoint).hostname if endpoint else None
    return (host,) if host else (_AWS,)


def guard_from_environment() -> None:
    """Guard this process if its environment says so; what each worker of an offline job runs."""
    if hosts := os.environ.get(VARIABLE):
        guard(tuple(hosts.split(",")))


def guard(hosts: tuple[str, ...]) -> None:
    """Refuse, from now on in this process, all that is not for `hosts`, here, or private.

    Args:
        hosts: names that may be resolved; one with a dot first stands for all names below it.
    """
    os.environ.update({VARIABLE: ",".join(hosts), **QUIET})
    if _state["hosts"] is None:
        sys.addaudithook(_check)
        socket.getaddrinfo = _resolving(socket.getaddrinfo)
    _state["hosts"] = hosts


def _resolving(resolve: Callable[..., Any]) -> Callable[..., Any]:
    """`socket.getaddrinfo` that remembers where allowed names lead."""

    def resolved(host: Any, *rest: Any, **named: Any) -> Any:
        found = resolve(host, *rest, **named)
        if _state["hosts"] and _is_store(host):
            _state["addresses"].update(entry[4][0] for entry in found)
        return found

    return resolved


def _check(event: str, arguments: tuple[Any, ...]) -> None:
    if not _state["hosts"]:
        return
    if event == "socket.getaddrinfo":
        _refuse_unless(_is_store(arguments[0]) or _is_near(arguments[0]), arguments[0])
    elif event == "socket.connect" and isinstance(arguments[1], tuple):
        host = arguments[1][0]
        _refuse_unless(
            host in _state["addresses"] or _is_store(host) or _is_near(host), arguments[1]
        )


def _refuse_unless(allowed: bool, address: object) -> None:
    if not allowed:
        raise PrivacyError(
            f"offline: something asked for {address!r}, which is neither the object store nor in "
            "the cluster; turn that off, or set privacy.offline = false"
        )


def _is_store(host: object) -> bool:
    name = _text(host)
    return any(
        name.endswith(known) if known.startswith(".") else name == known
        for known in _state["hosts"]
    )


def _is_near(host: object) -> bool:
    """This machine, a private address, or a name without a dot or of the cluster's own domain."""
    name = _text(host)
    try:
        address = ipaddress.ip_address(name.split("%")[0])
    except ValueError:
        return name in ("", "localhost", socket.gethostname()) or (
            "." not in name or name.endswith((".local", ".internal"))
        )
    return address.is_loopback or address.is_private or address.is_link_local


def _text(host: object) -> str:
    text = host.decode(errors="replace") if isinstance(host, bytes) else str(host or "")
    return text.lower().rstrip(".")
