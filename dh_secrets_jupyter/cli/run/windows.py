"""Runs a command behind pipes, each read by a thread: for Windows, which has no descriptors to wait for."""

from __future__ import annotations

import contextlib
import os
import subprocess
import threading
from collections.abc import Mapping, Sequence

from ...guard.engine import Masker
from ...guard.hooks.hold_back import FLUSH_AFTER
from .outputs import CHUNK, Output


class WindowsProcess:
    """A command that runs. Ctrl-C comes to it by its console.

    Raises:
        OSError: it cannot be started.
    """

    def __init__(self, command: Sequence[str], environment: Mapping[str, str], masker: Masker) -> None:
        sources, ends = zip(*[os.pipe(), os.pipe()], strict=True)
        self._outputs = [Output(masker, source, target) for target, source in enumerate(sources, 1)]
        try:
            self._process = subprocess.Popen(command, env=dict(environment), stdout=ends[0], stderr=ends[1])
        finally:
            for end in ends:
                os.close(end)

    def wait(self) -> int:
        """See :class:`.Process`."""
        threads = [threading.Thread(target=_pass_on, args=(output,), daemon=True) for output in self._outputs]
        for thread in threads:
            thread.start()
        status = None
        while status is None:
            with contextlib.suppress(KeyboardInterrupt):  # the command has it, too, and decides
                status = self._process.wait()
        for thread in threads:
            thread.join()
        return status


def _pass_on(output: Output) -> None:
    """Passes an output on to its end; what is held back goes out when nothing has come for long enough."""
    lock = threading.Lock()

    def flush() -> None:
        with lock:
            output.flush()
            _write(output)

    timer: threading.Timer | None = None
    while output.source is not None:
        data = os.read(output.source, CHUNK)
        if timer:
            timer.cancel()
        with lock:
            output.take(data)
            _write(output)
            timer = threading.Timer(FLUSH_AFTER, flush) if output.flush_at is not None else None
        if timer:
            timer.daemon = True
            timer.start()


def _write(output: Output) -> None:
    while output.pending:
        output.write()
