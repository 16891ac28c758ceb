"""Streams: what is held back, and what a flush makes of it."""

from __future__ import annotations

import random
import time

import pytest

from dh_secrets_jupyter.guard.engine.stream import ByteStream, TextStream

from .texts import masker_of

TOKEN = "canary-7Qx2mN4vB8zK1wE5rT9y"


def test_plain_text_is_not_held() -> None:
    """What cannot belong to a value goes out at once."""
    stream = TextStream(masker_of(TOKEN))
    assert stream.feed("hello\n") == "hello\n"
    assert not stream.pending


def test_only_the_end_that_may_belong_to_a_value_is_held() -> None:
    """The longest such end, whether a value begins there or a piece of one."""
    stream = TextStream(masker_of(TOKEN))
    assert stream.feed("so: canar") == "so: "
    assert stream.pending
    assert stream.feed("ies!") == "canaries!"
    assert stream.feed(" 4vB8") == " "
    assert stream.feed("\n") == "4vB8\n"


@pytest.mark.slow
def test_a_long_value_that_has_not_ended_is_held_at_once() -> None:
    """A bundle of 100 kB without its last line break, in pieces as a kernel gets them: a matter of a second or two."""
    bundle = "".join(f"{random.Random(line).randbytes(48).hex()}\n" for line in range(1000))
    stream = TextStream(masker_of(bundle))
    stream.feed(".")  # the first search learns the value
    started = time.monotonic()
    begun = bundle[:-1]
    assert "".join(stream.feed(begun[at : at + 8192]) for at in range(0, len(begun), 8192)) == ""
    assert stream.feed("!") == "[secret:V0]!"
    assert time.monotonic() - started < 20


@pytest.mark.parametrize("length", range(1, 8))
def test_a_short_beginning_is_flushed_as_it_is(length: int) -> None:
    """Under 8 characters of a value go out as text; the rest of the value still becomes a mark."""
    stream = TextStream(masker_of(TOKEN))
    assert stream.feed(TOKEN[:length]) == ""
    assert stream.flush() == TOKEN[:length]
    assert not stream.pending
    assert stream.feed(TOKEN[length:] + "\n") == "[secret:V0]\n"


@pytest.mark.parametrize("length", range(8, len(TOKEN) + 1))
def test_a_longer_beginning_is_flushed_as_a_mark_that_swallows_the_rest(length: int) -> None:
    """From 8 characters on a mark goes out, once, and what follows of the value goes out no more."""
    stream = TextStream(masker_of(TOKEN))
    out = stream.feed(TOKEN[:length]) + stream.flush()
    assert out == "[secret:V0]"
    out = "".join(stream.feed(c) + stream.flush() for c in TOKEN[length:])
    assert out == ""
    assert stream.feed(" after\n") == " after\n"
    assert [hit.name for hit in stream.hits] == ["V0"]


def test_only_what_follows_of_the_value_is_swallowed() -> None:
    """Another text behind a flushed mark goes out whole, also where it looks like the value a little later."""
    stream = TextStream(masker_of(TOKEN))
    assert stream.feed(TOKEN[:10]) + stream.flush() == "[secret:V0]"
    assert stream.feed("--" + TOKEN[10:16] + "\n") == "--" + TOKEN[10:16] + "\n"


def test_a_part_is_flushed_as_a_mark() -> None:
    """Eight characters from the middle of a long value, too."""
    stream = TextStream(masker_of(TOKEN))
    assert stream.feed("x " + TOKEN[5:14]) + stream.flush() == "x [secret:V0]"
    assert stream.feed(TOKEN[14:20] + "!") == "!"


def test_a_common_beginning_is_flushed_as_it_is() -> None:
    """Armour, a URL's scheme and host, and words are no beginning of a value."""
    masker = masker_of("-----BEGIN PRIVATE KEY-----\nKq7xW2pZm4vB8zK1w\n", "https://api.example.com/Kq7xW2pZm4vB8")
    for text in ("-----BEGIN PRIVATE KEY-----\n", "see https://api.example.com/"):
        stream = TextStream(masker)
        assert stream.feed(text) + stream.flush() == text


@pytest.mark.parametrize("value", ["hunt3r", "0123456789"])
def test_a_whole_word_or_number_waits_for_what_follows(value: str) -> None:
    """Whether it is one is known by the next character, or when it is flushed."""
    stream = TextStream(masker_of(value))
    assert stream.feed(f"a {value}") == "a "
    assert stream.feed("1\n") == f"{value}1\n"
    assert stream.feed(value) == ""
    assert stream.feed(".\n") == "[secret:V0].\n"
    assert stream.feed(value) + stream.flush() == "[secret:V0]"


@pytest.mark.parametrize("value", ["k9Xz", "4821937561"])
@pytest.mark.parametrize("size", [1, 3, 20])
def test_a_whole_word_or_number_may_begin_what_is_shown_by_itself(value: str, size: int) -> None:
    """Whatever went out before that; and is none where more of it stands beside."""
    for text, wanted in {
        f"{value}\n": "[secret:V0]\n",
        f"{value} and {'y' * 5000}": f"[secret:V0] and {'y' * 5000}",
        f"{value}8 x{value}": f"{value}8 x{value}",
    }.items():
        stream = TextStream(masker_of(value))
        assert stream.feed("7") + stream.flush() == "7"
        stream.begin()
        pieces = [text[at : at + size] for at in range(0, len(text), size)]
        assert "".join(map(stream.feed, pieces)) + stream.flush() == wanted


def test_a_number_that_has_not_ended_is_flushed_as_a_mark_where_it_is_shown_by_itself() -> None:
    """As it would be if nothing had gone out before."""
    stream = TextStream(masker_of("4821937561"))
    assert stream.feed("7") + stream.flush() == "7"
    stream.begin()
    assert stream.feed("482193756") + stream.flush() + stream.feed("1\n") == "[secret:V0]\n"


def test_a_value_goes_on_in_what_is_shown_by_itself() -> None:
    """What was read late from a descriptor."""
    stream = TextStream(masker_of(TOKEN))
    assert stream.feed(TOKEN[:5]) + stream.flush() == TOKEN[:5]
    stream.begin()
    assert stream.feed(TOKEN[5:] + "\n") == "[secret:V0]\n"


def test_colours_stay_where_a_value_was() -> None:
    """Control sequences in and around a value go out, cut anywhere."""
    text = "\x1b[31mca\x1b[1mnary-7Qx2mN4vB8zK1wE5rT9y\x1b[0m!"
    for at in range(len(text)):
        stream = TextStream(masker_of(TOKEN))
        assert stream.feed(text[:at]) + stream.feed(text[at:]) == "\x1b[31m[secret:V0]\x1b[1m\x1b[0m!"


@pytest.mark.parametrize("value", ["\x1b\x1b\x1b;\x1b\x01\0\0\0a", "Kq7x\x1b\x1bW2pZ-m4vB8", "\x1b[3é8zK1wE5r"])
def test_an_escape_that_begins_nothing_is_text_however_it_is_cut(value: str) -> None:
    """Whether it begins a control sequence is said by what follows it, which may not have come yet."""
    for size in (1, 2, 3):
        stream, raw = ByteStream(masker_of(value)), value.encode()
        out = b"".join(stream.feed(raw[at : at + size]) for at in range(0, len(raw), size))
        assert out + stream.flush() == b"[secret:V0]"


def test_a_character_cut_in_a_pipe_is_put_together() -> None:
    """Bytes of one character that come in two reads belong together."""
    value = "pässwörd-€uro-Kq7x"
    raw = f"… {value} …\n".encode()
    for at in range(len(raw)):
        stream = ByteStream(masker_of(value))
        assert stream.feed(raw[:at]) + stream.feed(raw[at:]) == "… [secret:V0] …\n".encode()


def test_bytes_that_are_no_text_go_through() -> None:
    """Nothing is decoded: any bytes come out as they came."""
    stream = ByteStream(masker_of(TOKEN))
    raw = bytes(range(256)) * 3
    assert b"".join(stream.feed(raw[i : i + 7]) for i in range(0, len(raw), 7)) + stream.flush() == raw
    assert stream.flush() == b""


def test_a_value_switched_off_goes_through() -> None:
    """Switched off by name, and on again."""
    masker = masker_of(TOKEN)
    masker.switch("V0", on=False)
    stream = TextStream(masker)
    assert stream.feed(TOKEN + "\n") == TOKEN + "\n"
    masker.switch("V0", on=True)
    assert stream.feed(TOKEN + "\n") == "[secret:V0]\n"


def test_a_long_run_of_a_value_is_one_mark_each() -> None:
    """A value repeated without end is neither held for ever nor left."""
    stream = TextStream(masker_of("abcdefgh"))
    out = "".join(stream.feed("abcdefgh" * 10) for _ in range(10)) + stream.flush()
    assert out == "[secret:V0]" * 100


@pytest.mark.parametrize("text", ["a \x1b[1;31mhunt3r\x1b[0m b", "hunt3ré hunt3r…"])
def test_a_word_is_told_by_whole_signs_around_it(text: str) -> None:
    """A control sequence or a character cut in two next to a word is neither a letter nor the end of it."""
    masker = masker_of("hunt3r")
    raw = text.encode()
    whole = masker.mask_bytes(raw)[0]
    assert whole.count(b"[secret:V0]") == 1
    for at in range(len(raw)):
        stream = ByteStream(masker)
        assert stream.feed(raw[:at]) + stream.feed(raw[at:]) + stream.flush() == whole
