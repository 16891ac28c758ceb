"""What a process remembers of the sizes of a project's values, and what it looks at again."""

from __future__ import annotations

import pytest

from dh_secrets_jupyter.errors import TooLargeError
from dh_secrets_jupyter.models import MAX_TOTAL
from dh_secrets_jupyter.project import Project
from dh_secrets_jupyter.providers.digitalhub import DigitalHubProvider
from dh_secrets_jupyter.testing import just, put, values
from tests.core.server import Core

from .conftest import PROJECT


@pytest.fixture
def filled(demo: Project, on_platform: Core) -> Project:
    """The project with four small secrets."""
    demo.import_values({f"S{number}": "sample" for number in range(4)})
    on_platform.requests.clear()
    return demo


def make(core: Core, name: str, size: int) -> None:
    """Makes a secret as the console does."""
    spec = {"path": f"secret://{name}", "provider": "kubernetes"}
    core.entities.create(PROJECT, {"name": name, "kind": "secret", "project": PROJECT, "spec": spec}, "console")
    core.vault.write(PROJECT, name, "x" * size)


def asked(core: Core) -> list[set[str]]:
    """Returns the names of which values were asked for since the last call, request by request."""
    found = [set(",".join(call.query["keys"]).split(",")) for call in core.requests if "keys" in call.query]
    core.requests.clear()
    return found


def test_others_are_read_once(on_platform: Core, filled: Project) -> None:
    """A write asks for its own value, and for those that this process has neither read nor written yet."""
    make(on_platform, "CONSOLE", 10)
    filled.put("NEW", "sample-new")
    filled.put("S1", "sample-new")
    assert asked(on_platform) == [{"CONSOLE"}, {"NEW"}, {"S1"}, {"S1"}]
    make(on_platform, "LATER", 10)
    filled.put("S1", "sample-old")
    assert asked(on_platform) == [{"LATER", "S1"}, {"S1"}]


def test_near_the_limit_all_are_read(on_platform: Core, filled: Project) -> None:
    """What others made counts, and so does what they made larger or smaller since, without a trace in the list."""
    make(on_platform, "LARGE", MAX_TOTAL - 1000)
    with pytest.raises(TooLargeError):
        filled.put("NEW", "y" * 1000)
    assert asked(on_platform) == [{"LARGE"}, {f"S{number}" for number in range(4)}]
    filled.put("NEW", "sample-new")
    on_platform.vault.write(PROJECT, "LARGE", "x")
    filled.put("NEW", "y" * (MAX_TOTAL - 2000))
    on_platform.vault.write(PROJECT, "LARGE", "x" * 1900)
    with pytest.raises(TooLargeError):
        filled.put("S1", "y" * 100)
    assert on_platform.vault.read(PROJECT, "S1") == "sample"


@pytest.mark.parametrize(("name", "size"), [("S1", 1000), ("NEW", MAX_TOTAL // 4)])
def test_values_that_others_made_larger_unseen(on_platform: Core, filled: Project, name: str, size: int) -> None:
    """It is Core that refuses what has no room then, once; the error says so, and nothing is changed."""
    on_platform.vault.write(PROJECT, "S0", "x" * (MAX_TOTAL - 500))
    with pytest.raises(TooLargeError, match="over the limit of 1 MiB"):
        filled.put(name, "y" * size)
    assert [call.method for call in on_platform.requests if call.path.endswith("/data")].count("PUT") == 1
    assert set(on_platform.entities.of(PROJECT)) == {f"S{number}" for number in range(4)}
    assert on_platform.vault.read(PROJECT, "S1") == "sample"


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
