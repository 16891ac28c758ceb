"""Remembers what is masked in the newest texts: IPython shows the same one, stores it, and keeps it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from .spans import Span

_TEXTS = 4
"""Texts that are remembered."""
_FROM, _TO = 1 << 10, 1 << 20
"""Bytes of one of them: a shorter one is searched in a moment, a longer one takes memory."""
_END = 32
"""Bytes at either end by which a text is looked up, before it is compared."""

_Key = tuple[int, bytes, bytes, bool]


class RecentTexts:
    """The newest texts, and what is masked in them. Safe to be used by several threads.

    Args:
        find: finds the spans of a text, as :meth:`.masker.Masker.find_plain_spans`.
    """

    def __init__(self, find: Callable[[bytes, bool], list[Span]]) -> None:
        self._find = find
        self._version = 0
        self._known: dict[_Key, tuple[int, bytes, list[Span]]] = {}

    def forget(self) -> None:
        """Is called after a change of what is masked: a search that began before may not know all of it."""
        self._version += 1

    def spans(self, data: bytes, *, text: bool) -> list[Span]:
        """Returns the spans of a text, which are the caller's own."""
        if not _FROM <= len(data) <= _TO:
            return self._find(data, text)
        version, key = self._version, (len(data), data[:_END], data[-_END:], text)
        known = self._known.get(key)
        if known is not None and known[0] == version and known[1] == data:
            return [replace(span) for span in known[2]]
        spans = self._find(data, text)
        self._known[key] = version, data, [replace(span) for span in spans]
        for old in list(self._known)[:-_TEXTS]:
            self._known.pop(old, None)
        return spans
