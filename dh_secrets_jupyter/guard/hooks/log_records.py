"""Masks log records, so that handlers of any kind write marks: to files, sockets, other streams, other processes.

A record is masked when a handler asks for its text: most records, many of the kernel's own among them, reach none.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from ..redactor import Redactor

CHANNEL = "log record"


class LogRecordHooks:
    """The factory of log records."""

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor
        self._before: Callable[..., logging.LogRecord] = logging.getLogRecordFactory()
        self._ours: Callable[..., logging.LogRecord] = self._make
        self._classes: dict[type[logging.LogRecord], type[logging.LogRecord]] = {}

    def install(self) -> None:
        """Puts the factory in place, over whatever is there."""
        self._before = logging.getLogRecordFactory()
        # In place of a class ours is a class, too: a function around it would cost as much as the record.
        self._ours = self._guarded(self._before) if isinstance(self._before, type) else self._make
        logging.setLogRecordFactory(self._ours)

    def uninstall(self) -> None:
        """Puts the one before back, unless somebody put another one over ours."""
        if logging.getLogRecordFactory() == self._ours:
            logging.setLogRecordFactory(self._before)

    def _make(self, *args: Any, **options: Any) -> logging.LogRecord:
        record = self._before(*args, **options)
        record.__class__ = self._guarded(type(record))
        return record

    def _guarded(self, base: type[logging.LogRecord]) -> type[logging.LogRecord]:
        if base not in self._classes:
            self._classes[base] = _subclass(base, self._redactor)
        return self._classes[base]


def _subclass(base: Any, redactor: Redactor) -> type[logging.LogRecord]:
    class GuardedRecord(base):  # type: ignore[misc]  # whatever the factory before makes
        """A record whose message and exception, as formatted, are masked."""

        def getMessage(self) -> str:
            text: str = super().getMessage()
            return redactor.mask(text, CHANNEL) if redactor.is_on else text

        @property
        def exc_text(self) -> str | None:
            """What a formatter makes of the exception; it keeps it here, and takes it from here."""
            text: str | None = self.__dict__.get("exc_text")
            return text

        @exc_text.setter
        def exc_text(self, text: str | None) -> None:
            self.__dict__["exc_text"] = redactor.mask(text, CHANNEL) if text and redactor.is_on else text

        @exc_text.deleter
        def exc_text(self) -> None:
            del self.__dict__["exc_text"]

        def __copy__(self) -> GuardedRecord:
            copied = GuardedRecord.__new__(GuardedRecord)
            copied.__dict__.update(self.__dict__)
            return copied

        def __reduce__(self) -> tuple[Any, ...]:
            """Another process that takes it from a queue has no guard: it gets a record of the kind before, masked."""
            state = {**self.__dict__}
            if (text := self.getMessage()) != super().getMessage():
                state.update(msg=text, args=None)
            return _restored, (base, state)

    return GuardedRecord


def _restored(kind: type[logging.LogRecord], state: dict[str, Any]) -> logging.LogRecord:
    record = kind.__new__(kind)
    record.__dict__.update(state)
    return record
