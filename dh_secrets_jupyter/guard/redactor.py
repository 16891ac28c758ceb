"""What the guard of this process knows: the values, whether they are masked now, and what it has masked so far."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable
from typing import Any

from .engine import Claim, Hit, Masker
from .redaction import Redaction, Status

WITHHELD = "[withheld: the guard failed on this output]"
"""What is shown where masking itself failed: the content is dropped, not the guard."""
CANARY = "guard-self-test"
"""The name of a random value of our own that the self-test sends through the hooks; never listed."""

Listener = Callable[[tuple[Any, ...]], None]
"""Takes a message of plain values: ``("learn", name, value, claim)``, ``("switch", names, on)`` or ``("on", on)``."""


class Redactor:
    """The values of this process and what was masked of them. Safe to be used by several threads, and after a fork.

    Attributes:
        masker: what masks, whether or not the redactor is on.
        cell: the execution count of the cell that runs, or of the last one that ran.
        mask_count: how many marks were put.
        canary: a value that never leaves the process, for the self-test.
    """

    def __init__(self) -> None:
        self._is_on = False
        self._listeners: list[Listener] = []
        self._learned: list[tuple[str, str | bytes, int]] = []
        self._redactions: dict[tuple[str, str, str], Redaction] = {}  # the one last added to is the last
        self._lock = threading.RLock()  # a signal's handler may mask, too
        self.masker = Masker()
        self.cell = 0
        self.mask_count = 0
        self.canary = os.urandom(24).hex()
        self.masker.add(CANARY, self.canary)
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._after_fork)

    def _after_fork(self) -> None:
        self._lock = threading.RLock()  # another thread of the parent may have held it

    @property
    def is_on(self) -> bool:
        """Whether the hooks mask anything."""
        return self._is_on

    @is_on.setter
    def is_on(self, on: bool) -> None:
        self._is_on = on
        self._notify(("on", on))

    def learn(self, name: str, value: str | bytes, claim: Claim = Claim.VALUE) -> None:
        """Learns a value, as :meth:`Masker.add`; when it returns, all that masks here knows it."""
        plain = bytes(value) if isinstance(value, bytes) else str.__str__(value)
        self.masker.add(name, plain, claim)
        self._learned.append(learned := (name, plain, int(claim)))
        self._notify(("learn", *learned))

    def switch(self, *names: str, on: bool) -> None:
        """Masks the values of these secrets, or lets them through, as :meth:`Masker.switch`."""
        self.masker.switch(*names, on=on)
        self._notify(("switch", names, on))

    def subscribe(self, listener: Listener) -> None:
        """Tells a listener all that is known, and from then on each change: another process masks, too."""
        self._listeners.append(listener)
        for learned in list(self._learned):
            listener(("learn", *learned))
        listener(("switch", tuple(self.masker.off), False))
        listener(("on", self.is_on))

    def unsubscribe(self, listener: Listener) -> None:
        """Tells a listener no more."""
        self._listeners = [other for other in self._listeners if other != listener]

    def _notify(self, message: tuple[Any, ...]) -> None:
        for listener in self._listeners:
            listener(message)

    def mask(self, text: str, channel: str) -> str:
        """Returns a text with its values masked, and records what was masked; never raises."""
        try:
            masked, hits = self.masker.mask(text)
        except Exception:  # noqa: BLE001  # whatever it is, the text must not get past the guard
            return WITHHELD
        self.record(hits, channel)
        return masked

    def mask_bytes(self, data: bytes, channel: str) -> bytes:
        """As :meth:`mask`, for bytes."""
        try:
            masked, hits = self.masker.mask_bytes(data)
        except Exception:  # noqa: BLE001  # as above
            return WITHHELD.encode()
        self.record(hits, channel)
        return masked

    def record(self, hits: Iterable[Hit], channel: str) -> None:
        """Records what was masked."""
        for hit in hits:
            key = hit.name, channel, hit.encoding
            with self._lock:
                self.mask_count += 1
                before = self._redactions.pop(key, None)
                self._redactions[key] = Redaction(*key, self.cell, before.times + 1 if before else 1)

    def names(self) -> list[str]:
        """Returns the names of all secrets with a value that can be masked."""
        return [name for name in self.masker.names() if name != CANARY]

    def status(self, place: str, gaps: list[str]) -> Status:
        """Returns what there is to say, of hooks with this place and these gaps."""
        off = self.masker.off
        with self._lock:
            redactions = [one for one in reversed(self._redactions.values()) if one.name != CANARY]
        return Status(
            on=self.is_on,
            place=place,
            held=[name for name in self.names() if name not in off],
            variables=[name for name in self.masker.variables() if name not in off],
            off=sorted(off),
            unmaskable=self.masker.unmaskable(),
            redactions=redactions,
            gaps=gaps,
        )
