"""Values: the real text or bytes for every use, which ``repr`` and pickling do not show."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NoReturn, Self, SupportsIndex

from ..errors import SecretsError

MAX_TOTAL = 1024 * 1024
"""Bytes that all values of one project may have together (Kubernetes' ``MaxSecretSize``), on every provider."""


class _Kept:
    """What text and bytes have in common: neither ``repr`` nor pickling shows them, and a copy is the same object."""

    __slots__ = ()
    _secret: str

    def __repr__(self) -> str:
        return f"<secret {self._secret}>"

    def __reduce_ex__(self, protocol: SupportsIndex) -> NoReturn:
        # A TypeError is what Python itself raises for an object that cannot be pickled.
        raise TypeError(
            f"{self._secret}: a secret cannot be pickled. Read it where it is used, or pass .reveal() if you mean to."
        )

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self


class SecretValue(_Kept, str):
    """A secret's text. It is the real text for every use; only ``repr`` and pickling keep it in.

    ``f"Bearer {token}"``, headers, ``os.environ`` and drivers get the value itself. It has no public attributes but
    those of ``str``: libraries take what has a ``name`` for an open file, and would send it along.
    """

    __slots__ = ("_secret",)

    def __new__(cls, value: str, name: str) -> Self:
        self = super().__new__(cls, value)
        self._secret = name
        return self

    def reveal(self) -> str:
        """Returns the value as a plain ``str``."""
        return str(self)


class SecretBytes(_Kept, bytes):
    """A secret that is not UTF-8 text; otherwise as :class:`SecretValue`."""

    def __new__(cls, value: bytes, name: str) -> Self:
        self = super().__new__(cls, value)
        self._secret = name
        return self

    # The str() of plain bytes is their repr, and so would print what it should hide.
    __str__ = _Kept.__repr__

    def reveal(self) -> bytes:
        """Returns the value as plain ``bytes``."""
        return bytes(memoryview(self))


@dataclass(frozen=True)
class StandIn:
    """What a kernel has in the place of a value that it may use, and not read.

    Attributes:
        name: the secret's.
        text: of the same length as the value, and worth nothing anywhere else.
        hosts: where the proxy puts the value in its place.
    """

    name: str
    text: str = field(repr=False)
    hosts: tuple[str, ...]


def name_of(value: SecretValue | SecretBytes | StandIn) -> str:
    """Returns the name of the secret that a value, or a stand-in, is of."""
    return value.name if isinstance(value, StandIn) else value._secret


def encode(name: str, value: str | bytes) -> bytes:
    """Returns a value as the bytes to store, to the byte; raises :class:`SecretsError` for anything else."""
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value)
    if isinstance(value, str):
        try:
            return value.encode()
        except UnicodeEncodeError:
            pass  # raised below, where the exception and the text in it are no longer the context
        raise SecretsError(name, "the value has characters that UTF-8 cannot encode", "Pass it as bytes")
    raise SecretsError(name, f"a value must be text or bytes, not {type(value).__name__}", "Convert it first")


def decode(name: str, value: bytes) -> SecretValue | SecretBytes:
    """Returns stored bytes as text where they are UTF-8, else as bytes."""
    try:
        return SecretValue(value.decode(), name)
    except UnicodeDecodeError:
        return SecretBytes(value, name)
