"""What escapes stand for, and which of them may have begun at the end of a text."""

from __future__ import annotations

import pytest

from dh_secrets_jupyter.guard.engine.encoders import ENCODERS
from dh_secrets_jupyter.guard.engine.escapes import ESCAPE, unescaped, unfinished

SIGNS = [chr(code) for code in range(1, 127)]


def test_whatever_is_escaped_is_undone() -> None:
    """By each encoding that writes characters by themselves, at most three times; but for a blank that is a plus."""
    kept = []
    for name, encode in ENCODERS.items():
        for sign in SIGNS:
            forms = [encode(sign).encode()]
            for _ in range(3):
                forms.append(ESCAPE.sub(lambda found: unescaped(found[0]), forms[-1]))
            if sign.encode() not in forms and forms[0] != b"+":
                kept.append((name, sign))
    assert kept == []


@pytest.mark.parametrize("form", [rb"\n", rb"\\n", rb"\u00e4", rb"%20", b"&quot;", b"&#x27;", b"'\"'\"'", rb"'\''"])
def test_each_beginning_of_an_escape_is_seen(form: bytes) -> None:
    """Wherever it is cut; nothing of it is also one of what may be."""
    for size in range(1, len(form)):
        assert {0, size} <= unfinished(b"a text that ends with " + form[:size])


def test_a_beginning_within_an_escape_is_seen() -> None:
    """As of a quote in a repr in HTML; a text that ends in a word ends in none."""
    assert {0, 3, 4} <= unfinished(rb"a repr in HTML: \&#x")
    assert unfinished(b"a word") == {0}
