"""Runs a command behind pipes, each read by a thread: for Windows, which has no descriptors to wait for."""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Mapping, Sequence

from ...guard.engine import Masker
from ...guard.hooks.hold_back import FLUSH_AFTER
from .outputs import CHUNK, Output


def run(command: Sequence[str], environment: Mapping[str, str], masker: Masker) -> int:
    """Runs a command and returns its status. Ctrl-C comes to it by its console.

    Raises:
        OSError: it cannot be started.
    """
    pipes = [os.pipe() for _ in range(2)]
    (_, out), (_, err) = pipes
    with subprocess.Popen(command, env=dict(environment), stdout=out, stderr=err) as process:
        os.close(out)
        os.close(err)
        outputs = [Output(masker, source, target) for target, (source, _) in enumerate(pipes, 1)]
        threads = [threading.Thread(target=_pass_on, args=(output,), daemon=True) for output in outputs]
        for thread in threads:
            thread.start()
        while True:
            try:
                status = process.wait()
                break
            except KeyboardInterrupt:  # the command has it, too, and decides
                continue
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
