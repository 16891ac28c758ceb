"""The guard of a process: when it turns on, what it says of itself, and the values and hooks that belong together."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Protocol

from ..ipython import running_shell

if TYPE_CHECKING:
    from ..models import SecretBytes, SecretValue
    from .redaction import Status
    from .redactor import Redactor


class Hooks(Protocol):
    """What masks the output of one shell. Calls of :meth:`install` and :meth:`uninstall` alternate."""

    @property
    def place(self) -> str:
        """What is guarded: ``this kernel``, ``this terminal``."""

    @property
    def gaps(self) -> list[str]:
        """What is not covered there, a sentence each."""

    def install(self) -> None:
        """Puts every hook in place, or none. Raises :class:`SecretsError` where the self-test fails."""

    def uninstall(self) -> None:
        """Puts everything back as it was."""

    def value_learned(self) -> None:
        """Is called after each new value: what was stored before may hold it."""


MakeHooks = Callable[[Any, "Redactor"], Hooks]
"""Makes the hooks of a shell, which mask by a redactor; none is in place yet."""


class Guard:
    """Keeps the values that it learns from being shown. Safe to be used by several threads.

    Outside of IPython it learns nothing, and imports nothing. The hooks are not imported here either: a server, which
    has no shell, knows the guard and none of them (:meth:`use_hooks`).
    """

    def __init__(self) -> None:
        self._make_hooks: MakeHooks | None = None
        self._redactor: Redactor | None = None
        self._hooks: Hooks | None = None
        self._is_off_by_choice = False
        self._lock = threading.RLock()

    def use_hooks(self, make_hooks: MakeHooks) -> None:
        """Says what makes the hooks of a shell, when the guard is turned on there."""
        self._make_hooks = make_hooks

    @property
    def redactor(self) -> Redactor:
        """What knows the values; made, and the engine imported, for the first value or when the extension is loaded."""
        if self._redactor is None:
            with self._lock:
                if self._redactor is None:
                    from .redactor import Redactor

                    self._redactor = Redactor()
        return self._redactor

    @property
    def hooks(self) -> Hooks | None:
        """The hooks that are in place, or None."""
        return self._hooks

    def learn(self, name: str, value: SecretValue | SecretBytes) -> None:
        """Makes a value known to the guard of this kernel, and turns it on with the first; a no-op outside of IPython.

        When it returns, no message that is sent from then on holds the value.

        Raises:
            SecretsError: this is the first value, and the guard cannot be turned on here (its self-test failed).
        """
        if (shell := running_shell()) is None:
            return
        self.redactor.learn(name, value)
        if self._hooks is None and not self._is_off_by_choice:
            self.load(shell)
        self._value_learned()

    def learn_environment(self, names: Iterable[str]) -> None:
        """Makes the credentials in the environment known, by their variables' names.

        Args:
            names: the variables, or patterns of their names (:data:`environment.NAMES`).
        """
        from .engine import Claim
        from .environment import credentials

        for name, text in credentials(os.environ, names).items():
            self.redactor.learn(name, os.fsencode(text), Claim.VARIABLE)
        self._value_learned()

    def learn_credential(self, name: str, text: str) -> None:
        """Makes a credential known that a provider uses, as if it stood in the environment; a no-op outside of IPython.

        Args:
            name: the environment variable that such a credential is otherwise in.
        """
        if running_shell() is None:
            return
        from .engine import Claim

        self.redactor.learn(name, text.encode(errors="surrogateescape"), Claim.VARIABLE)
        self._value_learned()

    def _value_learned(self) -> None:
        if self._hooks is not None:
            self._hooks.value_learned()

    def why_not(self, name: str) -> str | None:
        """Returns, in a few words, why the latest value of a secret cannot be masked, or None where it is."""
        return self._redactor.masker.unmaskable().get(name) if self._redactor else None

    def load(self, shell: Any) -> None:
        """Puts the hooks in place and turns the guard on; where it is on already nothing happens.

        Args:
            shell: the running ``InteractiveShell``.

        Raises:
            SecretsError: the self-test failed: this kernel would send values past the guard. No hook is left.
        """
        with self._lock:
            if self._hooks is None:
                if self._make_hooks is None:
                    raise RuntimeError("nothing says which hooks the guard is to use")
                hooks = self._make_hooks(shell, self.redactor)
                hooks.install()
                self._hooks = hooks
            self.redactor.is_on = True
            self._is_off_by_choice = False

    def unload(self, shell: Any) -> str:
        """Takes every hook out again, and returns the line to say; the values stay known for the next :meth:`load`."""
        with self._lock:
            if self._hooks is not None:
                self._hooks.uninstall()
                self._hooks = None
            if self._redactor is not None:
                self._redactor.is_on = False
                self._is_off_by_choice = bool(self._redactor.names())
        return self._off_line("the extension is loaded again")

    def on(self, *names: str) -> str:
        """Masks values again, all or those of some secrets, and returns the line to say. Raises as :meth:`load`."""
        redactor = self.redactor
        if not names or not redactor.is_on:
            if (shell := running_shell()) is not None:
                self.load(shell)
            redactor.switch(*(names or redactor.masker.off), on=True)
        else:
            redactor.switch(*names, on=True)
        return f"Guard on for {', '.join(names)}." if names else "Guard on."

    def off(self, *names: str) -> str:
        """Stops masking, all values or those of some secrets, and returns the line to say. They stay known."""
        redactor = self.redactor
        if names:
            redactor.switch(*names, on=False)
            values = "its value is now shown as it is" if len(names) == 1 else "their values are now shown as they are"
            return f"Guard off for {', '.join(names)}: {values}, until %secret guard on."
        with self._lock:
            redactor.is_on, self._is_off_by_choice = False, True
        return self._off_line("%secret guard on")

    def status(self) -> Status:
        """Returns what the guard holds, what it has masked and what it cannot mask; ``str`` of it is the text."""
        hooks = self._hooks
        return self.redactor.status(hooks.place if hooks else "", hooks.gaps if hooks else [])

    def _off_line(self, until: str) -> str:
        count = len(self._redactor.names()) if self._redactor else 0
        match count:
            case 0:
                return "Guard off."
            case 1:
                return f"Guard off: the value of 1 secret is now shown as it is, until {until}."
        return f"Guard off: the values of {count} secrets are now shown as they are, until {until}."
