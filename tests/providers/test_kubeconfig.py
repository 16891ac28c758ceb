"""Which cluster a machine speaks to, with the real kubectl as the judge."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from dh_secrets_jupyter.errors import ProviderUnavailableError
from dh_secrets_jupyter.providers import kubeconfig, lookup
from tests.cluster.build import binaries

PLAIN = "{current-context: a, contexts: [{name: a, context: {cluster: c, user: u, namespace: team-a}}]}"
OTHER = "{current-context: b, contexts: [{name: b, context: {cluster: c, user: u, namespace: team-b}}, {name: a}]}"
NO_NAMESPACE = "{current-context: a, contexts: [{name: a, context: {cluster: c, user: u}}]}"
NO_CONTEXT = "{contexts: [{name: b, context: {cluster: c, user: u, namespace: team-first}}]}"


def kubectl_says(kubeconfig: str) -> tuple[str, str | None] | None:
    """Returns the context and the namespace that kubectl would use."""

    def ask(*arguments: str) -> str:
        command = [str(binaries() / "kubectl"), "config", *arguments]
        environment = {**os.environ, "KUBECONFIG": kubeconfig}
        return subprocess.run(
            command, capture_output=True, text=True, env=environment, timeout=60, check=False
        ).stdout.strip()

    if not (name := ask("current-context")):
        return None
    return name, ask("view", f'-o=jsonpath={{.contexts[?(@.name=="{name}")].context.namespace}}') or None


@pytest.mark.parametrize(
    "contents",
    [
        [PLAIN],
        [OTHER],
        [NO_NAMESPACE],
        [NO_CONTEXT],
        [PLAIN, OTHER],
        [OTHER, PLAIN],
        [NO_CONTEXT, OTHER],
        [None, PLAIN],
        ["", PLAIN],
        [""],
        [None],
    ],
    ids=str,
)
def test_the_context_is_kubectls(
    cluster: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, contents: list[str | None]
) -> None:
    """Of one file or several, absent and empty ones too, context and namespace are those that kubectl would use."""
    files = [tmp_path / f"config-{number}" for number in range(len(contents))]
    for file, content in zip(files, contents, strict=True):
        if content is not None:
            file.write_text(content)
    listed = os.pathsep.join(map(str, files))
    monkeypatch.setenv("KUBECONFIG", listed)
    found = kubeconfig.current_context()
    assert (found and (found.name, found.namespace)) == kubectl_says(listed)
    assert lookup.suitable() == ("kubernetes" if found else "local")


@pytest.mark.parametrize("content", [b"{", b"[1]", b"\xff\xfe\x00", b"text"])
def test_what_is_no_kubeconfig_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    """A broken file is an error that names it; nothing falls back to another store in silence."""
    file = tmp_path / "config"
    file.write_bytes(content)
    monkeypatch.setenv("KUBECONFIG", str(file))
    with pytest.raises(ProviderUnavailableError, match=re.escape(str(file))) as caught:
        lookup.suitable()
    assert caught.value.__context__ is None


def test_the_default_is_in_the_home_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without KUBECONFIG it is ~/.kube/config; without one there, auto is local."""
    monkeypatch.delenv("KUBECONFIG")
    for variable in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(variable, str(tmp_path))
    assert lookup.suitable() == "local"
    (tmp_path / ".kube").mkdir()
    (tmp_path / ".kube" / "config").write_text(PLAIN)
    assert kubeconfig.current_context() == kubeconfig.Context("a", "team-a")


def test_a_pod_without_a_service_account_is_no_pod(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The address of an API server alone, which every pod has, gives no credentials."""
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "10.0.0.1")
    monkeypatch.setattr(kubeconfig, "SERVICE_ACCOUNT", tmp_path)
    assert lookup.suitable() == "local"
    (tmp_path / "token").write_text("not-a-real-token")
    assert lookup.suitable() == "kubernetes"
