"""A conversation that coverage leads to: ``python -m tests.proxy.fuzz_exchange -max_total_time=60``.

The first half of an input is what the client sends, the other what the host answers, both in pieces. A byte 0xff of the
client's is the stand-in, one of the host's the value, so that neither has to be found by chance.
"""

from __future__ import annotations

import asyncio
import sys

import atheris  # type: ignore[import-untyped]  # it has no types, nor stubs

with atheris.instrument_imports(include=["dh_secrets_jupyter.proxy", "h11"]):
    from tests.proxy.conversations import begin, converse
    from tests.proxy.fixtures import NAME, VALUE

BEGINS = f"GET / HTTP/1.1\r\nHost: {NAME}\r\nAuthorization: {{key}}\r\n".encode()
HEADS = [
    b"HTTP/1.1 ",
    b"HTTP/1.1 200 OK\r\n",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n\x1f\x8b\x08",
    b"HTTP/1.1 200 OK\r\nContent-Encoding: deflate\r\n\r\n",
    b"HTTP/1.1 101 On\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n\x81",
]
ENDS = [b"\r\n", b"Upgrade: websocket\r\nConnection: Upgrade\r\n\r\n", b""]
RUNNER = asyncio.Runner()
STAND_IN, SESSION = RUNNER.run(begin())


def pieces(data: atheris.FuzzedDataProvider, count: int, word: bytes) -> list[bytes]:
    """Returns some pieces of a text."""
    return [data.ConsumeBytes(data.ConsumeIntInRange(0, 120)).replace(b"\xff", word) for _ in range(count)]


def one_input(raw: bytes) -> None:
    """Holds one conversation."""
    data = atheris.FuzzedDataProvider(raw)
    end = ENDS[data.ConsumeIntInRange(0, len(ENDS) - 1)]
    head = HEADS[data.ConsumeIntInRange(0, len(HEADS) - 1)]
    asks = [BEGINS, *pieces(data, 1, b"{key}"), end, *pieces(data, 2, b"{key}")]
    answers = [head, *pieces(data, 4, VALUE.encode())]
    RUNNER.run(converse(STAND_IN, SESSION, asks, answers))


if __name__ == "__main__":
    atheris.Setup([*sys.argv, "-timeout=30", "-max_len=1000", "-len_control=0", "-print_final_stats=1"], one_input)
    atheris.Fuzz()
