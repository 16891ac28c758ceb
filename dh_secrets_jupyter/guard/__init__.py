"""Keeps the values that a kernel has read from appearing in anything it sends or logs.

The project layer tells it every value before it is handed out (:func:`learn`). ``load_ipython_extension`` calls
:func:`load` when the magics are in place, ``unload_ipython_extension`` calls :func:`unload`; ``%secret guard`` is
:func:`on`, :func:`off` and :func:`status`. Nothing here ever returns or prints a value.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from ..ipython import running_shell
from ..models import SecretBytes, SecretValue

if TYPE_CHECKING:
    from .hooks.shell import Hooks
    from .redactor import Keeper, Status

__all__ = ["learn", "learn_environment", "load", "off", "on", "status", "unload", "why_not"]

_keeper: Keeper | None = None
_hooks: Hooks | None = None
_said_off = False
_lock = threading.RLock()


def learn(name: str, value: SecretValue | SecretBytes) -> None:
    """Makes a value known to the guard of this kernel, and turns it on with the first; a no-op outside of IPython.

    When it returns, no message that is sent from then on holds the value.

    Raises:
        SecretsError: this is the first value, and the guard cannot be turned on here (its self-test failed).
    """
    if (shell := running_shell()) is None:
        return
    _keep().learn(name, value)
    if _hooks is None and not _said_off:
        load(shell)
    if _hooks is not None:
        _hooks.learnt()


def learn_environment(names: Iterable[str]) -> None:
    """Makes the credentials in the environment known, by their variables' names.

    Args:
        names: the variables, or patterns of their names (:data:`environment.NAMES`).
    """
    from .engine import Claim
    from .environment import credentials

    keeper = _keep()
    for name, text in credentials(os.environ, names).items():
        keeper.learn(name, os.fsencode(text), Claim.VARIABLE)
    if _hooks is not None:
        _hooks.learnt()


def why_not(name: str) -> str | None:
    """Returns, in a few words, why the latest value of a secret cannot be masked, or None where it is."""
    return _keeper.masker.reasons().get(name) if _keeper else None


def load(shell: Any) -> None:
    """Puts the hooks in place and turns the guard on; where it is on already nothing happens.

    Args:
        shell: the running ``InteractiveShell``.

    Raises:
        SecretsError: the self-test failed: this kernel would send values past the guard. No hook is left.
    """
    global _hooks, _said_off
    with _lock:
        keeper = _keep()
        if _hooks is None:
            from .hooks.shell import Hooks

            hooks = Hooks(shell, keeper)
            hooks.install()
            _hooks = hooks
        keeper.on = True
        _said_off = False


def unload(shell: Any) -> str:
    """Takes every hook out again, and returns the line to say; the values stay remembered for the next :func:`load`."""
    global _hooks, _said_off
    with _lock:
        if _hooks is not None:
            _hooks.uninstall()
            _hooks = None
        if _keeper is not None:
            _keeper.on = False
            _said_off = bool(_keeper.names())
    return _off_line()


def on(*names: str) -> str:
    """Masks values again, all or those of some secrets, and returns the line to say. Raises as :func:`load`."""
    keeper = _keep()
    if not names or not keeper.on:
        if (shell := running_shell()) is not None:
            load(shell)
        keeper.switch(*(names or keeper.masker.off), on=True)
    else:
        keeper.switch(*names, on=True)
    return f"guard: on for {', '.join(names)}." if names else "guard: on."


def off(*names: str) -> str:
    """Stops masking, all values or those of some secrets, and returns the line to say. They stay remembered."""
    global _said_off
    keeper = _keep()
    if names:
        keeper.switch(*names, on=False)
        return f"guard: off for {', '.join(names)}: shown as they are, until %secret guard on."
    with _lock:
        keeper.on, _said_off = False, True
    return _off_line()


def status() -> Status:
    """Returns what the guard holds, what it has masked so far and what it cannot mask; ``str`` of it is the text."""
    return _keep().status(_hooks.place if _hooks else "", _hooks.gaps if _hooks else [])


def _off_line() -> str:
    count = len(_keeper.names()) if _keeper else 0
    if not count:
        return "guard: off."
    return f"guard: off: the values of {count} secrets are shown as they are, and masked again at the next on."


def _keep() -> Keeper:
    """Returns what is known; the engine is imported with the first value, or when the extension is loaded."""
    global _keeper
    if _keeper is None:
        with _lock:
            if _keeper is None:
                from .redactor import Keeper

                _keeper = Keeper()
    return _keeper
