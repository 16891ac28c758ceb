"""``jupyter secrets proxy``: the proxy of a cluster, until it is told to end."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import ssl
import sys
from collections.abc import Callable, Mapping
from typing import Any, TextIO

from traitlets import TraitError
from traitlets.config import Config

from ..errors import SecretsError
from ..providers.kubernetes.reviews import ReviewingProvider
from .configuration import DHSecretsProxy
from .control import Control
from .door import Door
from .kernels import Kernels
from .server import Proxy

PORT = 8443
"""Where it listens, if nothing else is said."""

_READERS: Mapping[str, Callable[[Any], Any]] = {
    "port": int,
    "resolve": lambda texts: dict(text.split("=") for text in texts),
}


def run(config: Config, options: Mapping[str, Any], told: TextIO) -> int:
    """Serves, and returns the exit status.

    Args:
        config: Jupyter's configuration.
        options: what was typed, by the names of the settings; it wins.
        told: gets a line once it listens.

    Raises:
        SecretsError: a setting cannot be used, or the port.
    """
    settings = _settings(config, options)
    context = _context(settings)
    asyncio.run(_serve(settings, context, told))
    return 0


async def _serve(settings: DHSecretsProxy, context: ssl.SSLContext, told: TextIO) -> None:
    kernels = Kernels(ReviewingProvider(), _write)
    proxy = Proxy(kernels.find, settings.rules(os.environ, judged=True), Control(kernels))
    door = Door(proxy.serve, context)
    problem = ""
    try:
        port = await door.open("::" if socket.has_dualstack_ipv6() else "0.0.0.0", settings.port)  # noqa: S104 - a pod's
    except OSError as error:
        problem = error.strerror or "it is taken"
    if problem:
        raise SecretsError("--port", f"it cannot listen there ({problem})", "Choose another one")
    told.write(f"listening on port {port}\n")
    told.flush()
    checks = asyncio.create_task(kernels.keep_checking())
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    await ended.wait()
    checks.cancel()
    door.close()


def _settings(config: Config, options: Mapping[str, Any]) -> DHSecretsProxy:
    typed = {name: value for name, value in options.items() if value and name in DHSecretsProxy.class_trait_names()}
    named = "port"
    try:
        merged = Config({"DHSecretsProxy": {"port": PORT}})
        merged.merge(config)
        settings = DHSecretsProxy(config=merged)
        for named, value in typed.items():
            setattr(settings, named, _READERS.get(named, lambda text: text)(value))
    except (TraitError, ValueError):
        settings = None
    if settings is None:
        flag = f"--{named}".replace("_", "-")
        raise SecretsError(flag, "it cannot be used as it is given", "See jupyter secrets proxy --help")
    return settings


def _context(settings: DHSecretsProxy) -> ssl.SSLContext:
    """Returns the server's side of TLS."""
    if not (settings.certificate and settings.key):
        raise SecretsError(
            "--certificate",
            "kernels prove themselves over https alone",
            "Give --certificate and --key, as files in PEM",
        )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_cert_chain(settings.certificate, settings.key)
    except OSError:  # an SSLError is one
        pass
    else:
        return context
    raise SecretsError("--certificate", "certificate and key cannot be read, or do not fit", "Check both files")


def _write(line: str) -> None:
    sys.stdout.write(line)
    sys.stdout.flush()
