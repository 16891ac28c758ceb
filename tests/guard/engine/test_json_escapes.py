"""A serialized document is searched as what it says."""

from __future__ import annotations

import json

from hypothesis import example, given
from hypothesis import strategies as st

from dh_secrets_jupyter.guard.engine.json_escapes import without_escapes


@given(st.text(st.sampled_from('\\"/nrtbf\n\r\t\f\b\u00fcx')))
@example("\\n")
@example("\\\\u0041")
def test_what_was_serialized_comes_back(text: str) -> None:
    """Of a string without code points in escapes, what is left between the quotes is the string."""
    document = json.dumps(text, ensure_ascii=False).encode()
    assert without_escapes(document) == (None if rb"\u" in document else f'"{text}"'.encode())


def test_what_is_not_undone() -> None:
    """Escapes of code points, and bytes that no document has beside a backslash, are somebody else's."""
    assert without_escapes(rb'"\u00fc"') is None
    assert without_escapes(b'"\\n\xff"') is None
    assert without_escapes(b'"\xff"') == b'"\xff"'
