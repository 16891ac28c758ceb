"""What the package needs of IPython without importing it: the shell that runs, and to replace what a shell calls."""

from __future__ import annotations

import sys
from typing import Any

_MISSING = object()


def running_shell() -> Any:
    """Returns the running ``InteractiveShell``, or None; never imports IPython."""
    module = sys.modules.get("IPython.core.getipython")
    return module.get_ipython() if module else None


class Patch:
    """An attribute of an instance or a module, replaced until :meth:`undo` puts back just what was there.

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
    def is_in_place(self) -> bool:
        """Whether the replacement is still what is called."""
        return vars(self._owner).get(self._name, _MISSING) is self._new

    def undo(self) -> None:
        """Puts the original back, unless somebody replaced ours meanwhile: theirs calls ours, which only passes on."""
        if not self.is_in_place:
            return
        if self._own is _MISSING:
            delattr(self._owner, self._name)
        else:
            setattr(self._owner, self._name, self._own)
