"""The JSON that all front ends share."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from dh_secrets_jupyter import errors, wire
from dh_secrets_jupyter.errors import ConflictError, SecretsError, TooLargeError
from dh_secrets_jupyter.models import Metadata

ERRORS = [error for name, error in vars(errors).items() if name.endswith("Error")]


class PrivateError(ConflictError):
    """One of a surface's own."""


@pytest.mark.parametrize("kind", [*ERRORS, PrivateError], ids=lambda kind: kind.__name__)
def test_an_error_is_a_sentence_a_class_and_a_hint(kind: type[SecretsError]) -> None:
    """The sentence and the hint are the whole line, each once; the class is one that users can import."""
    error = kind("A", "it is odd", "Look at it")
    found = wire.error_to_json(error)
    assert found == {
        "message": "A: it is odd.",
        "reason": "ConflictError" if kind is PrivateError else kind.__name__,
        "hint": "Look at it.",
    }
    assert f"{found['message']} {found['hint']}" == str(error) == str(errors.from_json(found))


def test_a_secret_is_its_name_and_metadata() -> None:
    """Dates in ISO 8601, times in UTC, None where nothing is known; a list is by name."""
    full = Metadata("d", ["x"], date(2031, 5, 6), datetime(2030, 1, 2, 3, tzinfo=UTC), None, "ada", None, ["a.test"])
    listed = wire.secrets_to_json({"B": Metadata(), "A": full})
    assert listed[0] == {
        "name": "A",
        "description": "d",
        "labels": ["x"],
        "expires": "2031-05-06",
        "hosts": ["a.test"],
        "created": "2030-01-02T03:00:00.000000Z",
        "updated": None,
        "created_by": "ada",
        "updated_by": None,
    }
    assert listed[1] == {**dict.fromkeys(listed[0]), "name": "B", "description": "", "labels": [], "hosts": []}


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ({}, {}),
        ({"name": "A", "other": 1, "created_by": "x"}, {}),
        ({"description": "d", "labels": [" x ", "x"], "expires": "2031-05-06"}, {"description": "d", "labels": ["x"]}),
        ({"description": None, "labels": None, "expires": None}, {"description": "", "labels": [], "expires": None}),
        ({"description": "", "labels": [], "expires": ""}, {"description": "", "labels": [], "expires": None}),
        ({"hosts": [" A.test:443 ", "a.test", "*.b.test:1"]}, {"hosts": ["a.test", "*.b.test:1"]}),
        ({"hosts": None}, {"hosts": []}),
    ],
)
def test_metadata_that_are_sent_are_read(sent: dict[str, Any], expected: dict[str, Any]) -> None:
    """What is not sent stays; null, an empty text and an empty list clear; other fields are not taken for metadata."""
    expected = {**expected, **({"expires": date(2031, 5, 6)} if sent.get("expires") else {})}
    assert wire.parse_metadata(sent, "A") == expected


@pytest.mark.parametrize(
    "sent",
    [
        {"description": 1},
        {"description": "\ud800"},
        {"labels": "one"},
        {"labels": {"a": 1}},
        {"labels": False},
        {"labels": ["a,b"]},
        {"expires": "soon"},
        {"expires": 5},
        {"expires": "20310506"},
        {"expires": "2031-05-06T00:00:00"},
    ],
)
def test_metadata_of_another_form_are_refused(sent: dict[str, Any]) -> None:
    """With the secret's name."""
    with pytest.raises(SecretsError) as caught:
        wire.parse_metadata(sent, "A")
    assert caught.value.subject == "A"
    with pytest.raises(TooLargeError):
        wire.parse_metadata({"description": "x" * 1025}, "A")


@pytest.mark.parametrize("fields", [{}, {"name": None}, {"name": 5}, {"name": ["sample-value"]}])
def test_a_text_has_to_be_there(fields: dict[str, Any]) -> None:
    """Nothing of what is there instead is repeated."""
    with pytest.raises(SecretsError, match=r"^demo: `name` is missing or is not text\."):
        wire.parse_text(fields, "name", "demo")
    assert wire.parse_text({"name": ""}, "name", "demo") == ""


@pytest.mark.parametrize("found", [None, ["sample-value"], {"A": 1}, {"A": None}, "sample-value"])
def test_texts_are_an_object_of_texts(found: object) -> None:
    """Nothing else, and nothing of it is repeated."""
    with pytest.raises(SecretsError, match=r"^demo: `values` is missing or not an object of texts\.") as caught:
        wire.parse_texts({"values": found}, "values", "demo")
    assert "sample-value" not in str(caught.value)
    assert wire.parse_texts({"values": {"A": "x"}}, "values", "demo") == {"A": "x"}


@pytest.mark.parametrize("found", [None, 0, 1, "true", []])
def test_a_flag_is_true_or_false(found: object) -> None:
    """And false where it is not sent."""
    with pytest.raises(SecretsError, match=r"^demo: `replace` is neither true nor false\."):
        wire.parse_flag({"replace": found}, "replace", "demo")
    assert wire.parse_flag({"replace": True}, "replace", "demo")
    assert not wire.parse_flag({}, "replace", "demo")


def test_many_notices_are_cut_short() -> None:
    """The first are shown, and how many more there are: an import of a thousand may bring a thousand."""
    sentences = [f"The platform does not list N{number}: it is away." for number in range(1000)]
    assert wire.shown_notices(sentences[:5]) == sentences[:5]
    assert wire.shown_notices(sentences) == [*sentences[:5], "995 more notices like these are not shown."]
