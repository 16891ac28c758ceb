"""The error tree: every failure a user can meet, as one sentence and what to do.

An error never carries a value, a token or a response body: not in ``str``, ``repr`` or ``args``,
and not in ``__cause__`` or ``__context__``. Raise it outside of the ``except`` block of a foreign exception.
The rules for wording a sentence for users are in :mod:`.rendering`.
"""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from pathlib import Path


class SecretsError(Exception):
    """The base of all errors of this package.

    ``str(error)`` is the whole line, ``SUBJECT: what is wrong. What to do.``

    Args:
        subject: what it is about: the secret's name, else the project, the option or the provider.
        problem: one sentence without its full stop.
        hint: what to do about it, a sentence without its full stop.
    """

    def __init__(self, subject: str, problem: str, hint: str) -> None:
        self.subject = subject or "(empty)"
        self.problem = problem
        self.hint = f"{hint}."
        super().__init__(f"{self.subject}: {problem}. {hint}.")

    def __reduce__(self) -> tuple[type[SecretsError], tuple[str, str, str]]:
        """Errors cross process boundaries; ``args`` alone could not rebuild them."""
        return type(self), (self.subject, self.problem, self.hint.removesuffix("."))

    def _render_traceback_(self) -> list[str]:
        """What IPython shows, and stores as the cell's ``error`` output: the line alone."""
        return [str(self)]


class SecretNotFoundError(SecretsError):
    """The project has no secret of that name."""


class SecretExistsError(SecretsError):
    """A secret of that name exists already."""


class InvalidNameError(SecretsError):
    """A name of a secret or a project breaks the rules of :mod:`dh_secrets_jupyter.models`."""


class TooLargeError(SecretsError):
    """All secrets of a project together would exceed 1 MiB, or their metadata its own limit."""


class ConflictError(SecretsError):
    """Somebody else changed the secret meanwhile."""


class AccessDeniedError(SecretsError):
    """The provider refused the credentials (401) or the action (403)."""


class ProviderUnavailableError(SecretsError):
    """The provider cannot be reached or used: no server, TLS, an unusable kubeconfig or file; or nobody knows whether a
    change was made."""


def from_json(failure: Mapping[str, str]) -> SecretsError:
    """Returns the error that another process of ours has written by :func:`.wire.error_to_json`."""
    kind: type[SecretsError] = globals()[failure["reason"]]
    subject, _, problem = failure["message"].partition(": ")
    return kind(subject, problem.removesuffix("."), failure["hint"].removesuffix("."))


def trace(error: BaseException) -> str:
    """Returns an exception's class and the lines it came through, for a log; its text may hold anything."""
    frames = traceback.extract_tb(error.__traceback__)
    return " < ".join([type(error).__name__, *(f"{Path(f.filename).name}:{f.lineno}" for f in reversed(frames))])
