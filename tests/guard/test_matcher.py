"""The masker: whole values, pieces, and what is left alone."""

from __future__ import annotations

from dh_secrets_jupyter.guard.matcher import Masker

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
