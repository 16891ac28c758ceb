"""What the readers of composite values find."""

from __future__ import annotations

import base64
import binascii
from bisect import bisect_left

from ..patterns import lazy_pattern
from . import keys

_WHOLE_URL = lazy_pattern(r"[A-Za-z][A-Za-z0-9+.\-]{0,30}://[^\s@\"']+")
"""A URL alone, without a user."""

Range = tuple[int, int]
"""From which character of a value to which."""


class Found:
    """The secrets in one value, and what of it may be seen.

    Attributes:
        secrets: the texts of the parts that are secrets, each with what of it may be seen.
    """

    def __init__(self, *, urls_are_common: bool = False) -> None:
        self._urls_are_common = urls_are_common
        self.secrets: dict[str, list[Range]] = {}
        self._secret_spans: list[Range] = []
        self._common_spans: list[Range] = []

    def secret(self, start: int, end: int, *texts: str) -> None:
        """Notes a secret part: where it stands, and how it may read (decoded, without its quotes)."""
        self._secret_spans.append((start, end))
        for text in filter(None, texts):
            self.secrets.setdefault(text, [])

    def common(self, start: int, end: int) -> None:
        """Notes something that may be seen."""
        if start < end:
            self._common_spans.append((start, end))

    def entry(self, key: str, key_span: Range, start: int, end: int, *texts: str) -> bool:
        """Notes what stands under a key, as its name says; tells whether the name says anything."""
        if keys.is_secret(key):
            self.secret(start, end, *texts)
            for text in texts:
                self._decoded(key, text)
        elif keys.is_common(key) or (self._urls_are_common and any(map(_WHOLE_URL.fullmatch, texts))):
            self.common(start, end)
        else:
            return False
        self.common(*key_span)
        return True

    def for_inner_text(self) -> Found:
        """Returns what a text that stands in this one is read into by itself."""
        return Found(urls_are_common=self._urls_are_common)

    def embed(self, inner: Found, plain: str, text: str, span: Range) -> None:
        """Notes what was found in a text by itself, which stands in this one with escapes.

        Args:
            plain: the text by itself.
            text: this text.
            span: where it stands there. What may be seen of it is looked for in order, as it is.
        """
        if not inner.secrets:
            return
        self.secret(*span, *inner.secrets)
        start, end = span
        for first, last in sorted(inner.visible()):
            start = text.find(plain[first:last], start, end)
            if start < 0:
                return
            self.common(start, start + last - first)
            start += last - first

    def _decoded(self, key: str, text: str) -> None:
        """Notes what base64 stands for, as Docker, npm and Kubernetes write it; under auth a user and the password."""
        if not (plain := _from_base64(text)):
            return
        user, _, password = plain.partition(":") if key.lower().endswith("auth") else ("", "", "")
        self.secrets.setdefault(plain, [(0, len(user))] if password else [])
        if password:
            self.secrets.setdefault(password, [])

    def visible(self) -> list[Range]:
        """Returns what may be seen, if there is any secret at all: not what holds a secret as a part of its own."""
        spans = sorted(self._secret_spans)
        if not spans:
            return []
        return [one for one in self._common_spans if not _holds(one, spans)]


def _holds(span: Range, secrets: list[Range]) -> bool:
    """Whether one of the secrets begins or ends in the span, which is not within that secret."""
    start, end = span
    at = max(bisect_left(secrets, (start, start)) - 1, 0)
    for first, last in secrets[at : at + 8]:
        if first < end and start < last and not (first <= start and end <= last):
            return True
    return False


def _from_base64(text: str) -> str:
    try:
        plain = base64.b64decode(text, validate=True).decode()
    except (binascii.Error, ValueError):
        return ""
    return plain if "".join(plain.split()).isprintable() else ""
