"""What the proxy costs, each beside the same without it, in one run: ``python -m benchmarks.proxy``.

A kept connection's requests; one answer of 100 MB, searched, and by a relay that does not search. Host, proxy and
client share one machine.
"""

from __future__ import annotations

import http.client
import ssl
import statistics
import sys
import tempfile
import time
from pathlib import Path

from dh_secrets_jupyter.proxy.server import Proxy, Rules
from dh_secrets_jupyter.proxy.session import Held, Session
from dh_secrets_jupyter.proxy.upstream import Upstream
from tests.proxy.conftest import login
from tests.proxy.hosts import Host, Loop, TestAuthority, response

NAME, OTHER = "api.example.test", "other.example.test"
VALUE = "sk-proj-Invented0Value1Of2Many3Letters4And5Digits6"
SIZE = 100 << 20
REQUESTS = 200


def main() -> None:
    """Prints a table."""
    with tempfile.TemporaryDirectory() as folder:
        authority = TestAuthority(Path(folder))
        upstream = Upstream(allow_private=True, ca=str(authority.path), resolve={NAME: "127.0.0.1", OTHER: "127.0.0.1"})
        host = Host(Loop(), authority, NAME, OTHER)
        body = b"\n".join(b"a line of text, number %d" % number for number in range(SIZE // 30))
        whole, short = response(body), response(b"{}" * 500)
        host.answer = lambda request: whole if request.startswith(b"GET /large") else short

        async def read(name: str) -> Held:
            return Held(VALUE, (f"{NAME}:{host.port}",))

        session = Session(read)
        loop = Loop()
        server = loop.run(
            Proxy(lambda token, _: {session.token: session}.get(token), Rules(upstream=upstream)).start("127.0.0.1", 0)
        )
        stand_in = loop.run(session.use("KEY"))
        port = server.sockets[0].getsockname()[1]
        trusts = ssl.create_default_context(cafile=str(authority.path))
        ours = ssl.create_default_context(cadata=session.authority((f"{NAME}:{host.port}",)).pem)

        def connect(name: str, context: ssl.SSLContext) -> http.client.HTTPSConnection:
            connection = http.client.HTTPSConnection("127.0.0.1", port, context=context)
            connection.set_tunnel(name, host.port, {"Proxy-Authorization": login(session.token)})
            return connection

        ways = {"by the proxy": connect(NAME, ours), "by a tunnel": connect(OTHER, trusts)}
        rows = {name: measure(connection, stand_in) for name, connection in ways.items()}
        for name, (request, large) in rows.items():
            sys.stdout.write(f"{name:14} {request * 1000:6.2f} ms a request   {len(body) / large / 1e6:6.0f} MB/s\n")
        (request, large), (bare, straight) = rows.values()
        sys.stdout.write(
            f"more a request {(request - bare) * 1000:.2f} ms, speed beside the tunnel {straight / large:.2f}\n"
        )


def measure(connection: http.client.HTTPSConnection, stand_in: str) -> tuple[float, float]:
    """Returns seconds of a request in the median, and of the large answer."""
    times = []
    for _ in range(REQUESTS):
        started = time.perf_counter()
        connection.request("GET", "/", headers={"Authorization": stand_in})
        connection.getresponse().read()
        times.append(time.perf_counter() - started)
    started = time.perf_counter()
    connection.request("GET", "/large", headers={"Authorization": stand_in})
    answer = connection.getresponse()
    while answer.read(1 << 18):
        pass
    return statistics.median(times), time.perf_counter() - started


if __name__ == "__main__":
    main()
