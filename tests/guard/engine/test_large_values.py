"""Values that are too long to be encoded in every way: what is masked of them, and what learning them costs."""

from __future__ import annotations

import base64
import json
import random
import tracemalloc
from collections.abc import Callable

import pytest

from dh_secrets_jupyter.guard.engine.masker import Masker
from dh_secrets_jupyter.guard.engine.needles import LARGE_FROM
from dh_secrets_jupyter.guard.engine.policy import significant_chars
from dh_secrets_jupyter.guard.engine.stream import ByteStream, TextStream
from dh_secrets_jupyter.guard.engine.views import Wanted, views

from .alike import chars, known_host, lines, listed
from .texts import ENCODINGS, masker_of

TEXTS = {
    "random": chars(LARGE_FROM, "large"),
    "lines": lines(400, lambda row: f"{chars(20 + row % 40, row)} 'a' \"b\" <{chars(9, row)}>&/\\%"),
    "not ASCII": chars(LARGE_FROM, "wide", "äöüß€日本語😀 abc"),
    "known_hosts": lines(300, known_host),
    "JSON": listed(300),
    "few signs": chars(LARGE_FROM, "few", "abc"),
}
MASKERS = {kind: masker_of(value) for kind, value in TEXTS.items()}
BINARY = random.Random(3).randbytes(LARGE_FROM)
DECODED = [name for name in ENCODINGS if "shell" not in name and "ANSI" not in name]
FEW = ["text", "JSON", "base64 after one byte", "hex"]


def left(out: str, name: str = "V0") -> str:
    """Returns what is left between marks."""
    return out.replace(f"[secret:{name}]", "")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "encoding"),
    [(kind, how) for kind in TEXTS for how in (DECODED if kind in ("lines", "not ASCII") else FEW)],
)
def test_a_large_text_is_masked_in_each_encoding(kind: str, encoding: str) -> None:
    """Whole, and any piece of 16 characters that is significant, at the beginning, at the end and in between."""
    value, encode = TEXTS[kind], ENCODINGS[encoding]
    masker, significant = MASKERS[kind], significant_chars(value)
    assert len(left(masker.mask(encode(value))[0])) < 16 + len(encode(""))
    dice = random.Random(encoding)
    for at in (0, len(value) - 16, *(dice.randrange(len(value) - 16) for _ in range(10))):
        if 1 in significant[at : at + 16] and len(set(value[at : at + 16])) > 2:
            assert len(left(masker.mask(encode(value[at : at + 16]))[0])) < 16 + len(encode(""))


@pytest.mark.parametrize(
    "encode",
    [
        repr,
        bytes.hex,
        lambda b: base64.b64encode(b).decode(),
        lambda b: b.decode("latin-1"),
        lambda b: json.dumps(repr(b)),
    ],
)
def test_large_bytes_are_masked_in_each_encoding(encode: Callable[[bytes], str]) -> None:
    """Whole, and pieces of 16 bytes."""
    masker = masker_of(BINARY)
    assert len(left(masker.mask(encode(BINARY))[0])) < 16
    for at in range(0, LARGE_FROM - 16, 1009):
        if b"\x1b" not in BINARY[at : at + 16]:  # it begins a control sequence
            assert len(left(masker.mask(encode(BINARY[at : at + 16]))[0])) < 16


def test_large_bytes_are_masked_raw() -> None:
    """In a buffer, and 16 of them."""
    masker = masker_of(BINARY)
    for part in (BINARY, BINARY[77:93]):
        assert masker.mask_bytes(b"<" + part + b">")[0] == b"<[secret:V0]>"


@pytest.mark.slow
@pytest.mark.parametrize("encode", [bytes, lambda b: b.hex().encode(), base64.b64encode, lambda b: repr(b).encode()])
def test_the_cuts_do_not_matter(encode: Callable[[bytes], bytes]) -> None:
    """Written in any pieces, what a large value stands in comes out as if it had been written at once."""
    masker = masker_of(BINARY, "canary-7Qx2mN4vB8zK1wE5rT9y")
    raw = b"before it " + encode(BINARY[100:400]) + b" between " + encode(BINARY[-60:]) + b"\nafter it"
    whole = ByteStream(masker)
    at_once = whole.feed(raw) + whole.flush()
    dice = random.Random(1)
    for size in (1, 3, 7, 50):
        stream, out, rest = ByteStream(masker), b"", raw
        while rest:
            some = dice.randint(1, size)
            out, rest = out + stream.feed(rest[:some]), rest[some:]
        assert out + stream.flush() == at_once


@pytest.mark.parametrize("encode", [str, lambda v: v.encode().hex(), lambda v: base64.b64encode(v.encode()).decode()])
def test_what_follows_of_a_large_value_is_swallowed(encode: Callable[[str], str]) -> None:
    """After a pause within it, which leaves a mark."""
    value = TEXTS["random"]
    for at in range(40, 60):
        stream = TextStream(masker_of(value))
        text = encode(value)[:200]
        out = stream.feed(f"<{text[:at]}") + stream.flush() + stream.feed(f"{text[at:]}!>") + stream.flush()
        assert out == "<[secret:V0]!>"


@pytest.mark.parametrize("kind", ["random", "JSON", "known_hosts"])
def test_a_piece_is_found_however_it_stands(kind: str) -> None:
    """Which of its bytes are looked up depends on how many stand before it."""
    value, masker = TEXTS[kind], MASKERS[kind]
    significant = significant_chars(value)
    for at in range(0, len(value) - 16, 397):
        if 1 in significant[at : at + 16] and len(set(value[at : at + 16])) > 2:
            for before in range(3):
                assert value[at : at + 16] not in masker.mask("a" * before + value[at : at + 16])[0]


@pytest.mark.parametrize("size", [8, 9, 12])
def test_a_short_part_of_a_large_value_is_found_however_it_stands(size: int) -> None:
    """Of the shortest there is one place alone at which it is looked up."""
    parts = [chars(size, ("part", n)) for n in range(500)]
    masker = masker_of(json.dumps([{"name": f"database number {n}", "password": part} for n, part in enumerate(parts)]))
    for number in (0, 250, 499):
        for before in range(4):
            for encode in (str, lambda v: v.encode().hex()):
                shown = encode("a" * before + parts[number])
                assert masker.mask(f"<{shown}>")[0] == f"<{encode('a' * before)}[secret:V0]>"


LONG = {
    "source": lines(3000, lambda row: f"    {chars(9, row)}['%s & more'] = \"{row}\\n\" + [{row}]"),
    "JSON": json.dumps([{"id": row, "note": 'say "hi"\n', "of": chars(20, row)} for row in range(1500)]),
    "JSON in JSON": json.dumps(json.dumps([{"id": row, "note": 'say "hi"\n'} for row in range(2500)])),
    "base64": base64.b64encode(random.Random(4).randbytes(75_000)).decode(),
    "hex": random.Random(4).randbytes(50_000).hex(),
    "bytes": repr(random.Random(4).randbytes(40_000)),
    "with few escapes": ("no value is in here, nor an escape. " * 900 + "%41 \\n &amp; ") * 3,
    "form": "&".join(f"{chars(5, row)}=a+b%2C{row}" for row in range(6000)),
}


@pytest.mark.parametrize("kind", [*TEXTS, "bytes"])
def test_a_long_text_without_values_is_looked_up_once_or_twice(kind: str) -> None:
    """Two places for each byte at most in what may be base64 or hex, in all ways to read it together; else one."""
    masker = masker_of(TEXTS.get(kind, BINARY))
    masker.mask("settled")
    for name, text in LONG.items():
        before = masker.steps
        masker.is_clean(json.dumps({"text/plain": text}).encode())
        assert masker.steps - before < (2.1 if name in ("base64", "hex") else 1.1) * len(text)


def test_printable_text_is_not_looked_up_where_no_value_has_any() -> None:
    """As of keys that are bytes: nothing of them is in text that was printed, even near an escape."""
    masker = masker_of(BINARY)
    masker.mask("settled")
    before = masker.steps
    assert masker.is_clean(json.dumps(LONG["source"]).encode())
    assert masker.steps - before < len(LONG["source"]) / 10


def test_a_piece_is_found_at_each_escape_in_a_long_text() -> None:
    """Only what is near escapes is looked up once more, however far they are apart."""
    value = TEXTS["lines"]
    at = next(at for at in range(0, len(value), 7) if "\n" in value[at + 4 : at + 10])
    for apart in (10, 300, 520, 700, 5000):
        text = ("x" * apart + repr(value[at : at + 16])[1:-1]) * 4 + "\\n" + "x" * apart
        assert MASKERS["lines"].mask(text)[0].count("[secret:V0]") == 4


def test_values_that_no_encoder_changes_are_not_looked_for_in_escapes() -> None:
    """A text full of escapes costs no more than one without, where the value holds nothing that is ever escaped."""
    masker = masker_of(TEXTS["random"])
    shown = [
        list(views(text, Wanted(lambda data: [], 16, frozenset(map(ord, TEXTS["random"]))))) for text in (b"\\n", b"n")
    ]
    assert list(map(len, shown)) == [1, 1]
    assert masker.mask(f'{{"a": "{TEXTS["random"][100:150]}\\n"}}')[0] == '{"a": "[secret:V0]\\n"}'


def test_a_secret_part_of_a_large_value_is_masked_alone() -> None:
    """A password of 16 characters in a long list, encoded, too."""
    value = json.dumps([{"host": f"db{n}.example.com", "password": chars(16, n)} for n in range(400)])
    masker = masker_of(value)
    for shown in (chars(16, 333), base64.b64encode(chars(16, 333).encode()).decode(), chars(16, 333).encode().hex()):
        assert left(masker.mask(f"<{shown}>")[0]).replace("=", "") == "<>"


@pytest.mark.slow
@pytest.mark.parametrize("value", [random.Random(5).randbytes(1 << 16), chars(1 << 16, 5), "ab" * (1 << 15)])
def test_a_large_value_is_learned_at_once(value: str | bytes) -> None:
    """In a few steps and at most 100 bytes of memory for each byte."""
    tracemalloc.start()
    masker = Masker()
    masker.add("KEY", value)
    masker.mask("settled")
    assert tracemalloc.get_traced_memory()[1] < 100 * len(value)
    tracemalloc.stop()
    assert masker.steps < 4 * len(value)
    assert masker.mask(str(value))[0].count("[secret:KEY]") == 1


def test_what_is_not_ascii_is_learned_in_utf_16_by_a_third_of_the_blocks() -> None:
    """A piece has 16 characters, which are 32 bytes there; in windows of 16 it would be two steps for each byte."""
    value = chars(1 << 15, "wide", "äöüß€日本語😀 abcdefghij")
    assert masker_of(value).steps < 1.5 * len(value.encode())


@pytest.mark.parametrize("order", ["utf-16-le", "utf-16-be"])
def test_a_piece_that_a_value_repeats_is_found_in_utf_16(order: str) -> None:
    """In either order: the bytes of one are those of the other, shifted by one, but characters start elsewhere."""
    value = lines(400, lambda row: f"Größe {row}: Grüße aus Köln und Łódź, {chars(12, row)}")
    masker = masker_of(value)
    for at in range(0, 2000, 7):
        piece = value[at : at + 16].encode(order)
        for before in (b"", b"x"):
            assert piece not in masker.mask_bytes(before + piece)[0]


@pytest.mark.parametrize("order", ["utf-16-le", "utf-16-be"])
def test_a_piece_in_utf_16_at_the_end_of_a_stream(order: str) -> None:
    """It is masked, whichever of a character's two bytes comes last."""
    stream = ByteStream(MASKERS["random"])
    out = stream.feed(TEXTS["random"][100:140].encode(order)) + stream.flush()
    assert out.strip(b"\0") == b"[secret:V0]"


def test_a_short_line_that_many_values_have_is_looked_up_once() -> None:
    """A whole line of a few common words, as of settings, is found by one of them, wherever it stands in a text."""
    text, steps = "<pool_size = 20>" * 500, []
    for count in (1, 20):
        masker = masker_of(*(f"pool_size = 20\n{chars(LARGE_FROM, number)}" for number in range(count)))
        masker.mask("settled")
        before = masker.steps
        assert masker.mask(text)[0] == "<[secret:V0]>" * 500
        steps.append(masker.steps - before)
    assert steps[1] < 1.5 * steps[0]


def test_a_short_line_that_values_have_is_masked_while_one_of_them_is_on() -> None:
    """Whichever of them was learned first."""
    masker = masker_of(*(f"pool_size = 20\n{chars(LARGE_FROM, number)}" for number in range(2)))
    for name, other in (("V0", "V1"), ("V1", "V0")):
        masker.switch(name, on=False)
        assert masker.mask("pool_size = 20\n")[0] == f"[secret:{other}]\n"
        masker.switch(name, on=True)
