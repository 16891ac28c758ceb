"""What the tests of the digitalhub provider share: a workspace, providers in it, and ears for credentials in logs."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import timedelta

import pytest

from dh_secrets_jupyter.project import Project
from dh_secrets_jupyter.providers.digitalhub import DigitalHubProvider, lock, writing
from tests.core.server import Core
from tests.support.waiting import PATIENCE

PROJECT = "demo"


@pytest.fixture
def provider(on_platform: Core) -> DigitalHubProvider:
    """A provider of the workspace, whose project exists."""
    on_platform.entities.create_project({"name": PROJECT}, "somebody")
    return DigitalHubProvider()


@pytest.fixture
def demo(provider: DigitalHubProvider) -> Project:
    """The project ``demo`` through it."""
    return Project(PROJECT, provider, user="tester")


@pytest.fixture
def with_login(on_platform: Core, monkeypatch: pytest.MonkeyPatch) -> Core:
    """The workspace of a Core where alice has to log in, and has the right to one project."""
    on_platform.logins.is_on = True
    on_platform.logins.add("alice", f"{PROJECT}:ROLE_USER")
    on_platform.entities.create_project({"name": PROJECT}, "somebody")
    return on_platform


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a machine that has other things to do a change takes longer than anybody may hold the lock, or wait for it."""
    assert timedelta(seconds=lock.HOLD) < lock.STALE
    monkeypatch.setattr(lock, "HOLD", PATIENCE)
    monkeypatch.setattr(writing, "DEADLINE", PATIENCE)


@pytest.fixture(autouse=True)
def quiet(request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """No test may leave a token, a password or a value in any logger at DEBUG."""
    caplog.set_level(logging.DEBUG)
    core = request.getfixturevalue("on_platform") if "on_platform" in request.fixturenames else None
    yield
    logged = "\n".join(record.getMessage() + str(record.exc_info or "") for record in caplog.get_records("call"))
    assert "sample-" not in logged
    assert not core or not [text for text in core.logins.secret_texts() if text in logged]
