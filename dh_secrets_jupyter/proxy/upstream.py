"""Connections to the hosts: the name is resolved here, the address judged, and just that address connected to."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from .next_hop import NextHop
from .refusal import RefusedError
from .tunnel import CHUNK, Streams

CONNECT_TIMEOUT = 15.0
"""Seconds in which a connection has to stand."""
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


@dataclass(frozen=True)
class Upstream:
    """How hosts are reached; what of it differs from the default is the administrator's.

    Attributes:
        allow_private: whether private, loopback and link-local addresses may be connected to.
        resolve: addresses of names, which are then not looked up.
        ca: a file of certificates that are trusted besides the system's.
        next_hop: a proxy on the way.
        bundles: files or folders of certificates that the environment names; one that cannot be read is left out.
    """

    allow_private: bool = False
    resolve: Mapping[str, str] = field(default_factory=dict)
    ca: str = ""
    next_hop: NextHop | None = None
    bundles: tuple[str, ...] = ()

    async def open(self, host: str, port: int, *, judged: bool = True) -> Streams:
        """Connects to a host.

        Args:
            judged: whether a private address is refused where ``allow_private`` is off.

        Raises:
            RefusedError: it does not resolve, its address is refused, or nothing answers there.
        """
        try:
            async with asyncio.timeout(CONNECT_TIMEOUT):
                if self.next_hop and self.next_hop.is_for(host, port):
                    return await self.next_hop.open(host, port, _context(self.ca, self.bundles))
                return await self._direct(host, port, judged and not self.allow_private)
        except (OSError, TimeoutError, ValueError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass  # a ValueError: it is no name at all, or the proxy on the way has no address
        raise RefusedError(502, f"{host} cannot be reached", "Check its name and port")

    async def open_tls(self, host: str, port: int) -> Streams:
        """As :meth:`open`, with TLS that is verified."""
        streams = await self.open(host, port)
        try:
            await streams[1].start_tls(
                _context(self.ca, self.bundles), server_hostname=host, ssl_handshake_timeout=CONNECT_TIMEOUT
            )
        except ssl.SSLCertVerificationError as error:
            reason = error.verify_message
        except (OSError, TimeoutError):
            reason = ""
        else:
            return streams
        streams[1].transport.abort()
        if reason:
            raise RefusedError(502, f"the certificate of {host} is refused ({reason})", "Ask for it to be renewed")
        raise RefusedError(502, f"{host} broke off while TLS was set up", "Try again")

    async def _direct(self, host: str, port: int, judge: bool) -> Streams:
        loop = asyncio.get_running_loop()
        named = self.resolve.get(host, host)
        found = await loop.getaddrinfo(named, port, type=socket.SOCK_STREAM)
        addresses = [str(address[0]) for *_, address in found]
        allowed = [address for address in addresses if not judge or is_public(address)]
        if not allowed:
            raise RefusedError(403, f"{host} has a private address", "Ask the administrator for allow_private")
        failed: OSError = OSError()
        for address in allowed:
            try:
                return await asyncio.open_connection(address, port, limit=CHUNK)
            except OSError as error:
                failed = error
        raise failed


@cache
def _context(ca: str, bundles: tuple[str, ...]) -> ssl.SSLContext:
    """Returns the client's side of TLS; to read the system's certificates takes longer than a handshake."""
    context = ssl.create_default_context()
    context.set_alpn_protocols(["http/1.1"])
    if ca:
        context.load_verify_locations(ca)
    for bundle in bundles:
        with contextlib.suppress(OSError):
            context.load_verify_locations(**{"capath" if Path(bundle).is_dir() else "cafile": bundle})
    return context


def is_public(address: str) -> bool:
    """Returns whether an address is one of the open network, also where it is written as an IPv6 one."""
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        found = found.ipv4_mapped or found.sixtofour or _behind_nat64(found) or found
    return found.is_global and not found.is_multicast


def _behind_nat64(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    return ipaddress.IPv4Address(address.packed[12:]) if address in _NAT64 else None
