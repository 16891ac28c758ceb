"""A proxy before the stand-in, which loses answers and cuts connections as a test asks."""

from __future__ import annotations

import http.client
import socket
from urllib.parse import urlsplit

from ..support.fault_proxy import PATIENCE, FaultProxy


class CoreProxy(FaultProxy):
    """The same as before an API server, but without TLS.

    Args:
        url: the address behind it.
    """

    def __init__(self, url: str) -> None:
        self._upstream = urlsplit(url)
        self._listen()
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def secure(self, connection: socket.socket) -> socket.socket:
        """Lets a client in as it is."""
        with self._lock:
            self._open.add(connection)
        return connection

    def connect(self) -> http.client.HTTPConnection:
        """Opens a connection upstream."""
        return http.client.HTTPConnection(self._upstream.hostname or "", self._upstream.port, timeout=PATIENCE)
