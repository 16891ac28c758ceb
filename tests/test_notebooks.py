"""The notebooks run as they stand, by themselves, and as often as one likes; what they save has no value in it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from .cluster.server import Namespace
from .support import kernels, notebooks

ROOT = Path(__file__).parent.parent
QUICKSTART, KUBERNETES = ROOT / "notebooks" / "quickstart.ipynb", ROOT / "notebooks" / "kubernetes.ipynb"
MADE_UP = re.compile(r"[\w-]{43}")
"""What ``secrets.token_urlsafe`` makes; nothing else in the notebooks is as long."""

Execute = Callable[..., list[Any]]


@pytest.fixture
def execute(tmp_path: Path) -> Execute:
    """Runs a notebook, or its first cells, and returns its cells: ``execute(path, cells=None, **environment)``."""

    def execute(path: Path, cells: int | None = None, **environment: str) -> list[Any]:
        notebook = json.loads(path.read_text())
        notebook["cells"] = notebook["cells"][:cells]
        inherited = {name: value for name, value in os.environ.items() if name != "PYTEST_CURRENT_TEST"}
        own = {"IPYTHONDIR": str(tmp_path / "ipython"), "DH_SECRETS_LOCAL_PATH": str(tmp_path / "secrets.db")}
        executed: list[Any] = notebooks.execute(notebook, tmp_path, {**inherited, **own, **environment})["cells"]
        return executed

    return execute


def text(cells: list[Any]) -> str:
    """Returns all that the cells put out, as it is saved, and then the streams, in however many pieces they came."""
    outputs = [output for cell in cells for output in cell.get("outputs", ())]
    return json.dumps(outputs) + "".join(output.get("text", "") for output in outputs)


def check_masked(cells: list[Any], *names: str) -> None:
    """Values were printed, and none is there."""
    assert not MADE_UP.search(text(cells))
    for name in names:
        assert f"[secret:{name}]" in text(cells)


@pytest.mark.kernel
def test_the_quickstart(execute: Execute) -> None:
    """It runs on the embedded store, also after one that was broken off, and again; its secret is there to look at."""
    execute(QUICKSTART, cells=8, DH_SECRETS_PROVIDER="local")
    for _ in range(2):
        cells = execute(QUICKSTART, DH_SECRETS_PROVIDER="local")
        check_masked(cells, "API_KEY")
        assert "Removed: API_KEY (variable), API_KEY (environment)" in text(cells[-1:])
        assert "The weather service's test account" in text(cells[-1:])
        assert "It has 43 characters." in text(cells)


def test_the_quickstart_on_a_cluster(execute: Execute, namespace: Namespace) -> None:
    """The same notebook, unchanged, keeps its secrets in the project's Kubernetes Secret."""
    environment = {"DH_SECRETS_PROVIDER": "kubernetes", "KUBECONFIG": str(namespace.kubeconfig)}
    check_masked(execute(QUICKSTART, **environment), "API_KEY")
    assert namespace.data("proj-secrets-quickstart").keys() == {"API_KEY"}


def test_the_notebook_about_kubernetes(execute: Execute, namespace: Namespace) -> None:
    """It shows both sides of the Secret, by kubectl and by ours, twice, and leaves none."""
    path = os.pathsep.join([str(namespace.cluster.binaries), os.environ["PATH"]])
    for _ in range(2):
        cells = execute(KUBERNETES, PATH=path, KUBECONFIG=str(namespace.kubeconfig))
        check_masked(cells, "API_KEY", "made-elsewhere")
        assert "Opaque" in text(cells)
        assert namespace.secret("proj-secrets-notebook") is None


@pytest.mark.parametrize("path", [QUICKSTART, KUBERNETES], ids=lambda path: path.stem)
def test_saved_without_outputs(path: Path) -> None:
    """The files hold no output of anybody's machine."""
    cells = json.loads(path.read_text())["cells"]
    assert [cell for cell in cells if cell.get("outputs") or cell.get("execution_count")] == []


def test_the_prompt_is_the_real_one(new_kernel: Callable[..., kernels.Kernel], tmp_path: Path) -> None:
    """The hidden prompt that the quickstart shows as text is what ``%secret set`` asks."""
    kernel = new_kernel(env={"DH_SECRETS_LOCAL_PATH": str(tmp_path / "secrets.db"), "DH_SECRETS_PROJECT": "quickstart"})
    kernel.ok("%load_ext dh_secrets_jupyter")
    kernel.ok("%secret set FIRST", answers=["an-invented-value"])
    (prompt,) = kernel.ok("%secret set API_KEY", answers=["an-invented-value"]).prompts
    shown = prompt.replace(str(tmp_path), "…")
    assert any(shown in "".join(cell["source"]) for cell in json.loads(QUICKSTART.read_text())["cells"])


def test_the_readmes_first_cell(new_kernel: Callable[..., kernels.Kernel]) -> None:
    """It runs as it stands, and prints what its comment says."""
    source = (ROOT / "README.md").read_text().split("```python\n")[1].split("```")[0]
    cell = new_kernel().ok(source, answers=["an-invented-value"])
    assert source.rstrip().endswith("# prints: Bearer [secret:API_KEY]")
    assert cell.stdout.endswith("Bearer [secret:API_KEY]\n")


@pytest.mark.kernel
class TestDemo:
    """``make demo`` plays the quickstart in the terminal."""

    def test_it_uses_a_store_of_its_own(self, tmp_path: Path) -> None:
        """Whatever kubeconfig there is: it shows each cell and its output, and ends with 0."""
        kubeconfig = tmp_path / "config"
        kubeconfig.write_text("current-context: nowhere\n")
        done = self.make({"KUBECONFIG": str(kubeconfig), "IPYTHONDIR": str(tmp_path)})
        assert done.returncode == 0, done.stderr
        assert str(Path("build", "demo", "secrets.db")) in done.stdout
        for shown in (">>> %secret list", "API_KEY  The weather service's test account", "[secret:API_KEY]"):
            assert shown in done.stdout
        assert not MADE_UP.search(done.stdout)

    def test_another_provider_can_be_asked_for(self, tmp_path: Path) -> None:
        """``DH_SECRETS_PROVIDER`` wins; where that one cannot be used, the cell that fails is shown, and make fails."""
        done = self.make({"DH_SECRETS_PROVIDER": "no-such-provider", "IPYTHONDIR": str(tmp_path)})
        assert done.returncode != 0
        assert "no-such-provider: no such provider" in done.stdout
        assert ">>> %secret list" not in done.stdout

    def make(self, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
        """Runs ``make demo`` in the virtual environment of the tests, as one that is set up already."""
        inherited = {name: value for name, value in os.environ.items() if name != "PYTEST_CURRENT_TEST"}
        command = ["make", "-o", f"{sys.prefix}/.demo", "-o", f"{sys.prefix}/bin/python", "demo"]
        return subprocess.run(
            [*command, f"VENV={sys.prefix}"],
            cwd=ROOT,
            env={**inherited, **environment},
            capture_output=True,
            text=True,
            timeout=200,
            check=False,
        )
