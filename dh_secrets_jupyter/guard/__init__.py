"""Keeps the values that a kernel has read from appearing in anything it sends or logs.

The project layer tells it every value before it is handed out (:func:`learn`). ``load_ipython_extension`` calls
:func:`load` when the magics are in place, ``unload_ipython_extension`` calls :func:`unload`; ``%secret guard`` is
:func:`on`, :func:`off` and :func:`status`. Nothing here ever returns or prints a value.

Four rooms: the guard, which decides when it is on; the :mod:`.redactor`, which knows the values; the :mod:`.engine`,
which finds them; and the :mod:`.hooks`, through which all output passes. The package itself says which hooks are used,
so that a server, which has a project and no shell, imports none of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .guard import Guard, Hooks

if TYPE_CHECKING:
    from .redactor import Redactor  # noqa: TC004  # imported when it is first used

__all__ = [
    "GUARD",
    "Guard",
    "Hooks",
    "Redactor",
    "learn",
    "learn_credential",
    "learn_environment",
    "load",
    "off",
    "on",
    "status",
    "unload",
    "why_not",
]

GUARD = Guard()
"""The guard of this process; the functions of this module are its methods."""

learn = GUARD.learn
learn_credential = GUARD.learn_credential
learn_environment = GUARD.learn_environment
why_not = GUARD.why_not
load = GUARD.load
unload = GUARD.unload
on = GUARD.on
off = GUARD.off
status = GUARD.status
