"""How far two byte strings agree, from a place on or up to it. The cost is that of what agrees."""

from __future__ import annotations

_FIRST = 32
"""Bytes compared first; as long as they agree, twice as many next."""


def common_prefix(a: bytes, i: int, b: bytes, j: int) -> int:
    """Returns the length of what ``a`` from ``i`` on and ``b`` from ``j`` on begin with in common."""
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


def common_suffix(a: bytes, i: int, b: bytes, j: int) -> int:
    """Returns the length of what ``a`` up to ``i`` and ``b`` up to ``j`` end with in common."""
    size = min(i, j)
    low, high = 0, min(size, _FIRST)
    while a[i - high : i - low] == b[j - high : j - low]:
        if high == size:
            return size
        low, high = high, min(size, 2 * high)
    while high - low > 1:
        middle = (low + high) // 2
        if a[i - middle : i - low] == b[j - middle : j - low]:
            low = middle
        else:
            high = middle
    return low
