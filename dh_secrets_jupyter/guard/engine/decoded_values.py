"""Finds the long values beyond some thousand characters together: their encodings are no needles, texts are decoded.

Each value is found as it is, and in base64, by the index. So the index's fragments are also looked for in a text that
was read as others would read it (:mod:`.views`), and what stands there of these values counts.

So the cost of learning values is linear in their size, and a text costs what decoding it takes, whatever they are like.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from .anchors import Anchor, Fragment
from .escapes import looks_escaped, unfinished
from .haystack import Haystack, matches_at_end
from .needles import Needle, Stage
from .owners import Owner
from .policy import ANYWHERE_FROM
from .search import Found, Match, Search
from .tails import Tails
from .views import View, Wanted, encoded_as, encoded_views, encoded_views_of_end

Encoded = Callable[[Stage], Iterable[Needle]]
"""Makes needles of a value that are not known yet."""
Standing = tuple[int, int, Fragment]
"""A fragment that stands in a text: its start there, its end, and itself."""


class DecodedValues:
    """The values whose encodings are no needles.

    Attributes:
        steps: how many places were looked at so far in texts that were decoded.
        tails: the ends of texts that may go on as one of them, encoded.
    """

    def __init__(self) -> None:
        self._needles: list[tuple[Owner, Needle]] = []
        self._owners: set[Owner] = set()
        self._haystack = Haystack()
        self._encoded: dict[Owner, Encoded] = {}
        self._cut: list[tuple[Owner, Needle]] = []  # the encodings of those that a text has ended in the middle of
        self._cut_haystack = Haystack()
        self._looks_escaped = False
        self.steps = 0
        self.tails = Tails(self._needles, self, encoded_views_of_end)

    def __bool__(self) -> bool:
        return bool(self._needles)

    def add(self, owner: Owner, needle: Needle, encoded: Encoded) -> None:
        """Learns a value, by the needle of it as it is."""
        self._encoded[owner] = encoded
        self._needles.append((owner, needle))
        self._owners.add(owner)
        self._haystack.add(needle.data)
        self._looks_escaped = self._looks_escaped or looks_escaped(needle.data)

    @property
    def chars(self) -> frozenset[int]:
        """All bytes that stand in a value."""
        return self._haystack.chars

    def longest_suffix(self, data: bytes) -> int:
        """Returns the length of the longest suffix of a text that stands in any value."""
        return self._haystack.longest_suffix(data)

    def anchor_of(self, piece: bytes) -> Anchor:
        """Returns where such a suffix stands."""
        return next(self._haystack.places(piece))

    def matches_at_end(self, data: bytes, least: int) -> list[Match]:
        """Returns encodings that the text ends in the middle of, which say how it goes on there."""
        wholes = (data[: len(data) - over] for over in unfinished(data))
        for tail in [tail for whole in wholes for tail in self.tails.find(whole, least)]:
            if (encoded := self._encoded.pop(tail.match.owner, None)) is not None:
                for needle in encoded(Stage.ALL):
                    self._cut.append((tail.match.owner, needle))
                    self._cut_haystack.add(needle.data)
        return [*matches_at_end(self._cut, self._cut_haystack, data, least)]

    def matches(
        self, data: bytes, fragments: Callable[[bytes], list[Standing]], search_in: Callable[[bytes], Search]
    ) -> Iterator[Found]:
        """Yields what counts of the values in a text, where it is encoded, and where it stands.

        Args:
            fragments: returns the fragments of the index that stand in some bytes, in the order of ends.
            search_in: begins a search of the index through a text.
        """

        def find(part: bytes) -> list[int]:
            return [start for start, _, _ in fragments(part)]

        for view in encoded_views(data, Wanted(find, ANYWHERE_FROM, self.chars, self._looks_escaped)):
            search = search_in(view.data)
            for match, (start, end) in search.matches(_new_in(view, fragments)):
                if match.owner in self._owners:
                    yield encoded_as(view, match), (view.first(start), view.after(end))
            self.steps += search.steps


def _new_in(view: View, fragments: Callable[[bytes], list[Standing]]) -> Iterator[Standing]:
    """Yields the fragments in what a view has that an earlier one has not."""
    for first, last in view.replaced.near() if view.replaced else ((0, len(view.data)),):
        for start, end, fragment in fragments(view.data[first:last]):
            yield first + start, first + end, fragment
