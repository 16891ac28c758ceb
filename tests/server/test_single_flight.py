"""Many who ask for the same at the same time share one request to the provider."""

from __future__ import annotations

import asyncio
import time

import pytest

from dh_secrets_jupyter.errors import ProviderUnavailableError, SecretsError
from dh_secrets_jupyter.server import single_flight
from dh_secrets_jupyter.server.http_errors import TimedOutError
from dh_secrets_jupyter.server.single_flight import SingleFlight


class Fetch:
    """A provider's results: numbers, each given when the test says so."""

    def __init__(self) -> None:
        self.asked = 0
        self.go = asyncio.Event()
        self.error: SecretsError | None = None

    async def __call__(self, project: str) -> int:
        self.asked += 1
        number = self.asked
        await self.go.wait()
        if self.error:
            raise self.error
        return number


async def settle() -> None:
    """Has all that is ready go on, until it waits for something."""
    for _ in range(100):
        await asyncio.sleep(0)


def test_a_result_is_no_older_than_its_request() -> None:
    """Who asks while a request is under way shares the next one with all others who do."""

    async def test() -> None:
        fetch = Fetch()
        flight = SingleFlight(fetch)
        first = asyncio.ensure_future(flight.get("p"))
        await settle()
        others = [asyncio.ensure_future(flight.get("p")) for _ in range(50)]
        elsewhere = asyncio.ensure_future(flight.get("q"))
        await settle()
        assert fetch.asked == 2
        fetch.go.set()
        assert await first == 1
        assert await elsewhere == 2
        assert set(await asyncio.gather(*others)) == {3}

    asyncio.run(test())


def test_an_error_is_everyones_and_a_hang_nobodys() -> None:
    """All who share a request get its error; one that hangs holds up the next for a while, and times out."""

    async def test() -> None:
        fetch = Fetch()
        flight = SingleFlight(fetch)
        hanging = [asyncio.ensure_future(flight.get("p", timeout=0.2)) for _ in range(2)]
        for each in hanging:
            with pytest.raises(TimedOutError):
                await each
        fetch.error = ProviderUnavailableError("p", "gone", "Wait")
        fetch.go.set()
        await settle()
        results = await asyncio.gather(*(flight.get("p") for _ in range(5)), return_exceptions=True)
        assert results == [fetch.error] * 5
        assert fetch.asked == 2

    asyncio.run(test())


def test_a_crowd_is_asked_for_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond some fetchs in a short time they are spaced, and share one."""
    monkeypatch.setattr(single_flight, "CROWD_INTERVAL", 0.2)

    async def test() -> None:
        fetch = Fetch()
        fetch.go.set()
        flight = SingleFlight(fetch)
        for _ in range(single_flight.CROWD):
            assert not flight.is_crowded("p")
            await flight.get("p")
        assert flight.is_crowded("p")
        assert not flight.is_crowded("q")
        began = time.monotonic()
        while time.monotonic() - began < 1:
            await flight.get("p")
        assert fetch.asked <= single_flight.CROWD + 6

    asyncio.run(test())
