"""How long a call waits between its tries."""

from __future__ import annotations

from itertools import islice

import pytest

from dh_secrets_jupyter.backoff import SPARE, Deadline, pauses, watch_pauses

from .support.waiting import skip_sleep


@pytest.fixture
def naps(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Collects the pauses, and takes none."""
    return skip_sleep(monkeypatch)


def test_pauses_grow_and_differ() -> None:
    """Each may be twice as long as the one before, up to the longest; no two are alike."""
    found = list(islice(pauses(0.01, 0.1, 2.0), 12))
    assert all(0.01 <= pause <= min(0.1 * 2**number, 2.0) for number, pause in enumerate(found))
    assert len(set(found)) == len(found)


def test_watches_come_back_one_after_another() -> None:
    """Of a hundred that are interrupted together, the first pauses lie between half a second and one and a half."""
    firsts = [next(watch_pauses()) for _ in range(100)]
    assert all(0.5 <= pause <= 1.5 for pause in firsts)
    assert max(firsts) - min(firsts) > 0.5


def test_pauses_of_a_call_have_a_sum(naps: list[float]) -> None:
    """Whatever they are for, a call's pauses are five seconds at most; a pause that does not fit is not begun."""
    deadline = Deadline(25)
    assert [deadline.pause(2) for _ in range(4)] == [True, True, False, False]
    assert deadline.take(3) == pytest.approx(1)
    assert deadline.take(3) == 0
    assert sum(naps) == 4


def test_what_was_not_waited_is_given_back(naps: list[float]) -> None:
    """Who took more than it waited for gives it back."""
    deadline = Deadline(25)
    deadline.give_back(deadline.take(5) - 1)
    assert deadline.pause(4)
    assert naps == [4]


def test_time_is_left_for_a_try(naps: list[float]) -> None:
    """No pause ends so late that nothing can be tried afterwards."""
    deadline = Deadline(SPARE + 0.5)
    assert not deadline.pause(0.6)
    assert not deadline.wait(0.6)
    assert deadline.take(0.6) == pytest.approx(0.5, abs=0.1)
    assert 0 < deadline.left <= SPARE + 0.5
    assert naps == []


def test_what_others_demand_is_no_pause(naps: list[float]) -> None:
    """A wait that a server asks for, or for what a server does, counts to the deadline alone."""
    deadline = Deadline(25)
    assert deadline.wait(20)
    assert deadline.pause(5)
    assert naps == [20, 5]
