"""The package as a whole: what importing it costs, what it names, and what is built of it."""

from __future__ import annotations

import ast
import importlib
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest
import yaml

import dh_secrets_jupyter

from .support.processes import run

ROOT = Path(__file__).parent.parent
HEAVY = {"IPython", "ipykernel", "traitlets", "cryptography", "keyring", "kubernetes", "yaml", "dotenv", "platformdirs"}
HEAVY |= {"ahocorasick_rs", "sqlite3", "anywidget", "ipywidgets", "tornado", "jupyter_server", "asyncio"}


@pytest.mark.slow
def test_importing_it_is_cheap() -> None:
    """It imports nothing heavy, nor anything but itself and the standard library."""
    code = "import sys, time; before = {*sys.modules}; start = time.process_time(); import dh_secrets_jupyter"
    taken, *names = run(f"{code}; print(time.process_time() - start, *{{*sys.modules}} - before)").split()
    assert {name.partition(".")[0] for name in names} <= {"dh_secrets_jupyter", *sys.stdlib_module_names} - HEAVY
    assert float(taken) < 1, "seconds of the processor's, of which a quiet machine needs 0.05"


@pytest.mark.slow
def test_public_names() -> None:
    """All classes, errors and functions of the contract are at the top; ``dir`` and ``__all__`` say the same."""
    errors = "Secrets SecretNotFound SecretExists InvalidName TooLarge Conflict AccessDenied ProviderUnavailable"
    wanted = [
        "Project",
        "Secret",
        "Spec",
        "Metadata",
        "SecretValue",
        "SecretBytes",
        "get",
        "get_or_create_project",
        "use",
    ]
    wanted += ["use", *(f"{name}Error" for name in errors.split())]
    assert set(wanted) == set(dh_secrets_jupyter.__all__)
    assert set(dh_secrets_jupyter.__all__) < set(dir(dh_secrets_jupyter))
    for name in dh_secrets_jupyter.__all__:
        assert getattr(dh_secrets_jupyter, name).__name__ == name
    with pytest.raises(AttributeError, match="no_such_name"):
        dh_secrets_jupyter.no_such_name  # noqa: B018  # the access is the test
    assert run("from dh_secrets_jupyter import *; print(get.__module__)") == "dh_secrets_jupyter.current\n"


def test_names_for_type_checkers_are_the_names() -> None:
    """What a type checker is told to be public is just what can be had."""
    tree = ast.parse(Path(dh_secrets_jupyter.__file__).read_text())
    told = {
        (statement.module, alias.name)
        for block in tree.body
        if isinstance(block, ast.If)
        for statement in block.body
        if isinstance(statement, ast.ImportFrom)
        for alias in statement.names
    }
    for module, name in told:
        home = importlib.import_module(f"dh_secrets_jupyter.{module}")
        assert getattr(home, name) is getattr(dh_secrets_jupyter, name)
    assert {name for _, name in told if name in dh_secrets_jupyter.__all__} == set(dh_secrets_jupyter.__all__)


def test_one_version() -> None:
    """The front end's package.json is the one source of the version."""
    package = json.loads((ROOT / "labextension" / "package.json").read_text())
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert project["project"]["dynamic"] == ["version"]
    assert project["tool"]["hatch"]["version"]["path"] == "labextension/package.json"
    lock = json.loads((ROOT / "labextension" / "package-lock.json").read_text())
    assert dh_secrets_jupyter.__version__ == package["version"] == lock["version"]
    assert f"## [{package['version']}]" in (ROOT / "CHANGELOG.md").read_text()


def test_continuous_integration_has_every_python() -> None:
    """The unit tests are run on just those that pyproject.toml names, and everything by the one script."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    jobs = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text())["jobs"]
    named = [name.rpartition(" :: ")[2] for name in project["classifiers"] if "Python :: 3." in name]
    assert jobs["unit"]["strategy"]["matrix"]["python"] == named
    assert project["requires-python"] == f">={named[0]}"
    assert {"run": ".ci/run"} in jobs["everything"]["steps"]


def test_modules_stay_small() -> None:
    """No module of the package or the front end has more than 300 lines, and no module of the tests more than 400."""
    limits = {
        "dh_secrets_jupyter/**/*.py": 300,
        "labextension/src/*.ts*": 300,
        "labextension/tests/*.ts": 300,
        "tests/**/*.py": 400,
    }
    lengths = {
        path: (len(path.read_text().splitlines()), limit) for glob, limit in limits.items() for path in ROOT.glob(glob)
    }
    assert {str(path): length for path, (length, limit) in lengths.items() if length > limit} == {}


def test_the_architecture_names_what_there_is() -> None:
    """Every file that the page names is there."""
    page = (ROOT / "docs" / "architecture.md").read_text()
    names = set(re.findall(r"[\w./]+\.(?:py|tsx?|yaml|toml)\b", page))
    rooms = [ROOT / room for room in ("dh_secrets_jupyter", "labextension/src", "tests")]
    files = [*(str(path) for room in rooms for path in room.rglob("*")), str(ROOT / "pyproject.toml")]
    assert [name for name in sorted(names) if not any(file.endswith(f"/{name}") for file in files)] == []


def test_the_page_about_python_has_all_public_names() -> None:
    """The documentation names what can be imported, and each kind of error."""
    page = (ROOT / "docs" / "python.md").read_text()
    assert [name for name in dh_secrets_jupyter.__all__ if f"`{name}" not in page] == []


def link(source: str, target: str) -> None:
    """Gives a file a second name, or copies it where it can have none."""
    try:
        os.link(source, target)
    except OSError:  # another disk
        shutil.copy2(source, target)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_what_is_built_is_whole(tmp_path: Path) -> None:
    """From the sdist a wheel is built that brings everything, prebuilt, and runs where it is installed.

    The sdist brings all but the packages of others, which npm has installed for the checkout.
    """
    dist, target = tmp_path / "dist", tmp_path / "target"
    build = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(dist)]
    subprocess.run([*build, "--sdist", str(ROOT)], check=True, capture_output=True)
    (sdist,) = dist.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        packed = {name.partition("/")[2] for name in archive.getnames()}
        archive.extractall(tmp_path, filter="data")
    (unpacked,) = tmp_path.glob("*/labextension")
    modules = ROOT / "labextension" / "node_modules"
    shutil.copytree(modules, unpacked / modules.name, symlinks=True, copy_function=link)
    subprocess.run([*build, "--wheel", str(unpacked.parent)], check=True, capture_output=True)
    (wheel,) = dist.glob("*.whl")
    assert {"LICENSE", "README.md", "CHANGELOG.md", "labextension/src/index.ts"} <= packed
    assert {"tests/test_package.py", "benchmarks/guard_engine.py"} <= packed
    assert not any("node_modules" in name or name.endswith(".db") for name in packed)

    with zipfile.ZipFile(wheel) as archive:
        inside = set(archive.namelist())
    tracked = subprocess.run(
        ["git", "ls-files", "dh_secrets_jupyter"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert set(tracked.stdout.split()) <= inside
    # JupyterLab's server reads the version of the settings' schema from it.
    assert [Path(name).parent.parent.name for name in inside if name.endswith(".orig")] == ["schemas"]
    assert any(name.startswith("dh_secrets_jupyter/static/") and name.endswith(".js") for name in inside)

    subprocess.run(
        [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", target, wheel], check=True
    )
    share, config = target / "share" / "jupyter", target / "etc" / "jupyter"
    built = json.loads((share / "labextensions" / "dh-secrets-jupyter" / "package.json").read_text())
    assert (share / "labextensions" / "dh-secrets-jupyter" / built["jupyterlab"]["_build"]["load"]).is_file()
    enabled = json.loads((config / "jupyter_server_config.d" / "dh_secrets_jupyter.json").read_text())
    assert enabled["ServerApp"]["jpserver_extensions"] == {"dh_secrets_jupyter": True}

    code = """
    import dh_secrets_jupyter, importlib.metadata
    print(dh_secrets_jupyter.__file__, dh_secrets_jupyter.__version__)
    project = dh_secrets_jupyter.get_or_create_project("demo", provider="local")
    print(project.put("A", "invented").read_secret_value())
    """
    environment = {**os.environ, "PYTHONPATH": str(target), "DH_SECRETS_LOCAL_PATH": str(tmp_path / "secrets.db")}
    done = subprocess.run(
        [sys.executable, "-c", "\n".join(line[4:] for line in code.splitlines())],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    version = dh_secrets_jupyter.__version__
    assert done.stdout.splitlines() == [f"{target / 'dh_secrets_jupyter' / '__init__.py'} {version}", "invented"]
