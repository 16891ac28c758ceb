"""Proves that what a kernel sends is masked: a canary goes the way of every message, and must not arrive."""

from __future__ import annotations

from typing import Any

from ..redactor import Redactor


def is_canary_masked(session: Any, redactor: Redactor) -> bool:
    """Sends a canary through the real path, on every kind of part, and looks at the frames."""
    canary, caught = redactor.canary, _Frames()
    on, redactor.is_on = redactor.is_on, True
    try:
        for kind, content in (
            ("display_data", {"data": {"text/plain": canary}, "metadata": {}, "transient": {}}),
            ("error", {"ename": "E", "evalue": canary, "traceback": [f"\x1b[31m{canary}"]}),
            ("comm_msg", {"comm_id": "c", "data": {"state": {"value": canary}}}),
        ):
            session.send(caught, kind, content, metadata={"m": canary}, buffers=[canary.encode()])
    finally:
        redactor.is_on = on
    frames = b"".join(bytes(frame) for frame in caught.frames)
    return canary.encode() not in frames and frames.count(b"[secret:") >= 9


class _Frames:
    """Stands where a socket stands, and keeps what would be sent."""

    def __init__(self) -> None:
        self.frames: list[bytes] = []

    def send_multipart(self, frames: list[bytes], **_: Any) -> None:
        self.frames += frames
