"""Long values beyond some thousand characters together: their encodings are no needles, which only the cost shows."""

from __future__ import annotations

import base64
import html
import json
import random
import shlex
from collections.abc import Callable
from functools import cache
from urllib.parse import quote, quote_plus

import pytest

from dh_secrets_jupyter.guard.engine.index import DEFERRED_AT_MOST, LEARNED_AT_ONCE
from dh_secrets_jupyter.guard.engine.masker import Masker
from dh_secrets_jupyter.guard.engine.stages import STAGES_FROM
from dh_secrets_jupyter.guard.engine.stream import ByteStream, TextStream

from .alike import FAMILIES, SIGNS, chars, kubeconfig, lines, listed, pem
from .texts import BYTES, ENCODINGS, masker_of

pytestmark = pytest.mark.slow

SIZE = 1200
VALUES = {
    # Every sign that any encoding escapes, with few letters between two of them.
    "signs": "".join(f"{chars(5, (0, row))}'\"<&>/\\%+ {chars(3, (row, 0))}\n" for row in range(SIZE // 19)).strip(),
    # What reads like an escape itself.
    "escapes": "".join(f"\\n{chars(9, row)}%41&amp;\\u00e4{chars(6, -row)}" for row in range(SIZE // 30)),
    # What is not ASCII, of which no text is decoded in UTF-16.
    "umlauts": chars(SIZE, "umlauts", f"{SIGNS}äöüßŁź€日😀'\"<&>/\\%+ "),
    "kubeconfig": kubeconfig(1).strip(),
    "service account": json.dumps({"project_id": "demo-1", "private_key": pem("key", 12)}, indent=2),
}


@cache
def crowd(kind: str) -> Masker:
    """Returns a masker that knows as many others as have needles, and then the value."""
    others = [chars(STAGES_FROM, f"other {number}") for number in range(DEFERRED_AT_MOST // STAGES_FROM + 1)]
    return masker_of(*others, VALUES[kind])


@cache
def alone(kind: str) -> Masker:
    """Returns a masker that knows the value alone, of which every encoding is a needle."""
    masker = masker_of(VALUES[kind])
    masker.prepare()
    return masker


def left(masker: Masker, text: str) -> str:
    """Returns what is left of a text, but for the marks and the NUL before a value in UTF-16."""
    marked = masker.mask(text)[0].split("[secret:")
    return "".join(part.partition("]")[2] for part in ["]" + marked[0], *marked[1:]]).strip("\0")


def is_decoded_for(masker: Masker, value: bytes) -> bool:
    """Returns whether texts are decoded to find a value."""
    found = masker._index._decoded_values
    return found is not None and not found.chars.isdisjoint(value)


@pytest.mark.parametrize("kind", VALUES)
def test_nothing_more_is_shown_than_of_a_value_alone(kind: str) -> None:
    """The whole value, lines of it, and any piece, in each encoding; blanks around them are nothing."""
    value, dice = VALUES[kind], random.Random(kind)
    assert is_decoded_for(crowd(kind), value.encode())
    for name, encode in ENCODINGS.items():
        assert len(left(crowd(kind), encode(value))) <= len(left(alone(kind), encode(value))), name
        for start in dice.sample(range(len(value) - 60), 4):
            for size in (16, 22, 60):
                piece = value[start : start + size].strip()
                text = f"<{encode(piece)}>"
                if len(piece) >= 16:
                    assert len(left(crowd(kind), text)) <= len(left(alone(kind), text)), (name, text)


def test_nothing_more_is_shown_of_bytes_than_of_these_alone() -> None:
    """In each way to show bytes, of which some texts are decoded, and some cannot be."""
    value = random.Random(7).randbytes(SIZE).translate(None, b" \t\r\n")  # blanks around a piece are nothing
    others = [chars(STAGES_FROM, f"other {number}") for number in range(DEFERRED_AT_MOST // STAGES_FROM + 1)]
    many, one = masker_of(*others, value), masker_of(value)
    one.prepare()
    assert is_decoded_for(many, value)
    for start, end in ((0, SIZE), (0, 40), (500, 530), (1000, 1025)):
        for name, show in BYTES.items():
            shown = show(value[start:end])
            assert len(left(many, shown)) <= len(left(one, shown)), (name, start)


@pytest.mark.parametrize("encoding", ["repr in HTML", "JSON in HTML"])
def test_a_piece_that_ends_before_what_looks_like_another_escape(encoding: str) -> None:
    """A backslash before an escaped quote is not the quote's, once that is HTML's no more."""
    value = VALUES["signs"]
    ends = [at + 1 for at, sign in enumerate(value) if sign == "\\"][1:20]
    for text in (ENCODINGS[encoding](value[end - 16 : end]) for end in ends):
        assert len(left(crowd("signs"), text)) <= len(left(alone("signs"), text)), text


@pytest.mark.parametrize("encoding", ["shell", "shell, the other way", "JSON", "repr in HTML", "hex"])
def test_the_cuts_do_not_matter(encoding: str) -> None:
    """Also within what stands for one sign."""
    text = f"a {ENCODINGS[encoding](VALUES['signs'][100:180])} b\n"
    whole = crowd("signs").mask(text)[0]
    assert len(whole) < 40
    for size in (1, 3, 50):
        stream = TextStream(crowd("signs"))
        out = "".join(stream.feed(text[at : at + size]) for at in range(0, len(text), size))
        assert out + stream.flush() == whole


@pytest.mark.parametrize("encoding", ["shell", "JSON", "repr", "hex"])
def test_what_follows_of_a_value_is_swallowed(encoding: str) -> None:
    """After a pause within it, which leaves a mark."""
    text = ENCODINGS[encoding](VALUES["signs"])
    for at in (60, 61, 400):
        outs = []
        for masker in (crowd.__wrapped__("signs"), alone("signs")):
            stream = TextStream(masker)
            out = stream.feed(f"<{text[:at]}") + stream.flush() + stream.feed(f"{text[at:]}!>") + stream.flush()
            outs.append(out.replace("[secret:V41]", "[secret:V0]"))
        assert outs[0] == outs[1]
        assert outs[0].count("[secret:V0]") == 1


@pytest.mark.parametrize("order", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("kind", ["signs", "umlauts"])
def test_a_stream_in_utf_16_that_ends_in_a_value(kind: str, order: str) -> None:
    """Wherever it is cut, whichever byte comes last, and also after a pause."""
    written = VALUES[kind][100:140].encode(order)
    for at in (1, 7, 40, 41, len(written)):
        stream = ByteStream(crowd(kind))
        out = stream.feed(written[:at]) + stream.feed(written[at:]) + stream.flush()
        assert out.strip(b"\0") == b"[secret:V41]"
        stream = ByteStream(crowd(kind))
        out = stream.feed(written[:40]) + stream.flush() + stream.feed(written[40:]) + stream.flush()
        assert out.strip(b"\0") == b"[secret:V41]"


def test_what_is_switched_off_is_shown() -> None:
    """Encoded, too, and is masked again once it is switched on."""
    text = json.dumps(VALUES["service account"])
    masker = masker_of(*(chars(STAGES_FROM, number) for number in range(41)))
    masker.add("KEY", VALUES["service account"])
    masker.switch("KEY", on=False)
    assert masker.mask(text)[0] == text
    masker.switch("KEY", on=True)
    assert masker.mask(text)[0] == '"[secret:KEY]"'


@pytest.mark.parametrize("family", ["certificate chains", "kubeconfigs"])
def test_the_first_text_in_which_anything_is_encoded_costs_no_more_with_more_values(family: str) -> None:
    """What is made of values then is bounded, and so is what their encodings take in memory."""
    steps, fragments = [], []
    for count in (20, 60):
        values, text = FAMILIES[family](count)
        masker = masker_of(*values)
        masker.mask("settled")
        before, known = masker.steps, len(masker._index._anchors.fragments)
        masker.mask(f"a \\ is there\n{text}")
        steps.append(masker.steps - before)
        fragments.append(len(masker._index._anchors.fragments) - known)
    assert steps[1] < 1.3 * steps[0]
    assert fragments[1] < 1.3 * fragments[0]


@pytest.mark.parametrize(
    "value",
    [
        chars(5_000, "few quotes", "a'\""),
        listed(110),
        lines(600, lambda row: f"'{chars(9, row)}\""),
        lines(80, lambda row: f"Größe {row}: 'Grüße' aus Köln, {chars(12, row)}"),
    ],
    ids=["few signs", "JSON list", "short lines", "not ASCII"],
)
def test_the_first_text_in_which_anything_is_encoded_costs_little_whatever_a_value_is_like(value: str) -> None:
    """What is learned then is bounded, and the value is masked in it as in one that was prepared to know all of it."""
    masker, prepared = masker_of(value), masker_of(value)
    masker.mask("settled")
    before = masker.steps
    masker.mask("a \\ is there\n")
    assert masker.steps - before < 3 * LEARNED_AT_ONCE
    prepared.prepare()
    assert prepared.steps - before > 4 * LEARNED_AT_ONCE
    for name, encode in ENCODINGS.items():
        for piece in value, value[100:130].strip():
            text = f"<{encode(piece)}>"
            assert len(left(masker, text)) <= len(left(prepared, text)), name


@pytest.mark.parametrize("encoding", ["JSON", "repr"])
def test_a_text_that_ends_in_the_middle_of_a_value_costs_little(encoding: str) -> None:
    """However long the value is: how it goes on there is looked up, and nothing is learned."""
    steps = []
    for rows in (40, 160):
        value = lines(rows, lambda row: f"'{chars(19, row)}\"")
        masker = masker_of(*(chars(STAGES_FROM, number) for number in range(41)), value)
        written = ENCODINGS[encoding](value)
        masker.mask("a \\ is there\n")
        stream = TextStream(masker)
        before = masker.steps
        out = stream.feed(f"<{written[:60]}") + stream.flush() + stream.feed(f"{written[60:120]}") + stream.flush()
        steps.append(masker.steps - before)
        assert out == "<[secret:V41]"
    assert steps[1] < 1.3 * steps[0]


def test_preparing_makes_no_needles_of_them() -> None:
    """Who is going to search many texts learns no more than the first long text would have had learned."""
    values = [kubeconfig(number) for number in range(30)]
    prepared, other = masker_of(*values), masker_of(*values)
    prepared.prepare()
    learned = prepared.steps
    other.mask("a line\n" * 1_000)
    assert learned <= other.steps
    prepared.mask("a line\n" * 1_000)
    assert prepared.steps <= other.steps


@pytest.mark.parametrize(
    ("encode", "encoding"),
    [
        (str, "text"),
        (repr, "repr"),
        (json.dumps, "json"),
        (lambda value: json.dumps(value).replace("/", "\\/"), "json"),
        (html.escape, "html"),
        (quote, "url"),
        (quote_plus, "url"),
        (shlex.quote, "shell"),
        (lambda value: value.encode().hex(), "hex"),
        (lambda value: base64.b64encode(value.encode()).decode(), "base64"),
        (lambda value: base64.urlsafe_b64encode(value.encode()).decode(), "base64url"),
        (lambda value: value.encode("utf-16-le").decode(), "utf-16"),
    ],
)
def test_what_is_found_bears_its_own_encoding(encode: Callable[[str], str], encoding: str) -> None:
    """As that of a value alone does, whose encodings are needles."""
    written = f"before {encode(VALUES['signs'])} after".encode()
    for masker in crowd("signs"), alone("signs"):
        assert [(one.encoding, one.is_whole) for one in masker.find(written)] == [(encoding, True)]
