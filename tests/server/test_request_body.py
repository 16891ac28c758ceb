"""What a request's body may be."""

from __future__ import annotations

import pytest

from dh_secrets_jupyter.errors import SecretsError
from dh_secrets_jupyter.server.request_body import parse

ALLOWED = frozenset({"name", "value"})


def test_an_object_with_the_fields_of_the_route_is_taken() -> None:
    """As it was sent, with all of them or none."""
    assert parse(b'{"name": "A", "value": "\xc3\xa4"}', "A", ALLOWED) == {"name": "A", "value": "ä"}
    assert parse(b"{}", "A", ALLOWED) == {}


@pytest.mark.parametrize(
    "raw",
    [
        *(b"", b"sample-value", b'["sample-value"]', b'"sample-value"', b"null", b'{"value": "sample-value"'),
        *(b'{"value": NaN}', b'{"value": Infinity}', b'{"value": "\\ud800"}', b'{"value": "\xff"}', b"[" * 100_000),
    ],
)
def test_what_is_no_json_object_in_utf_8_is_refused(raw: bytes) -> None:
    """The error says what to send, and repeats nothing of the body."""
    with pytest.raises(SecretsError, match="the body is not a JSON object in UTF-8") as caught:
        parse(raw, "A", ALLOWED)
    assert caught.value.hint == "Send a JSON object with name, value."
    assert "sample-value" not in str(caught.value)
    assert caught.value.__context__ is None


def test_a_field_too_many_is_refused() -> None:
    """Without its name, which may be a value that slipped."""
    with pytest.raises(SecretsError, match="the body has an unknown field") as caught:
        parse(b'{"name": "A", "sample-value": 1}', "A", ALLOWED)
    assert "sample-value" not in str(caught.value)
