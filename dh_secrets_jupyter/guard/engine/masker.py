"""Masks the values that it knows, in text and in bytes: each is replaced by ``[secret:NAME]``.

1. Learn: the policy says whether a value is masked; the value and its secret parts (:mod:`.parts`) are encoded in all
   usual ways (:mod:`.needles`), and the index learns these needles.
2. Find: control sequences are taken out, the index names the matches, and of each it is decided what of it counts: not
   what is common material alone, nor a part of a word or of a number, nor what is within a mark already.
3. Merge: overlapping spans become one, which bears the name of the leftmost, of these the longest.
4. Replace: each span by its mark.

All of it works on bytes, a text's UTF-8. A span's ``start`` and ``end`` are places in the bytes that were given.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from .ansi import without_ansi
from .boundaries import NUMBER, stands_alone
from .encodings import encoding_of, is_whole
from .index import Index
from .json_escapes import without_escapes
from .needles import LARGE_FROM, Needle
from .occurrences import Occurrence
from .owners import Claim, Owner, Owners
from .policy import WINDOW, Scope, Unmaskable, mask_scope
from .recent_texts import RecentTexts
from .search import Match
from .shared_hosts import SharedHosts
from .spans import (
    Hit,
    PartialMatch,
    Span,
    hits_of,
    merge_in_order,
    replace_spans,
    to_bytes,
    to_text,
    whole_characters,
)
from .stages import ENCODED_AT_MOST, STAGES_FROM, decoded, staged

if TYPE_CHECKING:
    from .parts import Range

_BLANKS = b" \t\r\n"


class Masker:
    """All values that are kept from being shown. Safe to be used by several threads at once.

    Args:
        urls_are_common: whether a URL within a value, under a key that is not named like a secret, is common material:
            for files, in which it stands for other reasons (a service account's ``auth_uri``).
    """

    def __init__(self, *, urls_are_common: bool = False) -> None:
        self._urls_are_common = urls_are_common
        self._index = Index()
        self._owners = Owners()
        self._texts: dict[str | bytes, dict[str | bytes, list[Range]]] = {}  # of each value, with its parts
        self._encoded_size = 0  # characters of the long values that are encoded
        self._unmaskable: dict[str, str] = {}
        self._shared_hosts = SharedHosts()
        self._recent = RecentTexts(self._find_plain_spans)

    def add(self, name: str, value: str | bytes, claim: Claim = Claim.VALUE) -> Scope | Unmaskable:
        """Learns a value of a secret in all its encodings; a name may have many values, none is ever forgotten.

        Args:
            name: the secret's name, which the mark shows.
            value: its text or its bytes; bytes that are UTF-8 count as text.
            claim: what the value is to the name: its own, or a variable's of the environment.

        Returns:
            where the value is masked from now on, or why it cannot be.
        """
        plain = bytes(value) if isinstance(value, bytes) else str.__str__(value).encode("utf-8", "surrogatepass")
        known = decoded(plain)
        scope = mask_scope(known if isinstance(known, str) else known.decode("latin-1"))
        if isinstance(scope, Unmaskable):
            self._unmaskable[name] = scope.reason
            return scope
        self._unmaskable.pop(name, None)
        if known not in self._texts and isinstance(known, str):
            self._shared_hosts.add(known)
        found = self._texts.get(known) or self._texts.setdefault(known, _texts(known, self._urls_are_common))
        if self._owners.off:
            self._index.refresh()  # a text of somebody who is off may belong to somebody else, too
        # What is known already may show another name from now on.
        owners = {
            text: self._owners.claim(text, name, claim if text == known else max(claim, Claim.PART)) for text in found
        }
        new = {text: owner for text, owner in owners.items() if owner is not None}
        self._index.add(self._needles(new, found, len(known)))
        self._recent.forget()
        return scope

    def _needles(
        self, owners: dict[str | bytes, Owner], visible: dict[str | bytes, list[Range]], size: int
    ) -> Iterator[tuple[Owner, Needle]]:
        """Yields the needles of the new texts of a value of some size, and defers those that wait."""
        if STAGES_FROM <= size < LARGE_FROM and owners:
            self._encoded_size += size
        large = size >= LARGE_FROM or (size >= STAGES_FROM and self._encoded_size > ENCODED_AT_MOST)
        for text, first, later in staged({text: visible[text] for text in owners}, size, large=large):
            yield from ((owners[text], needle) for needle in first)
            if later and first:
                self._index.defer(owners[text], first[0], later)

    def names(self) -> list[str]:
        """Returns the names of the secrets that are masked, also those switched off."""
        return self._owners.names(Claim.VALUE)

    def variables(self) -> list[str]:
        """Returns the names of the variables of the environment that are masked, also those switched off."""
        return self._owners.names(Claim.VARIABLE)

    def unmaskable(self) -> dict[str, str]:
        """Returns for each secret whose latest value cannot be masked why not."""
        return dict(self._unmaskable)

    def switch(self, *names: str, on: bool) -> None:
        """Masks the values of these secrets, or lets them through; those of a name not yet known, too."""
        self._owners.switch(*names, on=on)
        self._index.refresh()
        self._recent.forget()

    @property
    def off(self) -> frozenset[str]:
        """The names that are switched off."""
        return self._owners.off

    @property
    def steps(self) -> int:
        """How many places in values and in texts were looked at so far: the cost, but for searching the fragments."""
        return self._index.steps

    def prepare(self) -> None:
        """Learns all that was deferred, however long that takes, for somebody who is going to search many texts."""
        self._index.prepare()

    def mask(self, text: str) -> tuple[str, list[Hit]]:
        """Returns a text with its values masked and what was masked; the very same text where there is nothing."""
        data = to_bytes(text)
        spans = self.find_spans(data, text=True)
        if not spans:
            return text, []
        return to_text(replace_spans(data, spans)), hits_of(spans)

    def mask_bytes(self, data: bytes) -> tuple[bytes, list[Hit]]:
        """As :meth:`mask`, for bytes: of text in any encoding of ASCII's family or UTF-16, or of anything."""
        spans = self.find_spans(data)
        return (replace_spans(data, spans), hits_of(spans)) if spans else (data, [])

    def is_clean(self, data: bytes) -> bool:
        """Returns whether a JSON document, as serialized, certainly has nothing to mask in its strings and numbers."""
        if (plain := without_escapes(data)) is None:
            return False
        plain = without_ansi(plain)[0] if b"\x1b" in plain else plain
        return next(self._matches(plain), None) is None

    def find_spans(self, data: bytes, *, text: bool = False) -> list[Span]:
        """Returns what has to be masked, in order, without overlaps; control sequences may stand in between.

        Args:
            data: bytes, of a text its UTF-8.
            text: whether spans must start and end between characters of UTF-8.
        """
        if b"\x1b" not in data:
            return self.find_plain_spans(data, text=text)
        plain, place = without_ansi(data)
        spans = self.find_plain_spans(plain, text=text)
        for span in spans:
            span.start, span.end = place(span.start), place(span.end - 1) + 1
        return spans

    def find_plain_spans(self, data: bytes, *, text: bool = False) -> list[Span]:
        """As :meth:`find_spans`, of bytes without control sequences."""
        return self._recent.spans(data, text=text)

    def _find_plain_spans(self, data: bytes, text: bool) -> list[Span]:
        found = [
            (start, -end, not match.is_whole, name, match.needle.encoding)
            for match, name, start, end in self._matches(data, text=text)
        ]
        found.sort()  # of those that begin together the longest gives the name, of equals a whole value
        return merge_in_order(
            Span(start, -minus_end, Hit(name, encoding)) for start, minus_end, _, name, encoding in found
        )

    def _matches(self, data: bytes, *, text: bool = False) -> Iterator[tuple[Match, str, int, int]]:
        """Yields each match that counts in bytes without control sequences, with its name, start and end."""
        for match, span in self._index.matches(data, self._masked):
            start, end = whole_characters(data, *span) if text else span
            if (name := match.owner.name) is not None and not self._owners.is_in_mark(data, start, end):
                yield match, name, start, end

    def find(self, data: bytes, *, text: bool = False) -> list[Occurrence]:
        """Returns the occurrences of values, in order: of those that overlap one, in the encoding of the longest.

        It is for those who report what is there. The arguments are those of :meth:`find_spans`.
        """
        plain, place = without_ansi(data) if b"\x1b" in data else (data, None)
        found = Occurrence.longest_of_overlapping(
            [
                Occurrence(start, end, name, encoding_of(match, plain), is_whole(match))
                for match, name, start, end in self._matches(plain, text=text)
            ]
        )
        return [one.within(place) for one in found] if place else found

    def partial_length(self, data: bytes) -> int:
        """Returns how many of the last bytes may be part of a value that goes on."""
        return self._index.partial_length(data)

    def partial_matches(self, data: bytes, least: int) -> list[PartialMatch]:
        """Returns what at the end of a text is at least so many characters of a value, and not common."""
        found = [
            PartialMatch(
                *_without_blanks(match, data, match.start, match.end),
                Hit(name, match.needle.encoding),
                match.needle.data[match.end_offset :],
            )
            for match in self._index.matches_at_end(data, least)
            if (name := match.owner.name) is not None
            and not self._owners.is_in_mark(data, match.start, match.end)
            and (match.needle.partial or match.offset == 0)
            and not match.needle.whole_word
            and self._is_significant(match, match.offset, match.end_offset, least)
            and (not _is_number(match, data, match.start, match.end) or stands_alone(data, match.start, match.end))
        ]
        return found + [
            PartialMatch(
                *_without_blanks(tail.match, data, tail.start, len(data)),
                Hit(name, tail.match.needle.encoding),
                tail.rest,
            )
            for tail in self._index.tails(data, least)
            if (name := tail.match.owner.name) is not None
            and not self._owners.is_in_mark(data, tail.start, len(data))
            and self._is_significant(tail.match, tail.match.offset, tail.match.end_offset, least)
        ]

    def _masked(self, match: Match, data: bytes) -> tuple[int, int] | None:
        """Returns what of a match is masked: the whole needle, or a piece's characters; None where nothing counts."""
        start, end = match.start, match.end
        if not match.is_whole:
            first, last = match.offset, match.end_offset
            first = match.needle.char_starts.find(1, first, last)
            if last < len(match.needle.char_starts):
                last = match.needle.char_starts.rfind(1, first, last + 1)
            if not self._is_significant(match, first, last, WINDOW):
                return None
            start, end = _without_blanks(match, data, start + first - match.offset, start + last - match.offset)
        if match.needle.whole_word or _is_number(match, data, start, end):
            return (start, end) if stands_alone(data, start, end) else None
        return start, end

    def _is_significant(self, match: Match, first: int, last: int, least: int) -> bool:
        """Returns whether bytes ``first`` to ``last`` of a needle are enough characters, and not common alone."""
        needle = match.needle
        return (
            needle.char_starts.count(1, first, last) >= least
            and needle.significant.find(1, first, last) >= 0
            and len(set(needle.data[first:last])) > 2
            and not (
                self._shared_hosts
                and self._shared_hosts.are_all(needle.data[first:last], needle.significant[first:last])
            )
        )


def _texts(value: str | bytes, urls_are_common: bool) -> dict[str | bytes, list[Range]]:
    if isinstance(value, bytes) or value.isalnum():  # in which no sign would divide parts
        return {value: []}
    from . import parts

    return dict(parts.texts(value, urls_are_common=urls_are_common).items())


def _without_blanks(match: Match, data: bytes, start: int, end: int) -> tuple[int, int]:
    """Returns a piece without the blanks around it: one line of a value is printed with the line break behind it."""
    if match.needle.window == WINDOW:  # in UTF-16 a blank is two bytes
        while end > start and data[end - 1] in _BLANKS:
            end -= 1
        while start < end and data[start] in _BLANKS:
            start += 1
    return start, end


def _is_number(match: Match, data: bytes, start: int, end: int) -> bool:
    """Returns whether digits stand there as they are; in hex and base64 they are characters like others."""
    return match.needle.encoding == "text" and NUMBER.fullmatch(data, start, end) is not None
