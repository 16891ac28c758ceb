"""``python -m tests.cluster``: starts an API server, prints its kubeconfig's path, and ends with Ctrl-C."""

from __future__ import annotations

import contextlib
import signal
import sys
import tempfile
from pathlib import Path

from .server import Cluster

signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
with contextlib.suppress(KeyboardInterrupt), tempfile.TemporaryDirectory() as folder, Cluster(Path(folder)) as running:
    print(running.kubeconfig, flush=True)
    signal.pause()
