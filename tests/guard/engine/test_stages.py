"""A long value's encodings are learned in two stages, which nothing shows."""

from __future__ import annotations

import json
import random

import pytest

from dh_secrets_jupyter.guard.engine.encoders import ENCODERS
from dh_secrets_jupyter.guard.engine.index import DEFERRED_AT_MOST
from dh_secrets_jupyter.guard.engine.stages import ENCODED_AT_MOST, SHOWS, STAGES_FROM
from dh_secrets_jupyter.guard.engine.stream import ByteStream, TextStream

from .alike import SIGNS, chars, lines, pgpass
from .texts import BYTES, ENCODINGS, masker_of

LONG = json.dumps({f"p'art {number}": chars(11, f"long {number}") for number in range(24)}, indent=1)
"""Too short between its signs for a part of 16 characters, so that nothing is found but by its encodings."""
VALUES: dict[str, str | bytes] = {
    "signs": LONG,
    "parts": lines(8, pgpass),
    "umlauts": lines(9, lambda row: f"Größe {row}: Grüße aus Köln und Łódź, {chars(12, row)}"),
    "Cyrillic": lines(30, lambda row: chars(9 + row % 12, row, "абвгдежзийклмнопрстуфхцчшщъыьэюя")),
    "bytes": random.Random(1).randbytes(STAGES_FROM),
    "bytes with control sequences": b"\x1b[31m".join(random.Random(row).randbytes(40) for row in range(10)),
}
CHINESE = lines(30, lambda row: chars(9 + row % 12, row, "慡慢慣慤慥慦慧慨慩慪慫慬"))
"""Of characters that are two letters each in UTF-16."""


def test_whatever_is_escaped_shows_it() -> None:
    """Whatever an encoder makes of any sign, the text that holds it is seen to hold something encoded."""
    made = {encode(chr(code)) for encode in ENCODERS.values() for code in range(128)} - {chr(c) for c in range(128)}
    assert [form for form in made if not SHOWS.search(form.encode())] == []


@pytest.mark.parametrize("kind", VALUES)
def test_encodings_are_learned_when_a_text_has_any(kind: str) -> None:
    """A text in which nothing is encoded costs nothing of it; the first one in which something is costs all, once."""
    assert len(VALUES[kind]) >= STAGES_FROM
    masker = masker_of(VALUES[kind])
    masker.mask("settled")
    learned = masker.steps
    masker.mask("plain words\n")
    assert masker.steps == learned
    masker.mask("a \\ is there\n")
    encoded = masker.steps - learned
    assert encoded > learned / 2
    masker.mask("another \\ is there\n")
    assert masker.steps == learned + encoded


@pytest.mark.parametrize("order", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("value", [VALUES["umlauts"], VALUES["Cyrillic"], CHINESE])
def test_a_line_in_utf_16_is_masked_at_once_wherever_it_is_cut(value: str, order: str) -> None:
    """As raw bytes, in which no byte may show what they are until the second one of a character."""
    written = value.splitlines()[7].encode(order)
    for at in (1, 2, 3, 14, 15):
        stream = ByteStream(masker_of(value))
        assert stream.feed(b"<" + written[:at]) + stream.feed(written[at:] + b">") + stream.flush() == b"<[secret:V0]>"


@pytest.mark.parametrize("show", BYTES)
def test_bytes_are_masked_at_once(show: str) -> None:
    """In each way to show them, also of a piece."""
    value = VALUES["bytes"]
    assert isinstance(value, bytes)
    for shown in (value, value[100:160]):
        assert len(masker_of(value).mask(BYTES[show](shown))[0].replace("[secret:V0]", "")) < 18


def test_few_letters_among_many_blanks_are_masked_in_hex_at_once() -> None:
    """They are too few digits to show what they are."""
    value = f"hunt3r{' ' * STAGES_FROM}"
    assert masker_of(value).mask(f"({b'hunt3r'.hex()})")[0] == "([secret:V0])"


def test_values_beyond_what_may_wait_are_learned_at_once_where_no_text_is_decoded_for_them() -> None:
    """Many that are not ASCII: each is masked in UTF-16, in which no text is decoded."""
    values = [chars(STAGES_FROM, number, f"{SIGNS}äöüß") for number in range(DEFERRED_AT_MOST // STAGES_FROM)]
    masker = masker_of(*values)
    for number in (0, len(values) // 2, len(values) - 1):
        assert masker.mask_bytes(values[number][50:70].encode("utf-16-le"))[0] == f"[secret:V{number}]".encode()


def test_prepared_for_long_texts() -> None:
    """What was prepared has learned everything; the fast automaton comes once so much was searched that it pays."""
    masker = masker_of(LONG)
    masker.prepare()
    learned, automata = masker.steps, masker._index._automata
    assert [automaton.is_fast for automaton in automata] == [False]
    masker.mask("a \\ is there\n" * 20)
    assert (masker.steps, masker._index._automata) == (learned, automata)
    masker.mask(" " * int(masker._index._bytes_until_rebuild))
    masker.mask("a line\n")
    assert [automaton.is_fast for automaton in masker._index._automata] == [True]


@pytest.mark.parametrize("values", [1, 5, 20])
def test_the_prefilter_loses_nothing(values: int) -> None:
    """In a text long enough for it, of every value each encoding is masked, and each piece of 16 characters."""
    known = [chars(40, number) for number in range(values)]
    masker = masker_of(*known)
    masker.prepare()
    masker.mask(" " * int(masker._index._bytes_until_rebuild))
    masker.mask("a line\n")
    assert [len(automaton._prefilters) for automaton in masker._index._automata] == [{1: 1, 5: 3, 20: 0}[values]]
    around = lines(100, "nothing to be found in line {}".format)
    for value in known[:: max(values // 5, 1)]:
        pieces = [value[start : start + 16] for start in range(len(value) - 15)]
        for shown in (*pieces, *(encode(value) for encode in ENCODINGS.values())):
            masked, hits = masker.mask(f"{around}{shown}\n{around}")
            assert hits, shown
            assert shown not in masked


@pytest.mark.slow
@pytest.mark.parametrize("encoding", ["text", "JSON", "repr", "HTML", "URL with plus", "hex", "HEX", "base64", "shell"])
def test_wherever_it_is_cut_first(encoding: str) -> None:
    """What was just learned is masked as a whole, also where the first piece of a stream ends in it."""
    text = f"<{ENCODINGS[encoding](LONG)}>\n"
    whole = masker_of(LONG).mask(text)[0]
    assert len(whole) < 60
    for at in (3, 8, 16, len(text) // 2):
        stream = TextStream(masker_of(LONG))
        assert stream.feed(text[:at]) + stream.feed(text[at:]) + stream.flush() == whole


def test_what_many_long_values_take_is_bounded() -> None:
    """Those beyond some characters together are not encoded: texts are decoded for them, and each is still masked."""
    values = [chars(5000, number) for number in range(24)]
    few, many = masker_of(*values[: ENCODED_AT_MOST // 5000]), masker_of(*values)
    assert many._index._anchors.fragments.keys() == few._index._anchors.fragments.keys()
    for encoding in ("text", "JSON in JSON", "base64 after one byte", "hex", "URL, nothing left"):
        for number in (0, 23):
            shown = ENCODINGS[encoding](values[number])
            assert many.mask(shown)[0].count(f"[secret:V{number}]") == 1
            assert values[number][100:116] not in many.mask(shown[:3000])[0]
