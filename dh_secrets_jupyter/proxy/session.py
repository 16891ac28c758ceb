"""What one kernel may have put in: its stand-ins, their values as the project has them now, and what became of them."""

from __future__ import annotations

import asyncio
import base64
import time
from collections import Counter, deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from ..models import hosts as host_names
from . import stand_in
from .certificates import Authority
from .connection import Use, new_token
from .refusal import Refused
from .take_out import TakeOut
from .values import Values

FRESH = 8.0
"""Seconds for which a value that was read is put in: 10 are promised, and to read it anew takes some."""
_REFUSALS = 50
"""Refusals that are kept to be shown."""


@dataclass(frozen=True)
class Held:
    """A secret as the project has it now.

    Attributes:
        value: printable ASCII.
        hosts: the ones that it is for.
    """

    value: str = field(repr=False)
    hosts: tuple[str, ...]


Read = Callable[[str], Awaitable[Held]]
"""Reads a secret from its project; raises :class:`..errors.SecretsError`."""


class Session:
    """One kernel's. To be used by one event loop.

    Args:
        read: how a secret is read.
        on_use: told of each value that was put in, when its answer begins.
        on_authority: told of each authority, in PEM, before its first leaf: the kernel has to trust it.
        token: the session's; a new one by default.

    Attributes:
        token: what the kernel's clients prove themselves with.
        refusals: the newest.
        uses: how often each secret was put in.
    """

    def __init__(
        self,
        read: Read,
        on_use: Callable[[Use], None] = lambda use: None,
        on_authority: Callable[[str], None] = lambda pem: None,
        token: str = "",
    ) -> None:
        self.token = token or new_token()
        self.refusals: deque[Refused] = deque(maxlen=_REFUSALS)
        self.uses: Counter[str] = Counter()
        self._values = Values()
        self._read = read
        self._on_use = on_use
        self._on_authority = on_authority
        self._stand_ins: dict[str, str] = {}
        self._held: dict[str, tuple[float, Held]] = {}
        self._reading: dict[str, asyncio.Task[Held]] = {}
        self._authorities: dict[frozenset[str], Authority] = {}

    async def use(self, name: str) -> str:
        """Returns a secret's stand-in, the same for as long as it is not forgotten.

        Raises:
            SecretsError: it cannot be read, or may not have a stand-in.
        """
        held = await self.current(name)
        if name not in self._stand_ins:
            self._stand_ins[name] = stand_in.make(held.value)
        return self._stand_ins[name]

    def forget(self, name: str) -> None:
        """Ends a stand-in; what was read is looked for in answers all the same."""
        self._stand_ins.pop(name, None)
        self._held.pop(name, None)

    @property
    def stand_ins(self) -> dict[str, str]:
        """By name."""
        return dict(self._stand_ins)

    async def current(self, name: str) -> Held:
        """Returns a secret as it was a moment ago, see :data:`FRESH`."""
        read_at, held = self._held.get(name, (-FRESH, None))
        if held is not None and time.monotonic() - read_at < FRESH:
            return held
        if name not in self._reading:
            reading = self._reading[name] = asyncio.create_task(self._read_anew(name))
            reading.add_done_callback(lambda _: self._reading.pop(name))
        # Requests at the same time wait for one read, which goes on where one of them ends.
        return await asyncio.shield(self._reading[name])

    def stand_ins_known_for(self, host: str, port: int) -> dict[str, str]:
        """Returns the stand-ins, by name, whose secrets were for a host when they were last read."""
        return {
            name: text
            for name, text in self._stand_ins.items()
            if any(host_names.matches(pattern, host, port) for pattern in self._held[name][1].hosts)
        }

    def authority(self, hosts: tuple[str, ...]) -> Authority:
        """Returns the authority of a set of hosts, made anew before it ends."""
        key = frozenset(hosts)
        known = self._authorities.get(key)
        if known is None or known.is_due:
            known = self._authorities[key] = Authority(key)
            self._on_authority(known.pem)
        return known

    def authority_for(self, host: str, port: int) -> Authority | None:
        """Returns the authority of a host, None where no secret in use was for it when it was last read."""
        name = next(iter(self.stand_ins_known_for(host, port)), None)
        return None if name is None else self.authority(self._held[name][1].hosts)

    def take_out(self) -> TakeOut:
        """Begins a stream of an answer."""
        return TakeOut(self._values, self._replacement)

    def refuse(self, host: str, reason: str) -> None:
        """Keeps a refusal to be shown."""
        self.refusals.append(Refused(host, reason))

    def used(self, use: Use) -> None:
        """Counts a value that was put in, and tells of it."""
        self.uses[use.name] += 1
        self._on_use(use)

    async def _read_anew(self, name: str) -> Held:
        began = time.monotonic()
        held = await self._read(name)
        host_names.check_value(name, held.value)
        self._values.add(name, held.value)
        self._held[name] = began, held
        return held

    def _replacement(self, name: str, found: bytes) -> bytes:
        """Returns what stands in the place of what gives a value away: the stand-in, where it is written as long."""
        text, held = self._stand_ins.get(name), self._held.get(name)
        # A value that was rotated may have another length than its stand-in.
        if text is not None and held is not None and len(text) == len(held[1].value):
            value = held[1].value.encode()
            for encode in _AS_LONG:
                if found == encode(value):
                    return encode(text.encode())
        return b"*" * len(found)


_AS_LONG: tuple[Callable[[bytes], bytes], ...] = (
    bytes,
    base64.b64encode,
    lambda text: base64.b64encode(text).rstrip(b"="),
    base64.urlsafe_b64encode,
    lambda text: base64.urlsafe_b64encode(text).rstrip(b"="),
    lambda text: text.hex().encode(),
    lambda text: text.hex().upper().encode(),
)
"""Encodings in which texts of one length have one length."""
