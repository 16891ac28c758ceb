"""The orders of a change's requests, and which changes take the lock."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from dh_secrets_jupyter.errors import ConflictError, SecretNotFoundError
from dh_secrets_jupyter.project import Project
from dh_secrets_jupyter.providers.digitalhub import lock
from dh_secrets_jupyter.providers.digitalhub.entity import LOCK, new_lock
from tests.core.server import Core

from .conftest import PROJECT

SECRETS = f"/api/v1/-/{PROJECT}/secrets"
Change = Callable[[Project], object]

PLAIN: dict[str, tuple[Change, list[str]]] = {
    "set": (lambda demo: demo.put("A", "sample-new"), ["GET data", "PUT data", "PUT entity", "GET data"]),
    "set, new": (lambda demo: demo.put("NEW", "sample-new"), ["POST", "PUT data", "GET data"]),
    "edit": (lambda demo: demo.edit("A", description="d"), ["GET data", "PUT entity"]),
    "value": (
        lambda demo: demo.get_secret("A").set_secret_value("sample-new"),
        ["GET", "GET data", "PUT data", "PUT entity", "GET data"],
    ),
    "delete": (lambda demo: demo.delete("A"), ["GET data", "DELETE entity"]),
}
COMPARING: dict[str, Change] = {
    "new_secret": lambda demo: demo.new_secret("NEW", "sample-new"),
    "If-Match": lambda demo: demo.edit("A", description="d", check=lambda record: None),
    "deleted if unchanged": lambda demo: demo.delete("A", check=lambda record: None),
    "several": lambda demo: demo.import_values({"A": "sample-new", "B": "sample-new"}, replace_existing=True),
    "a move": lambda demo: demo.copy("A", "MOVED", move=True),
}


@pytest.fixture
def filled(demo: Project, on_platform: Core) -> Project:
    """The project with two secrets."""
    demo.import_values({"A": "sample-a", "B": "sample-b"})
    on_platform.requests.clear()
    return demo


def sent(core: Core) -> list[str]:
    """Returns what was sent for secrets, in short."""
    names = {SECRETS: "", f"{SECRETS}/data": " data"}
    return [f"{one.method}{names.get(one.path, ' entity')}" for one in core.requests]


@pytest.mark.parametrize("change", PLAIN)
def test_a_plain_change(on_platform: Core, filled: Project, change: str) -> None:
    """What compares nothing is looked at once, in two requests at most, and takes no lock."""
    act, wanted = PLAIN[change]
    act(filled)
    assert sent(on_platform) == ["GET", *wanted]
    assert LOCK.encode() not in b"".join(one.content for one in on_platform.requests)


@pytest.mark.parametrize("change", COMPARING)
def test_what_compares(on_platform: Core, filled: Project, change: str) -> None:
    """It takes the lock before its second look, and gives it back."""
    COMPARING[change](filled)
    locks = [one for one in on_platform.requests if LOCK.encode() in one.content]
    assert [one.method for one in locks] == ["POST"]
    requests = sent(on_platform)
    assert requests[0] == "GET"
    assert requests[requests.index("POST") + 1] == "GET"
    assert LOCK not in on_platform.entities.of(PROJECT)


@pytest.mark.parametrize("change", PLAIN)
def test_a_plain_change_waits_for_who_compares(
    on_platform: Core, filled: Project, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    """Where somebody holds the lock, nobody of ours changes anything."""
    monkeypatch.setattr(lock, "WAIT", 0.5)
    on_platform.entities.create(PROJECT, new_lock(PROJECT, "0" * 32), "another client")
    with pytest.raises(ConflictError):
        PLAIN[change][0](filled)
    assert not {"PUT data", "PUT entity", "DELETE entity"} & set(sent(on_platform))


@pytest.mark.parametrize("at", ["PUT data", "PUT entity"])
def test_a_secret_that_goes_meanwhile(on_platform: Core, filled: Project, at: str) -> None:
    """Who sets a value of what somebody else has just deleted is told that it is gone."""
    secret = filled.get_secret("A")
    gone: list[Any] = []

    def delete(call: Any) -> None:
        if sent(on_platform)[-1] == at and not gone:
            gone.append(on_platform._delete(PROJECT, on_platform.entities.of(PROJECT)["A"]["id"]))

    on_platform.spend = delete
    with pytest.raises(SecretNotFoundError):
        secret.set_secret_value("sample-new")
    assert gone
    assert set(on_platform.entities.of(PROJECT)) == {"B"}
    assert on_platform.vault.read(PROJECT, "B") == "sample-b"
