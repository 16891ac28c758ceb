"""The one handler behind every path: Jupyter's authentication, authorization and XSRF check, bounded bodies, JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, NoReturn

from jupyter_core.utils import ensure_async
from jupyter_server.base.handlers import APIHandler
from tornado.web import HTTPError, authenticated, stream_request_body

from ..errors import SecretsError, TooLargeError, trace
from ..wire import error_to_json, shown_notices
from . import http_errors, users
from .request_body import MAX_BODY
from .routes import NOTICES, READING
from .routing import Request, Response, Route
from .service import Service

AUTH_RESOURCE = "dh-secrets"
"""The resource that authorizers are asked about."""


@stream_request_body
class SecretsHandler(APIHandler):
    """Responds to the requests for one path.

    A refusal is kept until the body has arrived: whoever is answered while still sending may never see the response.
    """

    auth_resource = AUTH_RESOURCE

    def initialize(self, service: Service, routes: Mapping[str, Route]) -> None:
        self.service = service
        self.routes = routes
        self._refused: HTTPError | None = None
        self._body = bytearray()
        self._size = 0

    def set_default_headers(self) -> None:
        super().set_default_headers()
        self.set_header("Cache-Control", "no-store")

    def compute_etag(self) -> None:
        """Returns None. Tornado would send a digest of the response, against which values can be tried."""

    async def prepare(self) -> None:  # type: ignore[override]  # without an argument, as APIHandler's own
        try:
            await super().prepare()
            await self._authorize()
        except HTTPError as refused:
            # Jupyter says 404 to a page of another site.
            foreign = refused.status_code == HTTPStatus.NOT_FOUND
            self._refused = HTTPError(HTTPStatus.FORBIDDEN, "this comes from another site") if foreign else refused

    async def _authorize(self) -> None:
        """Asks the authorizer, for unknown paths too: nobody without rights learns what is here."""
        if not self.current_user:
            self.get_login_url()
        action = "read" if self._method() == "GET" or self._route() in READING else "write"
        allowed = self.authorizer.is_authorized(self, self.current_user, action, AUTH_RESOURCE)
        if not await ensure_async(allowed):
            raise HTTPError(HTTPStatus.FORBIDDEN, "you may not %s secrets", action)

    def get_login_url(self) -> NoReturn:
        """Raises: a client of an API gets an error, and no redirect to a page."""
        raise HTTPError(HTTPStatus.FORBIDDEN, "you are not logged in")

    def _method(self) -> str:
        """A HEAD is handled as the GET that it asks about; tornado leaves the body out."""
        method = self.request.method or ""
        return "GET" if method == "HEAD" else method

    def _route(self) -> Route | None:
        return self.routes.get(self._method())

    def data_received(self, chunk: bytes) -> None:
        self._size += len(chunk)
        if self._refused is None and self._size <= MAX_BODY:
            self._body += chunk
        else:
            self._body.clear()

    @authenticated
    async def _handle(self, *path: str) -> None:
        if self._refused is not None:
            raise self._refused
        try:
            response = await self._respond(path)
        except SecretsError as error:
            response = Response(error_to_json(error), http_errors.status(error))
        except HTTPError:
            raise
        except Exception as error:  # noqa: BLE001 - logged without its text, which may hold anything
            self.log.error("%s %s failed: %s", self.request.method, self.request.path, trace(error))
            failure = http_errors.from_jupyter(500, None)
            response = Response(error_to_json(failure), HTTPStatus.INTERNAL_SERVER_ERROR)
        self._send(response)

    get = head = post = put = patch = delete = _handle

    async def _respond(self, path: tuple[str, ...]) -> Response:
        if not self.routes:
            raise http_errors.UnknownPathError("request", "there is nothing at this path", "See the documentation")
        route = self._route()
        if route is None:
            known = " or ".join(sorted(self.routes))
            raise http_errors.MethodError("request", f"this path cannot do {self.request.method}", f"Use {known}")
        if self._size > MAX_BODY:
            raise TooLargeError("request", f"the body is over {MAX_BODY:,} bytes", "Send a smaller value")
        body, self._body = bytes(self._body), bytearray()  # the handler outlives its request
        request = Request(
            service=self.service,
            user=users.name_of(self.current_user),
            path=path,
            project=self.get_query_argument("project", None),
            body=body,
            if_match=self.request.headers.get("If-Match"),
        )
        response = await route(request)
        if request.notices:
            self.set_header(NOTICES, json.dumps(shown_notices(request.notices)))
        return response

    def _send(self, response: Response) -> None:
        self.set_status(response.status)
        self._set_allow(response.status)
        for name, value in response.headers.items():
            self.set_header(name, value)
        if self._method() == "GET" and self.check_etag_header():  # If-None-Match, compared by tornado
            self.set_status(HTTPStatus.NOT_MODIFIED)
            self.finish()
        else:
            self.finish(None if response.body is None else json.dumps(response.body))

    def _set_allow(self, status: int) -> None:
        if status == HTTPStatus.METHOD_NOT_ALLOWED:
            allowed = {*self.routes, "HEAD"} if "GET" in self.routes else {*self.routes}
            self.set_header("Allow", ", ".join(sorted(allowed)))

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Responds to what Jupyter itself refused, in the form of all other errors."""
        error = kwargs.get("exc_info", (None, None, None))[1]
        said = None
        if isinstance(error, HTTPError) and error.log_message:
            said = error.log_message % error.args if error.args else error.log_message
        self._set_allow(status_code)
        self.finish(json.dumps(error_to_json(http_errors.from_jupyter(status_code, said))))
