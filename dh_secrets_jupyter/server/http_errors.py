"""One mapping of everything that goes wrong to an HTTP status, also of what Jupyter itself refuses."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

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
from ..project import HalfMovedError
from ..providers.base import PartlyMadeError


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
    HalfMovedError: HTTPStatus.BAD_GATEWAY,
    PartlyMadeError: HTTPStatus.BAD_GATEWAY,
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


def from_jupyter(code: int, said: str | None) -> SecretsError:
    """Returns the error of a refusal by Jupyter itself (log-in, authorization, XSRF, a malformed request).

    Args:
        code: the HTTP status.
        said: what Jupyter said about it.
    """
    problem = (said or HTTPStatus(code).phrase).rstrip(".")
    if code in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        problem = said or "you are not logged in"  # where Jupyter says nothing more
        return AccessDeniedError("server", problem, "Log in again, or ask the administrator for the right to do it")
    if code < HTTPStatus.INTERNAL_SERVER_ERROR:
        return SecretsError("request", problem, "See the description of the API in the documentation")
    return SecretsError("server", "it failed to answer", "Try again, and ask the administrator for its log")
