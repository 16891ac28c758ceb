"""A conversation that coverage leads to: ``python -m tests.proxy.fuzz_exchange -max_total_time=60``.

The first half of an input is what the client sends, the other what the host answers, both in pieces. A byte 0xff of the
client's is the stand-in, one of the host's the value, so that neither has to be found by chance.
"""

from __future__ import annotations

import asyncio
import sys

import atheris  # type: ignore[import-untyped]  # it has no types, nor stubs

with atheris.instrument_imports(include=["dh_secrets_jupyter.proxy", "h11"]):
    from tests.proxy.conftest import NAME, VALUE
    from tests.proxy.conversations import begin, converse

BEGINS = f"GET / HTTP/1.1\r\nHost: {NAME}\r\nAuthorization: {{key}}\r\n".encode()
RUNNER = asyncio.Runner()
STAND_IN, SESSION = RUNNER.run(begin())


def pieces(data: atheris.FuzzedDataProvider, count: int, word: bytes) -> list[bytes]:
    """Returns some pieces of a text."""
    return [data.ConsumeBytes(data.ConsumeIntInRange(0, 120)).replace(b"\xff", word) for _ in range(count)]


def one_input(raw: bytes) -> None:
    """Holds one conversation."""
    data = atheris.FuzzedDataProvider(raw)
    asks = [BEGINS, *pieces(data, 3, b"{key}")]
    answers = [b"HTTP/1.1 ", *pieces(data, 4, VALUE.encode())]
    RUNNER.run(converse(STAND_IN, SESSION, asks, answers))


if __name__ == "__main__":
    atheris.Setup([*sys.argv, "-timeout=30", "-max_len=1000", "-len_control=0", "-print_final_stats=1"], one_input)
    atheris.Fuzz()
