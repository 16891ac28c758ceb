"""HTTPS servers on loopback under invented names, with certificates of an authority that the tests trust."""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import Awaitable, Callable, Coroutine
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

T = TypeVar("T")
Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Loop:
    """An event loop in a thread of its own."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Returns what a coroutine returns there."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(60)

    def stop(self) -> None:
        """Ends what still runs, and the thread."""

        async def cancel() -> None:
            for task in asyncio.all_tasks() - {asyncio.current_task()}:
                task.cancel()

        self.run(cancel())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join()


class TestAuthority:
    """Signs certificates of hosts; ``path`` is its own certificate."""

    __test__ = False

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test authority")])
        self.path = folder / "ca.pem"
        self.path.write_bytes(self._sign(self._name, self._key, None).public_bytes(serialization.Encoding.PEM))

    def context(self, *hosts: str) -> ssl.SSLContext:
        """Returns a server's side of TLS for hosts."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, hosts[0])])
        certificate = self._sign(subject, key, x509.SubjectAlternativeName(list(map(x509.DNSName, hosts))))
        path = self._folder / f"{hosts[0]}.pem"
        path.write_bytes(
            certificate.public_bytes(serialization.Encoding.PEM)
            + key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        return context

    def _sign(
        self, subject: x509.Name, key: ec.EllipticCurvePrivateKey, names: x509.SubjectAlternativeName | None
    ) -> x509.Certificate:
        now = datetime.now(UTC)
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(minutes=5))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=names is None, path_length=None), critical=True)
        )
        if names:
            builder = builder.add_extension(names, critical=False)
        return builder.sign(self._key, hashes.SHA256())


class Host:
    """An HTTPS server that hands each request to a function, and keeps what arrived.

    ``answer(request_bytes) -> bytes`` gets one request, head and body, and returns the whole answer; where it returns
    a list, the parts are sent one by one with a pause.
    """

    def __init__(self, loop: Loop, authority: TestAuthority, *names: str) -> None:
        self.arrived: list[bytes] = []
        self.connections = 0
        self.answer: Callable[[bytes], bytes | list[bytes]] = echo
        self._loop = loop
        self._context = authority.context(*names)
        self._server = loop.run(self._start())
        self.port: int = self._server.sockets[0].getsockname()[1]

    async def _start(self) -> asyncio.Server:
        return await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self._context)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while request := await read_request(reader):
                self.arrived.append(request)
                made = self.answer(request)
                for part in made if isinstance(made, list) else [made]:
                    writer.write(part)
                    await writer.drain()
                    if isinstance(made, list):
                        await asyncio.sleep(0.02)
                if b"connection: close" in request.lower() or b"Connection: close" in b"".join(
                    made if isinstance(made, list) else [made]
                ):
                    break
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.close()


async def read_request(reader: asyncio.StreamReader) -> bytes:
    """Returns one request with its body, by its length or its chunks; nothing where there is none."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return b""
    fields = {
        key.strip().lower(): content.strip()
        for key, _, content in (line.partition(b":") for line in head.split(b"\r\n")[1:] if line)
    }
    if length := fields.get(b"content-length"):
        return head + await reader.readexactly(int(length))
    body = b""
    if fields.get(b"transfer-encoding"):
        while (size := int(await reader.readline(), 16)) or True:
            body += await reader.readexactly(size)
            await reader.readline()
            if not size:
                break
    return head + body


def response(body: bytes, *headers: str, status: str = "200 OK") -> bytes:
    """Returns an answer with its length."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


def echo(request: bytes) -> bytes:
    """Answers with the request, as an error page may."""
    return response(request)
