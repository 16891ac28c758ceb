"""What IPython remembers of cells: a shell of this process, its history file, and the hooks into both."""

from __future__ import annotations

import atexit
import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import IPython
import pytest

from dh_secrets_jupyter.guard.hooks.history import HistoryHooks
from dh_secrets_jupyter.guard.hooks.typed_values import TypedValue
from dh_secrets_jupyter.guard.redactor import Redactor

from ..conftest import TOKEN

MARK = "[secret:TOKEN]"


@pytest.fixture
def redactor() -> Redactor:
    """One that is on, and knows nothing yet."""
    redactor = Redactor()
    redactor.is_on = True
    return redactor


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A shell without a kernel or a terminal, which keeps its history in a file."""
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])  # a shell puts its own there
    config = Config(HistoryManager={"hist_file": str(tmp_path / "history.sqlite")})
    shell: Any = InteractiveShell(config=config)  # type: ignore[no-untyped-call]  # IPython's has no types
    yield shell
    shell.atexit_operations()
    atexit.unregister(shell.atexit_operations)


@pytest.fixture
def history_hooks(shell: Any, redactor: Redactor) -> Iterator[HistoryHooks]:
    """The hooks, in place; what is typed is learned as the guard learns it."""

    def learn(typed: list[TypedValue]) -> None:
        for name, value in typed:
            redactor.learn(name, value)
        made.is_stale = True

    made = HistoryHooks(shell, redactor, learn)
    made.install()
    yield made
    made.uninstall()


def stored(shell: Any) -> str:
    """Returns all that the history file has of this session's cells."""
    manager = shell.history_manager
    manager.writeout_cache()
    with sqlite3.connect(manager.hist_file) as database:
        return repr(database.execute("SELECT source, source_raw FROM history").fetchall())


def run(shell: Any, cell: str) -> None:
    """Runs a cell as a front end does."""
    shell.run_cell(cell, store_history=True)


def test_a_known_value_is_stored_as_its_mark(shell: Any, redactor: Redactor, history_hooks: HistoryHooks) -> None:
    """In ``In``, ``_i`` and the file; the cell itself ran with the value."""
    redactor.learn("TOKEN", TOKEN)
    run(shell, f"token = '{TOKEN}'")
    run(shell, "pass")
    assert shell.user_ns["token"] == TOKEN
    assert shell.user_ns["In"][1] == shell.user_ns["_i1"] == shell.user_ns["_i"] == f"token = '{MARK}'"
    assert TOKEN not in stored(shell)
    assert MARK in stored(shell)


def test_what_was_stored_before_a_value_was_known_is_searched_again(
    shell: Any, redactor: Redactor, history_hooks: HistoryHooks
) -> None:
    """After the cell that brought it: what is kept in memory, and what was written to the file, down to its pages."""
    run(shell, f"token = '{TOKEN}'")
    assert TOKEN in stored(shell)
    redactor.learn("TOKEN", TOKEN)
    history_hooks.is_stale = True
    run(shell, "pass")
    assert shell.user_ns["In"][1] == shell.user_ns["_i1"] == f"token = '{MARK}'"
    assert TOKEN not in stored(shell)
    assert TOKEN.encode() not in Path(shell.history_manager.hist_file).read_bytes()


def test_a_value_that_was_typed_is_kept_out_before_the_cell_runs(shell: Any, history_hooks: HistoryHooks) -> None:
    """The line that is refused is not stored as it was typed; no magic of ours has to be there for it."""
    run(shell, f"%secret set API_KEY {TOKEN}")
    assert TOKEN not in repr(shell.user_ns["In"]) + stored(shell)
    assert "[secret:API_KEY]" in shell.user_ns["In"][1]


def test_reprs_that_are_stored_on_request_hold_marks(
    shell: Any, redactor: Redactor, history_hooks: HistoryHooks
) -> None:
    """With ``db_log_output`` IPython keeps the repr of each result, masked."""
    redactor.learn("TOKEN", TOKEN)
    shell.history_manager.db_log_output = True
    run(shell, f"'{TOKEN}'")
    assert shell.history_manager.output_hist_reprs[1] == repr(MARK)


@pytest.mark.skipif(IPython.version_info < (9, 1), reason="before, IPython kept no outputs for %notebook")
def test_kept_outputs_hold_marks(shell: Any, redactor: Redactor, history_hooks: HistoryHooks) -> None:
    """Once a mark was put, so has what ``%notebook`` would save of older cells."""
    from IPython.core.history import HistoryOutput

    redactor.learn("TOKEN", TOKEN)
    manager = shell.history_manager
    run(shell, f"'{TOKEN}'")
    manager.outputs[1] = [
        HistoryOutput(output_type="out_stream", bundle={"stream": [TOKEN[:7], TOKEN[7:]]}),
        HistoryOutput(output_type="display_data", bundle={"text/plain": f"<{TOKEN}>"}),
    ]
    run(shell, f"other = '{TOKEN}'")
    run(shell, "pass")
    assert [output.bundle for output in manager.outputs[1]][:2] == [
        {"stream": [MARK]},
        {"text/plain": f"<{MARK}>"},
    ]


def test_while_the_guard_is_off_only_typed_values_are_kept_out(
    shell: Any, redactor: Redactor, history_hooks: HistoryHooks
) -> None:
    """A value that one has chosen to show is stored; one that was typed by mistake never is."""
    redactor.learn("TOKEN", TOKEN)
    redactor.is_on = False
    run(shell, f"token = '{TOKEN}'")
    run(shell, "%secret set API_KEY another-sample-value")
    assert shell.user_ns["In"][1] == f"token = '{TOKEN}'"
    assert "another-sample-value" not in repr(shell.user_ns["In"])


def test_the_hooks_leave_nothing(shell: Any, redactor: Redactor) -> None:
    """After they are taken out the shell's own methods are called, and its events know no more of them."""
    before = {name: list(calls) for name, calls in shell.events.callbacks.items()}
    hooks = HistoryHooks(shell, redactor, lambda typed: None)
    hooks.install()
    assert "run_cell" in vars(shell)
    hooks.uninstall()
    assert "run_cell" not in vars(shell)
    assert "store_inputs" not in vars(shell.history_manager)
    assert before == shell.events.callbacks
    redactor.learn("TOKEN", TOKEN)
    run(shell, f"token = '{TOKEN}'")
    assert shell.user_ns["In"][1] == f"token = '{TOKEN}'"
