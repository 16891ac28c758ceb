"""Writers put themselves off only where they wear each other out."""

from __future__ import annotations

import time

import pytest

from dh_secrets_jupyter.providers.kubernetes.pace import LONGEST, Pace


@pytest.fixture
def naps(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Collects the waits, and makes them as long as they may be."""
    taken: list[float] = []
    monkeypatch.setattr(time, "sleep", taken.append)
    monkeypatch.setattr("random.uniform", lambda low, high: high)
    return taken


@pytest.mark.parametrize(("seconds", "crowded"), [(0.02, True), (5.0, False), (0.02, False)])
def test_nobody_waits_for_nothing(naps: list[float], seconds: float, crowded: bool) -> None:
    """A quick change, or a slow one with nobody else about, puts nothing off."""
    pace = Pace()
    pace.wait(time.monotonic() + 25)
    pace.learn(seconds, crowded=crowded)
    pace.wait(time.monotonic() + 25)
    assert naps == []


def test_a_crowd_is_given_time(naps: list[float]) -> None:
    """After a slow change among others the next waits, not over its own time, and only until one is quick again."""
    pace = Pace()
    pace.learn(0.5, crowded=True)
    pace.wait(time.monotonic() + 25)
    pace.wait(time.monotonic() + 2)
    pace.learn(100.0, crowded=True)
    pace.wait(time.monotonic() + 25)
    pace.learn(0.01, crowded=True)
    pace.wait(time.monotonic() + 25)
    assert naps == [pytest.approx(8, abs=0.5), pytest.approx(2, abs=0.5), pytest.approx(LONGEST, abs=0.5)]
