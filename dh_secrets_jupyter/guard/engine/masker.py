"""Masks the values that it knows, in text and in bytes: each is replaced by ``[secret:NAME]``."""

from __future__ import annotations

import re
from collections import Counter

from . import parts
from .ansi import without_ansi
from .index import Index
from .needles import LARGE_FROM, needles
from .owners import Claim, Owners
from .policy import PIECE, SHARED_FROM, Scope, hosts, judge
from .search import Run
from .spans import Begun, Cover, Hit, hits_of, replaced, to_bytes, to_text, united, whole_characters

_SIGNS = bytes(byte for byte in range(128) if not chr(byte).isalnum())
NUMBER = re.compile(rb"[0-9]+")
_FRACTION = re.compile(rb"\.[0-9]")
_BEFORE_FRACTION = re.compile(rb"(?:[0-9\s(\[,=+\-]|\A)\.\Z")
# The letters and digits at the end of an escape belong to no word: of repr, JSON, a URL, a colour as repr shows it.
_ESCAPED = re.compile(
    r"(?:\\(?:[abfnrtv0]|x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4})|%[0-9A-Fa-f]{2}|\\(?:x|u00)1[bB]\[[0-9;]{0,12}m)\Z"
)


class Masker:
    """All values that are kept from being shown. Safe to be used by several threads at once."""

    def __init__(self) -> None:
        self._index = Index()
        self._owners = Owners()
        self._texts: dict[str | bytes, dict[str | bytes, list[parts.Span]]] = {}  # of each value, with its parts
        self._reasons: dict[str, str] = {}
        self._hosts: Counter[str] = Counter()  # in how many values each stands
        self._shared: list[bytes] = []

    def add(self, name: str, value: str | bytes, claim: Claim = Claim.VALUE) -> str | None:
        """Learns a value of a secret with all its spellings; a name may have many values, none is ever forgotten.

        Args:
            name: the secret's name, which the mark shows.
            value: its text or its bytes; bytes that are UTF-8 count as text.
            claim: what the value is to the name: its own, or a variable's of the environment.

        Returns:
            None, or in a few words why it cannot be masked, such as ``it is an ordinary word, …``.
        """
        plain = bytes(value) if isinstance(value, bytes) else str.__str__(value).encode("utf-8", "surrogatepass")
        known = _decoded(plain)
        scope = judge(known if isinstance(known, str) else known.decode("latin-1"))
        if not isinstance(scope, Scope):
            self._reasons[name] = scope
            return scope
        self._reasons.pop(name, None)
        if known not in self._texts and isinstance(known, str):
            self._hosts.update(hosts(known))
            self._shared = [host.encode() for host, count in self._hosts.items() if count >= SHARED_FROM]
        found = self._texts.get(known) or self._texts.setdefault(known, _texts(known))
        large = len(known) >= LARGE_FROM
        if self._owners.off:
            self._index.refresh()  # a text of somebody who is off may belong to somebody else, too
        for text, visible in found.items():
            # What is known already may show another name from now on.
            if (owner := self._owners.claim(text, name, claim if text == known else max(claim, Claim.PART))) is None:
                continue
            self._index.add(owner, needles(text, visible, large=large))
            plain = to_bytes(text) if isinstance(text, str) else text
            if b"\x1b" in plain:
                # Control sequences are taken out of a text before it is searched, also those of a value.
                self._index.add(owner, needles(_decoded(without_ansi(plain)[0]), large=large))
        return None

    def names(self) -> list[str]:
        """Returns the names of the secrets that are masked, also those switched off."""
        return self._owners.names(Claim.VALUE)

    def variables(self) -> list[str]:
        """Returns the names of the variables of the environment that are masked, also those switched off."""
        return self._owners.names(Claim.VARIABLE)

    def reasons(self) -> dict[str, str]:
        """Returns for each secret whose latest value cannot be masked why not."""
        return dict(self._reasons)

    def switch(self, *names: str, on: bool) -> None:
        """Masks the values of these secrets, or lets them through; those of a name not yet known, too."""
        self._owners.switch(*names, on=on)
        self._index.refresh()

    @property
    def off(self) -> frozenset[str]:
        """The names that are switched off."""
        return self._owners.off

    @property
    def steps(self) -> int:
        """How many places in values and in texts were looked at so far: the cost, but for searching the fragments."""
        return self._index.steps

    def mask(self, text: str) -> tuple[str, list[Hit]]:
        """Returns a text with its values masked and what was masked; the very same text where there is nothing."""
        data = to_bytes(text)
        covers = self._covers(data, text=True)
        if not covers:
            return text, []
        return to_text(replaced(data, covers)), hits_of(covers)

    def mask_bytes(self, data: bytes) -> tuple[bytes, list[Hit]]:
        """As :meth:`mask`, for bytes: of text in any encoding of ASCII's family or UTF-16, or of anything."""
        covers = self._covers(data)
        return (replaced(data, covers), hits_of(covers)) if covers else (data, [])

    def clean(self, data: bytes) -> bool:
        """Tells whether a JSON document, as serialized, certainly has nothing to mask in its strings and numbers."""
        if b"\\u" in data:
            return False
        if b"\\" in data:
            data = b"\\".join(_unescaped(part) for part in data.split(b"\\\\"))
        return not (self._index.touched(data) and self._covers(data))

    def _covers(self, data: bytes, *, text: bool = False) -> list[Cover]:
        if b"\x1b" not in data:
            return self.covers_plain(data, text=text)
        plain, place = without_ansi(data)
        covers = self.covers_plain(plain, text=text)
        for cover in covers:
            cover.start, cover.end = place(cover.start), place(cover.end - 1) + 1
        return covers

    def covers_plain(self, data: bytes, *, text: bool = False) -> list[Cover]:
        """Returns what has to be masked in bytes without control sequences, in order, without overlaps.

        Args:
            data: bytes, of a text its UTF-8.
            text: whether covers must start and end between characters of UTF-8.
        """
        if not (runs := self._index.runs(data, self._counted)):
            return []
        covers = []
        # The order in which equals give the name.
        for run, span in sorted(runs, key=lambda found: (not found[0].whole, found[0].owner.name or "")):
            if (name := run.owner.name) is not None:
                start, end = whole_characters(data, *span) if text else span
                if not self._owners.is_in_mark(data, start, end):
                    covers.append(Cover(start, end, Hit(name, run.needle.spelling)))
        return united(covers)

    def open_length(self, data: bytes) -> int:
        """Returns how many of the last bytes may be part of a value that goes on."""
        return self._index.open_length(data)

    def begun(self, data: bytes, least: int) -> list[Begun]:
        """Returns what at the end of a text is at least so many characters of a value, and not common."""
        found = [
            Begun(run.start, Hit(name, run.needle.spelling), run.needle.data[run.offset + run.end - run.start :])
            for run in self._index.runs_at_end(data, least)
            if (name := run.owner.name) is not None
            and not self._owners.is_in_mark(data, run.start, run.end)
            and (run.needle.pieces or run.offset == 0)
            and not run.needle.word
            and self._tells(run, run.offset, run.offset + run.end - run.start, least)
            and (not _is_number(run, data, run.start, run.end) or _stands_alone(data, run.start, run.end))
        ]
        return found + [
            Begun(tail.start, Hit(tail.run.owner.name, tail.run.needle.spelling), tail.rest)
            for tail in self._index.large.tails(data, least)
            if tail.run.owner.name is not None
            and not self._owners.is_in_mark(data, tail.start, len(data))
            and self._tells(tail.run, tail.run.offset, tail.run.offset + tail.run.end - tail.run.start, least)
        ]

    def _counted(self, run: Run, data: bytes) -> tuple[int, int] | None:
        """Returns what of a run is masked: the whole needle, or a piece's characters; None where it does not count."""
        start, end = run.start, run.end
        if not run.whole:
            first, last = run.offset, run.offset + end - start
            first = run.needle.starts.find(1, first, last)
            if last < len(run.needle.starts):
                last = run.needle.starts.rfind(1, first, last + 1)
            if not self._tells(run, first, last, PIECE):
                return None
            start, end = start + first - run.offset, start + last - run.offset
        if run.needle.word or _is_number(run, data, start, end):
            return (start, end) if _stands_alone(data, start, end) else None
        return start, end

    def _tells(self, run: Run, first: int, last: int, least: int) -> bool:
        """Whether bytes ``first`` to ``last`` of a needle are enough characters, and not of common material alone."""
        starts, told, data = run.needle.starts, run.needle.told, run.needle.data
        return (
            starts.count(1, first, last) >= least
            and told.find(1, first, last) >= 0
            and len(set(data[first:last])) > 2
            and not (self._shared and self._is_shared(data[first:last], told[first:last]))
        )

    def _is_shared(self, data: bytes, told: bytes) -> bool:
        """Whether all that tells something is of hosts that many values share."""
        told = told[len(data) - len(data.lstrip(_SIGNS)) : len(data.rstrip(_SIGNS))]
        data = data.strip(_SIGNS)
        left = bytearray(told)
        for host in self._shared:
            if data in host:
                return True
            at = data.find(host)
            while at >= 0:
                left[at : at + len(host)] = bytes(len(host))
                at = data.find(host, at + len(host))
        return 1 not in left


def _decoded(value: bytes) -> str | bytes:
    try:
        return value.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return value


def _texts(value: str | bytes) -> dict[str | bytes, list[parts.Span]]:
    return dict(parts.texts(value).items()) if isinstance(value, str) else {value: []}


def _unescaped(part: bytes) -> bytes:
    for escaped, plain in (
        (rb"\"", b'"'),
        (rb"\/", b"/"),
        (rb"\n", b"\n"),
        (rb"\r", b"\r"),
        (rb"\t", b"\t"),
        (rb"\f", b"\f"),
        (rb"\b", b"\b"),
    ):
        part = part.replace(escaped, plain)
    return part


def _is_number(run: Run, data: bytes, start: int, end: int) -> bool:
    """Whether digits stand there as they are; in hex and base64 they are signs like others."""
    return run.needle.spelling == "text" and NUMBER.fullmatch(data, start, end) is not None


def _stands_alone(data: bytes, start: int, end: int) -> bool:
    """Whether no letter or digit goes on before and after, as in a whole word or a whole number."""
    before = data[max(start - 20, 0) : start].decode("utf-8", "ignore")
    after = data[end : end + 4].decode("utf-8", "ignore")
    if (after[:1].isalnum() or after[:1] == "_") and end < len(data):
        return False
    if NUMBER.fullmatch(data, start, end) and (
        _FRACTION.match(data, end) or _BEFORE_FRACTION.search(data, max(start - 2, 0), start)
    ):
        return False  # of a decimal number
    return not (before[-1:].isalnum() or before[-1:] == "_") or _ESCAPED.search(before) is not None
