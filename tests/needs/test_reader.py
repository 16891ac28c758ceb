"""What the reader of needs finds, and what it does not take for one."""

from __future__ import annotations

import json
from pathlib import Path

import jupytext  # type: ignore[import-untyped]  # it has no types
import nbformat
import pytest

from dh_secrets_jupyter.errors import SecretsError
from dh_secrets_jupyter.needs.lines import Mention
from dh_secrets_jupyter.needs.reader import read_cells, read_file, read_script

LOAD = "%load_ext dh_secrets_jupyter\n"
IMPORT = "import dh_secrets_jupyter\n"

CODE = [
    ("%secret need A as x B", "A B"),
    ("%secret need A --optional B as b C", "A B C"),
    ('%secret need A --about "what (#1) it is for" B', "A B"),
    ("%secret get A as x  # for the model", "A"),
    ("%secret get --all", ""),
    ("%secret env A as PGPASSWORD", "A"),
    ("%secret file TLS.KEY as path", "TLS.KEY"),
    ("%secret use A --env", "A"),
    ("%secret set A", ""),
    ("%secret delete A --yes", ""),
    ("%secret list A*", ""),
    ("if True:\n    %secret get A", "A"),
    ("x = %secret get A", "A"),
    ("%secret get A\\\n  B", "A B"),
    ("%%secret A as x --env\nprint(x)", "A"),
    ("%%secret A\n%secret get B", "A B"),
    ("%%time\n%secret get A\nx = 1", "A"),
    ("%%capture out\nimport dh_secrets_jupyter\ndh_secrets_jupyter.get('A')", "A"),
    ("%time x = dh_secrets_jupyter.get('A')", "A"),
    ("%%bash\n%secret get A", ""),
    ("%%writefile a.py\ndh_secrets_jupyter.get('A')", ""),
    ("text = '''\n%secret get A\n'''", ""),
    ("# %secret get A", ""),
    ("get_ipython().run_line_magic('secret', 'get A')", "A"),
    ("get_ipython().run_cell_magic('secret', 'A as x', 'pass')", "A"),
    ("def broken(:\n%secret get A\n", "A"),
    ("%secret get A\n" * 600 + "x = = 1", "A"),
    ("x = 1\n" * 20_000 + "%secret get A", "A"),
    ("%secret get A\nx = " + "-" * 3000 + "1", "A"),
    ("%secret get A\nx = " + "-" * 9000 + "1", "A"),
    ("%secret get A\n" + "%time " * 1000 + "1", "A"),
    ("%secret get A\nx = f" + "(1)" * 3000, "A"),
    ("%secret get A\nx = " + "(" * 300 + ")" * 300, "A"),
    ("%secret get {name} $name", ""),
    ("dh_secrets_jupyter.get('A')", "A"),
    ("import dh_secrets_jupyter as dhcore\nf(dhcore.get(name='A'), dhcore.use('B'))", "A B"),
    ("from dh_secrets_jupyter import get as fetch, use\nfetch('A')\nuse('B')", "A B"),
    ("from dh_secrets_jupyter import *\nget('A')", "A"),
    ("{}.get('A'); os.environ.get('B'); requests.get('C')", ""),
    ("get('A')", ""),
    ("from requests import get\nget('A')", ""),
    ("p = dhcore.get_or_create_project('x')\np.get_secret('A')", "A"),
    ("p.get_secret(entity_name='A')\np.get_secret(identifier='B').read_secret_value()", "A B"),
    ("def f(project):\n    return project.read_values('A', 'B')", "A B"),
    ("import dh_secrets_jupyter as d\nd.get_or_create_project('x').read_values('A')", "A"),
    ("client = SecretClient(url)\nclient.get_secret('A')", ""),
    ("import vault\nvault.get_secret('A')", ""),
    ("project.get_secret(name)\nproject.read_values(*names)", ""),
]


@pytest.mark.parametrize(("code", "names"), CODE, ids=[code[:60] for code, _ in CODE])
def test_code(code: str, names: str) -> None:
    """Magics, leases and calls of ours are needs; what only looks like one is none."""
    assert [one.name for one in read_cells([(1, code)]).merged()] == names.split()


def test_what_a_need_says() -> None:
    """A need says whether it is optional, what it is for, in which cell, and whether it goes into the environment."""
    cells = [(1, LOAD), (3, '%secret need A --optional B --env --about "the model server"'), (4, "%secret env C")]
    assert read_cells(cells).mentions == [
        Mention("A", 3, about="the model server", env=True),
        Mention("B", 3, optional=True, about="the model server", env=True),
        Mention("C", 4, env=True),
    ]


def test_merged() -> None:
    """A secret is optional only where it is so everywhere."""
    needs = read_cells(
        [(1, "%secret need --optional A B"), (2, "%secret get B\n%secret need A --about why --optional A")]
    )
    assert needs.merged() == [Mention("A", 1, about="why"), Mention("B", 1)]


@pytest.mark.parametrize(
    ("cells", "lacks"),
    [
        ([LOAD + "%secret get A"], False),
        (["%secret get A", LOAD], True),
        (["%secret list"], True),
        ([LOAD, "%%secret A\npass"], False),
        (["%reload_ext dh_secrets_jupyter", "%secret get A"], False),
        (["get_ipython().extension_manager.load_extension('dh_secrets_jupyter')", "%secret get A"], False),
        (["%load_ext autoreload", "%secret get A"], True),
        ([IMPORT + "dh_secrets_jupyter.get('A')"], False),
    ],
)
def test_extension(cells: list[str], lacks: bool) -> None:
    """A magic before anything loads the extension is said; calls need none."""
    assert read_cells(enumerate(cells, 1)).lacks_extension is lacks


CELLS = [
    LOAD + "%secret need A as x --optional B",
    "%%secret K as k\nprint(k)\nprint(2)",
    "%%time\n%secret get Z\nx = 1",
    "if 1:\n    %secret env W\n!ls",
    "%%bash\necho %secret get NONE",
    "import dh_secrets_jupyter as d\nd.get('G')",
]


@pytest.mark.parametrize("form", ["py:percent", "py:light", "ipynb"])
def test_jupytext(tmp_path: Path, form: str) -> None:
    """A notebook needs the same when jupytext made a script of it, whose magics are comments; texts need nothing."""
    text = nbformat.v4.new_markdown_cell("Title\n%secret get NONE")  # type: ignore[no-untyped-call]  # nbformat's
    code = [nbformat.v4.new_code_cell(cell) for cell in CELLS]  # type: ignore[no-untyped-call]  # nbformat's
    notebook = nbformat.v4.new_notebook(cells=[text, *code])  # type: ignore[no-untyped-call]  # nbformat's
    path = tmp_path / f"a.{form.partition(':')[0]}"
    jupytext.write(notebook, path, fmt=form)
    needs = read_file(path)
    assert [one.name for one in needs.merged()] == ["A", "B", "K", "Z", "W", "G"]
    assert not needs.lacks_extension


def test_cells_are_counted(tmp_path: Path) -> None:
    """A cell's number counts all cells, as everywhere."""
    cells = [
        {"cell_type": "markdown", "metadata": {}, "source": "%secret get NONE"},
        {
            "cell_type": "code",
            "metadata": {},
            "outputs": [],
            "execution_count": None,
            "source": ["x\n", "%secret get A"],
        },
    ]
    path = tmp_path / "a.ipynb"
    path.write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
    assert read_file(path).mentions == [Mention("A", 2)]


def test_old_notebook(tmp_path: Path) -> None:
    """Of the format's third version, whose cells stand in worksheets: they are counted through all of them."""
    text = {"cell_type": "markdown", "source": "%secret get NONE", "metadata": {}}
    code = {"cell_type": "code", "language": "python", "input": ["x\n", "%secret get A"], "outputs": []}
    path = tmp_path / "a.ipynb"
    sheets = [{"cells": [text]}, {"cells": [code]}]
    path.write_text(json.dumps({"worksheets": sheets, "metadata": {"name": ""}, "nbformat": 3, "nbformat_minor": 0}))
    assert read_file(path).mentions == [Mention("A", 2)]


def test_runs_nothing(tmp_path: Path) -> None:
    """Nothing of what is read is run."""
    path = tmp_path / "a.py"
    path.write_text(f"open({str(tmp_path / 'made')!r}, 'w')\n# %secret get A\n")
    assert read_file(path).mentions
    assert not (tmp_path / "made").exists()


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("a.ipynb", b"{", "it is not a valid notebook"),
        ("a.ipynb", b"[]", "it is not a valid notebook"),
        ("a.ipynb", b'{"cells": [{}]}', "it is not a valid notebook"),
        ("a.ipynb", b"[" * 100_000, "it is not a valid notebook"),
        ("a.py", b"\xff\xfe", "it is not UTF-8 text"),
    ],
)
def test_unreadable(tmp_path: Path, name: str, content: bytes, problem: str) -> None:
    """What cannot be read is an error of one line."""
    (tmp_path / name).write_bytes(content)
    with pytest.raises(SecretsError, match=problem):
        read_file(tmp_path / name)


def test_script_of_any_kind() -> None:
    """A script without magics is one cell; a broken one is read by its lines."""
    assert [one.name for one in read_script(IMPORT + "x = dh_secrets_jupyter.get('A')\n").mentions] == ["A"]
    assert [one.name for one in read_script("def (:\n# %secret get A\n").mentions] == ["A"]
