"""How far byte strings agree is what comparing them byte by byte says."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from dh_secrets_jupyter.guard.engine.affixes import common_prefix, common_suffix, longest_suffix


def agreeing(a: bytes, b: bytes) -> int:
    """Returns how many of the first bytes are the same, one by one."""
    return next((at for at, (one, other) in enumerate(zip(a, b, strict=False)) if one != other), min(len(a), len(b)))


texts = st.text("ab", max_size=90).map(str.encode)
repeated = st.tuples(texts, st.integers(1, 40)).map(lambda drawn: drawn[0] * drawn[1])


@given(st.data(), st.one_of(texts, repeated), st.one_of(texts, repeated))
def test_a_common_prefix_and_suffix_are_found_from_any_place(data: st.DataObject, a: bytes, b: bytes) -> None:
    """As long as a comparison byte by byte finds them."""
    i, j = data.draw(st.integers(0, len(a))), data.draw(st.integers(0, len(b)))
    assert common_prefix(a, i, b, j) == agreeing(a[i:], b[j:])
    assert common_suffix(a, i, b, j) == agreeing(a[:i][::-1], b[:j][::-1])


@given(st.one_of(texts, repeated), st.one_of(texts, repeated))
def test_the_longest_suffix_that_occurs_is_found(data: bytes, haystack: bytes) -> None:
    """Of all ends of the data that occur, none is longer."""
    assert longest_suffix(data, haystack) == max(
        size for size in range(len(data) + 1) if data[len(data) - size :] in haystack
    )
