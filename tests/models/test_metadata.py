"""Metadata: what is stored comes back, whoever wrote it, and each field has its rule."""

from __future__ import annotations

import itertools
import json
import pprint
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dh_secrets_jupyter.errors import SecretsError, TooLargeError
from dh_secrets_jupyter.models import (
    Metadata,
    check_description,
    check_expires,
    check_labels,
    metadata_edit,
)

times = st.datetimes(
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=30))]), min_value=datetime(2, 1, 1)
)
metadata = st.builds(
    Metadata,
    description=st.text(st.characters(exclude_categories=["Cs"]), max_size=50),
    labels=st.lists(st.text(max_size=5), max_size=3),
    expires=st.none() | st.dates(),
    created=st.none() | times,
    updated=st.none() | times,
    created_by=st.none() | st.text(min_size=1, max_size=5),
    updated_by=st.none() | st.text(min_size=1, max_size=5),
)


@given(metadata)
def test_metadata_comes_back(wanted: Metadata) -> None:
    """Metadata survives its JSON form, which is one line; times are the same moments."""
    text = wanted.to_json()
    assert Metadata.from_json(text) == wanted
    assert json.loads(text) == {key: value for key, value in wanted.to_dict().items() if value}
    assert "\n" not in text


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


def fields(text: str, but: frozenset[str] = frozenset()) -> str:
    """Returns an object's members in an order of their own, as text that tells NaN and floats from integers."""
    return json.dumps({key: value for key, value in json.loads(text).items() if key not in but}, sort_keys=True)


@settings(max_examples=40)
@given(st.dictionaries(st.sampled_from(list(Metadata().to_dict())) | st.text(st.characters()), json_values))
def test_whatever_was_stored_is_kept(data: dict[str, Any]) -> None:
    """What a newer version or a stranger wrote never raises, is not shown, and stays when something else changes."""
    text = json.dumps(data, ensure_ascii=False).encode(errors="backslashreplace").decode()  # as UTF-8 can hold it
    found = Metadata.from_json(text)
    assert Metadata.from_json(found.to_json()) == found
    assert found.to_dict().keys() == Metadata().to_dict().keys()
    empty = frozenset(key for key in found.to_dict() if data.get(key) in (None, "", []))
    changed = replace(found, updated=datetime(2026, 1, 2, tzinfo=UTC))
    assert fields(changed.to_json(), empty | {"updated"}) == fields(text, empty | {"updated"})


HOSTILE = {
    "a number of any size": f'{{"x":{"9" * 10_000},"y":1e9999,"z":-0.0}}',
    "no numbers": '{"x":[NaN,Infinity,-Infinity]}',
    "too deep to be read": f'{{"x":{"[" * 50_000}{"]" * 50_000},"labels":{"[" * 50_000}{"]" * 50_000}}}',
    "several of one name": '{"x":1,"x":{"y":2,"y":3},"x":1}',
    "halves of pairs": '{"\\ud83d":"\\udc00","x":["\\ud83d\\ude00"]}',
    "names like ours": '{"Description":"x","LABELS":["x"]," expires":"2031-02-03","__proto__":{},"":0}',
    "names of ours in other forms": '{"description":{"text":"x"},"labels":{"a":"b"},"expires":"2031-02-03T12:00Z"}',
    "signs of JSON in texts": '{"x}":"{[,:\\"","y":"\\\\"}',
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_fields_are_kept_to_the_letter(text: str) -> None:
    """The text of a field that cannot be read stays the same text, whatever is in it, beside one that is changed."""
    found = Metadata.from_json(text)
    assert found.to_dict() == Metadata().to_dict()
    assert found.to_json() == text
    stamped = replace(found, updated_by="jo").to_json()
    assert stamped == '{"updated_by":"jo",' + text[1:]
    assert Metadata.from_json(stamped) == replace(found, updated_by="jo")


def test_halves_of_surrogate_pairs_are_shown_as_what_a_message_can_carry() -> None:
    """JSON can hold them, UTF-8 cannot; beside a field that changes they stay as they were written."""
    text = '{"description":"a\\ud83d","labels":["\\udc00","b"],"created_by":"\\ud800"}'
    found = Metadata.from_json(text)
    assert (found.description, found.labels, found.created_by) == ("a\ufffd", ["\ufffd", "b"], "\ufffd")
    assert json.dumps(found.to_dict(), ensure_ascii=False).encode()
    chosen = found.chosen()
    chosen["expires"] = "2031-02-03"
    assert metadata_edit("A", **chosen)(found).to_json() == '{"expires":"2031-02-03",' + text[1:]
    assert metadata_edit("A", description="c")(found).description == "c"


def test_a_field_in_a_newer_form_goes_when_it_is_changed() -> None:
    """A field of ours that cannot be read shows as empty, stays beside others that change, and gives way to its own."""
    found = Metadata.from_json('{"labels":{"team":"a"},"expires":"2031-02-03T12:00:00Z","created":"soon"}')
    assert (found.labels, found.expires, found.created) == ([], None, None)
    edited = replace(found, labels=["b"], description="x")
    assert edited.to_json() == ('{"description":"x","labels":["b"],"expires":"2031-02-03T12:00:00Z","created":"soon"}')
    assert replace(edited, expires=date(2032, 1, 1)).to_json() == (
        '{"description":"x","labels":["b"],"expires":"2032-01-01","created":"soon"}'
    )


@pytest.mark.parametrize("text", ["", "{", "null", "[]", '"x"', "{} 1", '{"a":1,}', '{"a" 1}', "{1:2}", '{"a":tru}'])
def test_what_is_no_object_is_refused(text: str) -> None:
    """Text that is no JSON object is a ValueError, and nothing else."""
    with pytest.raises(ValueError):  # noqa: PT011  # the kind is what counts
        Metadata.from_json(text)


def test_what_cannot_be_read_is_not_shown() -> None:
    """No repr and no dict has a field of a newer version in it; two that differ in one are not equal."""
    found = Metadata.from_json('{"description":"x","tomorrow":"telling"}')
    for shown in (repr(found), pprint.pformat(found), json.dumps(found.to_dict())):
        assert "telling" not in shown
        assert "tomorrow" not in shown
    assert found != Metadata("x")


@pytest.mark.parametrize(
    "time",
    ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "soon", "2026-13-01", "10000-01-01T00:00:00Z", ""],
)
def test_impossible_times_are_left_out(time: str) -> None:
    """A time that is none, or lies beyond what UTC can hold here, is left out."""
    found = Metadata.from_json(json.dumps({"created": time, "expires": time, "description": "kept"}))
    assert (found.created, found.expires, found.description) == (None, None, "kept")


def test_expired_is_after_the_last_day() -> None:
    """A secret is valid through the day it names."""
    today = date.today()
    assert not Metadata().is_expired
    assert not Metadata(expires=today).is_expired or date.today() > today  # midnight may come in between
    assert Metadata(expires=today - timedelta(days=1)).is_expired


def test_descriptions() -> None:
    """A description is up to 1,024 characters of text."""
    assert check_description("A", "x" * 1024) == "x" * 1024
    with pytest.raises(TooLargeError):
        check_description("A", "x" * 1025)
    for wrong in (None, 5, "half a pair: \ud83d"):
        with pytest.raises(SecretsError):
            check_description("A", wrong)


def test_labels() -> None:
    """Labels are short texts, each once, in order."""
    assert check_labels("A", [" b ", "a", "b"]) == ["b", "a"]
    assert check_labels("A", ("x" * 63,)) == ["x" * 63]
    hundred = [str(number) for number in range(100)]
    assert check_labels("A", [*hundred, "7"]) == hundred
    with pytest.raises(SecretsError, match="at most 100 labels"):
        check_labels("A", map(str, itertools.count()))
    for wrong in ("text", [""], [" "], ["a,b"], ["x" * 64], ["a\nb"], [5], None, 5):
        with pytest.raises(SecretsError):
            check_labels("A", wrong)


def test_expiry_dates() -> None:
    """A day is a date, a text as YYYY-MM-DD, or nothing."""
    assert check_expires("A", "2031-02-03") == check_expires("A", date(2031, 2, 3)) == date(2031, 2, 3)
    assert check_expires("A", datetime(2031, 2, 3, 4)) == date(2031, 2, 3)
    assert check_expires("A", "") is check_expires("A", None) is None
    for wrong in ("tomorrow", "2031-02-30", 5):
        with pytest.raises(SecretsError, match="YYYY-MM-DD"):
            check_expires("A", wrong)
