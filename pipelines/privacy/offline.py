"""Offline: any network use but the object store and the cluster is an error.

A guard inside Python: names are resolved only for the store's hosts and the cluster's own, and
sockets connect and send only to them, to this machine and to private addresses, where the cluster
lives. An address counts as what it is however it is written: as an integer, in hexadecimal, inside
an IPv6 address. Link-local addresses and others where clouds hand out credentials are refused, also
by a name. Ray's own transport is not Python's and passes. It catches what a library does unasked,
such as a download or a report of use; against a hostile program only rules of the network help.
"""

import functools
import ipaddress
import os
import socket
import sys
from collections.abc import Callable
from typing import Any, TypeAlias
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
_LOOKUPS = frozenset(
    {"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr", "socket.getnameinfo"}
)
_SENDING = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg"})
# Methods of a socket that look a name up before any hook is asked, and where each has its address.
_ADDRESSED = {
    "bind": slice(0, 1),
    "connect": slice(0, 1),
    "connect_ex": slice(0, 1),
    "sendto": slice(1, None),
    "sendmsg": slice(3, None),
}
_BROADCAST = "<broadcast>"
_PRIVATE = tuple(
    ipaddress.ip_network(network)
    for network in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")
)
# Amazon's metadata over IPv6; over IPv4 they are link-local.
_CREDENTIALS = ipaddress.IPv6Address("fd00:ec2::254")
# Python takes each for the dot of a name (RFC 3490).
_DOTS = str.maketrans("\u3002\uff0e\uff61", "...")
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address

_state: dict[str, Any] = {"hosts": None, "addresses": set(), "resolve": None}


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
        _state["resolve"] = socket.getaddrinfo
        socket.getaddrinfo = _resolving(socket.getaddrinfo)
        for name, place in _ADDRESSED.items():
            setattr(socket.socket, name, _checking(getattr(socket.socket, name), place))
    _state["hosts"] = hosts


def _resolving(resolve: Callable[..., Any]) -> Callable[..., Any]:
    """`socket.getaddrinfo` that remembers where allowed names lead."""

    def resolved(host: Any, *rest: Any, **named: Any) -> Any:
        found = resolve(host, *rest, **named)
        if _state["hosts"] and _is_store(host):
            _state["addresses"].update(entry[4][0] for entry in found)
        return found

    return resolved


def _checking(method: Callable[..., Any], place: slice) -> Callable[..., Any]:
    """A method of a socket that refuses the names of others before it looks them up."""

    @functools.wraps(method)
    def checked(sender: Any, *arguments: Any) -> Any:
        for address in arguments[place]:
            if isinstance(address, tuple) and address and _is_internet(sender):
                name = _text(address[0])
                if _address(name) is None:
                    _check("socket.getaddrinfo", (name,))
        return method(sender, *arguments)

    return checked


def _check(event: str, arguments: tuple[Any, ...]) -> None:
    if not _state["hosts"]:
        return
    if event in _LOOKUPS:
        asked = arguments[0]
        host = asked[0] if isinstance(asked, tuple) else asked
        _refuse_unless(_is_store(host) or _is_near(host), host)
    elif event in _SENDING and isinstance(arguments[1], tuple) and _is_internet(arguments[0]):
        host = arguments[1][0]
        known = _text(host) in _state["addresses"] or _is_store(host)
        _refuse_unless(known or (_is_near(host) and _leads_near(host)), arguments[1])


def _is_internet(sender: object) -> bool:
    """False for sockets whose addresses name no host, such as those to the kernel."""
    family = getattr(sender, "family", socket.AF_INET)
    return family in (socket.AF_INET, socket.AF_INET6)


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
    if (address := _address(name)) is None:
        return name in ("", "localhost", socket.gethostname()) or (
            "." not in name or name.endswith((".local", ".internal"))
        )
    return (
        address.is_loopback
        or address.is_unspecified
        or any(address in network for network in _PRIVATE if network.version == address.version)
    ) and address != _CREDENTIALS


def _leads_near(host: object) -> bool:
    """False for a name of the cluster's own kind that leads elsewhere, as clouds have some."""
    name = _text(host)
    if not name or _address(name):
        return True
    try:
        return all(_is_near(entry[4][0]) for entry in _state["resolve"](name, None))
    except OSError:  # it leads nowhere
        return True


def _address(name: str) -> Address | None:
    """The address that a text stands for, as the system's resolver reads it; None for a name."""
    if name == _BROADCAST:  # so Python calls it
        return ipaddress.IPv4Address("255.255.255.255")
    try:
        address = ipaddress.ip_address(name.split("%")[0])
    except ValueError:
        try:
            return ipaddress.IPv4Address(socket.inet_aton(name))
        except OSError:
            return None
    if isinstance(address, ipaddress.IPv4Address):
        return address
    return _inside(address) or address


def _inside(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address that an IPv6 address leads to: mapped, by 6to4, Teredo or NAT64."""
    tunnel = address.teredo
    if address in _NAT64 or 1 < int(address) < 1 << 32:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or (tunnel[1] if tunnel else None)


def _text(host: object) -> str:
    text = host.decode(errors="replace") if isinstance(host, bytes | bytearray) else str(host or "")
    return text.translate(_DOTS).lower().rstrip(".")
