"""What stands between the handler and the routes: one request, one response."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import partial, wraps
from http import HTTPStatus
from typing import Any

from ..project import Project
from .request_provider import RequestProvider
from .service import Service


@dataclass(frozen=True)
class Request:
    """One request, as a route needs it.

    Attributes:
        service: the server's.
        user: who asks.
        path: what stands in the path's places, decoded: the project, then the secret's name.
        project: the query's ``project``, where one is given.
        body: the body's bytes.
        if_match: the header of that name.
        notices: what the user should know of the changes that the request has made, a sentence each.
    """

    service: Service
    user: str
    path: tuple[str, ...]
    project: str | None = None
    body: bytes = field(default=b"", repr=False)
    if_match: str | None = None
    notices: list[str] = field(default_factory=list)

    def open(self, name: str | None = None) -> tuple[Project, RequestProvider]:
        """Opens a project, by default that of the path."""
        return self.service.project(self.path[0] if name is None else name, self.user, self.notices)


@dataclass(frozen=True)
class Response:
    """What goes back.

    Attributes:
        body: sent as JSON; None sends nothing.
        status: the HTTP status.
        headers: more headers.
    """

    body: Mapping[str, Any] | None = field(default=None, repr=False)
    status: HTTPStatus = HTTPStatus.OK
    headers: Mapping[str, str] = field(default_factory=dict)


Route = Callable[[Request], Awaitable[Response]]


def in_thread(route: Callable[[Request], Response]) -> Route:
    """Makes a route of a function that blocks."""

    @wraps(route)
    async def run(request: Request) -> Response:
        return await request.service.run(partial(route, request))

    return run
