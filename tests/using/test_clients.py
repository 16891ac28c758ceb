"""The clients that people use, made before a secret is used and after: what arrives at the host."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import os
import socket
import subprocess
import urllib.request
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from dh_secrets_jupyter.errors import SecretsError
from dh_secrets_jupyter.project import Project
from dh_secrets_jupyter.providers.local import LocalProvider
from dh_secrets_jupyter.proxy.laptop import Laptop
from dh_secrets_jupyter.using.environment import BUNDLES
from dh_secrets_jupyter.using.stand_ins import StandIns

from ..proxy.fixtures import NAME, VALUE
from ..proxy.hosts import Host, Loop, TestAuthority, response
from .clients import CLIENTS, PROGRAMS, Ask

pytestmark = pytest.mark.slow

WORKS, BYPASSES, REFUSES = "the value arrives", "the stand-in arrives", "nothing arrives"
AFTER = {"urllib3, bare": BYPASSES, "aiohttp, bare": BYPASSES}
"""What clients do that were made after, where it is not :data:`WORKS`."""
BEFORE = {**AFTER, "httpx": BYPASSES, "urllib3": REFUSES}
"""Likewise, of those that were made before."""


@dataclass
class Scene:
    """A process with a stand-in, and clients that it has made before."""

    host: Host
    url: str
    stand_in: str
    former: dict[str, Ask]
    use: Callable[[str, str], str]
    environment: dict[str, str]

    def outcome(self, ask: Ask) -> str:
        """Returns what arrives at the host; the client is shown no value."""
        self.host.arrived.clear()
        try:
            shown = ask(self.url, self.stand_in)
        except Exception as error:  # noqa: BLE001 - every client has its own
            shown = repr(error)
        assert VALUE not in shown
        arrived = b"".join(self.host.arrived)
        if VALUE.encode() in arrived or base64.b64encode(f"user:{VALUE}".encode()) in arrived:
            return WORKS
        return BYPASSES if self.stand_in.encode() in arrived else REFUSES


def answer(request: bytes) -> bytes:
    """Answers with the request, or with a web socket that does."""
    if b"upgrade: websocket" not in request.lower():
        return response(request, "Content-Type: text/plain")
    key = next(line[18:].strip() for line in request.split(b"\r\n") if line.lower().startswith(b"sec-websocket-key:"))
    accept = base64.b64encode(hashlib.sha1(key + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest())
    head = b"HTTP/1.1 101 On\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " + accept
    return head + b"\r\n\r\n\x81" + bytes([len(VALUE)]) + VALUE.encode()


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """The name leads to the host also without a proxy, and its authority is known before: as of a company's own."""
    loop, folder = Loop(), tmp_path_factory.mktemp("clients")
    authority = TestAuthority(folder)
    host = Host(loop, authority, NAME)
    host.answer = answer
    (folder / "jupyter_config.py").write_text(
        f"c.DHSecretsProxy.allow_private = True\nc.DHSecretsProxy.upstream_ca = {str(authority.path)!r}\n"
        f"c.DHSecretsProxy.resolve = {{{NAME!r}: '127.0.0.1'}}\n"
    )
    real = socket.getaddrinfo

    def lookup(name: Any, *further: Any, **named: Any) -> Any:
        return real("127.0.0.1" if name in (NAME, NAME.encode()) else name, *further, **named)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", lookup)
        patch.setattr(urllib.request, "_opener", None)
        patch.setenv("DH_SECRETS_LOCAL_PATH", str(folder / "secrets.db"))
        patch.setenv("JUPYTER_CONFIG_DIR", str(folder))
        for name in BUNDLES:
            patch.setenv(name, str(authority.path))
        project = Project("demo", LocalProvider(), user="ann")
        url = f"https://{NAME}:{host.port}/"
        former = {name: make() for name, make in CLIENTS.items()}
        made = StandIns(Laptop)

        def use(name: str, value: str) -> str:
            project.new_secret(name, value, hosts=[f"{NAME}:{host.port}"])
            return made.use([name], project)[0].text

        yield Scene(host, url, use("KEY", VALUE), former, use, made.environment_before())
        made.close()
    loop.stop()


@pytest.mark.parametrize("name", CLIENTS)
def test_made_after(scene: Scene, name: str) -> None:
    """A client that heeds the environment has the value sent; one that does not sends the stand-in."""
    assert scene.outcome(CLIENTS[name]()) == AFTER.get(name, WORKS)


@pytest.mark.parametrize("name", CLIENTS)
def test_made_before(scene: Scene, name: str) -> None:
    """Some read the environment at each request; the others send the stand-in, or nothing."""
    assert scene.outcome(scene.former[name]) == BEFORE.get(name, WORKS)


@pytest.mark.parametrize("name", PROGRAMS)
def test_programs(scene: Scene, name: str) -> None:
    """Each knows the proxy and its certificates by the environment."""
    assert scene.outcome(PROGRAMS[name]) == WORKS


TEXT = f'{{"error": "bad key", "key": "{VALUE}"}}'
CHUNKS = b"".join(b"1\r\n%c\r\n" % byte for byte in TEXT.encode())
BODIES = {
    "plain": response(TEXT.encode()),
    "gzip": response(gzip.compress(TEXT.encode()), "Content-Encoding: gzip"),
    "deflate": response(zlib.compress(TEXT.encode()), "Content-Encoding: deflate"),
    "in chunks": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + CHUNKS + b"0\r\n\r\n",
    "with a trailer": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Key\r\n\r\n"
    + CHUNKS
    + f"0\r\nX-Key: {VALUE}\r\n\r\n".encode(),
    "gzip in chunks": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Encoding: gzip\r\n\r\n"
    + b"".join(b"1\r\n%c\r\n" % byte for byte in gzip.compress(TEXT.encode()))
    + b"0\r\n\r\n",
    "until it closes": b"HTTP/1.0 200 OK\r\nConnection: close\r\n\r\n" + TEXT.encode(),
}


@pytest.mark.parametrize("name", [*sorted(CLIENTS.keys() - AFTER.keys() - {"websockets"}), "curl", "node"])
def test_every_body_is_parsed(scene: Scene, name: str) -> None:
    """Each client reads each answer to its end, with the stand-in in it; ``Content-Length`` is true."""
    ask = PROGRAMS[name] if name in PROGRAMS else CLIENTS[name]()
    try:
        for kind, made in BODIES.items():
            scene.host.answer = lambda _, made=made: made  # type: ignore[misc]  # mypy knows no default of a lambda
            assert ask(scene.url, scene.stand_in).strip() == TEXT.replace(VALUE, scene.stand_in), kind
    finally:
        scene.host.answer = answer


def test_what_was_there_before(scene: Scene) -> None:
    """The bundles have what they named before, and ours besides."""
    for name in BUNDLES:
        assert Path(os.environ[name]).read_text().count("BEGIN CERTIFICATE") >= 2


def test_service_accounts(scene: Scene) -> None:
    """google-auth signs with its key: the key itself is for no hosts, and a stand-in of what is in it is no key."""
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
    from google.auth.transport.requests import Request
    from google.oauth2.service_account import Credentials

    key = rsa.generate_private_key(65537, 2048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()

    def sign_in(url: str, private_key: str) -> str:
        account = {"client_email": "jo@sample.test", "token_uri": url, "private_key": private_key}
        made = Credentials.from_service_account_info(account, scopes=["sample"])  # type: ignore[no-untyped-call]  # it has no types
        return str(made.refresh(Request()))

    refused = "^GOOGLE: only a value of 20 to 4,096 printable ASCII characters without spaces can be for hosts"
    with pytest.raises(SecretsError, match=refused):
        scene.use("GOOGLE", pem)
    begin, *lines, end = pem.splitlines()
    inner = scene.use("GOOGLE_INNER", "".join(lines))
    scene.outcome(lambda url, _: sign_in(url, f"{begin}\n{inner}\n{end}"))
    assert scene.host.arrived == []
    scene.outcome(lambda url, _: sign_in(url, pem))
    assert b"assertion=" in scene.host.arrived[0]


@pytest.mark.soak
@pytest.mark.parametrize("made_before", [False, True])
@pytest.mark.parametrize(
    ("name", "outcome", "outcome_before"),
    [
        ("openai", WORKS, BYPASSES),
        ("anthropic", WORKS, BYPASSES),
        ("huggingface_hub", WORKS, WORKS),
        ("boto3", REFUSES, REFUSES),
    ],
)
def test_sdks(scene: Scene, name: str, outcome: str, outcome_before: str, made_before: bool) -> None:
    """The vendors' own clients, made before and after. One that signs sends the stand-in's signature, and no key."""
    python = Path(__file__).parents[2] / "build" / "clients" / "bin" / "python"
    process = subprocess.Popen(
        [python, Path(__file__).with_name("sdk.py"), name, scene.url],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )

    def ask(before: bool) -> Ask:
        def send(url: str, key: str) -> str:
            assert process.stdin
            assert process.stdout
            environment = scene.environment if before else dict(os.environ)
            process.stdin.write(json.dumps({"environment": environment, "key": key, "before": before}) + "\n")
            process.stdin.flush()
            return process.stdout.readline()

        return send

    with process:
        if made_before:
            ask(before=True)(scene.url, scene.stand_in)
        assert scene.outcome(ask(before=False)) == (outcome_before if made_before else outcome)
        if name == "boto3":
            assert b"Authorization: AWS4-HMAC-SHA256" in scene.host.arrived[0]
        assert process.stdin
        process.stdin.close()
