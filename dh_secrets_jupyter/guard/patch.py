"""Replaces one attribute of one object, and puts back just what was there."""

from __future__ import annotations

from typing import Any

_MISSING = object()


class Patch:
    """An attribute of an instance or module, replaced until :meth:`undo`.

    Attributes:
        original: what the attribute gave before.
    """

    def __init__(self, owner: Any, name: str, new: Any) -> None:
        self._owner = owner
        self._name = name
        self._own = vars(owner).get(name, _MISSING)  # a method of the class is not in here
        self._new = new
        self.original = getattr(owner, name)
        setattr(owner, name, new)

    @property
    def in_place(self) -> bool:
        """Whether it is still ours that is called."""
        return vars(self._owner).get(self._name, _MISSING) is self._new

    def undo(self) -> None:
        """Puts it back, unless somebody replaced ours meanwhile: theirs calls ours, which then only passes on."""
        if not self.in_place:
            return
        if self._own is _MISSING:
            delattr(self._owner, self._name)
        else:
            setattr(self._owner, self._name, self._own)
