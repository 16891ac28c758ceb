"""Occurrences of values: one for each place, in the encoding of the longest."""

from __future__ import annotations

import pytest

from dh_secrets_jupyter.guard.engine import Encoding, Masker, Occurrence

VALUE = "invented-Kq7x\n\"W2pZ'm4vB8zK1w é hD3s\n"
LINE = 'second-Xk29fQ"b7RtLm'


@pytest.fixture(scope="module")
def masker() -> Masker:
    """Knows a value of two lines that ends in a line break, and one of one line that does."""
    masker = Masker()
    masker.add("LINES", VALUE)
    masker.add("LINE", f"{LINE}\n")
    return masker


@pytest.mark.parametrize(
    ("text", "name", "encoding", "is_whole"),
    [
        (VALUE, "LINES", Encoding.TEXT, True),
        (VALUE.rstrip(), "LINES", Encoding.TEXT, True),
        (LINE, "LINE", Encoding.TEXT, True),
        (f"{LINE[:8]}\x1b[1m{LINE[8:]}", "LINE", Encoding.ANSI, True),
        ("W2pZ'm4vB8zK1w é", "LINES", Encoding.PIECE, False),
        (VALUE.splitlines()[0], "LINES", Encoding.LINES, False),
        (VALUE.splitlines()[1], "LINES", Encoding.LINES, False),
        (repr(VALUE), "LINES", Encoding.REPR, True),
        ('{"a": "invented-Kq7x\\n\\"W2pZ\'m4vB8zK1w é hD3s\\n"}', "LINES", Encoding.JSON, True),
        (VALUE.encode().hex().upper(), "LINES", Encoding.HEX, True),
        (VALUE.encode().hex()[10:60], "LINES", Encoding.HEX, False),
    ],
)
def test_encoding(masker: Masker, text: str, name: str, encoding: Encoding, is_whole: bool) -> None:
    """It says how a value stands there, and whether all of it does; where it stands is the text itself."""
    data = f"begin {text}|end".encode()
    (found,) = masker.find(data, text=True)
    assert (found.name, found.encoding, found.is_whole) == (name, encoding, is_whole)
    assert found.start >= 6
    assert found.end <= len(data) - 4


def test_spans_are_those_that_are_masked(masker: Masker) -> None:
    """What is found is what would be masked."""
    data = f"a {VALUE} b {LINE} c \x1b[31m{LINE[:5]}\x1b[0m{LINE[5:]} d {VALUE.encode().hex()}".encode()
    spans = [(span.start, span.end) for span in masker.find_spans(data)]
    assert [(found.start, found.end) for found in masker.find(data)] == spans
    assert len(spans) == 4


def test_lines_that_say_nothing() -> None:
    """A line of which all but a letter or two is common material is nobody's; the line beside it is found."""
    masker = Masker()
    masker.add("KUBECONFIG", "users:\n- name: u\n  user:\n    token: invented-aB3dE5fG7h\n")
    assert masker.find(b"#   - name: utf-8 bytes\n- name: u\n") == []
    assert len(masker.find(b"\n    token: invented-aB3dE5fG7h\n")) == 1


def test_nothing_of_a_mark() -> None:
    """The name in a mark is no occurrence of a value that is written like it."""
    masker = Masker()
    masker.add("API_KEY_OF_DEMO", "API_KEY_OF_DEMO")
    assert masker.find(b"[secret:API_KEY_OF_DEMO]") == []
    assert len(masker.find(b"x API_KEY_OF_DEMO")) == 1


def test_longest_of_overlapping() -> None:
    """Of those that overlap the longest gives name and encoding; what only touches does not overlap."""
    first = Occurrence(0, 10, "A", Encoding.PIECE, False)
    longer = Occurrence(5, 30, "B", Encoding.JSON, True)
    last = Occurrence(29, 31, "C", Encoding.TEXT, True)
    touching = Occurrence(31, 40, "C", Encoding.TEXT, True)
    assert Occurrence.longest_of_overlapping([touching, last, longer, first]) == [
        Occurrence(0, 31, "B", Encoding.JSON, True),
        touching,
    ]
