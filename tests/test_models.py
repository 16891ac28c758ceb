"""Names, values and metadata."""

from __future__ import annotations

import copy
import io
import json
import logging
import pickle
import pprint
import re
import shelve
import string
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import cloudpickle  # type: ignore[import-untyped]  # it has no types
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dh_secrets_jupyter.errors import InvalidNameError, SecretsError, TooLargeError
from dh_secrets_jupyter.models import (
    Metadata,
    SecretBytes,
    SecretValue,
    check_description,
    check_expires,
    check_labels,
    check_name,
    check_project,
    decode,
    encode,
)

TEXT = SecretValue("invented-value", "TOKEN")
BYTES = SecretBytes(b"invented-\xff-value", "TOKEN")

project_names = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,36})[a-z0-9]", fullmatch=True)
secret_names = st.text(string.ascii_letters + string.digits + "-._", min_size=1, max_size=253).filter(
    lambda name: name != "." and not name.startswith("..")
)


@given(project_names)
def test_good_projects(name: str) -> None:
    """A name by the platform's rule is taken as it is."""
    assert check_project(name) == name


@given(st.one_of(st.text(max_size=45), st.text("ab-\n", max_size=45)))
def test_projects_are_as_the_rule_says(name: str) -> None:
    """Any other text is refused, in one printable line."""
    rule = re.fullmatch(r"[a-z0-9-]{2,38}", name) and not name.startswith("-") and not name.endswith("-")
    if rule:
        assert check_project(name) == name
    else:
        with pytest.raises(InvalidNameError) as caught:
            check_project(name)
        assert str(caught.value).isprintable()


@given(secret_names)
def test_good_names(name: str) -> None:
    """A name by Kubernetes' rule is taken as it is."""
    assert check_name(name) == name


@given(st.one_of(st.text(max_size=10), st.text("a.-_/\n ", max_size=8), st.sampled_from(["a" * 254, "a\n", ".", ".."])))
def test_names_are_as_the_rule_says(name: str) -> None:
    """Any other text is refused, in one printable line."""
    if re.fullmatch(r"[-._a-zA-Z0-9]{1,253}", name) and name != "." and not name.startswith(".."):
        assert check_name(name) == name
    else:
        with pytest.raises(InvalidNameError) as caught:
            check_name(name)
        assert str(caught.value).isprintable()
        assert len(str(caught.value)) < 250


@pytest.mark.parametrize("check", [check_name, check_project])
@pytest.mark.parametrize("name", [None, 5, b"abc", ["abc"]])
def test_a_name_is_text(check: Callable[[Any], str], name: object) -> None:
    """Anything but text is an InvalidNameError, too."""
    with pytest.raises(InvalidNameError):
        check(name)


def test_text_is_the_real_thing() -> None:
    """A value is its text wherever text is used."""
    assert TEXT == "invented-value"
    assert f"Bearer {TEXT}" == "Bearer invented-value"
    assert "Bearer {}".format(TEXT) == "Bearer %s" % TEXT == "Bearer " + TEXT  # noqa: UP031, UP032  # the spellings are the test
    assert json.dumps({"token": TEXT}) == '{"token": "invented-value"}'
    assert {str(TEXT): 1}[TEXT] == 1
    assert TEXT.encode() == b"invented-value"
    assert isinstance(TEXT, str)


def test_bytes_are_the_real_thing() -> None:
    """A value in bytes is its bytes wherever bytes are used."""
    assert BYTES == b"invented-\xff-value"
    assert io.BytesIO(BYTES).read() == b"invented-\xff-value"
    assert b"".join([BYTES]) == b"invented-\xff-value"
    assert bytes(BYTES) == b"invented-\xff-value"


def test_reveal_is_plain() -> None:
    """``reveal`` gives the plain type, which pickles."""
    assert type(TEXT.reveal()) is str
    assert type(BYTES.reveal()) is bytes
    assert pickle.loads(pickle.dumps([TEXT.reveal(), BYTES.reveal()])) == ["invented-value", b"invented-\xff-value"]
    assert type(str(TEXT)) is str
    assert type(bytes(BYTES)) is bytes


@pytest.mark.parametrize("value", [TEXT, BYTES])
def test_repr_hides(value: SecretValue | SecretBytes) -> None:
    """The repr says the name, alone, in containers, in ``%r``, ``!r``, pprint, and a log record's arguments."""
    shown = [repr(value), f"{value!r}", "%r" % value, ascii(value), repr([value]), repr({"x": value})]  # noqa: UP031  # as above
    shown += [pprint.pformat({"x": (value, [value] * 30)}), repr(logging.makeLogRecord({"args": (value,)}).args)]
    for text in shown:
        assert "invented" not in text
        assert "<secret TOKEN>" in text


def test_bytes_hide_in_str_as_well() -> None:
    """What prints as a repr for plain bytes prints as the name."""
    assert str(BYTES) == f"{BYTES}" == "{}".format(BYTES) == "<secret TOKEN>"  # noqa: UP032  # the spellings are the test


@pytest.mark.parametrize("value", [TEXT, BYTES])
def test_values_are_not_pickled(value: SecretValue | SecretBytes, tmp_path: Path) -> None:
    """Pickling is a TypeError at every protocol, in containers, in a shelf, by cloudpickle; it shows no value."""
    ways: list[Callable[[], object]] = [
        *(lambda protocol=protocol: pickle.dumps(value, protocol) for protocol in range(pickle.HIGHEST_PROTOCOL + 1)),
        lambda: pickle.dumps({"deep": [value]}),
        lambda: cloudpickle.dumps(lambda: value),
        lambda: shelve.open(str(tmp_path / "shelf")).__setitem__("x", value),  # noqa: SIM115  # nothing is written
    ]
    for way in ways:
        with pytest.raises(TypeError, match=r"TOKEN.*reveal") as caught:
            way()
        assert "invented" not in str(caught.value)


@pytest.mark.parametrize("value", [TEXT, BYTES])
def test_copies_are_the_same_object(value: SecretValue | SecretBytes) -> None:
    """``copy`` and ``deepcopy`` give the value itself, also in a container."""
    assert copy.copy(value) is value
    assert copy.deepcopy({"x": [value]})["x"][0] is value


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_text_comes_back(text: str) -> None:
    """Text is stored as UTF-8 and comes back the same."""
    back = decode("A", encode("A", text))
    assert isinstance(back, SecretValue)
    assert back == text


@given(st.binary())
def test_bytes_come_back(content: bytes) -> None:
    """Bytes come back to the byte: as text where they are UTF-8, else as bytes."""
    for given_as in (content, bytearray(content), memoryview(content)):
        back = decode("A", encode("A", given_as))  # type: ignore[arg-type]  # taken as well, if not announced
        assert (back.encode() if isinstance(back, SecretValue) else back.reveal()) == content
        assert back.name == "A"


@pytest.mark.parametrize("value", ["half a pair: \ud83d", 5, None, ["x"]])
def test_other_values_are_refused(value: Any) -> None:
    """What is neither text for UTF-8 nor bytes is refused, and the refusal holds nothing of it."""
    with pytest.raises(SecretsError) as caught:
        encode("A", value)
    error = caught.value
    assert "half" not in f"{error}{error.args!r}{error.__cause__!r}{error.__context__!r}"


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
    created_by=st.none() | st.text(max_size=5),
    updated_by=st.none() | st.text(max_size=5),
)


@given(metadata)
def test_metadata_comes_back(wanted: Metadata) -> None:
    """Metadata survives its JSON form; times are the same moments."""
    assert Metadata.from_dict(json.loads(json.dumps(wanted.to_dict()))) == wanted


json_values = st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists, max_leaves=5)


@given(st.dictionaries(st.sampled_from(list(Metadata().to_dict())) | st.text(), json_values))
def test_broken_metadata_is_read_as_far_as_it_goes(data: dict[str, Any]) -> None:
    """What a stranger wrote never raises, and what came of it can be stored again."""
    found = Metadata.from_dict(data)
    assert Metadata.from_dict(found.to_dict()) == found


@pytest.mark.parametrize("time", ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "soon", "2026-13-01"])
def test_impossible_times_are_left_out(time: str) -> None:
    """A time that is none, or lies beyond what UTC can hold here, is left out."""
    found = Metadata.from_dict({"created": time, "expires": time, "description": "kept"})
    assert (found.created, found.expires, found.description) == (None, None, "kept")


def test_expired_is_after_the_last_day() -> None:
    """A secret is valid through the day it names."""
    today = date.today()
    assert not Metadata().expired
    assert not Metadata(expires=today).expired
    assert Metadata(expires=today - timedelta(days=1)).expired


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
