"""Marks in place of values, and not another byte changed."""

from __future__ import annotations

import json
import os
import random
import re
import stat
import subprocess
import sys
import time
import warnings
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest

from dh_secrets_jupyter.errors import SecretsError
from dh_secrets_jupyter.guard.engine import Masker
from dh_secrets_jupyter.project import Project
from dh_secrets_jupyter.scan.json_strings import JsonString
from dh_secrets_jupyter.scan.scrub import scrub, write
from dh_secrets_jupyter.scan.search import find

from . import planted
from .conftest import Repository, Scrub

MARKS = re.compile(rb"\[secret:\w+\](?:\\u001b\[31m)?")
"""A mark, with the colour that was within the value."""


@pytest.fixture(scope="module")
def masker() -> Masker:
    """Finds the planted values."""
    return planted.masker()


def _is_same_but_for_marks(before: bytes, after: bytes) -> bool:
    """Whether what is around the marks stands in the original, in this order, at its ends too."""
    kept = MARKS.split(after)
    pattern = b".{4,}?".join(map(re.escape, kept))
    return len(kept) > 1 and re.fullmatch(pattern, before, re.DOTALL) is not None


def _validate(notebook: str) -> None:
    nbformat.validate(nbformat.reads(notebook, as_version=4))  # type: ignore[no-untyped-call]  # nbformat's


@pytest.mark.parametrize("formatting", planted.FORMATTINGS)
@pytest.mark.parametrize("place", planted.PLACES)
def test_notebooks(masker: Masker, tmp_path: Path, place: str, formatting: str) -> None:
    """Nothing is left of a value, no other byte is changed, and the notebook is valid by nbformat."""
    for encoding in planted.ENCODED:
        path = tmp_path / "a.ipynb"
        planted.write(path, place, encoding, formatting)
        data = path.read_bytes()
        done = scrub("a.ipynb", data, masker, sources=True)
        assert find("a.ipynb", done.data, masker).findings == []
        assert _is_same_but_for_marks(data, done.data), encoding
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            _validate(done.data.decode())


def test_sources_stay(masker: Masker) -> None:
    """Sources are left alone unless they are asked for, and what stays in them is said."""
    document = planted.PLACES["source"](planted.VALUE)
    document["cells"][1]["outputs"] = planted.PLACES["stream"](planted.VALUE)["cells"][1]["outputs"]
    data = planted.FORMATTINGS["lines"](document).encode()
    done = scrub("a.ipynb", data, masker)
    assert [one.place.field for one in done.marked] == ["output"]
    assert [one.place.field for one in done.left] == ["source"]
    assert [one.place.field for one in find("a.ipynb", done.data, masker).findings] == ["source"]


def test_nothing_to_do(masker: Masker) -> None:
    """A file without a value comes back as the same object."""
    data = planted.FORMATTINGS["lines"](planted.PLACES["source"]("nothing")).encode()
    assert scrub("a.ipynb", data, masker).data is data


def test_data_in_base64_as_a_whole(masker: Masker) -> None:
    """Data that hold a value are replaced by the mark alone, in one string or in a list of lines."""
    image = planted.in_base64(planted.png(planted.VALUE.encode()))
    for form in (image, image.splitlines(keepends=True), image.replace("\n", "")):
        document = planted.notebook({"outputs": [planted._output("image/png", form)]})
        done = scrub("a.ipynb", json.dumps(document).encode(), masker)
        shown = json.loads(done.data)["cells"][1]["outputs"][0]["data"]["image/png"]
        assert shown == (["[secret:API_KEY]"] if isinstance(form, list) else "[secret:API_KEY]")


def test_value_over_several_strings(masker: Masker) -> None:
    """A value of several lines gets one mark, in the line where it begins."""
    document = planted.PLACES["stream"](planted.LINES)
    done = scrub("a.ipynb", json.dumps(document).encode(), masker)
    text = json.loads(done.data)["cells"][1]["outputs"][0]["text"]
    assert "".join(text) == "before\n[secret:NOTES]\nafter"


def test_cell_id() -> None:
    """The format allows a cell's id no mark, and no other cell the same id: it becomes one of the secret's name."""
    masker = Masker()
    masker.add("api.TOKEN", "invented-Kq7xW2pZm4vB8z")
    cell = {"cell_type": "raw", "id": "invented-Kq7xW2pZm4vB8z", "metadata": {}, "source": ""}
    other = cell | {"id": "a-invented-Kq7xW2pZm4vB8z"}
    document = {"cells": [cell, other], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    done = scrub("a.ipynb", json.dumps(document).encode(), masker)
    assert [one.where for one in done.marked] == ["cell 1 id", "cell 2 id"]
    assert [one["id"] for one in json.loads(done.data)["cells"]] == ["secret-api-TOKEN-1", "secret-api-TOKEN-2"]
    _validate(done.data.decode())


def test_number_becomes_a_string() -> None:
    """A number in JSON that is a value becomes the mark as a string."""
    masker = Masker()
    masker.add("PIN", "17000000")
    document = planted.notebook({"outputs": [planted._output("application/json", {"a": [17000000, 2]})]})
    done = scrub("a.ipynb", json.dumps(document).encode(), masker)
    assert json.loads(done.data)["cells"][1]["outputs"][0]["data"]["application/json"] == {"a": ["[secret:PIN]", 2]}


def test_colours_stay(masker: Masker) -> None:
    """Control sequences within a value stay, behind its mark."""
    document = planted.PLACES["traceback"](planted.ENCODED["ansi"][1])
    done = scrub("a.ipynb", json.dumps(document).encode(), masker)
    shown = json.loads(done.data)["cells"][1]["outputs"][0]["traceback"][1]
    assert shown == "[secret:API_KEY]\x1b[31m\x1b[0m"


@pytest.mark.parametrize("order", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("value", [planted.VALUE, planted.VALUE * 400], ids=["short", "large"])
def test_utf_16(value: str, order: str) -> None:
    """In UTF-16 the mark is in UTF-16, too, and takes the place of whole characters."""
    masker = Masker()
    masker.add("API_KEY", value)
    done = scrub("a.txt", f"x = {value}\r\n".encode(order), masker, sources=True)
    assert done.data.decode(order) == "x = [secret:API_KEY]\r\n"


@pytest.mark.posix
def test_command(repository: Repository, scrub: Scrub) -> None:
    """The command writes notebooks, and other files only when sources are asked for; it says what to rotate."""
    notebook = repository.write("a.ipynb", planted.FORMATTINGS["lines"](planted.PLACES["HTML"](planted.VALUE)))
    notebook.chmod(0o640)
    script = repository.write("b.py", planted.VALUE)
    before = notebook.read_bytes()
    status, out, said = scrub(check=True)
    assert status == 1
    assert notebook.read_bytes() == before
    assert "a.ipynb  cell 2 output 1 text/html  API_KEY  text  would be marked" in out
    status, out, said = scrub()
    assert (status, out.splitlines()[1]) == (0, "b.py  line 1  API_KEY  text  left as it is")
    assert said.startswith("Rotate first: API_KEY.")
    assert "git filter-repo --blob-callback" in said
    assert b"[secret:API_KEY]" in notebook.read_bytes()
    assert stat.S_IMODE(notebook.stat().st_mode) == 0o640
    assert script.read_text() == planted.VALUE
    assert scrub(check=True)[0] == 1  # what would stay is a finding, too
    assert scrub("a.ipynb", check=True)[0] == 0
    assert scrub("b.py", sources=True)[0] == 0
    assert script.read_text() == "[secret:API_KEY]"
    assert scrub(check=True)[0] == 0
    assert sorted(path.name for path in repository.path.iterdir()) == [".git", "a.ipynb", "b.py"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [("{", "not a notebook"), (f'{{"cells": [], "nbformat": 4, "{planted.VALUE}"', "not valid JSON")],
)
def test_unreadable_notebook(repository: Repository, scrub: Scrub, content: str, reason: str) -> None:
    """It is never called clean: the status is 2, and which it is is said, and what cannot be looked for anywhere."""
    repository.write("a.ipynb", content)
    for options in ({}, {"sources": True}):
        status, _, said = scrub(**options)
        assert status == 2
        assert said.splitlines()[-2:] == [
            "Not looked for: SHORT (it has fewer than 4 characters).",
            f"a.ipynb: {reason}; searched as plain bytes.",
        ]


@pytest.mark.posix
def test_hard_link_is_said(repository: Repository, scrub: Scrub) -> None:
    """The file's other name still leads to what it held; that is said, and is no success."""
    notebook = repository.write("a.ipynb", planted.FORMATTINGS["lines"](planted.PLACES["HTML"](planted.VALUE)))
    other = repository.path / "other"
    other.hardlink_to(notebook)
    status, _, said = scrub("a.ipynb")
    assert status == 2
    assert "a.ipynb: has other names (hard links), which still lead to what it held." in said
    assert b"[secret:API_KEY]" in notebook.read_bytes()
    assert b"[secret:API_KEY]" not in other.read_bytes()


@pytest.mark.posix
def test_link_in_a_folder_stays(repository: Repository, scrub: Scrub) -> None:
    """What a link says is found, and is left as it is, with what it leads to."""
    notebook = repository.write(planted.ENCODED["hex"][1], "{}")
    (repository.path / "link").symlink_to(notebook.name)
    status, out, _ = scrub(sources=True)
    assert (status, out) == (0, "link  line 1  API_KEY  hex  left as it is\n")
    assert (repository.path / "link").readlink() == Path(notebook.name)
    assert notebook.read_text() == "{}"


@pytest.mark.posix
def test_link_stays_one(tmp_path: Path) -> None:
    """A link is followed, not replaced."""
    (tmp_path / "a").write_bytes(b"old")
    (tmp_path / "link").symlink_to("a")
    write(tmp_path / "link", b"old", b"new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "a").read_bytes() == b"new"


@pytest.mark.posix
def test_owner_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where root scrubs what is somebody else's; who may not give a file away writes it all the same."""
    path = tmp_path / "a"
    path.write_bytes(b"old")
    given: list[tuple[int, int]] = []
    monkeypatch.setattr(os, "chown", lambda name, uid, gid: given.append((uid, gid)))
    write(path, b"old", b"new")
    owners = path.stat()
    assert given == [(-1, owners.st_gid), (owners.st_uid, -1)]

    def refused(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "chown", refused)
    write(path, b"new", b"newer")
    assert path.read_bytes() == b"newer"


def test_changed_meanwhile(tmp_path: Path) -> None:
    """A file that was saved since it was read is left alone."""
    path = tmp_path / "a"
    path.write_bytes(b"newer")
    with pytest.raises(SecretsError, match="was changed meanwhile"):
        write(path, b"old", b"new")
    assert path.read_bytes() == b"newer"
    assert list(tmp_path.iterdir()) == [path]


def test_folder_without_rights(tmp_path: Path) -> None:
    """Where nothing can be written the file stays, and the error says why."""
    with pytest.raises(SecretsError, match="cannot be written \\(No such file or directory\\), and is as it was"):
        write(tmp_path / "gone" / "a", b"old", b"new")


@pytest.mark.parametrize("count", [20, pytest.param(1_000, marks=pytest.mark.soak)])
def test_many_notebooks(masker: Masker, count: int) -> None:
    """Of notebooks with any number of values in any places, every byte but the marks is the same, and all are valid."""
    dice = random.Random(count)
    for _ in range(count):
        document = planted.notebook({})
        for _ in range(dice.randint(1, 12)):
            _, text = dice.choice(list(planted.ENCODED.values()))
            made = planted.PLACES[dice.choice(["source", "stream", "HTML", "JSON", "SVG", "PNG", "traceback"])](text)
            document["cells"].append(made["cells"][1] | {"id": f"c{len(document['cells'])}"})
        data = dice.choice(list(planted.FORMATTINGS.values()))(document).encode()
        done = scrub("a.ipynb", data, masker, sources=True)
        assert find("a.ipynb", done.data, masker).findings == []
        kept = MARKS.split(done.data)
        assert len(kept) > 1
        at = 0
        for part in kept[:-1]:  # what is around the marks stands in the original, in this order
            at = data.index(part, at) + len(part)
        assert data.startswith(kept[0])
        assert data.endswith(kept[-1])
        assert at < len(data) - len(kept[-1])
        _validate(done.data.decode())


def test_drafts_are_looked_for_once_in_a_folder(
    repository: Repository, scrub: Scrub, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many notebooks are written there; a draft that was left is gone, whether or not any is written."""
    notebook = planted.FORMATTINGS["lines"](planted.PLACES["HTML"](planted.VALUE))
    for number in range(10):
        repository.write(f"{number % 2}/{number}.ipynb", notebook)
    listed: list[Path] = []
    glob = Path.glob

    def counted(path: Path, pattern: str) -> Iterator[Path]:
        listed.append(path)
        return glob(path, pattern)

    monkeypatch.setattr(Path, "glob", counted)
    for _ in range(2):
        listed.clear()
        draft = repository.write("1/.1.ipynb.abcd_123.dh-secrets", planted.VALUE)
        status, _, said = scrub(sources=True)
        assert (status, draft.exists()) == (0, False), said
        assert sorted(listed) == [Path("0"), Path("1")]


def test_many_findings_in_one_output(masker: Masker, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each line of it is looked at as often as there are few of them, or many."""
    reads, value = 0, vars(JsonString)["value"].fget

    def counted(string: JsonString) -> bytes:
        nonlocal reads
        reads += 1
        return bytes(value(string))

    monkeypatch.setattr(JsonString, "value", property(counted))
    costs = []
    for count in (50, 200):
        document = planted.PLACES["HTML"](planted.VALUE)
        document["cells"][1]["outputs"][0]["data"]["text/html"] = [f"<td>{planted.VALUE}</td>\n"] * count
        before = reads
        assert scrub("a.ipynb", json.dumps(document).encode(), masker).data.count(b"[secret:API_KEY]") == count
        costs.append(reads - before)
    assert costs[1] < 5 * costs[0]


@pytest.mark.slow
@pytest.mark.posix
@pytest.mark.parametrize("kills", [1, pytest.param(100, marks=pytest.mark.soak)])
def test_killed_at_any_instant(repository: Repository, demo: Project, masker: Masker, kills: int) -> None:
    """Whenever the command is killed, each notebook is the old one or the new one, never half of it.

    A draft that is left beside it holds no value, and is gone once the command has run again.
    """
    dice = random.Random(kills)
    document = planted.PLACES["stream"](planted.VALUE)
    document["cells"] += planted.notebook({"source": "x" * 4_000_000})["cells"]
    before = planted.FORMATTINGS["lines"](document).encode()
    after = scrub("a.ipynb", before, masker).data
    paths = [repository.path / f"{number}.ipynb" for number in range(4)]
    command = [sys.executable, "-m", "dh_secrets_jupyter.cli", "scrub", "--project=demo", "--provider=local"]
    drafts = 0
    for _ in range(kills):
        for path in paths:
            path.write_bytes(before)
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            aim = f".{dice.choice(paths).name}."
            while process.poll() is None and not any(path.name.startswith(aim) for path in repository.path.iterdir()):
                pass
            time.sleep(dice.uniform(0, 0.02))  # the write of the draft, of 4 MB, goes on for as long
            process.kill()
        assert {path.read_bytes() for path in paths} <= {before, after}
        left = list(repository.path.glob(".*.ipynb.*.dh-secrets"))
        drafts += len(left)
        assert not any(planted.VALUE.encode() in draft.read_bytes() for draft in left)
    assert drafts or kills == 1
    subprocess.run(command, check=True, capture_output=True)
    assert {path.read_bytes() for path in paths} == {after}
    assert sorted(repository.path.iterdir()) == sorted([repository.path / ".git", *paths])


@pytest.mark.slow
def test_history_is_rewritten(
    repository: Repository, demo: object, masker: Masker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """git-filter-repo takes the values out of a history by our function, notebooks stay notebooks."""
    repository.write("a.ipynb", planted.FORMATTINGS["lines"](planted.PLACES["PNG"](planted.VALUE)))
    repository.write("b.py", planted.VALUE)
    repository.commit("both")
    repository.git("rm", "--quiet", "b.py")
    repository.commit("gone")
    monkeypatch.setenv("DH_SECRETS_PROJECT", "demo")
    monkeypatch.setenv("DH_SECRETS_PROVIDER", "local")
    callback = "from dh_secrets_jupyter.scan import scrub_blob; scrub_blob(blob)"
    command = [sys.executable, "-m", "git_filter_repo", "--force", "--blob-callback", callback]
    subprocess.run(command, cwd=repository.path, check=True, capture_output=True)
    assert repository.git("show", "HEAD~1:b.py") == "[secret:API_KEY]"
    assert find("a.ipynb", repository.git("show", "HEAD:a.ipynb").encode(), masker).findings == []
    _validate(repository.git("show", "HEAD:a.ipynb"))
