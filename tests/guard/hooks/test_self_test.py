"""The self-test of the hooks, against a session that nobody has hooked into."""

from __future__ import annotations

import pytest
from jupyter_client.session import Session

from dh_secrets_jupyter.guard.hooks.self_test import is_canary_masked
from dh_secrets_jupyter.guard.redactor import Redactor


@pytest.mark.parametrize("on", [True, False])
def test_a_session_that_masks_nothing_fails(on: bool) -> None:
    """Whether the guard is on or off before; and it is so afterwards."""
    redactor = Redactor()
    redactor.is_on = on
    assert not is_canary_masked(Session(), redactor)
    assert redactor.is_on is on
