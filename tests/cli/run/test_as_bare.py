"""Output without a value comes to the terminal byte for byte as it does without us."""

from __future__ import annotations

import sys

import pytest

from .at_terminal import VALUE, start
from .bare import QUICK, SOAK

pytestmark = pytest.mark.posix


def _shown(command: str, *, bare: bool) -> tuple[bytes, int]:
    with start(
        ["bash", "-c", command.replace("PYTHON", sys.executable)], bare=bare, PAGER="cat", GIT_PAGER="cat"
    ) as it:
        if command.startswith("less"):  # which waits for a key
            it.expect(b"\x1b[27m\x1b[K")
            it.type("q")
        status = it.status()
        return it.shown, status


def _differences(commands: list[str]) -> tuple[list[str], list[str]]:
    """Returns the commands that print something else, and those that do so each time."""
    different, unsteady = list[str](), list[str]()
    for command in commands:
        bare = _shown(command, bare=True)
        if _shown(command, bare=False) != bare:
            (different if _shown(command, bare=True) == bare else unsteady).append(command)
    return different, unsteady


@pytest.mark.slow
def test_commands_of_every_kind() -> None:
    """Text, bytes, colours, progress, tracebacks and full-screen programs: the same bytes, and the same status."""
    different, unsteady = _differences(QUICK)
    assert different == []
    assert len(QUICK) - len(unsteady) >= 30


@pytest.mark.soak
def test_two_hundred_commands() -> None:
    """The same for many more; what differs each time without us is no comparison."""
    different, unsteady = _differences(SOAK)
    assert different == []
    assert len(SOAK) - len(unsteady) >= 200


def test_only_marks_differ() -> None:
    """Where the value is printed, a mark stands in its place, and nothing else is changed."""
    command = 'printf \'a\\x1b[1m%s\\x1b[0m\\r\\n\' "$API_KEY"; seq 1 500; echo "end $API_KEY."'
    bare, relayed = _shown(command, bare=True), _shown(command, bare=False)
    assert relayed == (bare[0].replace(VALUE.encode(), b"[secret:API_KEY]"), bare[1])
