"""Masks log records where they are made, so that handlers of any kind write marks: files, sockets, other streams."""

from __future__ import annotations

import logging
import traceback
from typing import Any

from .keeper import Keeper

CHANNEL = "log record"


class LogHooks:
    """The factory of log records. Handlers that format exceptions themselves are covered by the record's own text."""

    def __init__(self, keeper: Keeper) -> None:
        self._keeper = keeper
        self._before = logging.getLogRecordFactory()

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
        if self._keeper.on:
            self._mask(record)
        return record

    def _mask(self, record: logging.LogRecord) -> None:
        try:
            message = record.getMessage()
        except Exception:  # noqa: BLE001  # arguments that do not fit the text are the handler's to report
            return
        if (masked := self._keeper.mask(message, CHANNEL)) != message:
            record.msg, record.args = masked, None
        if record.exc_info and record.exc_info[1] is not None and not record.exc_text:
            shown = "".join(traceback.format_exception(*record.exc_info)).rstrip("\n")
            if (masked := self._keeper.mask(shown, CHANNEL)) != shown:
                record.exc_text = masked  # a formatter takes this instead of formatting the exception
