"""Requests through the proxy to real HTTPS servers: the host gets the value, the client never does."""

from __future__ import annotations

import base64
import gzip
import json
import zlib

import pytest

from dh_secrets_jupyter.proxy.tunnel import Streams
from dh_secrets_jupyter.proxy.upstream import Upstream

from .conftest import Place
from .fixtures import NAME, VALUE
from .hosts import Host, response


def fetch(
    place: Place, host: Host, headers: dict[str, str], path: str = "/", body: bytes | None = None
) -> tuple[int, bytes]:
    connection = place.connect(NAME, host.port)
    connection.request("POST" if body else "GET", path, body, headers)
    answer = connection.getresponse()
    shown = str(answer.headers).encode() + answer.read()
    connection.close()
    return answer.status, shown


@pytest.mark.parametrize(
    "header", ["Authorization", "X-Api-Key", "api-key", "X-Auth-Token", "Private-Token", "x-goog-api-key"]
)
def test_the_host_gets_the_value(place: Place, host: Host, header: str) -> None:
    """In each of the headers where a stand-in may stand; the echo has the stand-in again, and is as long."""
    stand_in = place.use("KEY")
    status, shown = fetch(place, host, {header: f"Bearer {stand_in}"})
    assert status == 200, shown
    assert f"{header}: Bearer {VALUE}".lower().encode() in host.arrived[0].lower()
    assert VALUE.encode() not in shown
    assert stand_in.encode() in shown
    assert [(use.name, use.host, use.method, use.status) for use in place.uses] == [("KEY", NAME, "GET", 200)]


def test_basic(place: Place, host: Host) -> None:
    """A password in ``Authorization: Basic`` is one, too."""
    stand_in = place.use("KEY")
    login = base64.b64encode(f"user:{stand_in}".encode()).decode()
    _, shown = fetch(place, host, {"Authorization": f"Basic {login}"})
    assert base64.b64encode(f"user:{VALUE}".encode()) in host.arrived[0]
    assert base64.b64encode(f"user:{VALUE}".encode())[8:-8] not in shown


@pytest.mark.parametrize(
    ("headers", "path", "sentence"),
    [
        ({"X-Other": "{}"}, "/", "the stand-in of KEY is in the header X-Other"),
        ({"Cookie": "a={}"}, "/", "in the header Cookie"),
        ({}, "/?key={}", "the stand-in of KEY is in the URL"),
        ({"Authorization": "Bearer {}", "X-Api-Key": "{}"}, "/", "in two places of the request"),
        ({"Authorization": "{} {}"}, "/", "in two places of the request"),
        ({"Authorization": "AWS4-HMAC-SHA256 Credential={}"}, "/", "in a signed header"),
        ({"Host": "elsewhere.example.test", "Authorization": "{}"}, "/", "the header Host names another host"),
    ],
)
def test_refused(place: Place, host: Host, headers: dict[str, str], path: str, sentence: str) -> None:
    """A stand-in elsewhere, or twice: 403 with a sentence, nothing is sent, and the session keeps the reason."""
    stand_in = place.use("KEY")
    filled = {key: content.replace("{}", stand_in) for key, content in headers.items()}
    status, shown = fetch(place, host, filled, path.replace("{}", stand_in))
    assert (status, host.arrived) == (403, [])
    assert sentence.encode() in shown
    assert stand_in.encode() not in shown
    assert [(refused.host, sentence in refused.reason) for refused in place.session.refusals] == [(NAME, True)]


def test_an_answer_is_never_in_parts(place: Place, host: Host) -> None:
    """An echo that is asked for in parts too short to be found comes whole, with the stand-in in it."""
    key = place.use("KEY")
    status, shown = fetch(place, host, {"Authorization": key, "Range": "bytes=0-14", "If-Range": '"tag"'})
    assert status == 200
    assert b"range" not in host.arrived[0].lower()
    assert key.encode() in shown


def test_in_a_body_it_is_a_text(place: Place, host: Host) -> None:
    """A stand-in in a body goes as it is."""
    stand_in = place.use("KEY")
    fetch(place, host, {"Authorization": stand_in}, body=json.dumps({"key": stand_in}).encode())
    head, _, body = host.arrived[0].partition(b"\r\n\r\n")
    assert VALUE.encode() in head
    assert body == json.dumps({"key": stand_in}).encode()


def encoded(value: bytes) -> dict[str, bytes]:
    return {
        "plain": value,
        "json": json.dumps({"a": value.decode()}).encode(),
        "base64": base64.b64encode(value),
        "base64 in a login": base64.b64encode(b"u:" + value),
        "hex": value.hex().encode(),
        "a piece": value[9:30],
    }


@pytest.mark.parametrize("coding", ["identity", "gzip", "deflate", "raw deflate", "chunked", "chunked gzip"])
@pytest.mark.parametrize("form", list(encoded(VALUE.encode())))
def test_nothing_comes_back(place: Place, host: Host, form: str, coding: str) -> None:
    """An answer that shows the value in an encoding, whole or compressed: as long, and without it."""
    stand_in = place.use("KEY")
    shown = encoded(VALUE.encode())[form]
    body = b"before\n" + shown + b" after " + b"x" * 2000
    packed = {
        "gzip": gzip.compress(body[:9]) + gzip.compress(body[9:]),
        "chunked gzip": gzip.compress(body),
        "deflate": zlib.compress(body),
        "raw deflate": zlib.compressobj(wbits=-15).compress(body) + b"",
    }.get(coding, body)
    if coding == "raw deflate":
        packing = zlib.compressobj(wbits=-15)
        packed = packing.compress(body) + packing.flush()
    named = (
        [f"Content-Encoding: {coding.rsplit(maxsplit=1)[-1]}"]
        if coding.rsplit(maxsplit=1)[-1] in ("gzip", "deflate")
        else []
    )
    if coding.startswith("chunked"):
        chunks = b"".join(b"1\r\n%c\r\n" % byte for byte in packed) + b"0\r\n\r\n"
        head = "\r\n".join(["HTTP/1.1 200 OK", "Transfer-Encoding: chunked", *named, "", ""]).encode()
        host.answer = lambda _: head + chunks
    else:
        host.answer = lambda _: response(packed, *named)
    status, got = fetch(place, host, {"Authorization": stand_in})
    assert status == 200, shown
    assert shown not in got
    assert VALUE.encode() not in got
    assert got.endswith(b" after " + b"x" * 2000)
    length = len(got.partition(b"before\n")[2]) + len(b"before\n")
    assert length == len(body)
    assert b"Content-Encoding" not in got or not named


def test_another_coding(place: Place, host: Host) -> None:
    """One that cannot be searched is a 502 with a sentence."""
    stand_in = place.use("KEY")
    host.answer = lambda _: response(b"?", "Content-Encoding: br")
    status, shown = fetch(place, host, {"Authorization": stand_in})
    assert status == 502
    assert b"compressed in a way that cannot be searched" in shown


def test_headers_reason_and_trailers(place: Place, host: Host) -> None:
    """What shows the value outside of the body: without it."""
    stand_in = place.use("KEY")
    host.answer = lambda _: (
        f"HTTP/1.1 200 {VALUE}\r\nLocation: https://x.example.test/?{VALUE}\r\nX-{VALUE}: 1\r\n"
        "Transfer-Encoding: chunked\r\n\r\n"
        f"2\r\nok\r\n0\r\nX-Trailer: {VALUE}\r\n\r\n"
    ).encode()
    connection = place.connect(NAME, host.port)
    connection.request("GET", "/", headers={"Authorization": stand_in})
    answer = connection.getresponse()
    shown = answer.reason + str(answer.headers) + answer.read().decode()
    assert VALUE not in shown
    assert answer.headers["location"] == f"https://x.example.test/?{stand_in}"


def test_a_rotated_value(place: Place, host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    """The stand-in stays; what is put in was read at most 10 s ago."""
    from dh_secrets_jupyter.proxy import session as module

    stand_in = place.use("KEY")
    for _ in range(3):
        fetch(place, host, {"Authorization": stand_in})
    assert place.reads == ["KEY"]
    rotated = VALUE.replace("Invented", "Rotated0")
    place.secrets["KEY"] = type(place.secrets["KEY"])(rotated, place.secrets["KEY"].hosts)
    monkeypatch.setattr(module, "FRESH", 0.0)
    _, shown = fetch(place, host, {"Authorization": stand_in})
    assert rotated.encode() in host.arrived[-1]
    assert rotated.encode() not in shown
    assert stand_in.encode() in shown


@pytest.mark.parametrize("more", ["AndMore", None], ids=["longer", "shorter"])
def test_a_rotated_value_of_another_length(place: Place, host: Host, more: str | None) -> None:
    """What shows it is as long as it was, in the headers, too."""
    place.use("KEY")
    place.session._held.clear()
    rotated = VALUE.replace("Invented", f"Rotated{more}" if more else "")
    place.secrets["KEY"] = type(place.secrets["KEY"])(rotated, place.secrets["KEY"].hosts)
    place.loop.run(place.session.current("KEY"))
    body = f"{rotated} {base64.b64encode(rotated.encode()).decode()} {rotated.encode().hex()} end".encode()
    host.answer = lambda _: response(body, f"X-Shown: {rotated}")
    status, shown = fetch(place, host, {"Authorization": place.use("KEY")})
    assert status == 200
    assert shown.endswith(b"* end")
    assert f"X-Shown: {'*' * len(rotated)}\n".encode() in shown
    assert len(shown.partition(b"\n\n")[2]) == len(body)


@pytest.mark.parametrize("length", ["Content-Length: 4\r\n", ""], ids=["with its length", "until it closes"])
def test_a_host_of_http_1_0(place: Place, host: Host, length: str) -> None:
    """Its answer goes on in HTTP/1.1, to a client that need not know."""
    host.answer = lambda _: f"HTTP/1.0 200 OK\r\n{length}Connection: close\r\n\r\nbody".encode()
    status, shown = fetch(place, host, {"Authorization": place.use("KEY")})
    assert status == 200
    assert shown.endswith(b"body")
    assert VALUE.encode() in host.arrived[0]


def test_a_value_is_read_when_it_is_sent(place: Place, host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not before the host is reached, which may take longer than a value is good for."""
    from dh_secrets_jupyter.proxy import session as module

    stand_in, open_tls = place.use("KEY"), Upstream.open_tls

    async def reach(upstream: Upstream, host: str, port: int) -> Streams:
        place.reads.append("reached")
        return await open_tls(upstream, host, port)

    monkeypatch.setattr(Upstream, "open_tls", reach)
    monkeypatch.setattr(module, "FRESH", 0.0)
    assert fetch(place, host, {"Authorization": stand_in})[0] == 200
    assert place.reads == ["KEY", "reached", "KEY"]


def test_a_host_that_was_taken_away(place: Place, host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is sent to a host that the secret is not for any more."""
    from dh_secrets_jupyter.proxy import session as module

    stand_in = place.use("KEY")
    connection = place.connect(NAME, host.port)
    place.secrets["KEY"] = type(place.secrets["KEY"])(VALUE, ("elsewhere.example.test",))
    monkeypatch.setattr(module, "FRESH", 0.0)
    connection.request("GET", "/", headers={"Authorization": stand_in})
    answer = connection.getresponse()
    status, shown = answer.status, answer.read()
    assert (status, host.arrived) == (403, [])
    assert f"KEY is not for {NAME}".encode() in shown


def test_a_kept_connection(place: Place, host: Host) -> None:
    """Requests of one connection of a client's go on one connection to the host."""
    stand_in = place.use("KEY")
    connection = place.connect(NAME, host.port)
    for number in range(5):
        connection.request("POST", f"/{number}", b"x" * 100_000, {"Authorization": stand_in})
        assert len(connection.getresponse().read()) == len(host.arrived[-1])
    assert host.connections == 1


def test_events_are_not_held_up(place: Place, host: Host) -> None:
    """An event of a stream arrives before the next one is made, also one that ends like a value begins."""
    stand_in = place.use("KEY")
    events = [f"data: {VALUE[:12]}\n\n".encode(), b"data: two\n\n"]
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
    host.answer = lambda _: [head, *events]
    connection = place.connect(NAME, host.port)
    connection.request("GET", "/", headers={"Authorization": stand_in})
    answer = connection.getresponse()
    assert answer.readline() + answer.readline() == events[0]
    assert answer.readline() + answer.readline() == events[1]


def test_an_answer_that_breaks_off(place: Place, host: Host) -> None:
    """The client sees that it broke off, and takes it for no whole answer."""
    import http.client

    stand_in = place.use("KEY")
    host.answer = lambda _: b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\nConnection: close\r\n\r\nshort"
    with pytest.raises((http.client.IncompleteRead, OSError)):
        fetch(place, host, {"Authorization": stand_in})
