"""What the proxy does not do, as a status and a sentence: it stands in the answer, and in what the kernel is told."""

from __future__ import annotations

from dataclasses import dataclass


class RefusedError(Exception):
    """A request is not sent on.

    Args:
        status: of the answer.
        problem: one sentence without its full stop, without a value, a path or a header's content.
        hint: what to do about it, a sentence without its full stop.
    """

    def __init__(self, status: int, problem: str, hint: str) -> None:
        super().__init__(f"{problem}. {hint}.")
        self.status = status

    @property
    def sentence(self) -> str:
        """What is wrong, and what to do."""
        return str(self)


@dataclass(frozen=True)
class Refused:
    """A request, a connection or a handshake was refused."""

    host: str
    reason: str
