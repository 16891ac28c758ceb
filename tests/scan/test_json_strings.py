"""Every string of a JSON document, and where each of its bytes stands."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from dh_secrets_jupyter.scan.json_strings import leaves
from dh_secrets_jupyter.scan.notebooks import fields, parts_of

from . import planted

TEXTS = st.text(max_size=12) | st.sampled_from(["\ud800", "\U0001f600", '"\\/\b\f\n\r\t', "\x1b[31m"])
DOCUMENTS = st.recursive(
    TEXTS | st.integers() | st.booleans() | st.none(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)


def _expected(value: Any) -> list[str]:
    """Returns what every leaf of a document says, keys too, in order."""
    if isinstance(value, dict):
        return [said for key, inner in value.items() for said in (key, *_expected(inner))]
    if isinstance(value, list):
        return [said for inner in value for said in _expected(inner)]
    return [value if isinstance(value, str) else json.dumps(value)]


@settings(max_examples=50, deadline=None)
@given(DOCUMENTS, st.booleans(), st.sampled_from([None, 1, "\t"]))
def test_leaves(inner: Any, ascii_: bool, indent: Any) -> None:
    """All strings, numbers and keys are there, in order, and each byte of them is found again in the document."""
    document = json.dumps({"a": inner}, ensure_ascii=ascii_, indent=indent).encode("utf-8", "surrogatepass")
    found = [string for leaf in leaves(document) for string in leaf.strings]
    assert [string.value.decode("utf-8", "surrogatepass") for string in found] == _expected({"a": inner})
    for string in found:
        start, end = string.span(0, len(string.value)) if string.value else (string.start + 1, string.end - 1)
        assert document[start - string.is_quoted : end + string.is_quoted] == document[string.start : string.end]
        for at in range(len(string.value)):
            first, last = string.span(at, at + 1)
            assert start <= first < last <= end


def test_both_readings_agree() -> None:
    """What a field says is in the text of the whole notebook, so that none is overlooked."""
    for place, make in planted.PLACES.items():
        for write in planted.FORMATTINGS.values():
            document = write(make("a text\nof lines é")).encode()
            said = b"\n".join(parts_of(document))
            for field in fields(document):
                assert field.text in said or field.decoded, place
                assert (field.decoded or b"") in said, place
