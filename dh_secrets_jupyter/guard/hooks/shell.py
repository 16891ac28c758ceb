"""Puts all hooks of a shell in place, and takes all of them out again."""

from __future__ import annotations

from typing import Any

from ..redactor import Redactor
from .history import HistoryHooks
from .log_records import LogRecordHooks
from .typed_values import TypedValue


class ShellHooks:
    """The hooks of one shell: in a kernel those of :mod:`.kernel`, elsewhere those of :mod:`.terminal`."""

    def __init__(self, shell: Any, redactor: Redactor) -> None:
        self._redactor = redactor
        self.history = HistoryHooks(shell, redactor, self._learn_typed)
        output: Any
        if getattr(getattr(shell, "kernel", None), "session", None) is not None:
            from .kernel import KernelHooks

            output = KernelHooks(shell, redactor, self._learn_typed)
        else:
            from .terminal import TerminalHooks

            output = TerminalHooks(shell, redactor)
        self._output = output
        self._parts = [output, self.history, LogRecordHooks(redactor)]

    @property
    def place(self) -> str:
        """What is guarded, as ``%secret guard`` says it."""
        return str(self._output.place)

    @property
    def gaps(self) -> list[str]:
        """What cannot be closed here, a sentence each."""
        return list(self._output.gaps)

    def install(self) -> None:
        """Puts every hook in place, or none. Raises :class:`SecretsError` where the self-test fails."""
        done: list[Any] = []
        try:
            for part in self._parts:
                done.append(part)
                part.install()
        except BaseException:
            for part in reversed(done):
                part.uninstall()
            raise

    def uninstall(self) -> None:
        """Puts everything back as it was."""
        for part in reversed(self._parts):
            part.uninstall()

    def value_learned(self) -> None:
        """Has the stored cells searched again: they may hold the new value."""
        self.history.is_stale = True

    def _learn_typed(self, typed: list[TypedValue]) -> None:
        for name, value in typed:
            self._redactor.learn(name, value)
        self.value_learned()
