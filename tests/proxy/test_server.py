"""Who may connect and where to: tokens, tunnels, private addresses, the next hop, names that have to be the same."""

from __future__ import annotations

import http.client
import socket
import ssl

import pytest

from dh_secrets_jupyter.proxy.upstream import Upstream, is_public
from tests.support.waiting import wait_until

from .conftest import Place, login, receive, refusal, start, through
from .fixtures import NAME, OTHER, VALUE
from .hosts import Host, Loop, TestAuthority, response


def answered(connection: socket.socket, context: ssl.SSLContext, name: str | None, sent: bytes) -> bytes:
    """Returns what comes back where TLS is spoken with a name in its handshake; nothing where that fails."""
    try:
        wrapped = context.wrap_socket(connection, server_hostname=name)
        wrapped.sendall(sent)
        return wrapped.recv(1 << 16)
    except OSError:
        return b""


def refusals(place: Place) -> str:
    """Returns the reasons that a session keeps, once there is one."""
    wait_until(lambda: place.session.refusals, "a refusal")
    return "\n".join(refused.reason for refused in place.session.refusals)


def test_other_hosts_are_tunnelled(place: Place, authority: TestAuthority, host: Host) -> None:
    """Unseen: the certificate is the host's own, and the stand-in arrives."""
    assert place.use("KEY").encode() in through(place, authority, host)
    assert VALUE.encode() not in host.arrived[0]


@pytest.mark.parametrize("token", ["", "x" * 32])
def test_another_token(place: Place, host: Host, token: str) -> None:
    """407, with what to do in the reason phrase; nothing is connected to."""
    place.use("KEY")
    assert "407 no stand-in of this kernel is known here. Type %secret use NAME again." in refusal(
        place, NAME, host.port, token or "none"
    )
    assert host.connections == 0


def test_another_sessions_stand_in(place: Place, loop: Loop, authority: TestAuthority, host: Host) -> None:
    """It is a text like any other."""
    for other in start(loop, authority, host):
        theirs = other.use("KEY")
        place.use("KEY")
        connection = place.connect(NAME, host.port)
        connection.request("GET", "/", headers={"Authorization": theirs})
        assert theirs.encode() in connection.getresponse().read()
        assert VALUE.encode() not in host.arrived[0]


def test_plain_http(place: Place, host: Host) -> None:
    """Over http nothing is put in, and nothing sent on."""
    connection = http.client.HTTPConnection("127.0.0.1", place.port)
    connection.request(
        "GET",
        f"http://{NAME}/",
        headers={"Proxy-Authorization": login(place.session.token), "X-Api-Key": place.use("KEY")},
    )
    answer = connection.getresponse()
    assert (answer.status, b"over https alone" in answer.read()) == (403, True)


@pytest.mark.parametrize("named", [OTHER, None])
def test_the_handshake_names_the_host(place: Place, host: Host, named: str | None) -> None:
    """A handshake that names another host than CONNECT, or none, is ended; the session keeps the reason."""
    place.use("KEY")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with place.tunnel(NAME, host.port) as connection:
        assert answered(connection, context, named, b"GET / HTTP/1.1\r\n\r\n") == b""
    assert host.connections == 0
    assert "names another host than CONNECT" in refusals(place)


def test_a_client_without_the_certificates(place: Place, host: Host) -> None:
    """One that was made before ends its handshake; the session says why."""
    place.use("KEY")
    with pytest.raises(ssl.SSLCertVerificationError):
        place.connect(NAME, host.port, context=ssl.create_default_context()).request("GET", "/")
    assert "make it anew" in refusals(place)


@pytest.mark.parametrize("offered", [["h2"], ["spdy/3", "h2"]])
def test_http_2_alone(place: Place, host: Host, offered: list[str]) -> None:
    """A client that offers nothing else ends in the handshake."""
    place.use("KEY")
    context = place.context()
    context.set_alpn_protocols(offered)
    with place.tunnel(NAME, host.port) as connection, pytest.raises(ssl.SSLError):
        context.wrap_socket(connection, server_hostname=NAME)
    assert host.connections == 0
    assert "offers HTTP/2 alone" in refusals(place)


@pytest.mark.parametrize("offered", [["h2", "http/1.1"], ["http/1.1"], []])
def test_http_1_among_others(place: Place, host: Host, offered: list[str]) -> None:
    """One that offers HTTP/1.1 as well, or nothing, speaks that, also one that offered HTTP/2 alone before."""
    place.use("KEY")
    context = place.context()
    if offered:
        context.set_alpn_protocols(offered)
    with place.tunnel(NAME, host.port) as connection:
        wrapped = context.wrap_socket(connection, server_hostname=NAME)
        assert wrapped.selected_alpn_protocol() == ("http/1.1" if offered else None)


def test_strict(loop: Loop, authority: TestAuthority, host: Host) -> None:
    """Only hosts that a secret is for may be reached; the reason phrase says so."""
    for place in start(loop, authority, host, strict=True):
        place.use("KEY")
        assert "403 other.example.test: only hosts that a secret is for may be reached" in refusal(
            place, OTHER, host.port
        )
        assert host.connections == 0


def test_private_addresses(loop: Loop, authority: TestAuthority, host: Host) -> None:
    """They are refused for the host of a secret, and in a cluster for all, unless the administrator allows them."""
    upstream = Upstream(ca=str(authority.path), resolve={NAME: "127.0.0.1", OTHER: "127.0.0.1"})
    for place in start(loop, authority, host, upstream=upstream, judged=True):
        place.use("KEY")
        assert "other.example.test has a private address" in refusal(place, OTHER, host.port)
        connection = place.connect(NAME, host.port)
        connection.request("GET", "/", headers={"Authorization": place.use("KEY")})
        answer = connection.getresponse()
        assert (answer.status, b"has a private address" in answer.read()) == (403, True)
        assert host.connections == 0
    for place in start(loop, authority, host, upstream=upstream):
        assert through(place, authority, host)


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("127.0.0.1", False), ("10.1.2.3", False), ("169.254.169.254", False), ("::1", False), ("fe80::1%eth0", False),
        ("::ffff:10.0.0.1", False), ("2002:7f00:1::", False), ("0.0.0.0", False),
        ("100.64.0.1", False), ("224.0.0.1", False),
        ("64:ff9b::7f00:1", False), ("fd00::1", False), ("192.168.0.9", False), ("93.184.216.34", True),
        ("2606:2800:220:1::", True),
    ],
)  # fmt: skip
def test_what_is_private(address: str, public: bool) -> None:
    """Also what only says in another way that it is, and the metadata service of clouds."""
    assert is_public(address) == public


@pytest.mark.parametrize("name", ["nowhere.example.test", "a..test", "x" * 64 + ".test"])
def test_a_host_that_is_not_there(place: Place, name: str) -> None:
    """A sentence names it, also where it is no name."""
    place.use("KEY")
    assert f"502 {name}: {name} cannot be reached" in refusal(place, name, 443)


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"GET / HTTP/1.1\r\nHost: {host}\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
        b"GET / HTTP/1.1\r\nHost: {host}\r\nHost: {host}\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: {host}\r\nX-Api-Key : {key}\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: {host}\r\nX-A: 1\rX-Api-Key: {key}\r\n\r\n",
        b"GET https://elsewhere.example.test/ HTTP/1.1\r\nHost: {host}\r\nX-Api-Key: {key}\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: {host}\r\nX-Other: a\r\n {key}\r\n\r\n",
        b"GET / HTTP/1.1\r\nX-Api-Key: {key}\r\n\r\n",
    ],
)
def test_smuggled(place: Place, host: Host, request_bytes: bytes) -> None:
    """What two readers could read in two ways is refused, or sent on in the one way; the value does not come back."""
    stand_in = place.use("KEY")
    host.answer = lambda request: response(request)
    with place.tunnel(NAME, host.port) as connection:
        wrapped = place.context().wrap_socket(connection, server_hostname=NAME)
        wrapped.sendall(
            request_bytes.replace(b"{host}", f"{NAME}:{host.port}".encode()).replace(b"{key}", stand_in.encode())
        )
        answer = wrapped.recv(1 << 16)
    assert answer.split(b" ")[1] in (b"400", b"403")
    assert host.arrived == []


def test_slow_bytes(place: Place, host: Host) -> None:
    """A request that comes a byte at a time is one like any other."""
    stand_in = place.use("KEY")
    with place.tunnel(NAME, host.port) as connection:
        wrapped = place.context().wrap_socket(connection, server_hostname=NAME)
        wrapped.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in f"GET / HTTP/1.1\r\nHost: {NAME}:{host.port}\r\nX-Api-Key: {stand_in}\r\n\r\n".encode():
            wrapped.sendall(bytes([byte]))
        shown = b""
        while stand_in.encode() not in shown:
            shown += receive(wrapped)
    assert VALUE.encode() in host.arrived[0]
