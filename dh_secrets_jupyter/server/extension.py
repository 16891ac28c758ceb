"""What jupyter-server loads: it puts the paths under ``/dh-secrets``."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Any

from jupyter_server.extension.application import ExtensionApp

from ..settings import from_config
from . import contents
from .handler import SecretsHandler
from .routes import ROUTES
from .service import Service

if TYPE_CHECKING:
    from .held_values import HeldValues

BASE = "dh-secrets"


class SecretsExtension(ExtensionApp):
    """The extension, configured by ``c.DHSecrets`` of the server."""

    name = "dh_secrets_jupyter"

    def initialize_handlers(self) -> None:
        server = self.serverapp
        # jupyter-server has linked the extension and made its bus before it initializes extensions.
        assert server is not None
        assert server.event_logger is not None
        loop = server.io_loop.asyncio_loop  # type: ignore[attr-defined]  # tornado's loop is always asyncio's
        saved_file = partial(contents.saved_file, server)
        self.service = service = Service(from_config(server.config), server.event_logger, loop, saved_file)
        self.values: HeldValues | None = None
        if service.settings.on_save != "off":
            # Once it runs, all extensions are loaded, of which one may put in a contents manager of its own.
            server.io_loop.add_callback(self._look_at_saves)
        self.handlers.extend(rule(path, service, routes) for path, routes in ROUTES.items())
        self.handlers.append((rf"/{BASE}(?:/.*)?", SecretsHandler, {"service": service, "routes": {}}))

    def _look_at_saves(self) -> None:
        refuses = self.service.settings.on_save == "refuse"
        if refuses and contents.is_collaborative(self.serverapp):
            refuses = False
            self.log.warning(
                "c.DHSecrets.on_save is refuse, but with real-time collaboration no save can be refused:"
                " where a notebook holds a value, it is saved, and you are warned"
            )
        # The engine, only in a server that looks at saves.
        from .held_values import HeldValues
        from .saves import SaveCheck

        self.values = HeldValues(self.service.default)
        check = SaveCheck(self.values, self.service.events, refuses=refuses)
        check.stand_before(contents.manager(self.serverapp))

    async def stop_extension(self) -> None:
        if self.values:
            self.values.stop()
        self.service.watches.stop()


def rule(path: str, service: Service, routes: Any) -> tuple[str, type[SecretsHandler], dict[str, Any]]:
    """Returns tornado's rule for a path as ``openapi.yaml`` writes it."""
    pattern = re.sub(r"{\w+}", "([^/]+)", path)
    return rf"/{BASE}/{pattern}", SecretsHandler, {"service": service, "routes": routes}
