"""Undoes JSON's short escapes, so that a document can be searched as it was serialized."""

from __future__ import annotations

_SHORT = (
    (rb"\"", b'"'),
    (rb"\/", b"/"),
    (rb"\n", b"\n"),
    (rb"\r", b"\r"),
    (rb"\t", b"\t"),
    (rb"\f", b"\f"),
    (rb"\b", b"\b"),
)
_NO_UTF8 = b"\xff"
"""A byte that stands in no JSON document."""


def without_escapes(document: bytes) -> bytes | None:
    """Returns a JSON document without its short escapes; None where it has escapes of code points, or is no UTF-8."""
    if b"\\u" in document:
        return None
    if b"\\" not in document:
        return document
    if _NO_UTF8 in document:
        return None
    document = document.replace(rb"\\", _NO_UTF8)  # so that no other escape begins in the second of the two
    for escaped, plain in _SHORT:
        document = document.replace(escaped, plain)
    return document.replace(_NO_UTF8, b"\\")
