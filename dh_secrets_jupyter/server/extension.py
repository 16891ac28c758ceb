"""What jupyter-server loads: it puts the paths under ``/dh-secrets``."""

from __future__ import annotations

import re
from typing import Any

from jupyter_server.extension.application import ExtensionApp

from ..settings import from_config
from .handler import SecretsHandler
from .routes import ROUTES
from .service import Service

BASE = "dh-secrets"


class SecretsExtension(ExtensionApp):
    """The extension, configured by ``c.DHSecrets`` of the server."""

    name = "dh_secrets_jupyter"

    def initialize_handlers(self) -> None:
        server = self.serverapp
        # jupyter-server has linked the extension and made its bus before it initializes extensions.
        assert server is not None
        assert server.event_logger is not None
        self.service = service = Service(from_config(server.config), server.event_logger, server.io_loop.asyncio_loop)  # type: ignore[attr-defined]  # tornado's loop is always asyncio's
        self.handlers.extend(rule(path, service, routes) for path, routes in ROUTES.items())
        self.handlers.append((rf"/{BASE}(?:/.*)?", SecretsHandler, {"service": service, "routes": {}}))

    async def stop_extension(self) -> None:
        self.service.watches.stop()


def rule(path: str, service: Service, routes: Any) -> tuple[str, type[SecretsHandler], dict[str, Any]]:
    """Returns tornado's rule for a path as ``openapi.yaml`` writes it."""
    pattern = re.sub(r"{\w+}", "([^/]+)", path)
    return rf"/{BASE}/{pattern}", SecretsHandler, {"service": service, "routes": routes}
