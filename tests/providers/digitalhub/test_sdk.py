"""The platform's real SDK is the second judge: it sees what we see, and stays logged in beside us."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from dh_secrets_jupyter.errors import SecretsError
from dh_secrets_jupyter.project import Project
from dh_secrets_jupyter.providers.digitalhub import DigitalHubProvider
from tests.core.sdk import Sdk
from tests.core.server import Core

from .conftest import PROJECT

pytestmark = pytest.mark.timeout(600)

StartSdk = Callable[..., Sdk]


@pytest.fixture
def start_sdk(on_platform: Core, login_file: Path) -> Iterator[StartSdk]:
    """Starts the SDK in this workspace, with more of an environment."""
    started: list[Sdk] = []

    def start(**environment: str) -> Sdk:
        basis = {"DHCORE_ENDPOINT": on_platform.url, "DH_CONFIG": str(login_file), "DHCORE_CLIENT_ID": "admin"}
        started.append(Sdk({**basis, "DHCORE_ISSUER": on_platform.url, **environment}))
        return started[-1]

    yield start
    for sdk in started:
        sdk.close()


def seen_by_us(project: Project) -> dict[str, Any]:
    """Returns all secrets as this package sees them."""
    found = {}
    for name, (secret, value) in project.read_secrets([], others=_must_not).items():
        shown = secret.metadata.to_dict()
        found[name] = {"value": str(value), **{key: _alike(key, shown[key]) for key in KEYS}}
    return found


def seen_by(sdk: Sdk) -> dict[str, Any]:
    """Returns all secrets as the SDK sees them."""
    return {
        name: {"value": one["value"], **{key: _alike(key, one["metadata"].get(key)) for key in KEYS}}
        for name, one in sdk("view", PROJECT).items()
    }


def _must_not(error: SecretsError) -> None:
    raise error


KEYS = ("description", "labels", "expires", "created", "updated", "created_by", "updated_by")


def _alike(key: str, found: Any) -> Any:
    if key == "labels":
        return sorted(found or [])
    return datetime.fromisoformat(found) if key in ("created", "updated") else found or ""


def test_twenty_operations(start_sdk: StartSdk, demo: Project, on_platform: Core) -> None:
    """After each of twenty changes, by us and by the SDK in turn, both see the same: values and metadata. What it takes
    to see it is less for us."""
    sdk = start_sdk()
    pem = "-----BEGIN TEST-----\nbm90IGEga2V5\r\n-----END TEST-----\n"
    operations: list[Callable[[], object]] = [
        lambda: demo.new_secret("A", "sample-1", description="ours", labels=["b", "a"], expires="2031-02-03"),
        lambda: sdk("new", PROJECT, "B", "sample-2", description="the SDK's", labels=["x", "y"]),
        lambda: demo.edit("B", value="sample-3"),
        lambda: sdk("set", PROJECT, "A", "sample-4"),
        lambda: demo.edit("B", description="changed by us"),
        lambda: sdk("edit", PROJECT, "A", description="changed by the SDK"),
        lambda: demo.edit("A", labels=["one", "two"]),
        lambda: sdk("edit", PROJECT, "B", labels=["three"]),
        lambda: demo.import_values({"C": "sample-5", "D": "sample-6"}),
        lambda: sdk("delete", PROJECT, "C"),
        lambda: demo.delete("D"),
        lambda: sdk("new", PROJECT, "C", "sample-7"),
        lambda: demo.put("C", pem),
        lambda: sdk("set", PROJECT, "A", "grüße ☕ 𝄞"),
        lambda: demo.edit("B", description=""),
        lambda: sdk("set", PROJECT, "C", ""),
        lambda: demo.delete("A"),
        lambda: sdk("new", PROJECT, "A", pem, description="again"),
        lambda: demo.put("A", "sample-8", description="once more"),
        lambda: sdk("delete", PROJECT, "B"),
    ]
    for number, operation in enumerate(operations, 1):
        operation()
        seen = seen_by_us(demo)
        assert seen == seen_by(sdk), number
        if number in (1, 6, 7):
            assert seen["A"]["expires"] == "2031-02-03"
    assert set(seen) == {"A", "C"}
    # In the same processes: to get some of sixty takes two requests at the same time, whatever their number; the SDK's
    # get and read take three times as many for one, and more one after another for each further one.
    demo.import_values({f"S{number}": "sample" for number in range(60)})
    for number in (1, 2, 5):
        wanted = [f"S{7 + index}" for index in range(number)]
        on_platform.requests.clear()
        sdk("time", PROJECT, *wanted)
        theirs = len(on_platform.counted())
        on_platform.requests.clear()
        demo.read_secrets(wanted)
        assert len(on_platform.counted()) == 2
        assert theirs >= 1 + 5 * number


def test_the_sdk_beside_our_renewal(
    with_login: Core, start_sdk: StartSdk, login_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A login that we have renewed, once for sixteen requests at the same time, is used by an SDK that runs, and by one
    that starts, with the file that we wrote; nobody's refresh token is used up."""
    logins = with_login.logins
    expired, refresh = logins.access_token("alice", lasts=-60), logins.refresh_token("alice")
    tokens = {"DHCORE_ACCESS_TOKEN": expired, "DHCORE_REFRESH_TOKEN": refresh}
    for name, value in tokens.items():
        monkeypatch.setenv(name, value)
    ours = Project(PROJECT, DigitalHubProvider(), user="x")
    ours.new_secret("A", "sample-a")
    assert login_file.exists()
    assert set(seen_by(start_sdk(**tokens))) == {"A"}  # the environment's are used up by now
    assert logins.renewals == 1
    logins.revoke_access_tokens()
    with ThreadPoolExecutor(16) as pool:
        assert list(pool.map(ours.read_values, ["A"] * 16)) == [{"A": "sample-a"}] * 16
    sdk = start_sdk()
    assert set(seen_by(sdk)) == {"A"}
    assert logins.renewals == 2
    logins.revoke_access_tokens()
    assert set(seen_by(sdk)) == {"A"}  # by a renewal of its own
    assert ours.read_values("A") == {"A": "sample-a"}
    assert logins.renewals == 3
