"""What Core is told of a change, and what it has then."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from dh_secrets_jupyter.project import Project
from dh_secrets_jupyter.providers.registration import RegisteringProvider, provider
from dh_secrets_jupyter.testing import Connect, ProviderContract
from tests.cluster.server import Namespace
from tests.core.proxy import CoreProxy
from tests.core.server import Core
from tests.providers.kubernetes.test_rights import role
from tests.support.fault_proxy import HANG, LOST, always

from .conftest import PROJECT, SECRET, SECRETS, Open, told


@pytest.mark.soak
class TestContract(ProviderContract):
    """Beside Core, the Kubernetes provider keeps all that it promises alone."""

    @pytest.fixture
    def connect(self, on_platform: Core, namespace: Namespace, monkeypatch: pytest.MonkeyPatch) -> Connect:
        """Providers for the test's namespace."""
        monkeypatch.setenv("KUBECONFIG", str(namespace.kubeconfig))
        return RegisteringProvider


def test_what_is_created_is_registered(on_platform: Core, demo: Project) -> None:
    """By one POST; Core has it with its metadata, and gives its value."""
    demo.new_secret("A", "sample-a", description="what for", labels=["x"], expires="2030-01-31")
    assert told(on_platform) == [f"POST {SECRETS}"]
    [entity] = on_platform.entities.of(PROJECT).values()
    found = entity["metadata"]
    assert (entity["name"], found["description"], found["labels"]) == ("A", "what for", ["x"])
    assert found["expires"] == date(2030, 1, 31).isoformat()
    assert on_platform.vault.read(PROJECT, "A") == "sample-a"
    assert demo.notices == []
    demo.import_values({"B": "sample-b", "C": "sample-c"})
    assert told(on_platform) == [f"POST {SECRETS}"] * 2
    assert set(on_platform.entities.of(PROJECT)) == {"A", "B", "C"}


def test_an_entity_without_a_value_gets_one(on_platform: Core, demo: Project) -> None:
    """One that the console has made is not made again."""
    spec = {"path": "secret://A", "provider": "kubernetes"}
    on_platform.entities.create(PROJECT, {"name": "A", "kind": "secret", "project": PROJECT, "spec": spec}, "console")
    demo.put("A", "sample-a")
    assert told(on_platform) == []
    assert demo.notices == []


def test_what_is_changed_is_noted(on_platform: Core, demo: Project) -> None:
    """Core's ``updated`` moves; of its metadata only that changes which was changed here."""
    demo.put("A", "sample-a", description="ours")
    [entity] = on_platform.entities.of(PROJECT).values()
    entity["metadata"] |= {"description": "the console's", "x-field": {"a": 1}}
    told(on_platform)
    demo.put("A", "sample-new", labels=["new"])
    assert told(on_platform) == [f"PUT {SECRETS}/{entity['id']}"]
    [now] = on_platform.entities.of(PROJECT).values()
    assert now["metadata"]["updated"] > entity["metadata"]["updated"]
    changed = {"labels": ["new"], "updated": now["metadata"]["updated"]}
    assert now["metadata"] == {**entity["metadata"], **changed, "updated_by": "anonymous"}
    assert demo.notices == []


def test_a_key_without_an_entity(on_platform: Core, demo: Project, namespace: Namespace) -> None:
    """What somebody else has put into the Secret is not registered by a change of ours, nor missed when it goes."""
    namespace.kubectl("create", "secret", "generic", SECRET, "--from-literal=A=1", "--from-literal=B=2")
    demo.put("A", "sample-a")
    demo.delete("A")
    assert told(on_platform) == []
    assert demo.notices == []


@pytest.mark.parametrize("names", [["A"], ["A", "B"], ["A", "B", "C"]], ids=["one", "two", "all"])
def test_what_is_deleted_is_unregistered(
    on_platform: Core, demo: Project, namespace: Namespace, names: list[str]
) -> None:
    """With other keys left, and with the last one, with which the Secret goes."""
    everything = {"A": "sample-a", "B": "sample-b", "C": "sample-c"}
    demo.import_values(everything)
    told(on_platform)
    demo.delete(*names)
    assert len(told(on_platform)) == len(names)
    left = {name: value for name, value in everything.items() if name not in names}
    assert set(on_platform.entities.of(PROJECT)) == set(left)
    assert namespace.data(SECRET) == {name: value.encode() for name, value in left.items()}
    assert (namespace.secret(SECRET) is None) == (not left)
    assert demo.notices == []


def test_a_move_moves_the_entity(on_platform: Core, demo: Project) -> None:
    """A new name is registered, the old one is not listed any more."""
    demo.put("A", "sample-a", description="moved")
    demo.copy("A", "B", move=True)
    [entity] = on_platform.entities.of(PROJECT).values()
    assert (entity["name"], entity["metadata"]["description"]) == ("B", "moved")
    assert on_platform.vault.read(PROJECT, "B") == "sample-a"


@pytest.mark.parametrize("name", ["a.b", ".env"])
def test_what_core_cannot_list(on_platform: Core, demo: Project, name: str) -> None:
    """It is kept, nothing is sent, and that is said."""
    demo.put(name, "sample-value")
    assert demo.notices == [f"The platform does not list {name}: not a valid name on the platform."]
    assert told(on_platform) == []
    assert demo.read_values(name) == {name: "sample-value"}


def test_bytes_are_registered(on_platform: Core, demo: Project) -> None:
    """Core lists them; what it gives for them is not what is there, so that it does not prove anything."""
    demo.put("BIN", b"\xff\x00")
    assert told(on_platform) == [f"POST {SECRETS}"]
    demo.delete("BIN")
    assert told(on_platform) == []
    assert demo.notices == ["The platform still lists BIN, with another value: nothing was changed there."]


def test_a_user_without_the_project(
    on_platform: Core, demo: Project, monkeypatch: pytest.MonkeyPatch, login_file: Path
) -> None:
    """The change is made; that the platform does not list it is said, with why. No project is made."""
    on_platform.logins.is_on = True
    on_platform.logins.add("alice", "other:ROLE_USER")
    monkeypatch.setenv("DHCORE_ACCESS_TOKEN", on_platform.logins.access_token("alice"))
    demo.put("A", "sample-a")
    assert demo.notices == [
        "The platform does not list A: the user alice has no right on this project of the platform."
    ]
    on_platform.entities.projects.clear()
    demo.put("B", "sample-b")
    assert demo.notices == [f"The platform does not list B: you have no project {PROJECT} at the platform."]
    assert on_platform.entities.projects == {}


def test_without_the_right_to_watch(on_platform: Core, open_project: Open, namespace: Namespace) -> None:
    """What Core undoes would not be seen: nothing is deleted there, and that is said."""
    open_project().import_values({"A": "sample-a", "B": "sample-b"})
    told(on_platform)
    limited = namespace.service_account("writer", role("create", "get", "patch", "delete"))
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("KUBECONFIG", str(limited))
        project = open_project()
        project.delete("A")
    assert told(on_platform) == []
    [notice] = project.notices
    assert notice.startswith("The platform may still list A, because you may not watch the Secret")
    assert set(namespace.data(SECRET)) == {"B"}


@pytest.fixture
def core_proxy(on_platform: Core, monkeypatch: pytest.MonkeyPatch) -> Iterator[CoreProxy]:
    """What stands between this workspace and Core."""
    with CoreProxy(on_platform.url) as running:
        monkeypatch.setenv("DHCORE_ENDPOINT", running.url)
        yield running


@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_a_lost_answer(on_platform: Core, core_proxy: CoreProxy, open_project: Open, method: str) -> None:
    """A look says what became of it."""
    demo = open_project()
    core_proxy.script(method, LOST)
    demo.put("A", "sample-a")
    assert demo.notices == []
    assert set(on_platform.entities.of(PROJECT)) == {"A"}
    demo.delete("A")
    assert demo.notices == []
    assert on_platform.entities.of(PROJECT) == {}
    assert core_proxy.done


def test_a_core_that_hangs(
    on_platform: Core, core_proxy: CoreProxy, open_project: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The change is made all the same, and what Core may still list is said."""
    demo = open_project()
    demo.put("A", "sample-a")
    monkeypatch.setattr(provider, "ASK", 0.5)
    monkeypatch.setattr(provider, "CORE", 0.5)
    core_proxy.otherwise = always(HANG)
    demo.put("B", "sample-b")
    [notice] = demo.notices
    assert notice.startswith("The platform does not list B: the platform's server")
    demo.delete("A")
    [notice] = demo.notices
    assert notice.startswith("The platform may still list A: nothing was changed there, because the platform's server")
    assert set(demo.read_all()) == {"B"}
