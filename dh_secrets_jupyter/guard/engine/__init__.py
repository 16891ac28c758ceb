"""Finds known values in bytes and text, in every usual encoding and in pieces, and puts marks in their place.

Pure: bytes in, spans out. It imports the standard library and ``ahocorasick_rs`` alone, and nothing else of this
package; it knows no clock, no Jupyter and no secrets but those that it is given. What is named here is its face; the
modules below are its own, but for :mod:`.patterns`, which anybody may use.

:class:`Masker` learns values and masks text, or says where they are (:meth:`Masker.find_spans`). :class:`TextStream`
and :class:`ByteStream` do the same for output in pieces. :func:`mask_scope` is the one rule of what can be masked.
"""

from __future__ import annotations

from .ansi import ANSI
from .encodings import Encoding
from .masker import Masker
from .occurrences import Occurrence
from .owners import Claim
from .policy import Unmaskable, is_mark, mask_scope
from .spans import Hit, Span, mark, merge_overlapping, to_bytes, to_text
from .stream import ByteStream, TextStream

__all__ = [
    "ANSI",
    "ByteStream",
    "Claim",
    "Encoding",
    "Hit",
    "Masker",
    "Occurrence",
    "Span",
    "TextStream",
    "Unmaskable",
    "is_mark",
    "mark",
    "mask_scope",
    "merge_overlapping",
    "to_bytes",
    "to_text",
]
