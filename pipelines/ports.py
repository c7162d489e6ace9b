"""Ports for processes that start later and cannot choose one for themselves."""

import secrets
import socket
from contextlib import suppress
from pathlib import Path

from foley_core.errors import BrokeOffError

LOOPBACK = "127.0.0.1"
GIVEN_BY_KERNEL = Path("/proc/sys/net/ipv4/ip_local_port_range")
LOWEST = 20_000
"""Below lie the ports of common services, and those of the workers of clusters that are started by
hand."""
USUAL_FIRST_GIVEN = 32_768
"""First port that Linux gives to processes by default."""
FEWEST, TRIES = 1000, 1000


def free_ports(count: int) -> list[int]:
    """Return different ports of the loopback at which nobody listens, and which nobody gets by
    chance before they are used.

    Whoever connects anywhere or listens at any port is given one by the kernel: dozens in a second,
    while a cluster starts. So these lie below the kernel's, at random, since another job may look
    for some at the same time.

    Raises:
        BrokeOffError: none was found.
    """
    above = _first_given_by_kernel()
    if above - LOWEST < FEWEST:  # an administrator has given nearly all to the kernel
        above = 65_536
    found = list[int]()
    for _ in range(TRIES):
        port = LOWEST + secrets.randbelow(above - LOWEST)
        if port not in found and _is_free(port):
            found.append(port)
        if len(found) == count:
            return found
    raise BrokeOffError(f"no {count} free ports were found between {LOWEST} and {above}")


def _first_given_by_kernel() -> int:
    with suppress(OSError, ValueError, IndexError):
        return int(GIVEN_BY_KERNEL.read_text().split()[0])
    return USUAL_FIRST_GIVEN


def _is_free(port: int) -> bool:
    with suppress(OSError), socket.socket() as one:
        one.bind((LOOPBACK, port))
        return True
    return False
