"""Who is told of credentials."""

from __future__ import annotations

from .base import Learn


class Learners:
    """Tells functions of credentials, each of all of them: what was found before it came, too."""

    def __init__(self) -> None:
        self._learners: list[Learn] = []
        self._found: dict[str, str] = {}

    def add(self, learn: Learn) -> None:
        """Tells another one from now on."""
        if learn not in self._learners:
            self._learners.append(learn)
            for name, text in dict(self._found).items():
                learn(name, text)

    def tell(self, name: str, text: str) -> None:
        """Tells all of a credential, unless they know it."""
        if self._found.get(name) != text:
            self._found[name] = text
            for learn in self._learners:
                learn(name, text)
