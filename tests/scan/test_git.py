"""What git would commit, and what its history holds, in real repositories."""

from __future__ import annotations

import json
import subprocess
from collections import defaultdict
from itertools import product
from pathlib import Path

import pytest

from dh_secrets_jupyter.errors import SecretsError

from . import planted
from .conftest import Repository, Scan

LEAK = f"key = {planted.VALUE}\n"


def _notebook(place: str) -> str:
    return planted.FORMATTINGS["lines"](planted.PLACES[place](planted.VALUE))


@pytest.mark.posix
def test_tracked_files(repository: Repository, scan: Scan) -> None:
    """Without a path all is searched that git tracks or would track: not what it ignores, nor what links lead to."""
    repository.write(".gitignore", "ignored/\n")
    for name in ("a.txt", "ignored/b.txt", "new/c.txt", "gone.txt"):
        repository.write(name, LEAK)
    repository.git("add", "a.txt", "gone.txt", ".gitignore")
    (repository.path / "gone.txt").unlink()
    (repository.path / "link.txt").symlink_to("a.txt")
    status, report, said = scan()
    assert [found["file"] for found in report["findings"]] == ["a.txt", "new/c.txt"]
    assert (status, report["searched"]) == (1, 4)
    assert "2 findings in 4 files. Rotate API_KEY." in said
    assert [found["file"] for found in scan("ignored")[1]["findings"]] == ["ignored/b.txt"]
    assert [found["file"] for found in scan("new", "a.txt")[1]["findings"]] == ["a.txt", "new/c.txt"]


def test_staged(repository: Repository, scan: Scan) -> None:
    """What is staged is searched as the index has it: not what the folder has, nor what is committed already."""
    repository.write("old.txt", LEAK)
    repository.commit("old")
    repository.write("mended.txt", "key = none\n")
    repository.write("deep/staged.ipynb", _notebook("PNG"))
    repository.git("add", "--all")
    repository.write("mended.txt", LEAK)  # not staged any more
    repository.write("deep/staged.ipynb", "{}")
    repository.git("mv", "old.txt", "moved.txt")
    status, report, _ = scan(staged=True)
    found = {(one["file"], one["mime"], one["encoding"]) for one in report["findings"]}
    assert found == {("deep/staged.ipynb", "image/png", "text"), ("moved.txt", None, "text")}
    assert (status, report["searched"]) == (1, 3)
    assert {one["file"] for one in scan("deep", staged=True)[1]["findings"]} == {"deep/staged.ipynb"}


def test_staged_before_the_first_commit(repository: Repository, scan: Scan) -> None:
    """In a repository without a commit everything that is staged is new."""
    repository.write("a.txt", LEAK)
    assert scan(staged=True)[1]["searched"] == 0
    repository.git("add", "a.txt")
    assert [one["file"] for one in scan(staged=True)[1]["findings"]] == ["a.txt"]


def test_staged_deletion(repository: Repository, scan: Scan) -> None:
    """A file whose deletion is staged is not searched: the commit takes it away."""
    repository.write("a.txt", LEAK)
    repository.commit("a")
    repository.git("rm", "--quiet", "a.txt")
    assert scan(staged=True)[:2] == (0, {"findings": [], "searched": 0, "not_searched": scan()[1]["not_searched"]})


@pytest.mark.parametrize("path", ["nowhere.txt", "", "../b.txt", "new.txt"])
def test_staged_path_of_which_git_knows_nothing(repository: Repository, scan: Scan, path: str) -> None:
    """As for `git commit PATH` it is an error, and not called clean: it is misspelled, outside, or not added yet."""
    for name in ("a.txt", "gone.txt"):
        repository.write(name, LEAK)
    with pytest.raises(SecretsError, match="git knows no such file or folder"):
        scan(".", staged=True)
    repository.git("add", "--all")
    repository.write("new.txt", LEAK)
    with pytest.raises(SecretsError, match=f"{path or repr('')}: git knows no such file or folder"):
        scan("a.txt", path, staged=True)
    repository.git("commit", "--quiet", "--message", "a")
    repository.git("rm", "--quiet", "gone.txt")
    assert scan("gone.txt", "a.txt", ".", ":(glob)*.txt", staged=True)[:1] == (0,)


def test_staged_and_not_merged(repository: Repository, scan: Scan) -> None:
    """Of a file in conflict each version that HEAD has not is searched, once, whoever of both has the value."""
    repository.write("deep/a.txt", "nothing\n")
    repository.write("gone.txt", "nothing\n")
    repository.commit("base")
    repository.git("checkout", "--quiet", "-b", "side")
    repository.write("deep/a.txt", LEAK)
    repository.git("rm", "--quiet", "gone.txt")
    repository.commit("theirs")
    repository.git("checkout", "--quiet", "main")
    repository.write("deep/a.txt", "ours\n")
    repository.write("gone.txt", LEAK)
    repository.commit("ours")
    with pytest.raises(subprocess.CalledProcessError):
        repository.git("merge", "side")
    status, report, _ = scan("deep", "gone.txt", staged=True)
    assert [(one["file"], one["line"]) for one in report["findings"]] == [("deep/a.txt", 1)]
    assert (status, report["searched"]) == (1, 3)


def test_twice_the_same_path(repository: Repository, scan: Scan) -> None:
    """What two paths lead to is searched once."""
    repository.write("a.txt", LEAK)
    status, report, _ = scan("a.txt", ".", "./a.txt")
    assert (status, report["searched"], len(report["findings"])) == (1, 1, 1)


def test_history_that_is_not_all_here(repository: Repository, scan: Scan, monkeypatch: pytest.MonkeyPatch) -> None:
    """A clone without its blobs is called clean by nobody, and of a shallow one it is said that it is one."""
    repository.write("a.txt", LEAK)
    repository.commit("a")
    repository.write("a.txt", "nothing\n")
    repository.commit("b")
    repository.git("config", "uploadpack.allowFilter", "true")
    whole = f"file://{repository.path}"
    for name, options, ends in (
        ("partial", ["--filter=blob:none", "--no-checkout"], (2, "history: 2 objects are not in this partial clone")),
        ("shallow", ["--depth=1"], (0, "history: a shallow clone")),
    ):
        repository.git("clone", "--quiet", *options, whole, name)
        monkeypatch.chdir(repository.path / name)
        status, report, said = scan(history=True)
        assert (status, report["findings"]) == (ends[0], [])
        assert ends[1] in said
        assert "history" in [one["name"] for one in report["not_searched"]]


@pytest.mark.parametrize("packed", [False, True], ids=["loose", "packed"])
def test_history(repository: Repository, scan: Scan, packed: bool) -> None:
    """Every blob is searched once: of files that were renamed, changed, deleted, or made by a merge."""
    first = repository.commit("first") if repository.write("start.txt", "nothing\n") else ""
    added = repository.commit("added") if repository.write("renamed-later.txt", LEAK) else ""
    repository.git("mv", "renamed-later.txt", "renamed.txt")
    renamed = repository.commit("renamed")
    repository.write("deleted.ipynb", _notebook("HTML"))
    made = repository.commit("made")
    repository.git("rm", "--quiet", "deleted.ipynb")
    deleted = repository.commit("deleted")
    repository.git("checkout", "--quiet", "-b", "side", first)
    repository.write("side.txt", f"on the side: {planted.VALUE}\n")
    side = repository.commit("side")
    repository.git("checkout", "--quiet", "main")
    repository.git("merge", "--quiet", "--no-commit", "side")
    repository.write("merged.txt", f"in the merge: {planted.VALUE.encode().hex()}\n")
    merged = repository.commit("merged")
    if packed:
        repository.git("gc", "--quiet", "--aggressive")
    status, report, _ = scan(history=True)
    found = {one["file"]: one for one in report["findings"]}
    assert len(found) == len(report["findings"]) == 4
    assert found["renamed.txt"]["commits"] == {"first": added, "last": renamed, "count": 2}
    assert found["deleted.ipynb"]["commits"] == {"first": made, "last": deleted, "count": 2}
    assert found["side.txt"]["commits"] == {"first": side, "last": side, "count": 1}
    assert found["merged.txt"]["commits"] == {"first": merged, "last": merged, "count": 1}
    assert found["deleted.ipynb"]["mime"] == "text/html"
    assert all(one["reachable"] for one in report["findings"])
    assert (status, report["searched"]) == (1, 5)


def test_history_without_objects(repository: Repository, scan: Scan) -> None:
    """A repository whose branch leads to nothing is not called clean; one without a commit is."""
    repository.write("a.txt", "clean")
    assert scan(history=True)[0] == 0
    (repository.path / ".git/refs/heads/main").write_text(f"{'ab' * 20}\n")
    with pytest.raises(SecretsError, match="git: git rev-list failed"):
        scan(history=True)


@pytest.mark.parametrize("packed", [False, True], ids=["loose", "packed"])
def test_damaged_history(repository: Repository, scan: Scan, packed: bool) -> None:
    """A repository that git cannot read to its end is called clean by nobody."""
    repository.write("a.txt", "nothing\n" * 1_000)
    repository.commit("a")
    if packed:
        repository.git("gc", "--quiet")
    blob = repository.git("rev-parse", ":a.txt")
    (stored,) = (repository.path / ".git/objects").glob("pack/*.pack" if packed else f"{blob[:2]}/{blob[2:]}")
    data = stored.read_bytes()
    stored.chmod(0o600)
    stored.write_bytes(data[: len(data) // 2] + bytes(len(data) - len(data) // 2))
    with pytest.raises(SecretsError, match=r"git (cat-file|rev-list) failed"):
        scan(history=True)


@pytest.mark.slow
@pytest.mark.parametrize("packed", [False, True], ids=["loose", "packed"])
def test_history_of_each_encoding_in_each_place(repository: Repository, scan: Scan, packed: bool) -> None:
    """Whatever became of a file, renamed, deleted or merged, each encoding in each place is found in it, once: in
    notebooks of each formatting, and in other files."""
    expected: dict[str, tuple[str, str, str | None]] = {}

    def plant(fate: str) -> None:
        for (place, make), formatting, encoding in product(
            planted.PLACES.items(), planted.FORMATTINGS, planted.ENCODED
        ):
            secret, text = planted.ENCODED[encoding]
            document = make(text)
            document["metadata"]["fate"] = fate  # so that no two are one blob
            name = f"{fate}/{place}/{formatting}/{encoding}.ipynb"
            repository.write(name, planted.FORMATTINGS[formatting](document))
            expected[name] = secret, encoding, planted.EXPECTED[place]["field"]
        for place, encoding in product([*planted.FILES, "db"], planted.ENCODED):
            secret, text = planted.ENCODED[encoding]
            name = f"{fate}/{place}/{encoding}.{place}"
            if place == "db":
                planted.write_database(repository.path / name, text, fate)
            else:
                repository.write(name, f"{planted.FILES[place].format(text)}{fate}\n")
            expected[name] = secret, encoding, None

    plant("renamed")
    plant("deleted")
    first = repository.commit("made")
    repository.git("mv", "renamed", "later")
    repository.commit("renamed")
    repository.git("rm", "--quiet", "-r", "deleted")
    repository.commit("deleted")
    repository.git("checkout", "--quiet", "-b", "side", first)
    plant("merged")
    repository.commit("side")
    repository.git("checkout", "--quiet", "main")
    repository.git("merge", "--quiet", "--no-edit", "side")
    if packed:
        repository.git("gc", "--quiet")
    found: defaultdict[str, list[tuple[str, str, str | None]]] = defaultdict(list)
    for one in scan(history=True)[1]["findings"]:
        name = one["file"].replace("later/", "renamed/")
        found[name].append((one["secret"], one["encoding"], one["field"]))
    assert found == {name: [finding] for name, finding in expected.items()}


def test_commits_are_those_of_git(repository: Repository, scan: Scan) -> None:
    """The commits of a blob are those that ``git log --all --find-object`` names."""
    repository.write("a.txt", LEAK)
    repository.commit("a")
    blob = repository.git("rev-parse", "HEAD:a.txt")
    for name in ("b.txt", "c.txt"):
        repository.git("mv", *repository.git("ls-files").split(), name)
        repository.commit(name)
    repository.git("rm", "--quiet", "c.txt")
    repository.git("commit", "--quiet", "--message", "gone")
    ids = repository.git("log", "--all", f"--find-object={blob}", "--format=%H").split()
    (found,) = scan(history=True)[1]["findings"]
    assert found["commits"] == {"first": ids[-1], "last": ids[0], "count": len(ids)}
    assert len(ids) == 4


def test_commits_whatever_git_is_set_to(repository: Repository, scan: Scan, monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings for a log that people read, and the folder in which one stands, hide none."""
    for setting in ("diff.relative", "log.showSignature", "log.abbrevCommit"):
        repository.git("config", setting, "true")
    repository.git("config", "log.showRoot", "false")
    repository.git("config", "color.ui", "always")
    repository.write("a.txt", LEAK)
    commit = repository.commit("a")
    (repository.path / "deep").mkdir()
    monkeypatch.chdir("deep")
    (found,) = scan(history=True)[1]["findings"]
    assert (found["file"], found["commits"]) == ("a.txt", {"first": commit, "last": commit, "count": 1})


def test_unreachable_blob(repository: Repository, scan: Scan) -> None:
    """A blob that no commit holds is found by its id, and said to be unreachable."""
    repository.write("a.txt", LEAK)
    repository.git("add", "a.txt")
    (found,) = scan(history=True)[1]["findings"]
    assert found["file"] == repository.git("rev-parse", ":a.txt")
    assert (found["commits"], found["reachable"]) == (None, False)


@pytest.mark.posix
def test_what_a_link_says(repository: Repository, scan: Scan, tmp_path_factory: pytest.TempPathFactory) -> None:
    """It is a text that git commits: it is found in the folder, too, wherever it leads, if anywhere."""
    value = planted.ENCODED["hex"][1]
    (repository.path / "dangling").symlink_to(value)
    (repository.path / "to-a-folder").symlink_to(tmp_path_factory.mktemp(value))
    (repository.path / "loop.ipynb").symlink_to("loop.ipynb")  # a link is no notebook
    names = ["dangling", "to-a-folder"]
    status, report, _ = scan()
    assert (status, [one["file"] for one in report["findings"]], report["searched"]) == (1, names, 3)
    assert [one["name"] for one in report["not_searched"]] == ["SHORT"]
    repository.git("add", "--all")
    _, report, _ = scan(staged=True)
    assert [one["file"] for one in report["findings"]] == names
    assert [one["name"] for one in report["not_searched"]] == ["SHORT"]
    repository.commit("links")
    assert sorted(one["file"] for one in scan(history=True)[1]["findings"]) == names


@pytest.mark.posix
def test_repository_that_the_environment_names(
    repository: Repository, scan: Scan, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """As in a hook: a folder beside its files is searched as any other, though git lists names for it."""
    repository.write("a.txt", "clean")
    repository.commit("one")
    folder = tmp_path_factory.mktemp("beside")
    (folder / "b.txt").write_text(LEAK)
    monkeypatch.setenv("GIT_DIR", str(repository.path / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(repository.path))
    assert [Path(one["file"]).name for one in scan(str(folder))[1]["findings"]] == ["b.txt"]
    assert (scan()[0], scan()[1]["searched"]) == (0, 1)


@pytest.mark.posix
@pytest.mark.parametrize("mode", [0o644, 0o755])
def test_git_that_cannot_be_run(
    repository: Repository,
    scan: Scan,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path_factory: pytest.TempPathFactory,
    mode: int,
) -> None:
    """It is as if there were none: a folder is searched as it is, the index is refused in one line."""
    repository.write("a.txt", LEAK)
    folder = tmp_path_factory.mktemp("bin")
    (folder / "git").write_bytes(b"\x7fELF of another machine")
    (folder / "git").chmod(mode)
    monkeypatch.setenv("PATH", str(folder))
    assert scan()[0] == 1
    with pytest.raises(SecretsError, match="--staged: git finds no repository here"):
        scan(staged=True)


def test_odd_names(repository: Repository, scan: Scan) -> None:
    """Names of files may hold anything, in the index and in the history; a value in one is masked."""
    names = ["a b.txt", "ä\n.txt", "-x.txt", f"{planted.VALUE.encode().hex()}.txt"]
    for name in names:
        repository.write(name, LEAK)
    repository.write(f"{planted.VALUE.encode().hex()}.ipynb", "{")
    assert [one["name"] for one in scan()[1]["not_searched"]] == ["SHORT", "[secret:API_KEY].ipynb"]
    repository.git("add", "--all")
    shown = sorted([*names[:3], "[secret:API_KEY].txt"])
    assert sorted(one["file"] for one in scan()[1]["findings"]) == shown
    assert sorted(one["file"] for one in scan(staged=True)[1]["findings"]) == shown
    repository.commit("odd")
    assert scan(history=True)[1]["findings"][0]["file"] in shown


def test_no_repository(tmp_path: object, scan: Scan, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is no repository a folder is searched as it is; index and history are refused in one line."""
    monkeypatch.chdir(str(tmp_path))
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", "/")
    with open("a.txt", "w", encoding="utf-8") as file:  # noqa: PTH123  # in the current folder
        file.write(LEAK)
    assert json.dumps(scan()[1]["findings"][0]["file"]) == '"a.txt"'
    for option in ("staged", "history"):
        with pytest.raises(SecretsError, match=f"--{option}: git finds no repository here"):
            scan(**{option: True})
