"""Keeps values out of what IPython remembers of cells: ``In``, ``_i*``, history.sqlite, ``%logstart``, kept outputs.

1. Before a cell is stored or logged, typed and known values in its source become marks.
2. After a cell that brought a new value, the cells that were stored before are searched again, the database's too.
3. Before a cell, the outputs that IPython keeps are searched, if any mark was put since the last time.
"""

from __future__ import annotations

import contextlib
import functools
import sqlite3
from collections.abc import Callable
from typing import Any

from ...ipython import Patch
from ..redactor import Redactor
from . import typed_values
from .message_fields import mask_tree

CHANNEL = "history"


class HistoryHooks:
    """The hooks into a shell's history and logger, and into the running of cells that come by no message.

    Attributes:
        is_stale: whether a value was learned since the stored cells were last searched.
    """

    def __init__(self, shell: Any, redactor: Redactor, learn: Callable[[list[typed_values.TypedValue]], None]) -> None:
        self._shell = shell
        self._redactor = redactor
        self._learn = learn
        self._patches: list[Patch] = []
        self.is_stale = False
        self._last: tuple[Any, str] = None, ""  # a cell with what its masking depends on, and the masked cell
        self._cleaned = 0  # the cell up to which kept outputs were searched
        self._mask_count = 0  # how many marks had been put then

    def install(self) -> None:
        """Puts the hooks in place, and cleans what typed values were stored before."""
        shell, manager = self._shell, self._shell.history_manager
        self._patches = [Patch(shell, "run_cell", self._run_cell(shell.run_cell))]
        if manager is not None:
            self._redactor.cell = len(manager.input_hist_raw) - 1
            self._patches += [
                Patch(manager, "store_inputs", self._store_inputs(manager.store_inputs)),
                Patch(manager, "store_output", self._store_output(manager.store_output)),
            ]
        self._patches.append(Patch(shell.logger, "log_write", self._log_write(shell.logger.log_write)))
        prompt = getattr(getattr(shell, "pt_app", None), "history", None)
        if prompt is not None:  # the terminal's own, for the arrow keys and suggestions
            self._patches.append(Patch(prompt, "append_string", self._append_string(prompt.append_string)))
        shell.events.register("pre_execute", self._before_cell)
        shell.events.register("post_run_cell", self._after_cell)
        self.clean_inputs()

    def uninstall(self) -> None:
        """Puts everything back as it was."""
        for patch in reversed(self._patches):
            patch.undo()
        self._patches = []
        for event, call in (("pre_execute", self._before_cell), ("post_run_cell", self._after_cell)):
            with contextlib.suppress(ValueError):
                self._shell.events.unregister(event, call)

    def _clean_cell(self, text: str) -> str:
        """As :meth:`_clean`, of a cell: it is stored twice and logged, mostly as the same text, and masked once."""
        cell = text.rstrip("\n")
        key = cell, self._redactor.is_on, self._redactor.masker.off
        if key != self._last[0] or self.is_stale:
            self._last = key, self._clean(cell)
        return self._last[1] + text[len(cell) :]

    def _clean(self, text: str) -> str:
        """Returns a source without typed values and, while the guard is on, without known ones."""
        text, typed = typed_values.scrub(text)
        if typed:
            self._learn(typed)
        return self._redactor.mask(text, CHANNEL) if self._redactor.is_on else text

    def _run_cell(self, run: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(run)
        def run_cell(raw_cell: str, *args: Any, **options: Any) -> Any:
            code, typed = typed_values.scrub(raw_cell) if isinstance(raw_cell, str) else (raw_cell, [])
            if typed:
                self._learn(typed)
            return run(code, *args, **options)

        return run_cell

    def _store_inputs(self, store: Callable[..., None]) -> Callable[..., None]:
        @functools.wraps(store)
        def store_inputs(line_num: int, source: str, source_raw: str | None = None) -> None:
            self._redactor.cell = line_num
            store(line_num, self._clean_cell(source), source_raw and self._clean_cell(source_raw))

        return store_inputs

    def _store_output(self, store: Callable[[int], None]) -> Callable[[int], None]:
        @functools.wraps(store)
        def store_output(line_num: int) -> None:
            outputs = self._shell.history_manager.output_hist_reprs
            if self._redactor.is_on and isinstance(text := outputs.get(line_num), str):
                outputs[line_num] = self._redactor.mask(text, CHANNEL)
            store(line_num)

        return store_output

    def _log_write(self, write: Callable[..., None]) -> Callable[..., None]:
        @functools.wraps(write)
        def log_write(data: str, kind: str = "input") -> None:
            write(self._clean_cell(data) if self._shell.logger.log_active else data, kind)

        return log_write

    def _append_string(self, append: Callable[[str], None]) -> Callable[[str], None]:
        @functools.wraps(append)
        def append_string(string: str) -> None:
            append(self._clean(string))

        return append_string

    def _after_cell(self, result: Any = None) -> None:
        """Searches the stored cells again, if this one has brought a value."""
        if self._redactor.is_on and self.is_stale:
            self.is_stale = False
            self.clean_inputs()

    def _before_cell(self) -> None:
        """Masks the outputs that IPython keeps for ``%notebook``, if anything in them was masked on its way out."""
        count, mask_count = self._shell.execution_count, self._redactor.mask_count
        if self._redactor.is_on and mask_count != self._mask_count:
            manager = self._shell.history_manager
            for number in range(self._cleaned, count + 1):
                for output in getattr(manager, "outputs", {}).get(number, []):
                    if "stream" in output.bundle:
                        output.bundle["stream"] = [self._redactor.mask("".join(output.bundle["stream"]), CHANNEL)]
                    else:
                        output.bundle = self._tree(output.bundle)
                exceptions = getattr(manager, "exceptions", {})
                if number in exceptions:
                    exceptions[number] = self._tree(exceptions[number])
        # The count is that of this cell already, or not yet, as it is stored or not.
        self._cleaned, self._mask_count = max(count - 1, 0), self._redactor.mask_count

    def _tree(self, value: Any) -> Any:
        return mask_tree(value, lambda text: self._redactor.mask(text, CHANNEL))

    def clean_inputs(self) -> None:
        """Searches the stored cells of this session again: they may hold a value that was not known then."""
        manager = self._shell.history_manager
        if manager is None:
            return
        changed = False
        for cells in (manager.input_hist_parsed, manager.input_hist_raw):
            for number, text in enumerate(cells):
                if (clean := self._clean(text)) != text:
                    cells[number] = clean
                    changed = True
        if not changed:
            return
        for name in ("_i", "_ii", "_iii", "_i00"):
            setattr(manager, name, self._clean(getattr(manager, name)))
        space = self._shell.user_ns
        for name in [name for name in space if name.startswith("_i") and name[2:].strip("i0123456789") == ""]:
            if isinstance(text := space[name], str):
                space[name] = self._clean(text)
        with manager.db_input_cache_lock:
            manager.db_input_cache = [(line, self._clean(a), self._clean(b)) for line, a, b in manager.db_input_cache]
            if manager.enabled:
                self._clean_database(str(manager.hist_file), manager.session_number)

    def _clean_database(self, path: str, session: int) -> None:
        if path == ":memory:":
            return
        with contextlib.closing(sqlite3.connect(path, timeout=10)) as database, database:
            database.execute("PRAGMA secure_delete=ON")  # else the old text stays in the file
            rows = database.execute("SELECT line, source, source_raw FROM history WHERE session = ?", (session,))
            for line, *texts in rows.fetchall():
                clean = [self._clean(text) for text in texts]
                if clean != texts:
                    database.execute(
                        "UPDATE history SET source = ?, source_raw = ? WHERE session = ? AND line = ?",
                        (*clean, session, line),
                    )
