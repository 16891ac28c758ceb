"""Providers are found by their names; ``auto`` says which suits this machine."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from dh_secrets_jupyter.errors import ProviderUnavailableError
from dh_secrets_jupyter.providers import kubeconfig, lookup

from ..support.processes import run

WITH_CONTEXT = "apiVersion: v1\nkind: Config\ncurrent-context: here\n"
WITHOUT_CONTEXT = 'apiVersion: v1\nkind: Config\ncurrent-context: ""\n'


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder without a cluster's settings."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    monkeypatch.delenv("KUBECONFIG")
    monkeypatch.setattr(kubeconfig, "SERVICE_ACCOUNT", tmp_path / "serviceaccount")
    return tmp_path


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_a_machine_without_a_cluster(home: Path) -> None:
    """Without a pod and a kubeconfig the store is the embedded one."""
    assert lookup.suitable() == "local"
    assert lookup.find("auto").name == "local"


def test_a_pod(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A service account's token makes it ``kubernetes``, but only in a pod."""
    write(kubeconfig.SERVICE_ACCOUNT / "token", "invented")
    assert lookup.suitable() == "local"
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "10.0.0.1")
    assert lookup.suitable() == "kubernetes"
    (kubeconfig.SERVICE_ACCOUNT / "token").unlink()
    assert lookup.suitable() == "local"


@pytest.mark.parametrize(("text", "wanted"), [(WITH_CONTEXT, "kubernetes"), (WITHOUT_CONTEXT, "local"), ("", "local")])
def test_a_kubeconfig_in_the_home_folder(home: Path, text: str, wanted: str) -> None:
    """What counts is its current context; an empty file is an empty configuration, as for kubectl."""
    write(home / ".kube" / "config", text)
    assert lookup.suitable() == wanted


@pytest.mark.parametrize("rest", ["5", "[5]", "[{name: here, context: words}]", "[{name: here}]", "[]"])
def test_a_context_without_its_cluster_is_still_one(home: Path, rest: str) -> None:
    """What else is wrong with a kubeconfig that names a context is for the provider to say, not for ``auto``."""
    write(home / ".kube" / "config", f"{WITH_CONTEXT}contexts: {rest}\n")
    assert lookup.suitable() == "kubernetes"


def test_the_variable_comes_first(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """``KUBECONFIG`` names one file or several, some of which may not exist, instead of the one in the home folder."""
    write(home / ".kube" / "config", WITH_CONTEXT)
    empty, full = write(home / "empty", WITHOUT_CONTEXT), write(home / "full", WITH_CONTEXT)
    for listed, wanted in [
        ([str(empty)], "local"),
        ([str(home / "none")], "local"),
        ([str(empty), "", str(home / "none"), str(full)], "kubernetes"),
        ([""], "kubernetes"),  # an empty variable is none
    ]:
        monkeypatch.setenv("KUBECONFIG", os.pathsep.join(listed))
        assert lookup.suitable() == wanted, listed


@pytest.mark.parametrize("text", ["[", "- a\n- b\n", "\0", "just words"])
def test_a_broken_kubeconfig_is_said(home: Path, text: str) -> None:
    """Secrets are not put into another store because a file cannot be read; what it holds is not shown."""
    path = write(home / ".kube" / "config", text)
    with pytest.raises(ProviderUnavailableError, match="--provider local") as caught:
        lookup.find("auto")
    assert str(path) in str(caught.value)
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)
    assert lookup.find("local").name == "local"


@pytest.mark.slow
@pytest.mark.posix
def test_a_kubeconfig_that_may_not_be_read_is_said(home: Path) -> None:
    """The same for a file, or a folder, that this user may not look into."""
    path = write(home / ".kube" / "config", WITH_CONTEXT)
    code = f"""
    import os
    from dh_secrets_jupyter.providers import lookup
    os.environ["KUBECONFIG"] = {str(path)!r}
    try:
        print(lookup.suitable())
    except lookup.ProviderUnavailableError as error:
        print(error)
    """
    for locked in (path, path.parent):
        mode = locked.stat().st_mode
        locked.chmod(0)
        try:
            said = run(code, humble=True)
        finally:
            locked.chmod(mode)
        assert said == f"kubernetes: the kubeconfig {path} cannot be read. Fix it, or use --provider local.\n"


def test_a_folder_for_a_kubeconfig_is_said(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder is no kubeconfig."""
    monkeypatch.setenv("KUBECONFIG", str(home))
    with pytest.raises(ProviderUnavailableError):
        lookup.suitable()


def test_ours_are_installed() -> None:
    """The providers of this package are found by name."""
    ours = {"digitalhub", "kubernetes", "local"}
    assert ours <= set(lookup.names())
    assert {lookup._load(name).name for name in ours} == ours


def _install(folder: Path, name: str, target: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Installs a package that brings a provider."""
    write(folder / f"{name}-1.dist-info" / "entry_points.txt", f"[{lookup.GROUP}]\n{name} = {target}\n")
    write(folder / f"{name}-1.dist-info" / "METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n")
    monkeypatch.syspath_prepend(str(folder))


def test_another_package_brings_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A provider of a third party is found as soon as its package is installed."""
    write(tmp_path / "somewhere.py", "class Elsewhere:\n    name = 'elsewhere'\n")
    _install(tmp_path, "elsewhere", "somewhere:Elsewhere", monkeypatch)
    assert "elsewhere" in lookup.names()
    assert lookup.find("elsewhere").name == "elsewhere"


@pytest.mark.parametrize("target", ["no_such_module:Provider", "dh_secrets_jupyter.errors:NoSuchClass"])
def test_a_provider_that_cannot_be_loaded_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, target: str
) -> None:
    """A package that was installed without what it needs is said by its name."""
    _install(tmp_path, "broken", target, monkeypatch)
    with pytest.raises(ProviderUnavailableError, match=r"^broken: the provider cannot be loaded") as caught:
        lookup.find("broken")
    assert caught.value.__context__ is None


@pytest.mark.slow
def test_looking_around_is_cheap(home: Path) -> None:
    """Where there is no kubeconfig, no YAML parser is loaded, and never a Kubernetes client.

    What other packages bring is not read for a provider of this package.
    """
    code = """
    import sys
    from dh_secrets_jupyter.providers import lookup
    lookup.suitable()
    print({"yaml", "kubernetes", "cryptography", "keyring"} & set(sys.modules))
    lookup.find("local")
    print("importlib.metadata" in sys.modules)
    """
    assert run(code) == "set()\nFalse\n"
    assert "dh_secrets_jupyter" in sys.modules
