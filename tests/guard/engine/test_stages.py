"""A long value's encodings are learned in two stages, which nothing shows."""

from __future__ import annotations

import json

import pytest

from dh_secrets_jupyter.guard.engine import index
from dh_secrets_jupyter.guard.engine.encoders import ENCODERS
from dh_secrets_jupyter.guard.engine.stages import STAGES_FROM
from dh_secrets_jupyter.guard.engine.stream import TextStream

from .alike import chars, lines
from .texts import ENCODINGS, masker_of

LONG = json.dumps({f"p'art {number}": chars(11, f"long {number}") for number in range(24)}, indent=1)
"""Too short between its signs for a part of 16 characters, so that nothing is found but by its encodings."""


def test_whatever_is_escaped_shows_it() -> None:
    """Whatever an encoder makes of any sign, the text that holds it is seen to hold something encoded."""
    made = {encode(chr(code)) for encode in ENCODERS.values() for code in range(128)} - {chr(c) for c in range(128)}
    assert [form for form in made if not index._ENCODED.search(form.encode())] == []


def test_encodings_are_learned_when_a_text_has_any() -> None:
    """A text in which nothing is encoded costs nothing of it; the first one in which something is costs all, once."""
    assert len(LONG) > STAGES_FROM
    masker = masker_of(LONG)
    masker.mask("settled")
    learned = masker.steps
    masker.mask("plain words\n")
    assert masker.steps == learned
    masker.mask("a \\ is there\n")
    encoded = masker.steps - learned
    assert encoded > learned / 2
    masker.mask("another \\ is there\n")
    assert masker.steps == learned + encoded


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
