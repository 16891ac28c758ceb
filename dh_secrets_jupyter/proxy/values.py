"""The values of a session's secrets, as they are looked for in answers."""

from __future__ import annotations

from collections.abc import Iterator

from ..errors import SecretsError
from ..guard.engine import Hit, Masker, Span, Unmaskable, merge_overlapping


class Values:
    """Finds values in every encoding, as the guard does, and each as it is wherever it stands.

    The guard leaves alone a number within a longer one, and what looks like a mark of its own. Here nothing of that
    kind goes on: what is put into a request has to be taken out of its answer.
    """

    def __init__(self) -> None:
        self._masker = Masker()
        self._names: dict[bytes, str] = {}

    def add(self, name: str, value: str) -> None:
        """Learns a value; a name may have many, none is ever forgotten.

        Raises:
            SecretsError: it is one that cannot be told from other text.
        """
        scope = self._masker.add(name, value)
        if isinstance(scope, Unmaskable):
            raise SecretsError(
                name, f"its value could not be taken out of answers ({scope.reason})", "Store another value"
            )
        self._names[value.encode()] = name

    def find_spans(self, data: bytes) -> list[Span]:
        """Returns what gives a value away, in order, without overlaps."""
        return merge_overlapping([*self._masker.find_spans(data), *self._plain(data)])

    def partial_length(self, data: bytes) -> int:
        """Returns how many of the last bytes may be part of a value that goes on."""
        return self._masker.partial_length(data)

    def _plain(self, data: bytes) -> Iterator[Span]:
        for value, name in self._names.items():
            at = data.find(value)
            while at >= 0:
                yield Span(at, at + len(value), Hit(name, "text"))
                at = data.find(value, at + 1)
