"""A proxy before the real API server, which does to each request and answer what a test asks for.

No real part loses an answer at a chosen moment. TLS ends here, so that requests are told apart by method and path:
clients trust the proxy's own certificate, which is in the kubeconfig that it writes, and log in by a token, which
passes (a client certificate cannot).

    proxy.script("PATCH", LOST)                       the next PATCH happens, and its answer is lost
    proxy.script("GET", PASS, answer(503))            the second GET from now on is answered 503
    proxy.script("POST", Fault(after=somebody_else))  that is called between the change and its answer
    proxy.otherwise = random_faults(0.3, seed=1)      what no script speaks of meets a fault in 3 of 10 cases
    proxy.otherwise = always(CUT)                     nobody is there
    proxy.count("PATCH")                              how many came
"""

from __future__ import annotations

import base64
import contextlib
import http.client
import http.server
import json
import random
import selectors
import socket
import ssl
import threading
from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

import yaml

from .certificate import make_certificate

PATIENCE = 60  # seconds for an answer from upstream
_HOP = frozenset({"connection", "keep-alive", "transfer-encoding", "content-length"})


@dataclass(frozen=True)
class Fault:
    """What happens to one request. As it is made without arguments, the request and its answer pass.

    Attributes:
        before: called when the request has come, before it goes upstream; it may wait.
        upstream: whether it goes there at all.
        late: the client's connection is cut first, and the request goes upstream when this returns.
        after: called when upstream has answered, before the client learns of it; it may wait.
        answer: status, headers and body that the client gets instead of upstream's.
        share: the part of the body that arrives before the connection is cut; 1 is an answer in order, and of 0
            not even the status arrives.
        drip: bytes of the answer, its head included, and the seconds between one such piece and the next.
        hang: no answer, and the connection stays open.
    """

    before: Callable[[], object] | None = None
    upstream: bool = True
    late: Callable[[], object] | None = None
    after: Callable[[], object] | None = None
    answer: tuple[int, Mapping[str, str], bytes] | None = field(default=None, repr=False)
    share: float = 1
    drip: tuple[int, float] | None = None
    hang: bool = False


PASS = Fault()
CUT = Fault(upstream=False, share=0)
"""Cut before the API server has it: nothing happens."""
LOST = Fault(share=0)
"""Cut after the API server has answered: what was asked has happened."""
HALF = Fault(share=0.5)
HANG = Fault(upstream=False, hang=True)


def answer(status: int, *, upstream: bool = False, headers: Mapping[str, str] | None = None, **said: Any) -> Fault:
    """Returns the fault that answers a status as the API server would.

    Args:
        upstream: the request is passed on all the same, so that what it asks for happens.
        headers: more headers, such as Retry-After.
        said: more fields of the body, a ``Status`` of Kubernetes.
    """
    reason = HTTPStatus(status).phrase.replace(" ", "")
    body = {"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": reason, "code": status, **said}
    all_headers = {"Content-Type": "application/json", **(headers or {})}
    return Fault(upstream=upstream, answer=(status, all_headers, json.dumps(body).encode()))


def drip(size: int, seconds: float) -> Fault:
    """Returns the fault that gives the answer a few bytes at a time."""
    return Fault(drip=(size, seconds))


@dataclass(frozen=True)
class Framing:
    """How a watch's bytes are passed on, as they come: a header line that says it, and what each part becomes."""

    header: str
    frame: Callable[[bytes], bytes]
    end: bytes = b""


CHUNKED = Framing("Transfer-Encoding: chunked", lambda part: b"%x\r\n%s\r\n" % (len(part), part), b"0\r\n\r\n")


@dataclass(frozen=True)
class Request:
    """One that came. Its path has the query."""

    method: str
    path: str

    @property
    def watches(self) -> bool:
        """Whether its answer is a stream."""
        return "watch=" in self.path


Choice = Callable[[Request], Fault]


def always(fault: Fault) -> Choice:
    """Returns the choice of one fault for everything."""
    return lambda request: fault


def random_faults(
    rate: float, seed: int, faults: Sequence[Fault] = (CUT, LOST, HALF, answer(500), answer(503), answer(429))
) -> Choice:
    """Returns the choice of one of the faults for a part of all requests, watches excepted."""
    dice, lock = random.Random(seed), threading.Lock()

    def choose(request: Request) -> Fault:
        with lock:
            hit, fault = dice.random() < rate, dice.choice(faults)
        return fault if hit and not request.watches else PASS

    return choose


class FaultProxy:
    """The proxy; ``with`` starts and ends it.

    Args:
        kubeconfig: names the API server behind it, and the token that its own kubeconfig has.
        folder: where it keeps its certificate and its kubeconfig; should be empty.

    Attributes:
        kubeconfig: the same, but for the address and the certificate.
        otherwise: what happens to requests that no script speaks of.
        framing: how watches are passed on.
        requests: what came so far, oldest first.
    """

    def __init__(self, kubeconfig: Path, folder: Path) -> None:
        content = yaml.safe_load(kubeconfig.read_text())
        cluster = content["clusters"][0]["cluster"]
        self._upstream = urlsplit(cluster["server"])
        self._trust = ssl.create_default_context(
            cadata=base64.b64decode(cluster["certificate-authority-data"]).decode()
        )
        certificate = make_certificate(folder)
        self._tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self._tls.load_cert_chain(certificate, folder / "key.pem")
        self._listen()
        self.url = f"https://127.0.0.1:{self._server.server_port}"
        cluster["server"] = self.url
        cluster["certificate-authority-data"] = base64.b64encode(certificate.read_bytes()).decode()
        self.kubeconfig = folder / "kubeconfig"
        self.kubeconfig.write_text(yaml.safe_dump(content))

    def _listen(self) -> None:
        """Takes a port."""
        self.otherwise: Choice = always(PASS)
        self.framing = CHUNKED
        self.requests: list[Request] = []
        self._scripts: list[tuple[str, str, deque[Fault]]] = []
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._open: set[socket.socket] = set()
        self._server = _Server(("127.0.0.1", 0), type("Handler", (_Handler,), {"proxy": self}))

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()
        self.cut_all()

    def script(self, method: str, *faults: Fault, path: str = "") -> None:
        """Says what happens to the next requests of a method, one fault each; ``path`` is a part of their paths."""
        with self._lock:
            self._scripts.append((method, path, deque(faults)))

    @property
    def done(self) -> bool:
        """Whether all that was scripted has happened."""
        with self._lock:
            return not any(faults for _, _, faults in self._scripts)

    def count(self, *methods: str) -> int:
        """Returns how many requests of these methods came, watches excepted; of all methods where none is given."""
        with self._lock:
            counted = Counter(request.method for request in self.requests if not request.watches)
        return sum(counted[method] for method in methods or counted)

    def cut_all(self) -> None:
        """Cuts every connection that is open now, watches too."""
        with self._lock:
            connections = list(self._open)
        for connection in connections:
            _cut(connection)

    def choose(self, request: Request) -> Fault:
        """Notes a request and returns what happens to it."""
        with self._lock:
            self.requests.append(request)
            for method, path, faults in self._scripts:
                if method == request.method and path in request.path and faults:
                    return faults.popleft()
        return self.otherwise(request)

    def secure(self, connection: socket.socket) -> socket.socket:
        """Shakes hands with a client."""
        secured = self._tls.wrap_socket(connection, server_side=True)
        with self._lock:
            self._open.add(secured)
        return secured

    def forget(self, connection: socket.socket) -> None:
        """Learns that a client's connection has ended."""
        with self._lock:
            self._open.discard(connection)

    def connect(self) -> http.client.HTTPConnection:
        """Opens a connection upstream."""
        host, port = self._upstream.hostname or "", self._upstream.port
        return http.client.HTTPSConnection(host, port, context=self._trust, timeout=PATIENCE)

    def wait(self, seconds: float | None = None) -> bool:
        """Waits; returns whether the proxy ends."""
        return self._closing.wait(seconds)


class _Server(http.server.ThreadingHTTPServer):
    request_queue_size = 256

    def handle_error(self, *_: object) -> None:
        """A client that went away is what the tests are about."""


class _Handler(http.server.BaseHTTPRequestHandler):
    """One client's connection, with a connection of its own upstream."""

    protocol_version = "HTTP/1.1"
    proxy: FaultProxy
    _theirs: http.client.HTTPConnection | None = None

    def setup(self) -> None:
        self.request = self.proxy.secure(self.request)
        super().setup()

    def finish(self) -> None:
        self.proxy.forget(self.request)
        if self._theirs:
            self._theirs.close()
        with contextlib.suppress(OSError, ValueError):
            super().finish()

    def log_message(self, *_: object) -> None:
        """Says nothing."""

    def _exchange(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        request = Request(self.command, self.path)
        fault = self.proxy.choose(request)
        if fault.late:
            self._end()
            fault.late()
        if fault.before:
            fault.before()
        found: tuple[int, Mapping[str, str], bytes] | None = None
        if fault.upstream:
            try:
                response = self._ask(body)
                if request.watches and fault == PASS and response.status == HTTPStatus.OK:
                    self._stream(response)
                    return
                found = response.status, dict(response.getheaders()), response.read()
            except (OSError, http.client.HTTPException):
                self._end()  # the API server itself is away
                return
        if fault.after:
            fault.after()
        if fault.hang:
            self.proxy.wait()
        elif fault.late is None and (given := fault.answer or found) and fault.share:
            self._give(given, fault)
        else:
            self._end()

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = _exchange

    def _ask(self, body: bytes) -> http.client.HTTPResponse:
        """Sends the request upstream."""
        if self._theirs is None:
            self._theirs = self.proxy.connect()
        headers = {name: value for name, value in self.headers.items() if name.lower() not in _HOP}
        self._theirs.request(self.command, self.path, body=body or None, headers=headers)
        return self._theirs.getresponse()

    def _give(self, given: tuple[int, Mapping[str, str], bytes], fault: Fault) -> None:
        """Sends an answer, or the part of it that arrives."""
        status, headers, body = given
        kept = {name: value for name, value in headers.items() if name.lower() not in _HOP}
        lines = [f"{name}: {value}\r\n" for name, value in {**kept, "Content-Length": str(len(body))}.items()]
        head = f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\n{''.join(lines)}\r\n".encode()
        content = head + (b"" if self.command == "HEAD" else body[: int(len(body) * fault.share)])
        size, seconds = fault.drip or (len(content), 0)
        for start in range(0, len(content), size):
            if start and self.proxy.wait(seconds):
                break
            self.wfile.write(content[start : start + size])
        if fault.share < 1:
            self._end()

    def _stream(self, response: http.client.HTTPResponse) -> None:
        """Passes an answer that goes on, until either side ends it."""
        framing = self.proxy.framing
        self.wfile.write(f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n{framing.header}\r\n\r\n".encode())
        sock = self._theirs.sock if self._theirs else None
        assert sock
        sock.settimeout(None)
        threading.Thread(target=self._follow_end, args=(sock,), daemon=True).start()
        with contextlib.suppress(OSError, http.client.HTTPException):
            while part := response.read1(65536):
                self.wfile.write(framing.frame(part))
            self.wfile.write(framing.end)
        self._end()

    def _follow_end(self, theirs: socket.socket) -> None:
        """Ends the stream upstream when the client has left: the API server should not go on for nobody."""
        with selectors.DefaultSelector() as selector, contextlib.suppress(OSError, ValueError):
            selector.register(self.request, selectors.EVENT_READ)
            selector.select()
        _cut(theirs)

    def _end(self) -> None:
        self.close_connection = True
        _cut(self.request)


def _cut(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        socket.socket.shutdown(connection, socket.SHUT_RDWR)  # TLS has a shutdown that waits for the other side's
