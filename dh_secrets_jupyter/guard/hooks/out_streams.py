"""A kernel's own stdout and stderr, as ipykernel makes them, and the descriptors behind them."""

from __future__ import annotations

import gc
import sys
from typing import Any


def find() -> dict[str, Any]:
    """Returns the kernel's own stdout and stderr by name, also where ``sys.stdout`` is just redirected."""
    from ipykernel.iostream import OutStream

    found = {out.name: out for out in (sys.stdout, sys.stderr) if isinstance(out, OutStream)}
    if len(found) < 2:
        found = {out.name: out for out in gc.get_objects() if isinstance(out, OutStream) and not out.closed}
    return found


def log_descriptors(outs: dict[str, Any]) -> dict[int, int | None]:
    """Returns the descriptors that lead to the server's log, each with that from which ipykernel reads what it catches.

    They are ipykernel's copies of 1 and 2; or 1 and 2, where nothing is caught.
    """
    copies = {getattr(out, "_original_stdstream_copy", None): getattr(out, "_fid", None) for out in outs.values()}
    return {copy: fid for copy, fid in copies.items() if copy is not None} or {1: None, 2: None}
