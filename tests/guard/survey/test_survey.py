"""A value the kernel has read appears nowhere: hundreds of ways to show one, in real kernels."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

from ...support import kernels, notebooks
from .channels import CHANNELS, ENCODINGS
from .matrix import PAGE
from .run import UNGUARDED, Outcome, fill, started, walk
from .values import ENVIRONMENT, NAMES, leaked
from .way import SETUP, Way
from .ways import ways


@pytest.fixture(scope="module")
def survey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[kernels.Kernel, list[Outcome]]]:
    """A guarded kernel in which every way was gone."""
    with started(tmp_path_factory.mktemp("survey") / "home") as kernel:
        yield kernel, walk(kernel, ways())


def test_every_channel_and_every_encoding_is_among_at_least_200_ways() -> None:
    """Each channel is walked with each encoding."""
    found = list(ways())
    assert len(found) >= 200
    assert {(way.row, way.encoding) for way in found} >= {(row, how) for row in CHANNELS for how in ENCODINGS}


@pytest.mark.timeout(600)
def test_no_way_shows_a_value_and_each_shows_its_mark(survey: tuple[kernels.Kernel, list[Outcome]]) -> None:
    """In a guarded kernel: masked, not lost."""
    _, outcomes = survey
    assert [outcome for outcome in outcomes if outcome.leaks] == []
    assert [outcome for outcome in outcomes if outcome.way.mark not in outcome.marked] == []


def test_nothing_came_late(survey: tuple[kernels.Kernel, list[Outcome]]) -> None:
    """The messages, the history and the log of the whole walk, up to the kernel's end, hold no value."""
    kernel, _ = survey
    kernel.poll(0.5)
    assert leaked(kernel.raw) == set()
    assert leaked(kernel.history) == set()
    assert leaked(kernel.stop()) == set()


def _sample() -> list[Way]:
    """Every channel with one encoding, every encoding on one channel, and all that is special."""
    channel, encoding = next(iter(CHANNELS)), next(iter(ENCODINGS))
    return [
        way
        for way in ways()
        if way.row not in CHANNELS or way.row == channel or way.encoding == encoding or way.encoding not in ENCODINGS
    ]


@pytest.mark.kernel
@pytest.mark.timeout(600)
@pytest.mark.parametrize("walked", [_sample, pytest.param(ways, marks=pytest.mark.soak)])
def test_the_notebook_that_nbclient_writes_holds_marks_and_no_value(
    walked: Callable[[], Iterable[Way]], tmp_path: Path
) -> None:
    """Every channel, and every encoding, as a cell: each secret's mark is in the saved notebook."""
    fill(tmp_path)
    cells = [SETUP, *(way.code for way in walked() if way.notebook)]
    environment = kernels.environment(tmp_path, **ENVIRONMENT)
    notebook = notebooks.execute(notebooks.make(*cells), tmp_path, environment, allow_errors=True)
    written = json.dumps(notebook, ensure_ascii=False)
    assert leaked(written.encode()) == set()
    assert [name for name in NAMES if name != "TYPED" and f"[secret:{name}]" not in written] == []


@pytest.mark.kernel
@pytest.mark.timeout(600)
def test_without_the_guard_the_same_ways_show_the_value(tmp_path: Path) -> None:
    """The walk finds what is there to be found."""
    with started(tmp_path, UNGUARDED) as kernel:
        outcomes = walk(kernel, _sample())
    assert [outcome for outcome in outcomes if not outcome.leaks] == []


def test_the_page_in_the_docs_is_of_these_ways() -> None:
    """It counts them all, and names each channel."""
    text = PAGE.read_text()
    assert f"| **all** | {len(list(ways()))} |" in text
    assert [way for way in ways() if f"| {way.row} |" not in text] == []
