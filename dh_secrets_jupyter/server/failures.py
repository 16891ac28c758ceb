"""One mapping of everything that goes wrong to an HTTP status and the JSON that says so."""

from __future__ import annotations

import traceback
from http import HTTPStatus
from pathlib import Path
from typing import Final

from .. import errors
from ..errors import (
    AccessDeniedError,
    ConflictError,
    InvalidNameError,
    ProviderUnavailableError,
    SecretExistsError,
    SecretNotFoundError,
    SecretsError,
    TooLargeError,
)


class PreconditionError(ConflictError):
    """The secret is no longer the one that ``If-Match`` names."""


class TimedOutError(ProviderUnavailableError):
    """The provider has not answered in time."""


class UnknownPathError(SecretsError):
    """Nothing is at that path."""


class MethodError(SecretsError):
    """The path exists, and cannot do that."""


_STATUS: Final[dict[type[SecretsError], HTTPStatus]] = {
    PreconditionError: HTTPStatus.PRECONDITION_FAILED,
    TimedOutError: HTTPStatus.GATEWAY_TIMEOUT,
    UnknownPathError: HTTPStatus.NOT_FOUND,
    MethodError: HTTPStatus.METHOD_NOT_ALLOWED,
    SecretNotFoundError: HTTPStatus.NOT_FOUND,
    SecretExistsError: HTTPStatus.CONFLICT,
    InvalidNameError: HTTPStatus.BAD_REQUEST,
    TooLargeError: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    ConflictError: HTTPStatus.CONFLICT,
    AccessDeniedError: HTTPStatus.FORBIDDEN,
    ProviderUnavailableError: HTTPStatus.SERVICE_UNAVAILABLE,
    SecretsError: HTTPStatus.BAD_REQUEST,
}


def status(error: SecretsError) -> HTTPStatus:
    """Returns the HTTP status of an error: that of its nearest class in the table above."""
    return next(_STATUS[kind] for kind in type(error).__mro__ if kind in _STATUS)


def body(error: SecretsError) -> dict[str, str]:
    """Returns ``{message, reason, hint}``; the reason is a class that users can import, never one of ours."""
    reason = next(kind for kind in type(error).__mro__ if kind.__module__ == errors.__name__)
    return {"message": f"{error.subject}: {error.problem}.", "reason": reason.__name__, "hint": error.hint}


def of_jupyter(code: int, said: str | None) -> dict[str, str]:
    """Returns the same for a refusal by Jupyter itself (log-in, authorization, XSRF, a malformed request).

    Args:
        code: the HTTP status.
        said: what Jupyter said about it.
    """
    error: SecretsError
    problem = (said or HTTPStatus(code).phrase).rstrip(".")
    if code in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        problem = said or "you are not logged in"  # where Jupyter says nothing more
        error = AccessDeniedError("server", problem, "Log in again, or ask the administrator for the right to do it")
    elif code < HTTPStatus.INTERNAL_SERVER_ERROR:
        error = SecretsError("request", problem, "See the description of the API in the documentation")
    else:
        error = SecretsError("server", "it failed to answer", "Try again, and ask the administrator for its log")
    return body(error)


def where(error: BaseException) -> str:
    """Returns an exception's class and the lines it came through, without its text."""
    frames = traceback.extract_tb(error.__traceback__)
    return " < ".join([type(error).__name__, *(f"{Path(f.filename).name}:{f.lineno}" for f in reversed(frames))])
