"""The command ``jupyter secrets``, as a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from dh_secrets_jupyter import cli
from dh_secrets_jupyter.cli.line import split_common
from dh_secrets_jupyter.grammar import TERMINAL
from dh_secrets_jupyter.grammar.parsing import parse_words
from dh_secrets_jupyter.project import Project
from dh_secrets_jupyter.providers.local import LocalProvider

VALUE = "invented-Kq7xW2pZm4vB8zK1w"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a file that holds the value of the project demo's API_KEY; it is the current one."""
    (tmp_path / "store").mkdir()
    monkeypatch.setenv("DH_SECRETS_LOCAL_PATH", str(tmp_path / "store" / "secrets.db"))
    monkeypatch.setenv("DH_SECRETS_PROVIDER", "local")
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(tmp_path / "config"))
    Project("demo", LocalProvider(), user="jo").put("API_KEY", VALUE)
    work = tmp_path / "work"
    work.mkdir()
    (work / "a.txt").write_text(f"key: {VALUE}\n")
    monkeypatch.chdir(work)
    return work


def _run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "dh_secrets_jupyter.cli", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert VALUE not in done.stdout + done.stderr
    return done


@pytest.mark.slow
def test_scan(folder: Path) -> None:
    """It finds the value of the project that is named, and ends with 1; 0 and 2 where nothing is, or could be."""
    found = _run("scan", "--project", "demo")
    assert (found.returncode, found.stdout) == (1, "a.txt  line 1  API_KEY  text\n")
    assert json.loads(_run("--project=demo", "scan", "--format", "json").stdout)["searched"] == 1
    (folder / "b.txt").write_text("nothing\n")
    assert _run("scan", "b.txt", "--project", "demo").returncode == 0
    empty = _run("scan", "--project", "other")
    assert (empty.returncode, empty.stdout) == (2, "")
    assert empty.stderr == (
        "other: there is no value to look for. Name another project, or pass --allow-empty to jupyter secrets scan.\n"
    )
    assert _run("scan", "--project", "other", "--allow-empty").returncode == 0


@pytest.mark.slow
def test_scrub(folder: Path) -> None:
    """It checks, then writes."""
    options = ("scrub", "--sources", "--project", "demo", "a.txt")
    assert _run(*options, "--check").returncode == 1
    assert _run(*options).returncode == 0
    assert (folder / "a.txt").read_text() == "key: [secret:API_KEY]\n"


@pytest.mark.slow
def test_need(folder: Path) -> None:
    """It says what is missing; with --check that is status 1, and without a provider 2."""
    (folder / "a.py").write_text("# %%\n# %load_ext dh_secrets_jupyter\n# %secret get API_KEY OTHER\n")
    plain = _run("need", "a.py", "--project", "demo")
    assert (plain.returncode, plain.stdout) == (0, "a.py: needs 2, 1 missing\n  OTHER    missing\n  API_KEY\n")
    assert _run("need", "a.py", "--check", "--project", "demo").returncode == 1
    assert _run("need", "a.py", "--check", "--provider", "no-such").returncode == 2
    assert _run("need", "a.py", "--provider", "no-such").returncode == 0


@pytest.mark.slow
def test_project_of_the_configuration(folder: Path, tmp_path: Path) -> None:
    """The project may stand in Jupyter's configuration, for every command or for this one; the environment wins."""
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "jupyter_secrets_config.py").write_text('c.DHSecrets.project = "demo"\n')
    assert _run("scan").returncode == 1
    os.environ["DH_SECRETS_PROJECT"] = "other"
    try:
        assert _run("scan").returncode == 2
    finally:
        del os.environ["DH_SECRETS_PROJECT"]


def test_is_a_command_of_jupyter() -> None:
    """The package brings the program that ``jupyter secrets`` looks for."""
    project = tomllib.loads(Path(__file__).parents[2].joinpath("pyproject.toml").read_text())["project"]
    assert project["scripts"] == {"jupyter-secrets": f"{cli.__name__}:{cli.main.__name__}"}


@pytest.mark.parametrize("name", TERMINAL)
def test_help(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Each command explains itself, by either option; without a command all are listed."""
    for flag in ("--help", "-h"):
        assert cli.main([name, flag]) == 0
        assert capsys.readouterr().out == f"{TERMINAL[name].help}\n"
    assert cli.main(["--help"]) == 0
    assert f"jupyter secrets {name}" in capsys.readouterr().out


@pytest.mark.slow
@pytest.mark.posix
def test_help_is_fast() -> None:
    """Help imports nothing heavy: no IPython, no client of a cluster, no server, not even traitlets."""
    import resource  # Windows has none, and collects the tests all the same

    code = "import sys; from dh_secrets_jupyter import cli; cli.main(['--help']); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    heavy = {"IPython", "kubernetes", "jupyter_server", "traitlets", "cryptography", "ahocorasick_rs", "urllib3"}
    assert not heavy & set(done.stdout.split())
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    _run("--help")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 1.5


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (
            ["scann"],
            'jupyter secrets: no such command. Perhaps you meant "scan". Run jupyter secrets --help to see all',
        ),
        (["scan", "--stagd"], "--stagd: unknown option for jupyter secrets scan. Perhaps you meant --staged."),
        (
            ["scan", "--what=invented"],
            "--what: unknown option for jupyter secrets scan. See jupyter secrets scan --help. If that was",
        ),
        (["scan", "--format"], "--format: this option needs a value. Write it as --format=FORMAT."),
        (["scan", "--format", "xml"], "--format: no such format. Pass one of text, json, sarif."),
        (["scan", "--staged=1"], "--staged: this option takes no value. Write --staged alone."),
        (["scan", "--staged", "--history"], "--staged: it cannot be combined with --history. Pass one of them."),
        (["scan", "--project"], "--project: this option needs a value. Write it as --project=NAME."),
        (["scan", "--project", "No"], "No: not a valid project name."),
        (["need"], "need: a notebook or script is missing."),
        (["need", "gone.ipynb"], "gone.ipynb: it cannot be read (No such file or directory)."),
    ],
)
def test_errors(folder: Path, words: list[str], line: str, capsys: pytest.CaptureFixture[str]) -> None:
    """An error is one line on stderr, and status 2."""
    assert cli.main(words) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.startswith(line)
    assert shown.err.count("\n") == 1


def test_behind_two_hyphens() -> None:
    """What stands behind ``--`` is no option."""
    words, common = split_common(["scan", "--provider=local", "--", "--project", "x"])
    assert common == {"provider": "local"}
    assert parse_words(TERMINAL["scan"], words[1:]).words == ["--project", "x"]


def test_options_of_a_kind() -> None:
    """Every option of the table is read as it says."""
    for command in TERMINAL.values():
        for option in command.options:
            value = option.choices[0] if option.choices else "text"
            given = [option.flag, value] if option.metavar else [option.flag]
            read = getattr(parse_words(command, given).options, option.name)
            assert read == ([value] if option.is_repeatable else value if option.metavar else True)
