"""A text with replacements knows where everything stood, and what is new in it."""

from __future__ import annotations

import re

from dh_secrets_jupyter.guard.engine.replacements import Replaced

DIGITS = re.compile(rb"([0-9]+)")


def test_each_byte_knows_where_it_stood() -> None:
    """What was copied by the byte, what was replaced by its beginning."""
    replaced = Replaced(DIGITS, lambda found: b"<>" * len(found), b"ab12c3")
    assert replaced.data == b"ab<><>c<>"
    assert [*map(replaced.place, range(9))] == [0, 1, 2, 2, 2, 2, 4, 5, 5]


def test_what_is_around_each_replacement_is_new() -> None:
    """Those close to each other are one part, and what is far from all of them is in none."""
    replaced = Replaced(DIGITS, lambda found: b"", b"x" * 1000 + b"1xxx2" + b"x" * 5000 + b"3")
    near = [(first, last) for first, last in replaced.near() if last > first]
    assert [first < at < last for (first, last), at in zip(near, (1001, 6003), strict=True)] == [True, True]
    assert sum(last - first for first, last in near) < 400
