"""Whose a text is: several secrets may share a value, or hold the same password, and it is searched for once."""

from __future__ import annotations

import threading
from enum import IntEnum

_MARK = b"[secret:"
_MARK_AT_MOST = 270
"""Bytes of a mark with the longest name."""


class Claim(IntEnum):
    """What a text is to the one that claims it; of several claims the first of these kinds gives the name."""

    VALUE = 0
    PART = 1
    VARIABLE = 2


class Owner:
    """The secrets and variables that a text belongs to.

    Attributes:
        name: which of them the mark shows; None while all of them are switched off.
        claims: which of them claim the text, each with its number in the order of claims.
    """

    __slots__ = ("claims", "name")

    def __init__(self) -> None:
        self.name: str | None = None
        self.claims: dict[tuple[Claim, str], int] = {}

    @property
    def is_part(self) -> bool:
        """Whether it is nobody's whole value, but a part of one."""
        return all(claim is Claim.PART for claim, _ in self.claims)


class Owners:
    """The owners of all texts. Safe to be used by several threads."""

    def __init__(self) -> None:
        self.off: frozenset[str] = frozenset()
        self._names: set[bytes] = set()
        self._by_text: dict[str | bytes, Owner] = {}
        self._claims = 0
        self._lock = threading.RLock()  # a signal's handler may mask, too

    def claim(self, text: str | bytes, name: str, claim: Claim) -> Owner | None:
        """Adds a name to those that a text belongs to; returns the owner where the text is new, else None."""
        with self._lock:
            known = self._by_text.get(text)
            owner = known or self._by_text.setdefault(text, Owner())
            self._claims += 1
            self._names.add(name.encode())
            owner.claims[claim, name] = self._claims
            self._choose(owner)
            return None if known else owner

    def names(self, *claims: Claim) -> list[str]:
        """Returns the names that have such a claim to any text."""
        with self._lock:
            return sorted({name for owner in self._by_text.values() for claim, name in owner.claims if claim in claims})

    def is_in_mark(self, data: bytes, start: int, end: int) -> bool:
        """Returns whether a span lies in a mark of ours, as where a value is also a secret's name.

        Only what stands before the span's end decides, so that it is the same however output is cut.
        """
        at = data.rfind(_MARK, max(end - _MARK_AT_MOST, 0), end)
        if not 0 <= at <= start:
            return False
        shown = data[at + len(_MARK) : end]
        with self._lock:
            return any((name + b"]").startswith(shown) for name in self._names)

    def switch(self, *names: str, on: bool) -> None:
        """Lets marks show these names, or not: then another name, or no mark where a text belongs to nobody else."""
        with self._lock:
            self.off = self.off - set(names) if on else self.off | set(names)
            for owner in self._by_text.values():
                self._choose(owner)

    def _choose(self, owner: Owner) -> None:
        """Chooses the name: of a value the first in the alphabet, of a part the one that was learned last."""
        left = [(claim, name) for claim, name in owner.claims if name not in self.off]
        first = min((claim for claim, _ in left), default=None)
        same = [(claim, name) for claim, name in left if claim is first]
        if first is Claim.PART:
            owner.name = max(same, key=owner.claims.__getitem__)[1]
        else:
            owner.name = min((name for _, name in same), default=None)
