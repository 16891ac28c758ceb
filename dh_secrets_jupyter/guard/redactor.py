"""What the guard of this process knows: the values, whether it is on, and what it has masked so far."""

from __future__ import annotations

import os
import secrets
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from .engine import Claim, Hit, Masker

WITHHELD = "[withheld: the guard failed on this output]"
"""What is shown where masking itself failed: the content is dropped, not the guard."""
NEWEST = 10
"""Secrets of which a short report says what was masked."""
CANARY = "guard-self-test"
"""The name of a random value of our own that the self-test sends through the hooks; never listed."""


Tell = Callable[[tuple[Any, ...]], None]
"""Passes on a message of plain values, such as ``("learn", name, value)``."""


@dataclass(frozen=True)
class Receipt:
    """So many marks of one kind.

    Attributes:
        name: the secret's, or the variable's.
        channel: the message type, the stream's name, ``buffer``, ``server log``, ``history`` or ``log record``.
        spelling: as the value stood there: ``text``, ``base64``, …
        cell: the execution count of the last one; 0 before the first cell.
        count: how often.
    """

    name: str
    channel: str
    spelling: str
    cell: int
    count: int

    def __str__(self) -> str:
        return f"{self.count} in {self.channel} as {self.spelling}, last in cell {self.cell}"


@dataclass(frozen=True)
class Status:
    """What ``%secret guard`` says; ``str`` gives it as text, without any value.

    Attributes:
        on: whether values are masked at all.
        place: what is guarded: ``this kernel``, ``this terminal``, or empty where no hook is in place.
        held: the names whose values are masked.
        variables: the environment variables whose values are masked.
        off: the names that were switched off.
        unmaskable: names whose value cannot be masked, and why.
        receipts: what was masked so far, the newest first.
        gaps: what cannot be closed here, and in a kernel whether iopub is encrypted, a sentence each.
    """

    on: bool
    place: str
    held: list[str]
    variables: list[str]
    off: list[str]
    unmaskable: dict[str, str]
    receipts: list[Receipt]
    gaps: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return self.text()

    def text(self, *, everything: bool = False) -> str:
        """Returns it as text: what was masked by secret, the newest ten, or with ``everything`` all and each kind."""
        lines = [
            f"guard: on, in {self.place}" if self.on and self.place else "guard: off, values are shown as they are"
        ]
        lines += [f"masked: {', '.join(self.held)}"] if self.held else ["masked: nothing yet (no value has been read)"]
        lines += [f"masked from the environment: {', '.join(self.variables)}"] if self.variables else []
        lines += [f"switched off: {', '.join(self.off)}"] if self.off else []
        lines += [f"not masked: {name} ({why})" for name, why in self.unmaskable.items()]
        by_name: dict[str, list[Receipt]] = {}
        for receipt in self.receipts:
            by_name.setdefault(receipt.name, []).append(receipt)
        for name, receipts in list(by_name.items())[: None if everything else NEWEST]:
            if everything:
                lines += [f"[secret:{name}] {receipt}" for receipt in receipts]
            else:
                count, newest = sum(receipt.count for receipt in receipts), receipts[0]
                lines.append(
                    f"[secret:{name}] {count}, last in {newest.channel} as {newest.spelling}, cell {newest.cell}"
                )
        if (more := len(by_name) - NEWEST) > 0 and not everything:
            lines.append(f"and of {more} more: %secret guard --all")
        return "\n".join([*lines, *self.gaps])


class Keeper:
    """The values of this process and what was masked of them. Safe to be used by several threads, and after a fork.

    Attributes:
        cell: the execution count of the cell that runs, or of the last one that ran.
        marks: how many marks were set.
        canary: a value that never leaves the process, for the self-test.
    """

    def __init__(self) -> None:
        self._on = False
        self._followers: list[Tell] = []
        self._learnt: list[tuple[str, str | bytes, int]] = []
        self.masker = Masker()
        self.canary = secrets.token_hex(24)
        self.cell = 0
        self.marks = 0
        self._receipts: dict[tuple[str, str, str], Receipt] = {}  # in the order in which each was last added to
        self._lock = threading.RLock()  # a signal's handler may mask, too
        self.masker.add(CANARY, self.canary)
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._after_fork)

    def _after_fork(self) -> None:
        self._lock = threading.RLock()  # another thread of the parent may have held it

    @property
    def on(self) -> bool:
        """Whether the hooks mask anything."""
        return self._on

    @on.setter
    def on(self, on: bool) -> None:
        self._on = on
        self._tell(("on", on))

    def learn(self, name: str, value: str | bytes, claim: Claim = Claim.VALUE) -> None:
        """Learns a value, as :meth:`Masker.add`; when it returns, all that masks here knows it."""
        plain = bytes(value) if isinstance(value, bytes) else str.__str__(value)
        self.masker.add(name, plain, claim)
        self._learnt.append(learnt := (name, plain, int(claim)))
        self._tell(("learn", *learnt))

    def switch(self, *names: str, on: bool) -> None:
        """Masks the values of these secrets, or lets them through, as :meth:`Masker.switch`."""
        self.masker.switch(*names, on=on)
        self._tell(("switch", names, on))

    def follow(self, tell: Tell) -> None:
        """Has a function told all that is known and what is learnt from then on: another process masks, too."""
        self._followers.append(tell)
        for learnt in list(self._learnt):
            tell(("learn", *learnt))
        tell(("switch", tuple(self.masker.off), False))
        tell(("on", self.on))

    def unfollow(self, tell: Tell) -> None:
        """Ends that."""
        self._followers = [other for other in self._followers if other != tell]

    def _tell(self, message: tuple[Any, ...]) -> None:
        for tell in self._followers:
            tell(message)

    def mask(self, text: str, channel: str) -> str:
        """Returns a text with its values masked, and notes what was masked; never raises."""
        try:
            masked, hits = self.masker.mask(text)
        except Exception:  # noqa: BLE001  # whatever it is, the text must not get past the guard
            return WITHHELD
        self.note(hits, channel)
        return masked

    def mask_bytes(self, data: bytes, channel: str) -> bytes:
        """As :meth:`mask`, for bytes."""
        try:
            masked, hits = self.masker.mask_bytes(data)
        except Exception:  # noqa: BLE001  # as above
            return WITHHELD.encode()
        self.note(hits, channel)
        return masked

    def note(self, hits: Iterable[Hit], channel: str) -> None:
        """Writes down what was masked."""
        for hit in hits:
            key = hit.name, channel, hit.spelling
            with self._lock:
                self.marks += 1
                before = self._receipts.pop(key, None)
                self._receipts[key] = Receipt(*key, self.cell, before.count + 1 if before else 1)

    def names(self) -> list[str]:
        """Returns the names of all secrets with a value that can be masked."""
        return [name for name in self.masker.names() if name != CANARY]

    def status(self, place: str, gaps: list[str]) -> Status:
        """Returns what there is to say."""
        off = self.masker.off
        with self._lock:
            receipts = [one for one in reversed(self._receipts.values()) if one.name != CANARY]
        return Status(
            on=self.on,
            place=place,
            held=[name for name in self.names() if name not in off],
            variables=[name for name in self.masker.variables() if name not in off],
            off=sorted(off),
            unmaskable=self.masker.reasons(),
            receipts=receipts,
            gaps=gaps,
        )
