"""The needles of a value: what to look for, one for each encoding in which the value is met.

1. The policy says whether the value is masked at all, and its characters that are common material.
2. The value, and each line that is masked by itself, is encoded as a whole (hex, base64 in each alignment, UTF-16) and
   character by character (:mod:`.encoders`).
3. Each byte of a needle knows whether a character starts there, and whether it is significant.

A longer value is encoded in two stages (:mod:`.stages`). Bytes that are no UTF-8 have encodings of their own. For a
value too long for all that, texts are decoded instead (:mod:`.large_values`).
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator
from enum import Flag
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

from .encoders import BYTE_ENCODERS, ENCODERS, PLAIN, PLAIN_OR_NOT
from .flags import STARTS, doubled, first, in_base64, ones
from .policy import PARTIAL_FROM, WINDOW, WORD_FROM, Scope, mask_scope, significant_chars

LARGE_FROM = 16_384
"""Characters from which on a value and its parts are not encoded: texts are decoded instead (:mod:`.large_values`)."""


class Stage(Flag):
    """Which encodings of a value: as it is and in base64, misread as UTF-8 or UTF-16, or in hex and escaped."""

    PLAIN = 1
    MISREAD = 2
    ENCODED = 4
    ALL = 7


class Needle(NamedTuple):
    """One encoding of one value, as bytes: of text its UTF-8.

    Attributes:
        data: what to look for.
        char_starts: for each byte of ``data`` 1 where a character starts, else 0.
        significant: for each byte of ``data`` 1 where it carries information (:mod:`.policy`), else 0.
        encoding: its name, for the record.
        whole_word: whether it counts only as a whole word.
        partial: whether a piece of it counts, too.
        fresh: for each byte of ``data`` 1 where it differs from another needle of its value; empty where all is new.
        window: how many bytes a piece has at least.
        large: whether it is all of a value that is not encoded otherwise.
        is_line: whether it is one line of a value of several.
    """

    data: bytes
    char_starts: bytes
    significant: bytes
    encoding: str
    whole_word: bool
    partial: bool
    fresh: bytes = b""
    window: int = WINDOW
    large: bool = False
    is_line: bool = False


_UTF16 = ("utf-16-le", "utf-16-be")
_URLSAFE = bytes.maketrans(b"+/", b"-_")
_URLSAFE_CHARS = bytes([byte in b"-_" for byte in range(256)])
_HEX_LETTERS = bytes([byte in b"ABCDEF" for byte in range(256)])


def needles(
    value: str | bytes,
    visible: Iterable[tuple[int, int]] = (),
    *,
    significant: bytes = b"",
    large: bool = False,
    stage: Stage = Stage.ALL,
) -> Iterator[Needle]:
    """Yields the needles of a value, or nothing where :func:`policy.mask_scope` refuses it; some may come twice.

    Args:
        visible: from which character of a text to which it may be seen (:func:`parts.texts`): common material.
        significant: what :func:`.policy.significant_chars` returns of a text, where somebody knows it already.
        large: yields the value as it is, and its lines, since texts are decoded instead (:mod:`.large_values`).
        stage: which encodings of a text.
    """
    scope = mask_scope(value if isinstance(value, str) else value.decode("latin-1"))
    if isinstance(value, bytes):
        if scope is Scope.ANYWHERE:
            yield from _of_bytes(value, bytes(map(bool, value)), stage, large=large)
    elif scope is Scope.WHOLE_WORD and Stage.PLAIN in stage:  # so few digits of hex do not show what they are
        core = value.strip()
        yield from _of_text(core, significant_chars(core), Stage.ALL, whole_word=True, partial=False)
    elif scope is Scope.ANYWHERE:
        flags = bytearray(significant or significant_chars(value))
        for start, end in visible:
            flags[start:end] = bytes(end - start)
        for text, counts in {value: bytes(flags), **_lines(value, bytes(flags))}.items():
            partial = text is value and len(value) >= PARTIAL_FROM
            if large:
                yield _plain_needle(text, counts, whole_word=False, partial=partial, large=True)
                for order in _UTF16 if partial and not text.isascii() else ():
                    yield _utf16_needle(text, counts, order, partial=True)._replace(large=True)
            else:
                encoded = _of_text(text, counts, stage, whole_word=False, partial=partial)
                is_line = text is not value and "\n" in value.strip()
                yield from (needle._replace(is_line=True) for needle in encoded) if is_line else encoded


def _lines(value: str, significant: bytes) -> dict[str, bytes]:
    """Returns each line that is not itself short or common, and what of it is significant; longer ones are pieces.

    The one line of a value with blanks around it may be common: it is the value, as it is mostly shown.
    """
    lines: dict[str, bytes] = {}
    at, core = 0, value.strip()
    for whole in value.splitlines(keepends=True):
        line, start = whole.strip(), at + len(whole) - len(whole.lstrip())
        at += len(whole)
        if line == value or line in lines:
            continue
        flags = significant[start : start + len(line)]
        is_common = flags.count(1) < WORD_FROM
        is_piece = not is_common and len(line) >= PARTIAL_FROM and len(value) >= PARTIAL_FROM
        if not is_piece and (not is_common or line == core) and mask_scope(line) is Scope.ANYWHERE:
            lines[line] = flags
    return lines


def _of_text(text: str, significant: bytes, stage: Stage, *, whole_word: bool, partial: bool) -> Iterator[Needle]:
    """Yields the needles of a text; ``significant`` has a byte for each character."""
    plain = _plain_needle(text, significant, whole_word=whole_word, partial=partial)
    if Stage.PLAIN in stage:
        yield plain
        yield from _base64(plain.data, plain.significant, whole_word=whole_word, partial=partial)
    if Stage.ENCODED in stage:
        yield from _hex(plain.data, plain.significant, whole_word=whole_word, partial=partial)
        yield from _escaped(text, significant, whole_word=whole_word, partial=partial)
    if Stage.MISREAD in stage and not whole_word:
        yield from _utf16(text, significant, partial=partial)


def _utf16(text: str, significant: bytes, *, partial: bool) -> Iterator[Needle]:
    """Yields a text in UTF-16 as bytes, and, where it is not ASCII, as the texts that others make of these bytes."""
    for order in _UTF16:
        yield _utf16_needle(text, significant, order, partial=partial)
        if not text.isascii():
            shown = [_utf8(unit.decode("latin-1")) for unit in _each_encoded(text, order)]
            yield _joined_needle(shown, significant, order.upper(), whole_word=False, partial=partial)
            # A kernel reads as UTF-8 what is written to a descriptor.
            yield from _read_as_utf8(text.encode(order, "surrogatepass"), "replace", order.upper(), partial=False)


def _plain_needle(text: str, significant: bytes, *, whole_word: bool, partial: bool, large: bool = False) -> Needle:
    if text.isascii():
        return Needle(text.encode(), ones(len(text)), significant, "text", whole_word, partial, large=large)
    starts = (data := _utf8(text)).translate(STARTS)
    spread = bytes(map((b"\0" + significant).__getitem__, accumulate(starts)))
    return Needle(data, starts, spread, "text", whole_word, partial, large=large)


def _utf16_needle(text: str, significant: bytes, order: str, *, partial: bool) -> Needle:
    if max(text) > "\uffff":
        encoded, label = _each_encoded(text, order), order.upper()
        needle = _joined_needle(encoded, significant, label, whole_word=False, partial=partial)
        return needle._replace(window=2 * WINDOW)
    data, starts = text.encode(order, "surrogatepass"), b"\1\0" * len(text)
    return Needle(data, starts, doubled(significant), order.upper(), False, partial, window=2 * WINDOW)


def _each_encoded(text: str, encoding: str) -> list[bytes]:
    """Returns each character by itself, of which there may be a million: equal ones are one object."""
    known = {char: char.encode(encoding, "surrogatepass") for char in set(text)}
    return [known[char] for char in text]


def _utf8(char: str) -> bytes:
    return char.encode("utf-8", "surrogatepass")


def _joined_needle(
    encoded: list[bytes], significant: bytes, encoding: str, *, whole_word: bool, partial: bool
) -> Needle:
    """Joins single characters, each encoded; each byte of one is significant where the character is."""
    data = b"".join(encoded)
    if len(data) == len(encoded):
        return Needle(data, ones(len(data)), bytes(significant), encoding, whole_word, partial)
    sizes = set(map(len, encoded))
    firsts, flags = {n: first(n) for n in sizes}, {n: (bytes(n), ones(n)) for n in sizes}
    starts = b"".join([firsts[len(char)] for char in encoded])
    spread = b"".join([flags[len(char)][flag] for char, flag in zip(encoded, significant, strict=True)])
    return Needle(data, starts, spread, encoding, whole_word, partial)


def _escaped(
    text: str, significant: bytes, *, whole_word: bool, partial: bool, of_bytes: bool = False
) -> Iterator[Needle]:
    """Yields the encodings that write each character by itself, but for those that leave the text as it is."""
    special = sorted(set(text) - PLAIN)
    tokens = PLAIN_OR_NOT.findall(text)
    ends = list(accumulate(map(len, tokens)))
    # Of each token what is significant, and a table of what is the same in all encodings.
    flags = [significant[end - len(token) : end] for token, end in zip(tokens, ends, strict=True)]
    same = {token: ones(len(token)) for token in tokens}
    zeros = {token: bytes(len(token)) for token in tokens}
    counts = [text.count(char) for char in special]
    forms: dict[tuple[str, ...], str] = {}
    encoded = [_encoded_char(char, of_bytes) for char in special]
    labels = BYTE_ENCODERS if of_bytes else ENCODERS
    for label, form in zip(labels, zip(*encoded, strict=True), strict=True) if special else ():
        forms.setdefault(form, label.strip())
    done = [tuple(special)]
    for form, label in forms.items():
        if form in done:
            continue
        # Next to the one that it is most like, a needle is new only where the two differ.
        alike = max(done, key=lambda other: sum(n for n, a, b in zip(counts, form, other, strict=True) if a == b))
        done.append(form)
        escapes = dict(zip(special, form, strict=True))
        sizes = {char: len(_utf8(escape)) for char, escape in escapes.items()}
        starts = same | {char: first(size) for char, size in sizes.items()}
        fresh = zeros | {
            c: ones(sizes[c]) if escapes[c] != other else bytes(sizes[c])
            for c, other in zip(special, alike, strict=True)
        }
        yield Needle(
            _utf8("".join(map(escapes.get, tokens, tokens))),
            b"".join(map(starts.__getitem__, tokens)),
            b"".join([flag * sizes.get(token, 1) for token, flag in zip(tokens, flags, strict=True)]),
            label,
            whole_word,
            partial,
            b"".join(map(fresh.__getitem__, tokens)),
        )


@lru_cache(maxsize=2048)
def _encoded_char(char: str, of_bytes: bool) -> tuple[str, ...]:
    """Returns a character, or a byte of what is no text, as each encoder writes it."""
    return tuple(encode(char) for encode in (BYTE_ENCODERS if of_bytes else ENCODERS).values())


def _hex(data: bytes, significant: bytes, *, whole_word: bool, partial: bool) -> Iterator[Needle]:
    twice = doubled(significant)
    lower, upper = data.hex().encode(), data.hex().upper().encode()
    yield Needle(lower, ones(len(lower)), twice, "hex", whole_word, partial)
    if upper != lower:
        yield Needle(upper, ones(len(upper)), twice, "hex", whole_word, partial, upper.translate(_HEX_LETTERS))


def _base64(data: bytes, significant: bytes, *, whole_word: bool, partial: bool) -> Iterator[Needle]:
    """Yields base64 in each of three alignments: of it the characters that depend on the value alone."""
    for before in (0,) if whole_word else (0, 1, 2):
        form = base64.b64encode(bytes(before) + data)
        flags = in_base64(bytes(before) + significant, len(form))
        if not whole_word:
            own = slice((before * 8 + 5) // 6, (before + len(data)) * 8 // 6)
            yield from _both_base64(form[own], flags[own], b"", whole_word=whole_word, partial=partial)
        if not before and (whole_word or form.endswith(b"=")):
            fresh = bytes(len(form) - 4) + ones(4)
            yield from _both_base64(form, flags, b"" if whole_word else fresh, whole_word=whole_word, partial=partial)


def _both_base64(form: bytes, significant: bytes, fresh: bytes, *, whole_word: bool, partial: bool) -> Iterator[Needle]:
    yield Needle(form, ones(len(form)), significant, "base64", whole_word, partial, fresh)
    if (safe := form.translate(_URLSAFE)) != form:
        fresh = safe.translate(_URLSAFE_CHARS)
        yield Needle(safe, ones(len(form)), significant, "URL-safe base64", whole_word, partial, fresh)


def _of_bytes(value: bytes, significant: bytes, stage: Stage, *, large: bool) -> Iterator[Needle]:
    """Yields all needles of bytes that are not UTF-8; of a large value itself alone."""
    partial = len(value) >= PARTIAL_FROM
    if Stage.PLAIN in stage:
        yield Needle(value, ones(len(value)), significant, "bytes", False, partial, large=large)
    stage = Stage(0) if large else stage
    if Stage.PLAIN in stage:
        yield from _base64(value, significant, whole_word=False, partial=partial)
        yield from _read_as_utf8(value, "ignore", "UTF-8, ignore", partial=True)
    if Stage.MISREAD in stage:
        for errors in ("surrogateescape", "replace"):
            yield from _read_as_utf8(value, errors, f"UTF-8, {errors}", partial=True)
    if Stage.ENCODED not in stage:
        return
    yield from _hex(value, significant, whole_word=False, partial=partial)
    text = value.decode("latin-1")
    yield _joined_needle([*map(_utf8, text)], significant, "Latin-1", whole_word=False, partial=partial)
    yield from _escaped(text, significant, whole_word=False, partial=partial, of_bytes=True)
    yield from _read_as_utf8(value, "backslashreplace", "UTF-8, backslashreplace", partial=True)


def _read_as_utf8(value: bytes, errors: str, encoding: str, *, partial: bool) -> Iterator[Needle]:
    """Yields the text that UTF-8 makes of bytes that are none."""
    text = value.decode("utf-8", errors)
    if mask_scope(text) is Scope.ANYWHERE:
        flags, partial = bytes([c not in "\0\ufffd" for c in text]), partial and len(text) >= PARTIAL_FROM
        yield _joined_needle([*map(_utf8, text)], flags, encoding, whole_word=False, partial=partial)
