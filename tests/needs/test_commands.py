"""What ``need`` prints."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from dh_secrets_jupyter.errors import SecretsError
from dh_secrets_jupyter.needs.commands import run_need
from dh_secrets_jupyter.project import Project
from dh_secrets_jupyter.providers.local import LocalProvider

NOTEBOOK = '# %load_ext dh_secrets_jupyter\n# %secret need A db-pass --optional C --env --about "to log in"\n'


@pytest.fixture
def demo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A project that has A; the current folder has a script that needs it, db-pass and perhaps C."""
    monkeypatch.setenv("DH_SECRETS_LOCAL_PATH", str(tmp_path / "secrets.db"))
    monkeypatch.chdir(tmp_path)
    Path("a.py").write_text(NOTEBOOK)
    made = Project("demo", LocalProvider(), user="jo")
    made.put("A", "invented-value")
    return made


def _run(project: Project, *paths: str, **options: Any) -> tuple[int, str]:
    out = io.StringIO()
    return run_need(lambda: project, paths, out, io.StringIO(), **options), out.getvalue()


def test_text(demo: Project) -> None:
    """A line each, what is missing first, with what it is for."""
    lines = ["a.py: needs 3, 2 missing", "  db-pass  missing, to log in", "  C        missing, optional, to log in"]
    assert _run(demo, "a.py") == (0, "\n".join([*lines, "  A        to log in", ""]))


def test_json(demo: Project) -> None:
    """The documents by their names, each with its needs."""
    status, text = _run(demo, "a.py", as_json=True)
    same = {"about": "to log in", "env": True}
    assert (status, json.loads(text)) == (
        0,
        {
            "a.py": [
                {"name": "A", "optional": False, "missing": False} | same,
                {"name": "db-pass", "optional": False, "missing": True} | same,
                {"name": "C", "optional": True, "missing": True} | same,
            ]
        },
    )


def test_example(demo: Project) -> None:
    """A dotenv file to fill in; what is optional is a comment."""
    text = "# to log in\nA=\n# to log in\ndb-pass=\n# to log in\n# optional\n# C=\n"
    assert _run(demo, "a.py", example=True) == (0, text)
    assert _run(demo, "a.py", example=True, check=True) == (1, text)


def test_check(demo: Project) -> None:
    """Missing is what is not there and not optional; so is a line that loads the extension."""
    assert _run(demo, "a.py", check=True)[0] == 1
    demo.put("db-pass", "invented-value")
    assert _run(demo, "a.py", check=True)[0] == 0
    Path("b.py").write_text("# %secret get A\n")
    status, text = _run(demo, "b.py", check=True)
    assert (status, text) == (1, "b.py: needs 1\n  A\n  no %load_ext dh_secrets_jupyter before the first %secret\n")


def test_without_a_provider(demo: Project) -> None:
    """Without a provider it still says what is needed, and not what is missing; a check fails."""

    def fails() -> Project:
        raise SecretsError("local", "it cannot be used", "Try another")

    out, err = io.StringIO(), io.StringIO()
    assert run_need(fails, ["a.py"], out, err, as_json=True) == 0
    assert {one["missing"] for one in json.loads(out.getvalue())["a.py"]} == {None}
    assert err.getvalue() == "Could not check what is missing: local: it cannot be used. Try another.\n"
    with pytest.raises(SecretsError):
        run_need(fails, ["a.py"], out, err, check=True)
