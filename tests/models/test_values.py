"""Values: the real thing for every use, and shown nowhere by themselves."""

from __future__ import annotations

import copy
import io
import json
import logging
import pickle
import pprint
import shelve
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cloudpickle  # type: ignore[import-untyped]  # it has no types
import pytest
import requests
import yaml
from hypothesis import given
from hypothesis import strategies as st

from dh_secrets_jupyter.errors import SecretsError
from dh_secrets_jupyter.models import (
    SecretBytes,
    SecretValue,
    decode,
    encode,
    name_of,
)

TEXT = SecretValue("invented-value", "TOKEN")
BYTES = SecretBytes(b"invented-\xff-value", "TOKEN")


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
def test_nothing_takes_a_value_for_a_file(value: SecretValue | SecretBytes) -> None:
    """It has no attribute of its own but ``reveal``, so that an upload is not called as the secret is."""
    own = {name for name in dir(value) if not name.startswith("_")} - set(dir(value.reveal()))
    assert own == {"reveal"}
    body = requests.Request("POST", "http://localhost", files={"upload": value}).prepare().body
    assert isinstance(body, bytes)
    assert b'filename="upload"' in body
    assert b"TOKEN" not in body


def test_what_takes_plain_text_alone_takes_what_reveal_gives() -> None:
    """As the documentation says: YAML's safe dump, and interning."""
    for take in (yaml.safe_dump, sys.intern):
        with pytest.raises((yaml.YAMLError, TypeError)):
            take(TEXT)
        assert "invented-value" in take(TEXT.reveal())


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
        assert name_of(back) == "A"


@pytest.mark.parametrize("value", ["half a pair: \ud83d", 5, None, ["x"]])
def test_other_values_are_refused(value: Any) -> None:
    """What is neither text for UTF-8 nor bytes is refused, and the refusal holds nothing of it."""
    with pytest.raises(SecretsError) as caught:
        encode("A", value)
    error = caught.value
    assert "half" not in f"{error}{error.args!r}{error.__cause__!r}{error.__context__!r}"
