"""What the API server refuses is one line in our own words."""

from __future__ import annotations

from typing import Any

import pytest

from dh_secrets_jupyter.errors import AccessDeniedError, ProviderUnavailableError, SecretsError, TooLargeError
from dh_secrets_jupyter.providers.kubernetes.api_errors import lost_race, refusal
from dh_secrets_jupyter.providers.kubernetes.client import Answer
from dh_secrets_jupyter.providers.kubernetes.connection import Target

from .conftest import CANARY, shown

TARGET = Target("team-a", "test", "config")


def status(code: int, *causes: tuple[str, str]) -> Answer:
    """Returns an answer that repeats the object, value and all, as the API server does for some mistakes."""
    body: dict[str, Any] = {
        "kind": "Status",
        "message": f'Invalid value: "{{\\"data\\":{{\\"A\\":\\"{CANARY}\\"}}}}"',
        "reason": CANARY,
        "details": {"causes": [{"field": field, "reason": reason, "message": CANARY} for field, reason in causes]},
    }
    return Answer(code, body)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (status(401), AccessDeniedError),
        (status(403), AccessDeniedError),
        (status(413), TooLargeError),
        (status(422, ("data", "FieldValueTooLong")), TooLargeError),
        (status(422, ("metadata.annotations", "FieldValueTooLong")), TooLargeError),
        (status(422, ("data", "FieldValueForbidden")), SecretsError),
        (status(422, ("data", "FieldValueInvalid")), SecretsError),
        (status(400), SecretsError),
        (status(302), SecretsError),
        (Answer(400, {"details": None, "message": None}), SecretsError),
    ],
)
@pytest.mark.parametrize("verb", ["get", "create", "patch", "delete", "watch"])
def test_the_servers_words_are_not_repeated(answer: Answer, kind: type[SecretsError], verb: str) -> None:
    """Whatever is in the answer, the error is of its kind, has one line, and nothing of the answer."""
    error = refusal(answer, verb, "demo", "proj-secrets-demo", TARGET)
    assert type(error) is kind
    assert "\n" not in str(error)
    assert CANARY not in shown(error)
    assert str(error).startswith("demo: ")


def test_a_missing_namespace_is_none_of_the_secrets() -> None:
    """Only a creation is answered 404 for the namespace's sake."""
    missing = Answer(404, {})
    assert isinstance(refusal(missing, "create", "demo", "proj-secrets-demo", TARGET), ProviderUnavailableError)


def test_a_failed_test_is_told_from_a_mistake() -> None:
    """Both are 422; one helps itself by another look, the other never does."""
    assert lost_race(Answer(422, {"details": {}}))
    assert lost_race(Answer(409, {}))
    assert lost_race(Answer(404, {}))
    assert not lost_race(status(422, ("data", "FieldValueTooLong")))
    assert not lost_race(status(403))
