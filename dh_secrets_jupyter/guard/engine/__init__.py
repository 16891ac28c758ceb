"""Finds known values in bytes and text, in every usual encoding and in parts, and puts marks in their place.

Pure: bytes in, spans out. It imports the standard library and ``ahocorasick_rs`` alone, and nothing else of this
package; it knows no clock, no Jupyter and no secrets but those that it is given. What is imported here is its face;
the modules below are its own.
"""

from __future__ import annotations

from .masker import Masker
from .owners import Claim
from .policy import Scope, is_mark, judge
from .spans import Cover, Hit, mark, to_bytes, to_text
from .stream import ByteStream, Stream

__all__ = [
    "ByteStream",
    "Claim",
    "Cover",
    "Hit",
    "Masker",
    "Scope",
    "Stream",
    "is_mark",
    "judge",
    "mark",
    "to_bytes",
    "to_text",
]
