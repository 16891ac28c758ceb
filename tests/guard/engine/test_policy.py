"""The one rule of what can be masked."""

from __future__ import annotations

import itertools
import json

import pytest

from dh_secrets_jupyter.guard.engine.common_words import COMMON_WORDS
from dh_secrets_jupyter.guard.engine.policy import (
    PARTIAL_FROM,
    Scope,
    Unmaskable,
    mask_scope,
    significant_chars,
    significant_chars_of,
)
from dh_secrets_jupyter.guard.engine.stream import ByteStream, TextStream

from .texts import masker_of


@pytest.mark.parametrize(
    ("value", "scope"),
    [
        ("abcdefg8", Scope.ANYWHERE),
        ("12345678", Scope.ANYWHERE),
        ("!@#$%^&*", Scope.ANYWHERE),
        ("production-db", Scope.ANYWHERE),
        ("abc4", Scope.WHOLE_WORD),
        ("hunter2", Scope.WHOLE_WORD),
        ("hunter2\n", Scope.WHOLE_WORD),
    ],
)
def test_what_can_be_masked(value: str, scope: Scope) -> None:
    """From 8 characters on anywhere, 4 to 7 with a letter as a whole word; blanks around do not count."""
    assert mask_scope(value) is scope


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("", "empty"),
        (" \n ", "empty"),
        ("abc", "fewer than 4"),
        ("1234567", "digits"),
        ("1-2-3", "no letter"),
        ("--------", "one character"),
        ("True", "ordinary word"),
        ("application/json", "ordinary word"),
        ("production\n", "ordinary word"),
    ],
)
def test_what_cannot_be_masked_and_why(value: str, reason: str) -> None:
    """The reason is one short line."""
    scope = mask_scope(value)
    assert isinstance(scope, Unmaskable)
    assert reason in scope.reason
    assert "\n" not in scope.reason


def test_the_list_is_of_lower_case_words() -> None:
    """It is compared with a value in lower case, and holds what the contract names."""
    assert all(word == word.lower() for word in COMMON_WORDS)
    assert {"true", "name", "password", "production", "idle", "ok", "status", "display_id"} <= COMMON_WORDS


@pytest.mark.parametrize(
    ("text", "common"),
    [
        (
            "postgresql://postgres:Kq7x@db.example.com:5432/postgres",
            "postgresql://postgres:|@db.example.com:5432/postgres",
        ),
        ("-----BEGIN RSA PRIVATE KEY-----\nKq7x", "-----BEGIN RSA PRIVATE KEY-----\n"),
        ('{"my_own_key": "Kq7x"}', '{"my_own_key": "|"}'),
        ("my-own-key: Kq7x", "my-own-key: "),
        ("secret://Kq7x", "secret://"),
        (
            "Server=tcp:;Password=Kq7x;MultipleActiveResultSets=False;Encrypt=True;Connection Timeout=30;",
            "Server=tcp:;Password=|;MultipleActiveResultSets=False;Encrypt=True;Connection Timeout=30;",
        ),
        ("LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1JSUKq7x", "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1JSU"),
        (
            "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQKq7x",
            "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQ",
        ),
    ],
)
def test_common_material_is_not_significant(text: str, common: str) -> None:
    """Everything but ``Kq7x`` is common here."""
    assert "".join(c for c, flag in zip(text, significant_chars(text), strict=True) if flag) == "Kq7x"
    assert common.replace("|", "Kq7x") in (text, text.removesuffix("Kq7x"))


@pytest.mark.parametrize(
    "value",
    [
        "лисицу-утром-видели-трое",
        "gizli-çekirdek-şifrelenmiş-öğün",
        "春眠不觉晓处处闻啼鸟夜来风雨声花落知多少明月何时有",
        "ääöüöäßüöäääöüüßöäßüöäüöä",
    ],
)
def test_letters_of_any_script_are_significant(value: str) -> None:
    """A piece of 16 of them is one, however many stand in a row, encoded, too."""
    assert len(value) >= PARTIAL_FROM
    for piece in (value[:16], value[5:21]):
        for shown in (piece, piece.encode().hex(), json.dumps(piece)[1:-1]):
            assert masker_of(value).mask(f"<{shown}>")[0] == "<[secret:V0]>"


@pytest.mark.parametrize("text", ["────────────────────", "═════════╦══════════", "🟩🟩🟩🟩🟩🟩🟩🟩🟩🟥🟥🟥🟥🟥🟥🟥"])
def test_what_is_drawn_with_signs_is_not_significant(text: str) -> None:
    """Frames and bars, as tables and progress have them."""
    assert 1 not in significant_chars(text)


@pytest.mark.parametrize("text", ["hunt3r!", "(hunt3r)", "pw=hunt3r", "“hunt3r”", r"'\nhunt3r'", "hunt3r"])
def test_a_whole_word_is_masked(text: str) -> None:
    """Between signs and blanks, at either end, and behind an escape."""
    assert masker_of("hunt3r").mask(text)[0] == text.replace("hunt3r", "[secret:V0]")


@pytest.mark.parametrize("text", ["hunt3rs", "xhunt3r", "hunt3r_", "éhunt3r", "hunt3ré", "1hunt3r"])
def test_a_part_of_a_word_is_not_masked(text: str) -> None:
    """With a letter, a digit or an underscore on either side it is another word."""
    assert masker_of("hunt3r").mask(text) == (text, [])


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("id=12345678;", True),
        ("-12345678", True),
        ("12345678.", True),
        ("12345678. 5", True),
        ("[12345678, 1]", True),
        ("912345678", False),
        ("123456789", False),
        ("0.12345678", False),
        (" .12345678", False),
        ("12345678.5", False),
        ("12345678.0", False),
        ("12345678e3", False),
        ("12_345_678", False),
        ("3132333435363738", True),
        ("a3132333435363738b", True),
    ],
)
def test_digits_count_as_a_whole_number(text: str, masked: bool) -> None:
    """Digits alone are masked where no digit, letter or fraction goes on, however it is cut; in hex they are signs."""
    known = masker_of("12345678")
    assert bool(known.mask(text)[1]) is masked
    for cut in range(len(text)):
        stream = TextStream(known)
        assert stream.feed(text[:cut]) + stream.feed(text[cut:]) + stream.flush() == known.mask(text)[0]


@pytest.mark.parametrize(
    "other", [b"\xed\xa0\xbd", b"\xff", b"\x80"], ids=["a lone surrogate", "no byte of UTF-8", "a rest"]
)
@pytest.mark.parametrize("order", [(b"hunt3r", b"0"), (b"0", b"hunt3r")], ids=["before", "behind"])
def test_what_is_no_character_ends_a_word(other: bytes, order: tuple[bytes, bytes]) -> None:
    """Whatever stands beyond it, which may not have come yet."""
    raw, known = other.join(order), masker_of("hunt3r")
    marked = raw.replace(b"hunt3r", b"[secret:V0]")
    for cut in range(len(raw)):
        stream = ByteStream(known)
        assert stream.feed(raw[:cut]) + stream.feed(raw[cut:]) + stream.flush() == marked


def test_of_many_texts_at_once() -> None:
    """As of each alone, also where one ends, or the next begins, like something common that goes on."""
    texts = [
        "Kq7xW2pZ",
        "W2pZm4vB:",
        "Kq7xm4vB=",
        ": m4vB8zK1w",
        '"Kq7xm4vB"',
        ":Kq7x",
        "abc=5432",
        "eyJhbGci.W2pZ",
        "a\n",
        "Größe:",
    ]
    pairs = [list(pair) for pair in itertools.product(texts, texts)]
    assert [significant_chars_of(pair) for pair in pairs] == [[*map(significant_chars, pair)] for pair in pairs]
    assert significant_chars_of([]) == []


@pytest.mark.parametrize(
    "common", ['{"name":', "name: ", "Pwd=x;", "key=12;", "://h:5432/", "eyJhbGci.", "text/plain", "[secret:A]"]
)
def test_a_long_text_is_looked_at_as_a_short_one_is(common: str) -> None:
    """Only what can match is looked for in it, and nothing is left out."""
    filler = "Kq7xW2pZ " * 600
    around = significant_chars(f"Kq7xW2pZ {common} Kq7xW2pZ")
    long = significant_chars(f"{filler}{common} {filler}")
    assert long[len(filler) - 9 :][: len(around)] == around
