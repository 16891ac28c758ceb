"""Spans of bytes that give a value away, and the bytes with a mark in place of each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from .ansi import ANSI


class Hit(NamedTuple):
    """A value that was found: the secret's name, which the mark shows, and the encoding in which it stood there."""

    name: str
    encoding: str


@dataclass(slots=True)
class Span:
    """Bytes ``start`` to ``end`` give a value away, and become one mark, or nothing where ``hit`` is None."""

    start: int
    end: int
    hit: Hit | None


class PartialMatch(NamedTuple):
    """A value that a text ends in the middle of: its place, what mark it gets, and how the value goes on."""

    start: int
    end: int
    hit: Hit
    rest: bytes


def hits_of(spans: list[Span]) -> list[Hit]:
    """Returns what was found, without the spans that become nothing."""
    return [span.hit for span in spans if span.hit]


def merge_overlapping(spans: list[Span]) -> list[Span]:
    """Merges spans that overlap; the mark of several is that of the leftmost, of these the longest."""
    spans.sort(key=lambda span: (span.start, span.hit is not None, -span.end))
    return merge_in_order(spans)


def merge_in_order(spans: Iterable[Span]) -> list[Span]:
    """Merges spans that overlap, in the order of their starts; the mark of several is that of the first."""
    merged: list[Span] = []
    for span in spans:
        if merged and span.start < merged[-1].end:
            merged[-1].end = max(merged[-1].end, span.end)
        else:
            merged.append(span)
    return merged


def whole_characters(data: bytes, start: int, end: int) -> tuple[int, int]:
    """Returns start and end of a span of UTF-8, grown to whole characters."""
    while start > 0 and data[start] & 0xC0 == 0x80:
        start -= 1
    while end < len(data) and data[end] & 0xC0 == 0x80:
        end += 1
    return start, end


def mark(name: str) -> bytes:
    """Returns what stands in a value's place."""
    return f"[secret:{name}]".encode()


def replace_spans(data: bytes, spans: list[Span]) -> bytes:
    """Returns bytes with a mark in place of each span; control sequences in a span stay, behind its mark."""
    parts, at = [], 0
    for span in spans:
        parts += [
            data[at : span.start],
            *(mark(hit.name) for hit in hits_of([span])),
            *ANSI.findall(data, span.start, span.end),
        ]
        at = span.end
    return b"".join([*parts, data[at:]])


def to_bytes(text: str) -> bytes:
    """Returns a text's UTF-8, also of one with lone surrogates."""
    return text.encode("utf-8", "surrogatepass")


def to_text(data: bytes) -> str:
    """Undoes :func:`to_bytes`."""
    return data.decode("utf-8", "surrogatepass")
