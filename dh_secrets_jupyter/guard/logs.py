"""Masks log records, so that handlers of any kind write marks: to files, sockets, other streams.

A record is masked when a handler asks for its text: most records are made for nobody, the kernel's own by the dozen.
"""

from __future__ import annotations

import logging
from typing import Any

from .keeper import Keeper

CHANNEL = "log record"


class LogHooks:
    """The factory of log records."""

    def __init__(self, keeper: Keeper) -> None:
        self._keeper = keeper
        self._before = logging.getLogRecordFactory()
        self._classes: dict[type[logging.LogRecord], type[logging.LogRecord]] = {}

    def install(self) -> None:
        """Puts the factory in place, over whatever is there."""
        self._before = logging.getLogRecordFactory()
        logging.setLogRecordFactory(self._make)

    def uninstall(self) -> None:
        """Puts the one before back, unless somebody put another one over ours."""
        if logging.getLogRecordFactory() == self._make:
            logging.setLogRecordFactory(self._before)

    def _make(self, *args: Any, **options: Any) -> logging.LogRecord:
        record: logging.LogRecord = self._before(*args, **options)
        base = type(record)
        if (guarded := self._classes.get(base)) is None:
            guarded = self._classes[base] = self._subclass(base)
        record.__class__ = guarded
        return record

    def _subclass(self, base: type[logging.LogRecord]) -> type[logging.LogRecord]:
        keeper = self._keeper

        class GuardedRecord(base):  # type: ignore[valid-type, misc]  # whatever the factory before makes
            """A record whose message and exception, as formatted, are masked."""

            def getMessage(self) -> str:
                text: str = super().getMessage()
                return keeper.mask(text, CHANNEL) if keeper.on else text

            @property
            def exc_text(self) -> str | None:
                """What a formatter makes of the exception; it keeps it here, and takes it from here."""
                text: str | None = self.__dict__.get("exc_text")
                return text

            @exc_text.setter
            def exc_text(self, text: str | None) -> None:
                self.__dict__["exc_text"] = keeper.mask(text, CHANNEL) if text and keeper.on else text

        return GuardedRecord
