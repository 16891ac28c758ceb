"""Spans of a text that give a value away, and the text with a mark in place of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from .ansi import ANSI


@dataclass(frozen=True, slots=True)
class Hit:
    """One mark that was set: the secret's name, and the spelling in which its value stood there."""

    name: str
    spelling: str


@dataclass(slots=True)
class Cover:
    """Bytes ``start`` to ``end`` give a value away, and become one mark, or nothing where ``hit`` is None."""

    start: int
    end: int
    hit: Hit | None


class Begun(NamedTuple):
    """A value that a text ends in the middle of: from where on, what mark it gets, and how the value goes on."""

    start: int
    hit: Hit
    rest: bytes


def hits_of(covers: list[Cover]) -> list[Hit]:
    """Returns what was masked."""
    return [cover.hit for cover in covers if cover.hit]


def united(covers: list[Cover]) -> list[Cover]:
    """Joins covers that overlap; the mark of several is that of the leftmost, of these the longest."""
    covers.sort(key=lambda cover: (cover.start, cover.hit is not None, -cover.end))
    united: list[Cover] = []
    for cover in covers:
        if united and cover.start < united[-1].end:
            united[-1].end = max(united[-1].end, cover.end)
        else:
            united.append(cover)
    return united


def whole_characters(data: bytes, start: int, end: int) -> tuple[int, int]:
    """Returns a span of UTF-8, grown to whole characters."""
    while start > 0 and data[start] & 0xC0 == 0x80:
        start -= 1
    while end < len(data) and data[end] & 0xC0 == 0x80:
        end += 1
    return start, end


def mark(name: str) -> bytes:
    """Returns what stands in a value's place."""
    return f"[secret:{name}]".encode()


def replaced(data: bytes, covers: list[Cover]) -> bytes:
    """Returns bytes with a mark for each cover; control sequences in it stay, behind the mark."""
    parts, at = [], 0
    for cover in covers:
        parts += [
            data[at : cover.start],
            *(mark(hit.name) for hit in hits_of([cover])),
            *ANSI.findall(data, cover.start, cover.end),
        ]
        at = cover.end
    return b"".join([*parts, data[at:]])


def to_bytes(text: str) -> bytes:
    """Returns a text's UTF-8, also of one with lone surrogates."""
    return text.encode("utf-8", "surrogatepass")


def to_text(data: bytes) -> str:
    """Undoes :func:`to_bytes`."""
    return data.decode("utf-8", "surrogatepass")
