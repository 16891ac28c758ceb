"""The hooks into IPython in a terminal: its two streams, and what else may write to the same terminal.

The terminal's own descriptor stays as it is: what writes there past the streams is not covered. But it comes in its
turn: what the streams hold back is flushed first. Python announces most of what may write by audit events; an audit
hook cannot be taken out again, so there is one in a process, which asks for the hooks that are in place. What Python
does without an event has a function of ours before it.
"""

from __future__ import annotations

import atexit
import contextlib
import copy
import functools
import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

from ...errors import SecretsError
from ...ipython import Patch
from ..redactor import Redactor
from .terminal_output import Output, Terminal

_EVENTS = frozenset(
    [
        # Other programs, and copies of this one.
        *(
            "os.system",
            "os.exec",
            "os.fork",
            "os.forkpty",
            "os.posix_spawn",
            "os.spawn",
            "subprocess.Popen",
            "pty.spawn",
        ),
        # A signal may end or stop this process, or make another one write.
        *("os.kill", "os.killpg", "signal.pthread_kill"),
        # C code has its own way to the terminal, and may crash.
        *("ctypes.dlopen", "ctypes.dlsym", "ctypes.dlsym/handle", "ctypes.call_function", "ctypes.string_at"),
        "builtins.input",
    ]
)
_SILENT = {
    "os": ("_exit", "abort", "write", "writev", "dup2", "close"),
    "signal": ("raise_signal",),
    "faulthandler": ("dump_traceback",),
    "_posixsubprocess": ("fork_exec",),  # as multiprocessing calls it
}
"""Functions that write, start a program, end this one or its way to the terminal, without an audit event."""

_GUARD = str(Path(__file__).parents[1])
_CALLED = tuple(str(module.__file__) for module in (contextlib, copy, threading))
"""Modules that the guard's functions call; their frames are ours where they stand below one of ours."""


class TerminalHooks:
    """All hooks of one terminal; calls of :meth:`install` and :meth:`uninstall` alternate."""

    place = "this terminal"

    def __init__(self, shell: Any, redactor: Redactor) -> None:
        self._shell = shell
        self._terminal = Terminal(redactor)
        self._patches: list[Patch] = []

    @property
    def gaps(self) -> list[str]:
        """What cannot be closed here."""
        return ["not covered here: what C code and child processes write straight to the terminal"]

    def install(self) -> None:
        """Guards the streams. Raises :class:`SecretsError` where one of them cannot be."""
        for stream in {id(stream): stream for stream in (sys.stdout, sys.stderr) if stream is not None}.values():
            output = Output(stream, self._terminal)
            self._terminal.outputs.append(output)
            try:
                output.install()
            except (AttributeError, TypeError):
                raise SecretsError(
                    "guard",
                    f"a {type(stream).__name__} in place of sys.stdout or sys.stderr cannot be guarded",
                    "Put the original stream back and load the extension again",
                ) from None
        for module, functions in ((sys.modules.get(name), functions) for name, functions in _SILENT.items()):
            self._patches += [
                Patch(module, function, self._flushing_first(getattr(module, function)))
                for function in functions
                if hasattr(module, function)
            ]
        self._patches.append(Patch(self._shell, "showtraceback", self._without_own_frames(self._shell.showtraceback)))
        renderer = getattr(getattr(getattr(self._shell, "pt_app", None), "app", None), "renderer", None)
        if renderer is not None:
            self._patches.append(Patch(renderer, "output", _PromptOutput(renderer.output, self._terminal)))
        _watch(self._terminal)
        atexit.register(self._at_exit)

    def uninstall(self) -> None:
        """Writes what is held back, and puts everything back as it was."""
        _watch(None)
        for patch in reversed(self._patches):
            patch.undo()
        for output in self._terminal.outputs:
            output.uninstall()
        self._patches, self._terminal.outputs = [], []
        atexit.unregister(self._at_exit)

    def _flushing_first(self, function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def flush_first(*args: Any, **options: Any) -> Any:
            if self._terminal.pending:
                self._terminal.flush()
            return function(*args, **options)

        return flush_first

    def _without_own_frames(self, show: Callable[..., Any]) -> Callable[..., Any]:
        """Wraps what shows a traceback: Ctrl-C may come as our functions begin, and a stream may refuse its text."""

        @functools.wraps(show)
        def showtraceback(exc_tuple: Any = None, *args: Any, **options: Any) -> Any:
            _cut((exc_tuple or sys.exc_info())[2])
            return show(exc_tuple, *args, **options)

        return showtraceback

    def _at_exit(self) -> None:
        self._terminal.flush()
        self._terminal.ending = True


def _cut(traceback: TracebackType | None) -> None:
    """Cuts our frames off the end of a traceback; one that has no others stays."""
    before = keep = None
    while traceback is not None:
        file = traceback.tb_frame.f_code.co_filename
        if file.startswith(_GUARD):
            keep = keep or before
        elif file not in _CALLED:
            keep = None
        before, traceback = traceback, traceback.tb_next
    if keep is not None:
        keep.tb_next = None


class _PromptOutput:
    """Stands in for what the prompt is drawn on: it shows what its user types, so that it goes out as it is."""

    def __init__(self, output: Any, terminal: Terminal) -> None:
        self._output = output
        self._terminal = terminal

    def __getattr__(self, name: str) -> Any:
        return getattr(self._output, name)

    def flush(self) -> None:
        """Writes what was drawn."""
        with self._terminal.lock:
            self._terminal.passing = True
            try:
                self._output.flush()
            finally:
                self._terminal.passing = False


_watched: Terminal | None = None
_hooked = False


def _watch(terminal: Terminal | None) -> None:
    """Sets for which terminal the audit hook and the fork's are there; with None they do nothing."""
    global _watched, _hooked
    _watched = terminal
    if not _hooked:
        _hooked = True
        sys.addaudithook(_on_event)
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=_after_fork)


def _after_fork() -> None:
    if _watched is not None:
        _watched.after_fork()


def _on_event(event: str, args: tuple[Any, ...]) -> None:
    terminal = _watched
    if terminal is None or not (event in _EVENTS or _reaches_out(event, args)):
        return
    if event == "builtins.input":  # it flushes both itself, and then has C write its prompt
        for stream in (sys.stderr, sys.stdout):
            with contextlib.suppress(Exception):
                stream.flush()
    if terminal.pending:
        terminal.flush()


def _reaches_out(event: str, args: tuple[Any, ...]) -> bool:
    """Whether a device is opened, as the terminal is by its name or number, or another process here is called."""
    if event == "open":
        path = args[0]
        return isinstance(path, int) or (isinstance(path, str) and path.startswith("/dev/"))
    return event == "socket.connect" and isinstance(args[1], str | bytes)
