"""Who is written down for what was done over HTTP."""

from __future__ import annotations

import logging
from types import SimpleNamespace

import pytest
from jupyter_server.auth import IdentityProvider, User

from dh_secrets_jupyter import current
from dh_secrets_jupyter.server.users import name_of


def test_who_has_a_token_alone_is_who_runs_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """Jupyter makes up a name for each client; the hub's user stands there, else the login name."""
    made_up = IdentityProvider().generate_anonymous_user(SimpleNamespace(log=logging.getLogger("made-up")))  # type: ignore[arg-type]  # all it uses of a handler
    monkeypatch.delenv("JUPYTERHUB_USER", raising=False)
    assert name_of(made_up) == current.user() != made_up.username
    monkeypatch.setenv("JUPYTERHUB_USER", "jo")
    assert name_of(made_up) == "jo"


@pytest.mark.parametrize(
    "name", ["analyst", "0b9f6d1e-7f0c-4c39-9a77-1f6ad2a5a0c1", "d41d8cd98f00b204e9800998ecf8427e", "deadbeef"]
)
def test_a_user_of_the_server_s_keeps_the_name(name: str) -> None:
    """Whatever a login calls its users, so long as it is not what Jupyter makes up."""
    assert name_of(User(name)) == name
