"""What an administrator's ``jupyter_server_config.py`` could hold: users by token, and what each of them may do."""

from __future__ import annotations

import asyncio
import json
import logging
import os
from pathlib import Path
from typing import Any

from jupyter_server.auth import Authorizer, PasswordIdentityProvider, User

RIGHTS = {"writer": ("read", "write"), "reader": ("read",), "nobody": ()}
"""What the users may do on the resource ``dh-secrets``; each one's token is ``NAME-token``."""
ASKED = "asked.jsonl"
"""The file in the server's home that gets a line for each question that the authorizer was asked."""
EVENTS = "events.jsonl"
TALKATIVE = "PYTHONASYNCIODEBUG"
"""With this variable the server logs everything that any library logs."""
IMPATIENT = "IMPATIENT"
"""With this variable the server gives up after 4 s, and what it asks of a cluster after 2, instead of 27 and 25."""


class Users(PasswordIdentityProvider):
    """Knows a user by the token; whoever comes with the server's own token, or by its log-in page, is somebody else."""

    def get_user_token(self, handler: Any) -> Any:
        if TALKATIVE in os.environ:
            # asyncio reports each single callback, with its arguments.
            asyncio.get_running_loop().slow_callback_duration = 0
        user = (self.get_token(handler) or "").removesuffix("-token")
        return User(user) if user in RIGHTS else super().get_user_token(handler)


class Rights(Authorizer):
    """Refuses what :data:`RIGHTS` does not give; somebody else may do everything."""

    def is_authorized(self, handler: Any, user: Any, action: str, resource: str) -> bool:
        with Path(os.environ["HOME"], ASKED).open("a") as file:
            print(json.dumps([handler.request.method, handler.request.path, action, resource]), file=file)
        return resource != "dh-secrets" or action in RIGHTS.get(user.username, (action,))


def apply(c: Any, options: dict[str, Any]) -> None:
    """Configures a server: ``options`` are traits of ``c.DHSecrets``."""
    c.ServerApp.identity_provider_class = Users
    c.ServerApp.authorizer_class = Rights
    c.EventLogger.handlers = [logging.FileHandler(Path(os.environ["HOME"], EVENTS))]
    c.DHSecrets.update(options)
    if TALKATIVE in os.environ:
        logging.basicConfig(level=logging.DEBUG)
    if IMPATIENT in os.environ:
        # Before the modules that take it from there, and from where it is looked up at each call.
        from dh_secrets_jupyter.providers.kubernetes import provider
        from dh_secrets_jupyter.server import thread_pool

        thread_pool.REQUEST_TIMEOUT, provider.LONGEST = 4.0, 2.0
