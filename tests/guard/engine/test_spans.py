"""Spans and the marks in their place."""

from __future__ import annotations

import pytest

from dh_secrets_jupyter.guard.engine.spans import Hit, Span, merge_overlapping, replace_spans, whole_characters

A, B = Hit("A", "text"), Hit("B", "hex")


@pytest.mark.parametrize(
    ("spans", "merged"),
    [
        ([Span(4, 8, B), Span(0, 5, A)], [Span(0, 8, A)]),
        ([Span(0, 5, B), Span(0, 9, A)], [Span(0, 9, A)]),
        ([Span(0, 5, A), Span(5, 9, B)], [Span(0, 5, A), Span(5, 9, B)]),
        ([Span(0, 9, A), Span(2, 4, B)], [Span(0, 9, A)]),
        ([Span(0, 3, None), Span(0, 9, A)], [Span(0, 9, None)]),
    ],
    ids=["leftmost", "longest", "side by side", "within", "swallowed"],
)
def test_of_spans_that_overlap_one_is_left(spans: list[Span], merged: list[Span]) -> None:
    """It bears the leftmost's name, of these the longest's; what goes on with a marked value bears none."""
    assert merge_overlapping(spans) == merged


def test_control_sequences_within_a_span_stay_behind_its_mark() -> None:
    """Colours go on where the value was, whether a mark takes its place or nothing."""
    data = b"<\x1b[1mab\x1b[0mcd>"
    assert replace_spans(data, [Span(5, len(data) - 1, A)]) == b"<\x1b[1m[secret:A]\x1b[0m>"
    assert replace_spans(data, [Span(5, len(data) - 1, None)]) == b"<\x1b[1m\x1b[0m>"


def test_a_span_grows_to_whole_characters() -> None:
    """A character is replaced whole or not at all."""
    data = "aé€😀z".encode()
    assert whole_characters(data, 2, 4) == (1, 6)
    assert whole_characters(data, 7, 8) == (6, 10)
    assert whole_characters(data, 0, len(data)) == (0, len(data))
