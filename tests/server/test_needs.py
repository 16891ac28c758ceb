"""``POST needs``: what a notebook's cells ask for."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, cast

import pytest

from dh_secrets_jupyter.server.routes import read_needs
from dh_secrets_jupyter.server.routing import Request, Response
from dh_secrets_jupyter.server.service import Service

from .running import Server

CELLS = [
    "%load_ext dh_secrets_jupyter\n%secret need A b.c as b --optional D --about 'to try'",
    "",
    "%%secret E\nopen('it-ran', 'w')",
    "from dh_secrets_jupyter import get\nkey = get('A'), get(key)\nthis is no (Python",
    "%secret env F\nthis is no (Python",
]


def test_cells_are_read_and_not_run(local: Server) -> None:
    """Each secret once, with its first cell; nothing is run, and cells that are no Python are read by their lines."""
    reply = local.call("POST", "needs", {"cells": CELLS}, token="reader-token")
    about = "to try"
    assert (reply.status, reply.body) == (
        200,
        {
            "needs": [
                {"name": "A", "cell": 1, "optional": False, "about": about},
                {"name": "b.c", "cell": 1, "optional": False, "about": about},
                {"name": "D", "cell": 1, "optional": True, "about": about},
                {"name": "E", "cell": 3, "optional": False, "about": None},
                {"name": "F", "cell": 5, "optional": False, "about": None},
            ]
        },
    )


@pytest.mark.parametrize("body", [{}, {"cells": "x"}, {"cells": [1]}, {"cells": None}, {"cells": [], "x": 1}, []])
def test_anything_else_is_refused(local: Server, body: object) -> None:
    """A body without a list of texts is a 400; an empty list needs nothing."""
    assert local.call("POST", "needs", body).status == 400
    assert local.call("POST", "needs", {"cells": []}).body == {"needs": []}


class NoProvider:
    """A server's service with nothing in it but threads."""

    async def run(self, call: Callable[[], Response]) -> Response:
        return await asyncio.to_thread(call)


def test_no_provider_is_asked() -> None:
    """The route takes nothing of the server but a thread to work in: no project, no provider."""
    service = cast("Service", NoProvider())
    request = Request(service=service, user="jo", path=(), body=b'{"cells": ["%secret get A"]}')
    response = asyncio.run(cast("Coroutine[Any, Any, Response]", read_needs(request)))
    assert response.body == {"needs": [{"name": "A", "cell": 1, "optional": False, "about": None}]}
