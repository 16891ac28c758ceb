"""The windows of large values: which of them are found, and where."""

from __future__ import annotations

import random
from collections.abc import Callable
from itertools import product

import pytest

from dh_secrets_jupyter.guard.engine.flags import within_next
from dh_secrets_jupyter.guard.engine.needles import LARGE_FROM, Needle, needles
from dh_secrets_jupyter.guard.engine.policy import WINDOW
from dh_secrets_jupyter.guard.engine.windows import GAP, Windows

from .alike import chars, known_host, lines
from .texts import masker_of

VALUES = {
    "ASCII": chars(600, "windows"),
    "two signs in turn": "ab" * 60 + chars(20, "end"),
    "not ASCII": chars(600, "windows", "äöüß€日本語😀 abc"),
    "two bytes each": chars(600, "windows", "äöü"),
    "lines": lines(12, lambda row: f"Größe {row}: Grüße aus Köln, {chars(9, row)}"),
}


def needle_of(value: str, encoding: str = "text") -> Needle:
    """Returns one needle of a large value."""
    return next(needle for needle in needles(value, large=True) if needle.encoding == encoding)


def windows_of(*values: str) -> tuple[Windows, bytearray]:
    """Returns the windows of some values, and all of these."""
    windows, data = Windows(1, by_chars=True), bytearray()
    for value in values:
        needle = needle_of(value)
        windows.add([needle], len(data))
        data += needle.data + GAP
    return windows, data


class Unmasked:
    """Of what was found so far nothing is masked."""

    last_masked = 0, 0
    last_end = 0


def found_in(windows: Windows, text: bytes, first: int, last: int, values: bytearray) -> list[tuple[int, int]]:
    """Returns the windows of a text that are found, and where in all values."""
    return list(windows.find(text, [(first, last)], values, Unmasked()))


@pytest.mark.parametrize("kind", VALUES)
def test_each_window_is_found_where_it_stands(kind: str) -> None:
    """Of as many characters as make a piece, but for those that repeat one or two characters; nothing else is."""
    value = VALUES[kind]
    windows, data = windows_of("x" + VALUES["ASCII"][::-1], value)
    for at in range(len(value) - WINDOW + 1):
        window = value[at : at + WINDOW]
        text = f"<{window}>".encode()
        found = found_in(windows, text, 0, len(text) - WINDOW, data)
        if window[2:] == window[:-2]:
            assert found == []
            continue
        assert {start for start, _ in found} == {1}
        assert all(data.startswith(window.encode(), place) for _, place in found)
        assert found_in(windows, f"<{window[:-1]}\0>".encode(), 0, 2, data) == []


def test_what_repeats_itself_is_learned_by_what_begins_and_ends_it() -> None:
    """Not by each place of a run, around which a text of such a run would be looked up again and again."""
    windows, data = windows_of("Kq7x" + "a" * 5000 + "W2pZ")
    windows.learn(data)
    assert windows.steps < 3 * WINDOW


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_waits_for_a_text_that_may_be_in_it(encoding: str) -> None:
    """A large value that is not ASCII is learned in UTF-16 with the first text that has a part of that."""
    value = chars(LARGE_FROM, "waits", "wäöü日本語0123456789abcdef")
    masker = masker_of(value)
    learned = masker.steps
    masker.mask(f"<{value[:30]}>")
    assert masker.steps < learned + 200
    piece = value[100:116].encode(encoding)
    assert piece not in masker.mask_bytes(b"<" + piece + b">")[0]
    assert masker.steps > learned + LARGE_FROM / 6


@pytest.mark.parametrize("sizes", [[200 + number % 7 for number in range(40)], [*range(240, 200, -1)]])
def test_values_that_come_one_after_the_other_are_kept_in_few_tables(sizes: list[int]) -> None:
    """Also where each is a little shorter than the one before: a search looks at as many as sizes double."""
    values = [chars(size, number) for number, size in enumerate(sizes)]
    windows, data = windows_of()
    for value in values:
        windows.add([needle_of(value)], len(data))
        data += value.encode() + GAP
        windows.learn(data)
    assert len(windows._learned) < 8
    for value in values:
        assert [start for start, _ in found_in(windows, value.encode(), 50, 50, data)] == [50]


@pytest.mark.slow
@pytest.mark.parametrize("encode", [str, repr])
def test_a_text_that_is_alike_many_large_values_costs_steps_by_its_length_alone(encode: Callable[[str], str]) -> None:
    """Twice the text takes twice the steps; twenty values, each a line shorter than the one before, take as many."""
    steps: dict[tuple[int, int], int] = {}
    hosts = [known_host(row) + "\n" for row in range(5000)]
    for count in (1, 20):
        masker = masker_of(*("".join(hosts[250 * at : 250 * at + 250 - at]) for at in range(count)))
        masker.mask("settled")
        for size in (500, 1000):
            before = masker.steps
            masker.mask(encode(lines(size, lambda row: known_host(row + 90_000))))
            steps[count, size] = masker.steps - before
    assert steps[1, 1000] < 2.1 * steps[1, 500]
    assert steps[20, 1000] < 1.2 * steps[1, 1000]
    assert steps[1, 1000] < 2 * len(lines(1000, known_host))


def test_flags_within_a_distance() -> None:
    """As counted one by one."""
    dice = random.Random(1)
    for size, length in product((1, 2, 3, 9, 16, 25), (1, 5, 60)):
        flags = bytes(dice.random() < 0.1 for _ in range(length))
        assert within_next(flags, size) == bytes(1 in flags[at : at + size] for at in range(length))
    assert within_next(b"", 4) == b""
