"""Whether something in a text stands alone, as a whole word or a whole number does."""

from __future__ import annotations

from .patterns import lazy_pattern

NUMBER = lazy_pattern(rb"[0-9]+")
_FRACTION = lazy_pattern(rb"\.[0-9]")
_BEFORE_FRACTION = lazy_pattern(rb"(?:[0-9\s(\[,=+\-]|\A)\.\Z")
# The letters and digits at the end of an escape belong to no word: of repr, JSON, a URL, a colour as repr shows it.
_ESCAPED = lazy_pattern(
    r"(?:\\(?:[abfnrtv0]|x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4})|%[0-9A-Fa-f]{2}|\\(?:x|u00)1[bB]\[[0-9;]{0,12}m)\Z"
)


def stands_alone(data: bytes, start: int, end: int) -> bool:
    """Returns whether no letter, digit or underscore, and of a number no fraction, goes on before or after a span."""
    # What is no character, as a lone surrogate, is replaced: left out, it would let the character behind it count.
    before = data[max(start - 20, 0) : start].decode("utf-8", "replace")
    after = data[end : end + 4].decode("utf-8", "replace")
    if (after[:1].isalnum() or after[:1] == "_") and end < len(data):
        return False
    if NUMBER.fullmatch(data, start, end) and (
        _FRACTION.match(data, end) or _BEFORE_FRACTION.search(data, max(start - 2, 0), start)
    ):
        return False  # of a decimal number
    return not (before[-1:].isalnum() or before[-1:] == "_") or _ESCAPED.search(before) is not None
