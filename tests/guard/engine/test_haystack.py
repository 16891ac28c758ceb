"""The longest suffix of a text that stands in a needle, by few looks at the needles."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from dh_secrets_jupyter.guard.engine.haystack import Haystack

few = st.text("ab\n", max_size=24).map(str.encode)


@given(st.lists(few, max_size=4), few)
def test_it_is_the_longest_one(needles: list[bytes], data: bytes) -> None:
    """As trying each suffix says, also after more needles were added."""
    haystack, together = Haystack(), b""
    for needle in needles:
        haystack.add(needle)
        together += needle
        longest = max(size for size in range(len(data) + 1) if data[len(data) - size :] in together)
        assert haystack.longest_suffix(data) == longest
    assert haystack.chars == set(together)


def test_where_a_piece_stands() -> None:
    """By the number of the needle and the offset in it, in order."""
    haystack = Haystack()
    for needle in (b"abcab", b"xabx"):
        haystack.add(needle)
    assert list(haystack.places(b"ab")) == [(0, 0), (0, 3), (1, 1)]
    assert list(haystack.places(b"ba")) == []


def test_an_end_that_many_lines_have_is_looked_for_once() -> None:
    """However many needles there are: the lines of an output end in few ways."""
    haystack = Haystack()
    haystack.add(b"the end of a line\n" * 10)
    for number in range(1000):
        haystack.longest_suffix(b"what stands before it is another text %d; it is green\n" % number)
    assert len(haystack._ends) == 2
