"""The masker: whole values, pieces, and what is left alone."""

from __future__ import annotations

import pytest

from dh_secrets_jupyter.guard.engine import Masker, mask_scope
from dh_secrets_jupyter.guard.engine.policy import Scope
from dh_secrets_jupyter.guard.engine.stream import TextStream

from .alike import chars

TOKEN = "hunter2-abcdefgh-1234567890abc"


def test_a_value_becomes_a_mark_and_the_rest_stays() -> None:
    """A value is replaced wherever it stands, and nothing else."""
    masker = Masker()
    assert masker.add("KEY", TOKEN) is Scope.ANYWHERE
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


@pytest.mark.parametrize(
    "value", [f"user: robo\n  password: {TOKEN[:18]}\nrest: x\n", f"1st\n{TOKEN}\n3rd", f"a {TOKEN} b"]
)
def test_blanks_around_a_piece_stay(value: str) -> None:
    """The line break and the blank that are printed around a line of a value are in it, too, but do not go with it."""
    masker = Masker()
    masker.add("KEY", value)
    line = max(value.split(), key=len)
    text, shown = f"it is {line}\nit is {line} \n", "it is [secret:KEY]\nit is [secret:KEY] \n"
    assert masker.mask(text)[0] == shown
    stream = TextStream(masker)
    assert "".join(stream.feed(part) + stream.flush() for part in text.splitlines(keepends=True)) == shown


@pytest.mark.parametrize("text", ["[secret:A]", " [secret:API_KEY]\n", "'[secret:A]'", "[secret:A][secret:B]"])
def test_a_text_of_marks_alone_is_no_value(text: str) -> None:
    """It is neither looked for nor replaced: a mark would be put for a mark."""
    assert not isinstance(mask_scope(text), Scope)
    masker = Masker()
    masker.add("B", text)
    assert masker.mask(text) == (text, [])


def test_no_piece_of_a_value_lies_in_a_mark_in_it() -> None:
    """A mark in a value is no part of what is looked for, and stays in other texts."""
    masker = Masker()
    masker.add("URL", "postgresql://app:[secret:DATABASE_PASSWORD]@db.example.com/orders")
    assert masker.mask("[secret:DATABASE_PASSWORD]")[0] == "[secret:DATABASE_PASSWORD]"


def test_what_is_masked_stays_so_where_a_value_is_the_name_of_a_secret() -> None:
    """A mark of a known name is left alone, however often it is looked at; the same letters elsewhere are not."""
    masker = Masker()
    masker.add("an-old-password", "an-old-password")
    once = masker.mask("it is an-old-password, [secret:nobody an-old-password]")[0]
    assert once == "it is [secret:an-old-password], [secret:nobody [secret:an-old-password]]"
    assert masker.mask(once)[0] == once
    masker.add("T", "another-value-1")
    assert masker.mask("[secret:another-value-1]")[0] == "[secret:[secret:T]]"


@pytest.mark.parametrize("order", ["utf-16-le", "utf-16-be"])
def test_a_piece_in_utf_16_is_masked_to_its_last_byte(order: str) -> None:
    """In the other order it is a piece that begins, or ends, a byte later, and is masked by that, too."""
    value = chars(300, "long")
    masker = Masker()
    masker.add("KEY", value)
    for at in range(0, 280, 7):
        assert masker.mask_bytes(b"<" + value[at : at + 20].encode(order) + b">")[0] == b"<[secret:KEY]>"
