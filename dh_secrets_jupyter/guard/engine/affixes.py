"""How far two byte strings agree, from a place on or up to a place; the cost is that of what agrees.

A common prefix is found by exponential search (compare twice as many bytes, as long as they agree), then by binary
search: a few comparisons in C instead of one in Python for each byte.
"""

from __future__ import annotations

_FIRST = 32
"""Bytes compared first."""


def common_prefix(a: bytes | bytearray, i: int, b: bytes | bytearray, j: int) -> int:
    """Returns the length of the common prefix of ``a`` from ``i`` on and ``b`` from ``j`` on."""
    size = min(len(a) - i, len(b) - j)
    low, high = 0, min(size, _FIRST)
    while a[i + low : i + high] == b[j + low : j + high]:
        if high == size:
            return size
        low, high = high, min(size, 2 * high)
    while high - low > 1:  # the first ``low`` bytes are equal, the first ``high`` are not
        middle = (low + high) // 2
        if a[i + low : i + middle] == b[j + low : j + middle]:
            low = middle
        else:
            high = middle
    return low


def common_suffix(a: bytes | bytearray, i: int, b: bytes | bytearray, j: int) -> int:
    """Returns the length of the common suffix of ``a`` up to ``i`` and ``b`` up to ``j``."""
    size = min(i, j)
    low, high = 0, min(size, _FIRST)
    while a[i - high : i - low] == b[j - high : j - low]:
        if high == size:
            return size
        low, high = high, min(size, 2 * high)
    while high - low > 1:  # the last ``low`` bytes are equal, the last ``high`` are not
        middle = (low + high) // 2
        if a[i - middle : i - low] == b[j - middle : j - low]:
            low = middle
        else:
            high = middle
    return low


def longest_suffix(data: bytes, haystack: bytes | bytearray) -> int:
    """Returns the length of the longest suffix of ``data`` that occurs in the haystack.

    If a suffix occurs, so does every shorter one: it is found by exponential, then binary search.
    """
    low, high = 0, len(data) + 1
    while high - low > 1:
        middle = min(max(2 * low, 1), (low + high) // 2)
        if data[-middle:] in haystack:
            low = middle
        else:
            high = middle
    return low
