"""What holds of any text with any values, cut in any way: found by hypothesis."""

from __future__ import annotations

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from dh_secrets_jupyter.guard.engine.policy import PARTIAL_FROM, WINDOW, Scope, mask_scope, significant_chars
from dh_secrets_jupyter.guard.engine.stream import ByteStream, TextStream

from .texts import SIGNS, cut, masker_of, shown

pytestmark = pytest.mark.slow
many = settings(max_examples=150, deadline=None)


@many
@given(st.data())
def test_the_cuts_do_not_matter(data: st.DataObject) -> None:
    """Written in any pieces, a text comes out as if it had been written at once."""
    known, text = data.draw(shown())
    masker = masker_of(*known)
    whole, pieces = TextStream(masker), TextStream(masker)
    at_once = whole.feed(text) + whole.flush()
    assert "".join([*map(pieces.feed, data.draw(cut(text))), pieces.flush()]) == at_once


@many
@given(st.data())
def test_the_cuts_do_not_matter_for_bytes(data: st.DataObject) -> None:
    """The same holds of bytes, cut within a character or not text at all, and they come out as the text does."""
    known, text = data.draw(shown())
    masker = masker_of(*known)
    raw = text.encode("utf-8", "surrogatepass") + data.draw(st.binary(max_size=6))
    places = sorted(data.draw(st.lists(st.integers(0, len(raw)), max_size=10)))
    pieces = [raw[a:b] for a, b in zip([0, *places], [*places, len(raw)], strict=True)]
    whole, cut_ = ByteStream(masker), ByteStream(masker)
    assert b"".join([*map(cut_.feed, pieces), cut_.flush()]) == whole.feed(raw) + whole.flush()


@many
@given(st.data())
def test_streams_do_not_meet(data: st.DataObject) -> None:
    """Several streams written in turns each come out as if alone."""
    known, first = data.draw(shown())
    masker = masker_of(*known)
    texts = [first, data.draw(st.text(SIGNS, max_size=40)), first[::-1]]
    writes = [(number, piece) for number, text in enumerate(texts) for piece in data.draw(cut(text))]
    order = data.draw(st.permutations(range(len(writes))))
    streams = [TextStream(masker) for _ in texts]
    out = ["" for _ in texts]
    left = [[piece for owner, piece in writes if owner == number] for number in range(len(texts))]
    for place in order:
        number = writes[place][0]
        out[number] += streams[number].feed(left[number].pop(0))
    for number, text in enumerate(texts):
        alone = TextStream(masker)
        assert out[number] + streams[number].flush() == alone.feed(text) + alone.flush()


@many
@given(st.data())
def test_output_without_a_value_is_identical(data: st.DataObject) -> None:
    """Where no character of a value stands, every byte goes out as it came, in its order."""
    known = data.draw(st.lists(st.text("abcdefgh12345678", min_size=1, max_size=50), max_size=4))
    text = data.draw(st.text("xyzXYZ \n\r\x1b[m'\"\\é€😀\ud83d\udcff", max_size=200))
    stream = TextStream(masker_of(*known))
    assert "".join([*map(stream.feed, data.draw(cut(text))), stream.flush()]) == text
    assert stream.hits == []


@many
@given(st.data())
def test_nothing_is_left_of_a_value(data: st.DataObject) -> None:
    """No value is left in what comes out, nor a piece of 16 characters that is significant."""
    known, text = data.draw(shown())
    out, _ = masker_of(*known).mask(text)
    for number in range(len(known)):
        out = out.replace(f"[secret:V{number}]", "\0")
    for value in known:
        if mask_scope(value) is not Scope.ANYWHERE or value.strip().isdigit():
            continue
        assert value not in out
        significant = significant_chars(value)
        for at in range(len(value) - WINDOW + 1 if len(value) >= PARTIAL_FROM else 0):
            piece = value[at : at + WINDOW]
            if 1 in significant[at : at + WINDOW] and len(set(piece)) > 2 and not piece.isdigit():
                assert piece not in out


@many
@given(st.data())
def test_pauses_leave_no_value(data: st.DataObject) -> None:
    """With pauses anywhere in it, a value of 8 characters or more shows at most 7 of them, and one mark."""
    value = data.draw(
        st.text("abcXYZ019+/é€", min_size=8, max_size=60).filter(lambda v: mask_scope(v) is Scope.ANYWHERE)
    )
    assume(not value.isdigit() and len(set(value)) == len(value) if len(value) < WINDOW else len(set(value)) > 2)
    stream = TextStream(masker_of(value))
    after = data.draw(st.sampled_from(["", " and more", "\n"]))
    out = stream.feed("shown: ") + stream.flush()
    for piece in data.draw(cut(value)):
        out += stream.feed(piece) + stream.flush()
    out += stream.feed(after) + stream.flush()
    visible, mark, rest = out.partition("[secret:V0]")
    assert mark
    assert rest == after
    assert len(visible) < len("shown: ") + 8
    assert value.startswith(visible.removeprefix("shown: "))
