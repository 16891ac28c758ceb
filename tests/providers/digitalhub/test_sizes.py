"""What a process remembers of the sizes of a project's values, and what it looks at again."""

from __future__ import annotations

import pytest

from dh_secrets_jupyter.errors import ProviderUnavailableError, TooLargeError
from dh_secrets_jupyter.models import MAX_TOTAL
from dh_secrets_jupyter.project import Project
from dh_secrets_jupyter.providers.digitalhub import DigitalHubProvider, sizes
from dh_secrets_jupyter.testing import just, put, values
from tests.core.server import Core

from .conftest import PROJECT

LARGE = MAX_TOTAL - 1000


@pytest.fixture
def filled(demo: Project, on_platform: Core) -> Project:
    """The project with four small secrets."""
    demo.import_values({f"S{number}": "sample" for number in range(4)})
    on_platform.requests.clear()
    return demo


def make_large(core: Core) -> None:
    """Makes a secret as the console does, which leaves 1,000 bytes for all others."""
    spec = {"path": "secret://LARGE", "provider": "kubernetes"}
    body = {"name": "LARGE", "kind": "secret", "project": PROJECT, "spec": spec}
    core.entities.create(PROJECT, body, "console")
    core.vault.write(PROJECT, "LARGE", "x" * LARGE)


def asked(core: Core) -> list[set[str]]:
    """Returns the names of which values were asked for since the last call, request by request."""
    found = [set(",".join(call.query["keys"]).split(",")) for call in core.requests if "keys" in call.query]
    core.requests.clear()
    return found


def test_others_are_read_once(on_platform: Core, filled: Project) -> None:
    """A write asks for its own value, and for those that this process has neither read nor written yet; they count."""
    make_large(on_platform)
    with pytest.raises(TooLargeError):
        filled.put("NEW", "y" * 1000)
    assert asked(on_platform) == [{"LARGE"}, {f"S{number}" for number in range(4)}]
    filled.put("NEW", "sample-new")
    filled.put("S1", "sample-new")
    assert asked(on_platform) == [{"LARGE"}, {"NEW"}, {"S1"}, {"S1"}]


def test_what_is_remembered_may_be_old(on_platform: Core, filled: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """The console gives values other sizes without a trace in the list: nothing that fits is refused for it, and what
    does not fit is refused by Core, and by us after a while."""
    make_large(on_platform)
    filled.put("NEW", "sample-new")
    on_platform.vault.write(PROJECT, "LARGE", "x")
    filled.put("NEW", "y" * 100_000)
    on_platform.vault.write(PROJECT, "LARGE", "x" * (MAX_TOTAL - 110_000))
    with pytest.raises(ProviderUnavailableError, match="nothing was changed"):
        filled.put("OTHER", "y" * 100_000)
    monkeypatch.setattr(sizes, "FRESH", 0.0)
    with pytest.raises(TooLargeError):
        filled.put("OTHER", "y" * 100_000)


def test_what_a_write_returns_is_read_when_it_is_asked_for(on_platform: Core, filled: Project) -> None:
    """The secrets that a write did not change are all read at once; one that is gone by then says so."""
    filled.put("S1", "sample-1")
    asked(on_platform)
    after = DigitalHubProvider().write(PROJECT, just(put("S2", b"sample-2")))
    assert (after["S2"].value, len(after)) == (b"sample-2", 4)
    assert asked(on_platform) == [{"S2"}] * 3
    on_platform._delete(PROJECT, on_platform.entities.of(PROJECT)["S3"]["id"])
    found = values(after)
    assert (found["S1"], found["S2"], found["S0"]) == (b"sample-1", b"sample-2", b"sample")
    assert str(after["S3"].error).startswith("S3: was deleted meanwhile.")
    assert len(asked(on_platform)) == 1
