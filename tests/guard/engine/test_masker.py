"""The masker: whole values, pieces, and what is left alone."""

from __future__ import annotations

import pytest

from dh_secrets_jupyter.guard.engine.masker import Masker

TOKEN = "hunter2-abcdefgh-1234567890abc"


def test_a_value_becomes_a_mark_and_the_rest_stays() -> None:
    """A value is replaced wherever it stands, and nothing else."""
    masker = Masker()
    assert masker.add("KEY", TOKEN) is None
    assert masker.mask(f"a{TOKEN}b")[0] == "a[secret:KEY]b"


def test_the_very_same_text_comes_back_where_nothing_is_found() -> None:
    """A text without a value is not even copied, whatever is in it."""
    masker = Masker()
    masker.add("KEY", TOKEN)
    text = "plain \ud800 text"
    assert masker.mask(text)[0] is text


@pytest.mark.parametrize("value", ["Xq7Zr2", "8315702946"])
@pytest.mark.parametrize("before", ["next%3D", r"\n", r"\x1b[31m", r"\x00", r"\u0027", "pin="])
def test_the_end_of_an_escape_is_no_letter_of_a_word(value: str, before: str) -> None:
    """A short value or a number after an escape of repr, JSON or a URL is a whole word."""
    masker = Masker()
    masker.add("KEY", value)
    assert masker.mask(f"{before}{value} and a{value}")[0] == f"{before}[secret:KEY] and a{value}"
