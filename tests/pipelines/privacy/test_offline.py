"""Offline, only the store, this machine and the cluster can be reached."""

import os
import socket
import ssl
from collections.abc import Iterator

import pytest

from foley_core.errors import PrivacyError
from pipelines.privacy import offline
from pipelines.privacy.offline import VARIABLE, environment, guard, store_hosts


def release() -> None:
    """Let everything pass again; an audit hook cannot be taken out."""
    offline._state["hosts"] = ()
    offline._state["addresses"].clear()
    os.environ.pop(VARIABLE, None)


@pytest.fixture
def guarded() -> Iterator[None]:
    guard(("store.example.com", ".stores.example.com"))
    yield
    release()


def ask(host: str) -> None:
    """Resolve a name as a library would; there is no network here to answer."""
    try:
        socket.getaddrinfo(host, 443)
    except OSError:
        return


@pytest.mark.usefixtures("guarded")
def test_names_of_others_are_not_even_resolved() -> None:
    for host in ("huggingface.example", "8.8.8.8.example", "store.example.com.evil.example",
                 "elsewhere\u3002example"):  # fmt: skip
        with pytest.raises(PrivacyError, match=host):
            socket.getaddrinfo(host, 443)


@pytest.mark.usefixtures("guarded")
def test_a_public_address_is_refused() -> None:
    with socket.socket() as client, pytest.raises(PrivacyError, match="offline"):
        client.connect(("8.8.8.8", 443))


ELSEWHERE = ("134744072", "0x8080808", "010.010.010.010", "8.526344", "169.254.169.254",
             "2852039166", "100.64.0.1", "224.0.0.1", "::ffff:8.8.8.8", "2002:808:808::1",
             "64:ff9b::8.8.8.8", "::8.8.8.8", "fe80::1%eth0", "fd00:ec2::254",
             "8\u30028.8\uff0e8", "<broadcast>")  # fmt: skip


@pytest.mark.usefixtures("guarded")
@pytest.mark.parametrize("host", ELSEWHERE)
def test_an_address_is_refused_however_it_is_written(host: str) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as client:
        for send in (client.connect, lambda to: client.sendto(b"x", to)):
            with pytest.raises(PrivacyError, match="offline"):
                send((host, 53))
    with pytest.raises(PrivacyError, match="offline"):
        socket.getaddrinfo(host, 53)


@pytest.mark.usefixtures("guarded")
@pytest.mark.parametrize("kind", [bytes, bytearray])
def test_an_address_is_refused_in_bytes_too(kind: type[bytes | bytearray]) -> None:
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client,
        pytest.raises(PrivacyError, match="134744072"),
    ):
        client.connect((kind(b"134744072"), 53))


@pytest.mark.usefixtures("guarded")
def test_no_way_to_send_or_to_ask_for_a_name_is_left_open() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        ways = [
            lambda: client.sendto(b"x", 0, ("8.8.8.8", 53)),
            lambda: client.sendmsg([b"x"], [], 0, ("8.8.8.8", 53)),
            lambda: client.connect_ex(("8.8.8.8", 53)),
            lambda: socket.gethostbyname("elsewhere.example"),
            lambda: socket.gethostbyname_ex("elsewhere.example"),
            lambda: socket.gethostbyaddr("8.8.8.8"),
            lambda: socket.getnameinfo(("8.8.8.8", 53), 0),
            lambda: socket.getfqdn("elsewhere.example"),
        ]
        for way in ways:
            with pytest.raises(PrivacyError, match="offline"):
                way()


@pytest.mark.usefixtures("guarded")
@pytest.mark.parametrize(
    "host", ["elsewhere.example", b"elsewhere.example", "elsewhere\u3002example"]
)
def test_a_socket_is_refused_a_name_before_the_system_looks_it_up(host: str | bytes) -> None:
    """Looked up, a name that nobody has would be a `gaierror`."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        ways = [
            lambda: client.connect((host, 53)),
            lambda: client.connect_ex((host, 53)),
            lambda: client.bind((host, 0)),
            lambda: client.sendto(b"x", (host, 53)),
            lambda: client.sendto(b"x", 0, (host, 53)),
            lambda: client.sendmsg([b"x"], [], 0, (host, 53)),
        ]
        for way in ways:
            with pytest.raises(PrivacyError, match=r"offline: something asked for .*elsewhere"):
                way()


@pytest.mark.usefixtures("guarded")
def test_a_socket_encrypted_or_not_is_refused_a_name() -> None:
    context = ssl.create_default_context()
    with (
        context.wrap_socket(socket.socket(), server_hostname="elsewhere.example") as client,
        pytest.raises(PrivacyError, match="elsewhere"),
    ):
        client.connect(("elsewhere.example", 443))


@pytest.mark.usefixtures("guarded")
@pytest.mark.parametrize("address", ["169.254.169.254", "8.8.8.8", "fd00:ec2::254"])
def test_a_name_of_the_cluster_that_leads_elsewhere_is_refused(
    monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET

    def resolve(host: str, port: object) -> list[object]:
        return [(family, socket.SOCK_DGRAM, 17, "", (address, 0))]

    monkeypatch.setitem(offline._state, "resolve", resolve)
    # Python looks a name up itself before it asks, so this is one that leads somewhere here.
    client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    with client, pytest.raises(PrivacyError, match="localhost"):
        client.connect(("localhost", 80))


@pytest.mark.usefixtures("guarded")
@pytest.mark.parametrize("host", ["127.0.0.1", "2130706433", "127.1", "::ffff:127.0.0.1"])
def test_this_machine_is_near_however_it_is_written(host: str) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as client:
        client.sendto(b"x", (host, 9))


@pytest.mark.usefixtures("guarded")
def test_a_datagram_without_an_address_goes_where_the_socket_is_connected() -> None:
    one, other = socket.socketpair()
    with one, other:
        one.sendmsg([b"x"])
        assert other.recv(1) == b"x"


@pytest.mark.usefixtures("guarded")
def test_the_store_and_the_cluster_are_asked_for() -> None:
    for host in ("store.example.com", "a.stores.example.com", "localhost", "head-node", "10.0.0.7"):
        ask(host)


@pytest.mark.usefixtures("guarded")
def test_this_machine_can_be_reached() -> None:
    server = socket.create_server(("127.0.0.1", 0))
    with server, socket.create_connection(server.getsockname(), timeout=60) as client:
        accepted, _ = server.accept()
        accepted.close()
        assert client.recv(1) == b""


def test_released_everything_passes() -> None:
    guard(("store.example.com",))
    release()
    ask("elsewhere.invalid")


def test_the_endpoint_is_the_store(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://minio.studio.example:9000")
    assert store_hosts() == ("minio.studio.example",)
    assert environment()["HF_HUB_OFFLINE"] == "1"
    monkeypatch.delenv("AWS_ENDPOINT_URL")
    assert store_hosts() == (".amazonaws.com",)
