"""Who may do what: real ServiceAccounts with real Roles, and tokens that are not accepted."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from dh_secrets_jupyter.errors import AccessDeniedError
from dh_secrets_jupyter.project import Project
from dh_secrets_jupyter.providers import kubeconfig, lookup
from dh_secrets_jupyter.providers.kubernetes import KubernetesProvider
from tests.cluster.server import Namespace
from tests.support.waiting import wait_until

from .conftest import CANARY, SECRET, Connect, shown

NAMED = ["get", "patch", "delete", "watch"]
"""What a Role can grant for the one Secret alone."""


def role(*verbs: str) -> list[dict[str, object]]:
    """Returns the rules of a Role with these verbs, just as they are documented."""
    rules: list[dict[str, object]] = [
        {"apiGroups": [""], "resources": ["secrets"], "resourceNames": [SECRET], "verbs": [*verbs]}
    ]
    if "create" in verbs:
        rules.append({"apiGroups": [""], "resources": ["secrets"], "verbs": ["create"]})
    return rules


def test_the_documented_role_is_enough(connect: Connect, namespace: Namespace) -> None:
    """With the five verbs on the one Secret everything works, from the first key to the last."""
    provider = connect(namespace.service_account("user", role("create", *NAMED)))
    project = Project("demo", provider, user="tester")
    project.new_secret("A", CANARY)
    project.put("B", CANARY)
    assert set(project.read_all()) == {"A", "B"}
    assert provider.writable("demo")
    assert set(next(provider.watch("demo", threading.Event()))) == {"A", "B"}
    project.delete("A", "B")
    assert namespace.secret(SECRET) is None


def test_on_the_platform_no_role_is_advised(
    connect: Connect, namespace: Namespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All workspaces there share one account: what it may, every user may. The hint says so, and what to use."""
    project = Project("demo", connect(namespace.service_account("nobody")), user="tester")
    monkeypatch.setenv("DHCORE_ENDPOINT", "http://core.example.com")
    for action in (project.read_all, lambda: project.put("A", CANARY)):
        with pytest.raises(AccessDeniedError) as caught:
            action()
        assert (
            f"you may not get the Secret {SECRET} in the namespace {namespace.name}. Use --provider digitalhub"
            in str(caught.value)
        )
        assert "Ask for no Role" in str(caught.value)
        assert "create role" not in str(caught.value)


def watch_once(project: Project) -> object:
    """Watches until the first is shown."""
    return next(project.provider.watch(project.name, threading.Event()))


def put(project: Project) -> object:
    """Writes a value."""
    return project.put("A", CANARY)


ATTEMPTS: dict[str, Callable[[Project], object]] = {
    "get": lambda project: project.read_all(),
    "patch": put,
    "delete": lambda project: project.delete("A"),
    "watch": watch_once,
}


@pytest.mark.parametrize("verb", [*ATTEMPTS, "create"])
def test_a_missing_verb_is_said(connect: Connect, namespace: Namespace, verb: str) -> None:
    """Without one verb, what needs it fails in one line with verb, Secret, namespace and Role, and changes nothing."""
    verbs = [other for other in ("create", *NAMED) if other != verb]
    lacking = connect(namespace.service_account("user", role(*verbs)))
    project = Project("demo", lacking, user="tester")
    if verb != "create":
        Project("demo", connect(), user="tester").put("A", f"{CANARY} old")
    before = namespace.secret(SECRET)
    with pytest.raises(AccessDeniedError) as caught:
        ATTEMPTS.get(verb, ATTEMPTS["patch"])(project)
    line = str(caught.value)
    assert f"you may not {verb} the Secret {SECRET} in the namespace {namespace.name}" in line
    assert f"kubectl create role demo-secrets -n {namespace.name} --verb={verb} --resource=secrets" in line
    assert "\n" not in line
    assert CANARY not in shown(caught.value)
    assert namespace.secret(SECRET) == before


@pytest.mark.parametrize("verb", [*ATTEMPTS, "create"])
def test_the_role_that_is_said_grants_it(connect: Connect, namespace: Namespace, verb: str) -> None:
    """Who runs the command of the hint, and binds the Role, has the right."""
    verbs = [other for other in ("create", *NAMED) if other != verb]
    project = Project("demo", connect(namespace.service_account("user", role(*verbs))), user="tester")
    if verb != "create":
        Project("demo", connect(), user="tester").put("A", CANARY)
    attempt = ATTEMPTS.get(verb, ATTEMPTS["patch"])
    with pytest.raises(AccessDeniedError) as caught:
        attempt(project)
    command = caught.value.hint.partition("kubectl ")[2].removesuffix(".")
    namespace.kubectl(*command.split())
    binding = f"--serviceaccount={namespace.name}:user"
    namespace.kubectl("create", "rolebinding", "more", "--role=demo-secrets", binding)
    wait_until(lambda: all(namespace.may("user", rule) for rule in role(verb)), "the right", pause=0.01)
    attempt(project)


def test_who_may_not_patch_is_told_before(connect: Connect, namespace: Namespace) -> None:
    """writable is what the API server says of the right to patch."""
    assert not connect(namespace.service_account("reader", role("get", "watch"))).writable("demo")
    assert connect(namespace.service_account("writer", role(*NAMED))).writable("demo")


@pytest.mark.parametrize("kind", ["expired", "invalid"])
def test_a_token_that_is_not_accepted(connect: Connect, namespace: Namespace, kind: str) -> None:
    """An expired or made-up token is one line that says to log in again, without the token."""
    namespace.service_account("user", role("create", *NAMED))
    token = namespace.expired_token("user") if kind == "expired" else "made-up-token"
    project = Project("demo", connect(namespace.cluster.write_kubeconfig("late", token, namespace.name)), user="tester")
    for attempt in (Project.read_all, put, watch_once):
        with pytest.raises(AccessDeniedError, match="does not accept your credentials") as caught:
            attempt(project)
        assert token not in shown(caught.value)
        assert CANARY not in shown(caught.value)
    assert project.provider.writable("demo")


def test_a_renewed_kubeconfig_is_used_at_once(connect: Connect, namespace: Namespace) -> None:
    """A token that expires while the kernel runs is looked up again in the kubeconfig, within the same call."""
    namespace.service_account("user", role("create", *NAMED))
    file = namespace.cluster.write_kubeconfig("renewed", namespace.expired_token("user"), namespace.name)
    project = Project("demo", connect(file), user="tester")
    with pytest.raises(AccessDeniedError):
        project.read_all()
    namespace.cluster.write_kubeconfig("renewed", namespace.token("user"), namespace.name)
    project.put("A", CANARY)
    assert set(project.read_all()) == {"A"}


def test_a_context_that_is_switched_elsewhere_changes_nothing(connect: Connect, namespace: Namespace) -> None:
    """A kernel stays with the context that it said it uses, also when it looks up credentials again."""
    namespace.service_account("user", role("create", *NAMED))
    file = namespace.cluster.write_kubeconfig("switched", namespace.expired_token("user"), namespace.name)
    provider = connect(file)
    text = file.read_text().replace("current-context: test", "current-context: elsewhere")
    file.write_text(text)
    assert "context test" in provider.place("demo")
    with pytest.raises(AccessDeniedError, match="does not accept"):
        provider.read("demo")


@pytest.fixture
def pod(namespace: Namespace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Lays out what a pod has of a service account; returns the folder."""
    namespace.service_account("user", role("create", *NAMED))
    host, port = namespace.cluster.url.removeprefix("https://").split(":")
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", host)
    monkeypatch.setenv("KUBERNETES_SERVICE_PORT", port)
    monkeypatch.setattr(kubeconfig, "SERVICE_ACCOUNT", tmp_path)
    (tmp_path / "token").write_text(namespace.token("user"))
    (tmp_path / "ca.crt").write_bytes(namespace.cluster.ca.read_bytes())
    (tmp_path / "namespace").write_text(namespace.name)
    return tmp_path


def test_a_pod_uses_its_service_account(pod: Path, namespace: Namespace) -> None:
    """In a pod, auto is kubernetes, with the pod's own credentials and namespace."""
    provider = lookup.find("auto")
    project = Project("demo", provider, user="tester")
    project.put("A", CANARY)
    assert isinstance(provider, KubernetesProvider)
    assert provider.place("demo") == f"Secret {SECRET} in namespace {namespace.name} (the cluster of this pod)"
    assert namespace.data(SECRET) == {"A": CANARY.encode()}


def test_a_pods_rotated_token_is_used(pod: Path, namespace: Namespace) -> None:
    """When the token in use is refused, the one that the pod has by then is read, within the same call."""
    (pod / "token").write_text(namespace.expired_token("user"))
    project = Project("demo", KubernetesProvider(), user="tester")
    with pytest.raises(AccessDeniedError, match="Restart the pod"):
        project.read_all()
    (pod / "token").write_text(namespace.token("user"))
    project.put("A", CANARY)
    assert set(project.read_all()) == {"A"}
