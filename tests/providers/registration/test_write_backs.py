"""What Core undoes when it deletes an entity is seen, and put back; what others have written stays."""

from __future__ import annotations

import base64
import threading
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from dh_secrets_jupyter.project import Project
from dh_secrets_jupyter.providers.kubernetes.manifest import PREFIX, Look
from dh_secrets_jupyter.providers.registration.write_backs import undone
from tests.cluster.server import Namespace
from tests.core.server import Core
from tests.support.waiting import wait_until

from .conftest import PROJECT, SECRET, Open


def patch(namespace: Namespace, **values: str | None) -> None:
    """Changes keys as kubectl does."""
    data = {
        name: None if value is None else base64.b64encode(value.encode()).decode() for name, value in values.items()
    }
    path = f"/api/v1/namespaces/{namespace.name}/secrets/{SECRET}?fieldManager=kubectl-patch"
    namespace.cluster.api("PATCH", path, {"data": data}, "application/merge-patch+json")


def before_write_back(core: Core, monkeypatch: pytest.MonkeyPatch, act: Callable[[], object]) -> list[object]:
    """Does something once between Core's reading and its writing back."""
    written, done = core.vault._write_back, list[object]()

    def write_back(*arguments: Any) -> None:
        if not done:
            done.append(act())
        written(*arguments)

    monkeypatch.setattr(core.vault, "_write_back", write_back)
    return done


def test_what_comes_between_reading_and_writing(
    on_platform: Core, demo: Project, namespace: Namespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A key that somebody adds, one that is changed, one that is deleted, by hand and by another one of ours."""
    demo.import_values(dict.fromkeys(["A", "CHANGED", "GONE", "OURS"], "sample-old"))

    def by_others() -> None:
        patch(namespace, ADDED="sample-added", CHANGED="sample-changed", GONE=None)
        namespace_data = namespace.data(SECRET)
        assert "ADDED" in namespace_data
        other.write_ours()

    other = Other(namespace)
    done = before_write_back(on_platform, monkeypatch, by_others)
    demo.delete("A")
    assert done
    wanted = {"ADDED": b"sample-added", "CHANGED": b"sample-changed", "OURS": b"sample-ours"}
    assert namespace.data(SECRET) == wanted
    assert "A" not in on_platform.entities.of(PROJECT)
    assert demo.notices == []


class Other:
    """Another client of ours, which only knows Kubernetes."""

    def __init__(self, namespace: Namespace) -> None:
        from dh_secrets_jupyter.providers.kubernetes import KubernetesProvider

        self._project = Project(PROJECT, KubernetesProvider(), user="other")

    def write_ours(self) -> None:
        """Changes one secret."""
        self._project.provider._kept = lambda project, before, wanted, after, deadline: after.records  # type: ignore[attr-defined]  # without waiting
        self._project.put("OURS", "sample-ours")


def test_a_name_that_is_made_anew_meanwhile(
    on_platform: Core, demo: Project, namespace: Namespace, open_project: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another one of ours creates the secret that is being deleted: it has its value, and is listed."""
    demo.import_values({"A": "sample-a", "B": "sample-b"})
    anew = open_project()
    made: list[object] = []

    def once(call: Any) -> None:
        if call.method == "DELETE" and not made:
            made.append(anew.put("A", "sample-anew"))

    on_platform.spend = once
    demo.delete("A")
    assert made
    assert namespace.data(SECRET) == {"A": b"sample-anew", "B": b"sample-b"}
    assert set(on_platform.entities.of(PROJECT)) == {"A", "B"}


@pytest.mark.parametrize("rounds", [2, pytest.param(40, marks=pytest.mark.soak)])
@pytest.mark.timeout(900)
def test_nothing_of_anybodys_is_lost(on_platform: Core, demo: Project, namespace: Namespace, rounds: int) -> None:
    """While the console writes one of its values after another, and somebody with kubectl does, we create, change and
    delete with other keys left: each of them has what was written last."""
    for name in ("CONSOLE0", "CONSOLE1", "KEPT"):
        demo.put(name, "sample-0")
    patch(namespace, KUBECTL="sample-0")
    over, last = threading.Event(), dict[str, str]()

    def console() -> None:
        number = 0
        while not over.wait(0.02):
            number += 1
            name, value = f"CONSOLE{number % 2}", f"sample-{number}"
            on_platform.vault.write(PROJECT, name, value)
            last[name] = value

    thread = threading.Thread(target=console)
    thread.start()
    try:
        for number in range(rounds):
            demo.new_secret(f"NEW{number}", f"sample-{number}")
            demo.put("KEPT", f"sample-{number}")
            demo.delete(f"NEW{number}")
    finally:
        over.set()
        thread.join()
    wanted = {**{name: value.encode() for name, value in last.items()}, "KEPT": f"sample-{rounds - 1}".encode()}
    wanted["KUBECTL"] = b"sample-0"
    wait_until(lambda: namespace.data(SECRET) == wanted, f"the values {wanted}")
    assert set(on_platform.entities.of(PROJECT)) == {"CONSOLE0", "CONSOLE1", "KEPT"}


def version(data: Mapping[str, str], number: int = 0, **annotations: str) -> Look:
    """Returns a Secret as a watch shows it."""
    ours = {f"{PREFIX}{name}": text for name, text in annotations.items()}
    return Look(exists=True, data=dict(data), annotations=ours, resource_version=str(number))


ONE, TWO = {"K": "1", "X": "1"}, {"K": "2", "X": "1"}


@pytest.mark.parametrize(
    ("versions", "wanted"),
    [
        ([version(ONE), version(TWO), version(ONE)], {"K": ("1", "2")}),
        ([version(ONE), version({"X": "1"}), version(ONE)], {"K": ("1", None)}),
        ([version(ONE), version({**ONE, "NEW": "n"}), version(ONE)], {"NEW": (None, "n")}),
        ([version(ONE), version(TWO), version({**TWO, "X": "2"}), version(TWO)], {"X": ("1", "2")}),
        ([version(ONE), version(TWO)], {}),
        ([version(ONE), version(TWO), version({"K": "3", "X": "1"})], {}),
        ([version(ONE), version(TWO, K="{}"), version(ONE, K="{1}")], {}),
        ([version({**ONE, "A": "old"}), version(ONE)], {}),
        ([version({**ONE, "A": "new"}, A="{}"), version(ONE, A="{}")], {"A": (None, "new")}),
        ([version(ONE), Look(), version(ONE)], {}),
    ],
    ids=[
        "a change", "a deletion", "a new key", "of two changes the last", "nothing", "something else", "by one of ours",
        "the deleted key, back by the platform", "the deleted key, made anew", "the Secret made anew",
    ],
)  # fmt: skip
def test_what_counts_as_undone(versions: list[Look], wanted: dict[str, tuple[str | None, str | None]]) -> None:
    """A version with the values of an earlier one, and the annotations of the one before it."""
    found = undone(versions, {"A"})
    assert {name: (made, edit.value) for name, (made, edit) in found.items()} == wanted
