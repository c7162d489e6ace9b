"""Ports that are found beforehand are still free when they are used."""

import socket
from pathlib import Path

import pytest

from foley_core.errors import BrokeOffError
from pipelines import ports
from pipelines.ports import LOOPBACK, LOWEST, free_ports


def test_they_differ_and_one_can_listen_there() -> None:
    found = free_ports(20)
    assert len(set(found)) == 20
    for port in found:
        with socket.create_server((LOOPBACK, port)):
            pass


def test_the_kernel_gives_none_of_them_to_others() -> None:
    """A port that the kernel had given was another process's before Ray listened there: of two
    jobs that began in the same second one broke off."""
    first = int(ports.GIVEN_BY_KERNEL.read_text().split()[0])
    assert all(LOWEST <= port < first for port in free_ports(200))


def test_a_kernel_that_gives_all_leaves_some_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = tmp_path / "range"
    given.write_text("1024\t65535\n")
    monkeypatch.setattr(ports, "GIVEN_BY_KERNEL", given)
    assert len(free_ports(4)) == 4


def test_one_that_is_listened_at_is_not_free(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server((LOOPBACK, 0)) as taken:
        monkeypatch.setattr(ports.secrets, "randbelow", lambda _: taken.getsockname()[1] - LOWEST)
        with pytest.raises(BrokeOffError, match="no 1 free ports were found"):
            free_ports(1)
