"""A lost answer, or a 500, at each step of each order: what is done is said, what is not, and the store agrees."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dh_secrets_jupyter.errors import ProviderUnavailableError, SecretExistsError, TooLargeError
from dh_secrets_jupyter.project import Project
from dh_secrets_jupyter.providers.base import PartlyMadeError
from dh_secrets_jupyter.providers.digitalhub import DigitalHubProvider, read_back, writing
from dh_secrets_jupyter.providers.digitalhub.entity import LOCK
from dh_secrets_jupyter.testing import just, put, values
from tests.cluster.server import Namespace
from tests.core.proxy import CoreProxy
from tests.core.server import Core
from tests.support.fault_proxy import CUT, LOST, PASS, Choice, Fault, FaultProxy, Request, answer

from .conftest import PROJECT

UNKNOWN = "it may or may not have been made"


@pytest.fixture
def core_proxy(on_platform: Core, monkeypatch: pytest.MonkeyPatch) -> Iterator[CoreProxy]:
    """What stands between this workspace and Core; patience is short."""
    monkeypatch.setattr(read_back, "READ_BACK", (0.01, 0.02))
    monkeypatch.setattr(read_back, "SLOW", 0.0)
    monkeypatch.setattr(writing, "PAUSES", 0.3)
    on_platform.entities.create_project({"name": PROJECT}, "somebody")
    with CoreProxy(on_platform.url) as running:
        monkeypatch.setenv("DHCORE_ENDPOINT", running.url)
        yield running


@pytest.fixture
def demo(core_proxy: CoreProxy) -> Project:
    """The project through it, with two secrets."""
    provider = DigitalHubProvider()
    provider.write(PROJECT, just(put("OLD", b"sample-old"), put("OTHER", b"sample-other")))
    core_proxy.requests.clear()
    return Project(PROJECT, provider, user="tester")


Action = Callable[[Project], object]
ACTIONS: dict[str, tuple[Action, dict[str, str]]] = {
    "create": (lambda project: project.new_secret("NEW", "sample-new"), {"NEW": "sample-new"}),
    "value": (lambda project: project.put("OLD", "sample-new", description="d"), {"OLD": "sample-new"}),
    "metadata": (lambda project: project.edit("OLD", description="d"), {}),
    "delete": (lambda project: project.delete("OLD"), {"OLD": ""}),
    "several": (
        lambda project: project.import_values({"OLD": "sample-1", "NEW": "sample-2"}, replace_existing=True),
        {"OLD": "sample-1", "NEW": "sample-2"},
    ),
}
"""What is done, and what is changed of the values by it: a text, or nothing for what is gone."""
BEFORE = {"OLD": "sample-old", "OTHER": "sample-other"}


def step(number: int, fault: Fault, *, always: bool = False) -> Choice:
    """Returns the choice of a fault for the one request that changes something by that number, or from it on."""
    lock, count = threading.Lock(), 0

    def choose(request: Request) -> Fault:
        nonlocal count
        if request.method == "GET":
            return PASS
        with lock:
            count += 1
            hit = count == number or (always and count > number)
        return fault if hit else PASS

    return choose


def now(core: Core) -> dict[str, str]:
    """Returns the values as Core has them in its cluster; of an entity without one ``(none)``."""
    return {name: _value(core, name) for name in core.entities.of(PROJECT) if not name.endswith(".lock")}


def _value(core: Core, name: str) -> str:
    try:
        return core.vault.read(PROJECT, name)
    except Exception:  # noqa: BLE001 (as Core itself has it)
        return "(none)"


def changed(wanted: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in (BEFORE | wanted).items() if value}


LONG = pytest.mark.soak


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(LOST, id="lost"),
        pytest.param(CUT, id="cut", marks=LONG),
        pytest.param(answer(502, upstream=True), id="502", marks=LONG),
    ],
)
@pytest.mark.parametrize("name", ACTIONS)
def test_one_answer_is_lost(on_platform: Core, core_proxy: CoreProxy, demo: Project, name: str, fault: Fault) -> None:
    """Whichever request it is, a look decides what became of it, and the change is made once, as it was wanted."""
    action, wanted = ACTIONS[name]
    for number in range(1, 6):
        reset(on_platform, core_proxy, demo)
        core_proxy.otherwise = step(number, fault)
        action(demo)
        assert now(on_platform) == changed(wanted)


@pytest.mark.parametrize("name", ACTIONS)
def test_all_further_changes_are_cut(on_platform: Core, core_proxy: CoreProxy, demo: Project, name: str) -> None:
    """Where from one step on nothing arrives, the error names what is changed and what may be; the store agrees."""
    for number in (2, 3, 4):
        reset(on_platform, core_proxy, demo)
        core_proxy.otherwise = step(number, CUT, always=True)
        agrees(on_platform, demo, *ACTIONS[name])


def reset(core: Core, proxy: CoreProxy, project: Project) -> None:
    """Makes it as it was before, without a lock that could not be given back."""
    proxy.otherwise = lambda request: PASS
    for secret in core.entities.of(PROJECT).values():
        if secret["name"] == LOCK:
            core.entities.delete(secret["id"])
    project.import_values(BEFORE, replace_existing=True)
    gone = {secret.name for secret in project.list_secrets()} - BEFORE.keys()
    project.delete(*gone)


def agrees(core: Core, project: Project, action: Action, wanted: dict[str, str]) -> None:
    """Checks that what an action says is what there is."""
    try:
        action(project)
    except ProviderUnavailableError as error:
        said, partly = str(error), isinstance(error, PartlyMadeError)
    else:
        assert now(core) == changed(wanted)
        return
    found = now(core)
    assert partly == any(f"{state}: " in said for state in ("created", "changed", "deleted", "metadata", "a value"))
    assert UNKNOWN in said or "changed, but for its metadata" in said or "could not be put back" in said
    for secret, value in wanted.items():
        done = found.get(secret, "") == value
        if f"created: {secret}" in said or f"deleted: {secret}" in said:
            assert done
        if found.get(secret) == "(none)":
            assert f"listed without a value: {secret}" in said
    assert "sample-" not in said


@pytest.mark.parametrize("verb", ["GET", "PATCH", pytest.param("POST", marks=LONG), pytest.param("DELETE", marks=LONG)])
@pytest.mark.parametrize("name", ["create", "value", "delete", "several"])
def test_the_cluster_fails(
    namespace: Namespace,
    fault_proxy: FaultProxy,
    login_file: object,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    verb: str,
) -> None:
    """Where Core cannot write, or not even read its cluster, nothing of the values is changed, and nothing is claimed.
    An entity that is left without a value, for Core writes to its cluster to delete one, is named."""
    monkeypatch.setattr(writing, "PAUSES", 0.3)
    monkeypatch.setattr(read_back, "READ_BACK", (0.01, 0.02))
    action, wanted = ACTIONS[name]
    with Core(fault_proxy.kubeconfig) as core:
        monkeypatch.setenv("DHCORE_ENDPOINT", core.url)
        core.entities.create_project({"name": PROJECT}, "somebody")
        provider = DigitalHubProvider()
        provider.write(PROJECT, just(put("OLD", b"sample-old"), put("OTHER", b"sample-other")))
        fault_proxy.otherwise = lambda request: answer(503) if request.method == verb else PASS
        failed = None
        try:
            action(Project(PROJECT, provider, user="tester"))
        except ProviderUnavailableError as error:
            failed = str(error)
        fault_proxy.otherwise = lambda request: PASS
        if failed is None:
            assert now(core) == changed(wanted)
        else:
            left = [name for name, value in now(core).items() if value == "(none)"]
            assert now(core) == BEFORE | dict.fromkeys(left, "(none)")
            assert not left or f"could not be put back, and is listed without a value: {', '.join(left)}" in failed
            assert "sample-" not in failed
        assert failed or verb in ("POST", "DELETE")


def test_the_answer_to_a_patch_is_lost(
    fault_proxy: FaultProxy, login_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Core says 500, and has written: the look shows it, and the change is done."""
    with Core(fault_proxy.kubeconfig) as core:
        monkeypatch.setenv("DHCORE_ENDPOINT", core.url)
        core.entities.create_project({"name": PROJECT}, "somebody")
        provider = DigitalHubProvider()
        provider.write(PROJECT, just(put("OLD", b"sample-old")))
        fault_proxy.script("PATCH", LOST)
        provider.write(PROJECT, just(put("OLD", b"sample-new"), put("NEW", b"sample-2")))
        assert values(provider.read(PROJECT)) == {"OLD": b"sample-new", "NEW": b"sample-2"}
        assert fault_proxy.done


def test_somebody_else_creates_it_meanwhile(on_platform: Core, core_proxy: CoreProxy, demo: Project) -> None:
    """The console's entity, made between our look and our POST, is not written over; nothing of ours is left."""

    def by_the_console() -> None:
        spec = {"path": "secret://NEW", "provider": "kubernetes"}
        body = {"name": "NEW", "kind": "secret", "project": PROJECT, "spec": spec}
        on_platform.entities.create(PROJECT, body, "console")
        on_platform.vault.write(PROJECT, "NEW", "sample-console")

    core_proxy.script("POST", PASS, Fault(before=by_the_console))
    with pytest.raises(SecretExistsError):
        demo.new_secret("NEW", "sample-ours")
    assert core_proxy.done
    assert now(on_platform) == BEFORE | {"NEW": "sample-console"}


def test_keys_that_core_does_not_list_fill_the_secret(
    on_platform: Core, namespace: Namespace, core_proxy: CoreProxy, demo: Project
) -> None:
    """Core refuses what is too large together with keys that nobody sees here: nothing is changed, and it is said."""
    on_platform.vault.write(PROJECT, "UNLISTED", "x" * 1_000_000)
    with pytest.raises(ProviderUnavailableError, match="nothing was changed"):
        demo.new_secret("NEW", "y" * 100_000)
    assert now(on_platform) == BEFORE
    with pytest.raises(TooLargeError):
        demo.new_secret("NEW", "y" * 1_048_576)
