"""What a client says first in a TLS handshake (RFC 8446, 4.1.2): whether it would speak HTTP/2 alone.

OpenSSL goes on without a protocol where none that the client offers is known, so that it has to be asked before.
"""

from __future__ import annotations

_HEADER = 4  # the message's type and length
_VERSION_AND_RANDOM = 34
_ALPN = 16


def offers_http_1(hello: bytes) -> bool:
    """Returns whether HTTP/1.1 is among what a client offers, or it offers nothing; ``hello`` has its header."""
    offered = _offered(hello)
    return not offered or b"http/1.1" in offered


def _offered(hello: bytes) -> list[bytes]:
    at = _HEADER + _VERSION_AND_RANDOM
    for size in (1, 2, 1):  # session, ciphers, compression
        _, at = _field(hello, at, size)
    extensions, _ = _field(hello, at, 2)
    at = 0
    while at < len(extensions):
        kind = int.from_bytes(extensions[at : at + 2])
        content, at = _field(extensions, at + 2, 2)
        if kind == _ALPN:
            return list(_names(_field(content, 0, 2)[0]))
    return []


def _names(listed: bytes) -> list[bytes]:
    names, at = [], 0
    while at < len(listed):
        name, at = _field(listed, at, 1)
        names.append(name)
    return names


def _field(data: bytes, at: int, size: int) -> tuple[bytes, int]:
    """Returns a field that begins with its length in so many bytes, and where it ends."""
    start = at + size
    end = start + int.from_bytes(data[at:start])
    return data[start:end], end
