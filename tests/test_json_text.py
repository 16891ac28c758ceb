"""JSON objects as text: nothing that others wrote is lost or changed."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dh_secrets_jupyter import json_text

TEXTS = st.text(max_size=8)
VALUES = st.none() | st.booleans() | st.floats(allow_nan=False) | TEXTS | st.lists(TEXTS, max_size=3)
DEEP = "[" * 100_000 + "]" * 100_000


@given(
    st.dictionaries(TEXTS, VALUES | st.dictionaries(TEXTS, VALUES, max_size=3), max_size=5), st.sampled_from([None, 2])
)
def test_what_is_split_and_joined_is_the_same(members: dict[str, object], indent: int | None) -> None:
    """However an object is laid out, its members come back in their order, and read as before."""
    text = json.dumps(members, indent=indent)
    parts = json_text.split(text)
    assert [name for name, _ in parts] == list(members)
    assert json.loads(json_text.join(parts)) == json_text.read(text) == members


def test_values_stay_to_the_letter() -> None:
    """Numbers of any size, escapes, several members of one name, and what is too deep to be read."""
    text = '{"a": 1e999999, "b":"\\u00e4\\/", "a" :' + "9" * 5000 + ', "deep": ' + DEEP + "}"
    parts = json_text.split(text)
    assert parts == [("a", "1e999999"), ("b", '"\\u00e4\\/"'), ("a", "9" * 5000), ("deep", DEEP)]
    assert json_text.split(json_text.join(parts)) == parts


def test_what_is_too_deep_is_said() -> None:
    """The members beside it are read."""
    assert json_text.load(DEEP) is ...
    assert json_text.read(f'{{"a": 1, "deep": {DEEP}}}') == {"a": 1.0, "deep": ...}


@pytest.mark.parametrize("text", ["", "[]", '"{}"', "1", "null", '{"a": 1', '{"a', "{"])
def test_what_is_no_object_is_refused(text: str) -> None:
    """Neither a value of another kind nor an object without an end is taken for an empty one."""
    with pytest.raises(ValueError, match=r"no JSON object|Expecting|Unterminated"):
        json_text.read(text)


def test_half_a_character_is_text_that_can_be_stored() -> None:
    """A lone surrogate is escaped, since UTF-8 has none."""
    assert json_text.join([("a", '"\ud83d"')]) == '{"a":"\\ud83d"}'
