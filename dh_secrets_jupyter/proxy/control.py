"""What a kernel asks a cluster's proxy, over https: one request a connection, JSON there and back.

``POST /begin`` with the pod's projected token as the bearer's, the others with the session's. What failed is
``{"error": …}``, as :func:`..wire.error_to_json` writes it.
"""

from __future__ import annotations

import json
import re
from typing import Any

import h11

from .. import wire
from ..errors import AccessDeniedError, SecretsError
from ..wire import JSON
from .kernels import Kernels, UnknownKernelError
from .side import Side

LARGEST = 1 << 16
"""Bytes of a request's body."""
_BEARER = b"bearer "
_KERNEL = re.compile(r"[\w.-]{0,64}", re.ASCII)


class Control:
    """Answers kernels.

    Args:
        kernels: who is known.
    """

    def __init__(self, kernels: Kernels) -> None:
        self._kernels = kernels

    async def __call__(self, client: Side, request: h11.Request) -> None:
        """Answers one request."""
        status, answer = 200, {}
        try:
            answer = {"result": await self._answer(client, request)}
        except UnknownKernelError as error:
            status, answer = 401, {"error": wire.error_to_json(error)}
        except SecretsError as error:
            status, answer = 403 if isinstance(error, AccessDeniedError) else 400, {"error": wire.error_to_json(error)}
        content = json.dumps(answer).encode()
        head = [("Content-Type", "application/json"), ("Content-Length", str(len(content))), ("Connection", "close")]
        await client.send(h11.Response(status_code=status, headers=head))
        await client.send(h11.Data(data=content))
        await client.send(h11.EndOfMessage())

    async def _answer(self, client: Side, request: h11.Request) -> Any:
        token = next((text for key, text in request.headers if key == b"authorization"), b"")
        if request.method != b"POST" or token[: len(_BEARER)].lower() != _BEARER:
            raise SecretsError("proxy", "there is nothing to be seen here", "Use it by %secret use")
        bearer, method = token[len(_BEARER) :].strip().decode("latin-1"), request.target.decode("latin-1")
        asked = await _body(client)
        if method == "/begin":
            name = asked.get("kernel", "")
            named = name if isinstance(name, str) and _KERNEL.fullmatch(name) else ""
            return {"token": await self._kernels.begin(bearer, client.address, named)}
        kernel = self._kernels.known(bearer, client.address)
        match method:
            case "/renew":
                if "token" in asked:
                    await self._kernels.renew(kernel, wire.parse_text(asked, "token", "proxy"))
                return {"trust": kernel.trust}
            case "/grant":
                names = wire.parse_list_of_texts(asked, "names", "proxy")
                return await self._kernels.grant(kernel, wire.parse_text(asked, "project", "proxy"), names)
            case "/revoke":
                names = wire.parse_list_of_texts(asked, "names", "proxy")
                return self._kernels.revoke(kernel, wire.parse_text(asked, "project", "proxy"), names)
            case "/list":
                return await self._kernels.list(kernel, wire.parse_text(asked, "project", "proxy"))
            case "/report":
                return kernel.grants.report()
            case "/end":
                return self._kernels.end(kernel)
        raise SecretsError("proxy", "this version does not know what was asked", "Use the same version in both places")


async def _body(client: Side) -> JSON:
    data = b""
    while isinstance(event := await client.receive(), h11.Data):
        data += bytes(event.data)
        if len(data) > LARGEST:
            raise SecretsError("proxy", "the request is too long", "Ask for fewer secrets at once")
    try:
        found = json.loads(data or b"{}")
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise SecretsError("proxy", "the request is not a JSON object", "Use the same version in both places")
    return found
