"""Hosts that many values name: who reads a host's name in an output learns none of the values from it."""

from __future__ import annotations

from collections import Counter

from .policy import SHARED_FROM, hosts

_PUNCTUATION = bytes(byte for byte in range(128) if not chr(byte).isalnum())


class SharedHosts:
    """The hosts that are common material, since several values name them; empty, and false, until there is one."""

    def __init__(self) -> None:
        self._values: Counter[str] = Counter()  # by host: how many values name it
        self._shared: list[bytes] = []

    def __bool__(self) -> bool:
        return bool(self._shared)

    def add(self, value: str) -> None:
        """Counts the hosts of one more value."""
        self._values.update(hosts(value))
        self._shared = [host.encode() for host, count in self._values.items() if count >= SHARED_FROM]

    def are_all(self, data: bytes, significant: bytes) -> bool:
        """Returns whether all that is significant in bytes is of such hosts; ``significant`` has a flag for each."""
        significant = significant[len(data) - len(data.lstrip(_PUNCTUATION)) : len(data.rstrip(_PUNCTUATION))]
        data = data.strip(_PUNCTUATION)
        left = bytearray(significant)
        for host in self._shared:
            if data in host:
                return True
            at = data.find(host)
            while at >= 0:
                left[at : at + len(host)] = bytes(len(host))
                at = data.find(host, at + len(host))
        return 1 not in left
