"""The look at a notebook before it is saved: what is said, what is refused, and what is not waited for."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ..support.waiting import wait_until
from . import config, scripted
from .running import ROOT, Reply, Server

pytestmark = pytest.mark.server
VALUE = "invented/Kq7xW2pZm4v8zK1wh<D3>sG0p"
FINDING = {"cell": 2, "output": 1, "mime": "text/html", "secret": "API_KEY", "encoding": "text"}


def notebook(output: str = "", *sources: str, **metadata: Any) -> dict[str, Any]:
    """Returns a notebook with an output in HTML in its second cell, and these sources before and after it."""
    shown = {"output_type": "display_data", "metadata": {}, "data": {"text/html": [f"<b>{output}</b>"]}}
    cell: dict[str, Any] = {
        "cell_type": "code",
        "metadata": {},
        "execution_count": None,
        "outputs": [],
        "source": "x = 1",
    }
    texts = [*sources, "x = 1"]
    cells = [
        {**cell, "source": texts[0]},
        {**cell, "outputs": [shown]},
        *({**cell, "source": source} for source in texts[1:]),
    ]
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 4}


def save(server: Server, content: dict[str, Any], path: str = "a.ipynb") -> Reply:
    """Saves a notebook as a browser does."""
    return server.call("PUT", f"../api/contents/{path}", {"type": "notebook", "format": "json", "content": content})


def events(server: Server, name: str = "value-found") -> list[dict[str, Any]]:
    """Returns what was said about saves so far."""
    found = [one for one in server.lines(config.EVENTS) if one["__schema__"].endswith(f"{name}/v1")]
    return [{key: one[key] for key in one if not key.startswith("__")} for one in found]


def await_values(server: Server, value: str, *sources: str) -> None:
    """Saves a notebook that names a project until a value of it is found: a first snapshot may be older than that."""

    def found() -> bool:
        save(server, notebook(value, *sources), "awaited.ipynb")
        return any(one["findings"] for one in events(server) if one["path"] == "awaited.ipynb")

    wait_until(found, "the values are there")


@pytest.fixture(scope="module", params=["warn", "refuse"])
def checking(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that looks at what is saved, in each of both ways; its own project and another one have a value."""
    home = tmp_path_factory.mktemp("checking")
    environment = {"DH_SECRETS_PROVIDER": "local", "DH_SECRETS_LOCAL_PATH": str(home / "store" / "secrets.db")}
    with Server(home, environment, {"on_save": request.param, "project": "demo"}) as server:
        server.create("API_KEY", VALUE)
        server.create("OTHER_KEY", f"other-{VALUE}", project="other")
        await_values(server, VALUE)
        yield server


def test_value_in_an_output(checking: Server) -> None:
    """A value in an output is said with its place; with "refuse" the file is not written, and the sentence names it."""
    refused = "refuse" in checking.home.joinpath("jupyter_server_config.py").read_text()
    reply = save(checking, notebook(VALUE), "found.ipynb")
    assert reply.status == (400 if refused else 201)
    assert (checking.home / "found.ipynb").exists() is not refused
    if refused:
        said = "found.ipynb: not saved, since it holds the value of API_KEY in cell 2."
        assert reply.body["message"].startswith(said)
    wait_until(lambda: any(one["path"] == "found.ipynb" for one in events(checking)), "the event")
    (event,) = [one for one in events(checking) if one["path"] == "found.ipynb"]
    assert event == {"user": "writer", "path": "found.ipynb", "findings": [FINDING], "refused": refused}
    assert VALUE not in reply.raw.decode() + checking.log() + json.dumps(event)


def test_projects_that_cells_name(checking: Server) -> None:
    """The values are those of the projects that cells name, else of the server's own; sources are looked at, too."""
    named = "%secret project other"
    await_values(checking, f"other-{VALUE}", named)
    called = "import dh_secrets_jupyter as d\nd.get_or_create_project('other')"
    save(checking, notebook(VALUE, named), "named.ipynb")
    save(checking, notebook("", called, f"other-{VALUE}"), "called.ipynb")
    wait_until(lambda: {"named.ipynb", "called.ipynb"} <= {one["path"] for one in events(checking)}, "the events")
    found = {one["path"]: [(f["secret"], f["cell"]) for f in one["findings"]] for one in events(checking)}
    assert found["called.ipynb"] == [("OTHER_KEY", 3)]
    assert found["named.ipynb"] == [("OTHER_KEY", 2)]


def test_changed_value(checking: Server) -> None:
    """A value that is created while the server runs is looked for as soon as a watch has shown it."""
    checking.create("LATER", "later-invented-Zp40Wc-b7RtLm")
    content = notebook("later-invented-Zp40Wc-b7RtLm")

    def found() -> bool:
        save(checking, content, "later.ipynb")
        return any(one["path"] == "later.ipynb" for one in events(checking))

    wait_until(found, "the value is looked for")


def test_damaged_notebook(checking: Server) -> None:
    """A cell that is none, or has no source, hides nothing in the others."""
    content = notebook(VALUE)
    content["cells"] += [None, {"cell_type": "code", "source": None}, {"cell_type": "code", "source": [1]}]
    body = {"type": "file", "format": "text", "content": json.dumps(content)}
    checking.call("PUT", "../api/contents/damaged.ipynb", body)
    wait_until(lambda: any(one["path"] == "damaged.ipynb" for one in events(checking)), "the event")
    (event,) = [one for one in events(checking) if one["path"] == "damaged.ipynb"]
    assert event["findings"] == [FINDING]


def test_what_is_no_notebook(checking: Server) -> None:
    """Other files are saved as they are; a notebook that is saved as a text is one."""
    for path, status in {"a.txt": 201, "text.ipynb": 400}.items():
        body = {"type": "file", "format": "text", "content": json.dumps(notebook(VALUE))}
        reply = checking.call("PUT", f"../api/contents/{path}", body)
        assert reply.status in (status, 201)
    wait_until(lambda: any(one["path"] == "text.ipynb" for one in events(checking)), "the event")
    assert not any(one["path"] == "a.txt" for one in events(checking))


def test_scrub(checking: Server) -> None:
    """The saved file gets marks in outputs and metadata, no other byte of it changes, and what sources hold stays."""
    path = checking.home / "folder" / "to scrub.ipynb"
    path.parent.mkdir(exist_ok=True)
    before = json.dumps(notebook(VALUE, f"key = {VALUE!r}", note=VALUE), indent=3)
    path.write_text(before)
    assert checking.call("POST", "scrub", {"path": "folder/to scrub.ipynb"}, token="reader-token").status == 403
    reply = checking.call("POST", "scrub", {"path": "folder/to scrub.ipynb"})
    assert reply.status == 200
    assert reply.body["marked"] == 2
    assert [(one["cell"], one["output"]) for one in reply.body["findings"]] == [(2, 1), (None, None), (1, None)]
    assert reply.body["findings"][0] == FINDING
    head, source, rest = before.partition(f"key = '{VALUE}'")
    assert path.read_text() == head + source + rest.replace(VALUE, "[secret:API_KEY]")
    assert checking.call("POST", "scrub", {"path": "folder/to scrub.ipynb"}).body["marked"] == 0


def test_scrub_of_what_is_not_there(checking: Server) -> None:
    """No file, a folder, a hidden one and one outside of the contents are all not found; the path has to be text."""
    checking.home.joinpath(".hidden.ipynb").write_text("{}")
    for path in ("gone.ipynb", ".hidden.ipynb", "../outside.ipynb", "", "store"):
        assert checking.call("POST", "scrub", {"path": path}).status == 404, path
    for body in ({}, {"path": 1}, {"path": "a.ipynb", "x": 1}):
        assert checking.call("POST", "scrub", body).status == 400


def test_provider_that_hangs(tmp_path: Path) -> None:
    """While the values are not there saves go on and wait for nothing; nothing is called clean, which is said."""
    environment = scripted.install(tmp_path / "entry")
    with Server(tmp_path / "home", environment, {"on_save": "refuse", "project": "hanging"}) as server:
        for number in range(3):
            assert save(server, notebook(VALUE), f"{number}.ipynb").status == 201
        assert save(server, notebook(VALUE, "%secret project hang-2"), "other.ipynb").status == 201
        wait_until(lambda: len(events(server, "save-not-searched")) == 4, "the events")
        assert events(server) == []
        said = events(server, "save-not-searched")
        assert said[-1] == {"user": "writer", "path": "other.ipynb", "projects": ["hang-2"]}
        assert said[-2]["projects"] in (["hanging"], [])
        assert "saved without being searched: the values of project hang-2 are not there" in server.log()
        # No more does a save wait for values that the server has no right to.
        assert save(server, notebook(VALUE, "%secret project locked"), "denied.ipynb").status == 201
        wait_until(lambda: len(events(server, "save-not-searched")) == 5, "the event")
        assert events(server, "save-not-searched")[-1]["projects"] == ["locked"]
        assert save(server, notebook(VALUE, "%secret project locked"), "denied.ipynb").status == 200
        wait_until(lambda: len(events(server, "save-not-searched")) == 6, "the event, now that it is denied")
        assert events(server) == []


def test_off(local: Server) -> None:
    """Unless it is configured nothing is looked at."""
    local.create("API_KEY", VALUE, project="default")
    assert save(local, notebook(VALUE), "found.ipynb").status == 201
    assert "found.ipynb" not in json.dumps([events(local), events(local, "save-not-searched")])


def test_real_time_collaboration(tmp_path: Path, local_environment: dict[str, str]) -> None:
    """Where documents are saved for all who edit them nothing is refused, which is said at the start."""
    extension = "jupyter_server_ydoc"
    enabled = tmp_path / "etc" / "jupyter_server_config.d"
    enabled.mkdir(parents=True)
    (enabled / "ydoc.json").write_text(json.dumps({"ServerApp": {"jpserver_extensions": {extension: True}}}))
    loads = "def _jupyter_server_extension_points(): return [{'module': __name__}]\n"
    (tmp_path / f"{extension}.py").write_text(f"{loads}def _load_jupyter_server_extension(app): pass\n")
    home = tmp_path / "home"
    paths = {"JUPYTER_CONFIG_PATH": f"{tmp_path / 'etc'}:{home / 'etc'}", "PYTHONPATH": f"{ROOT}:{tmp_path}"}
    with Server(home, {**local_environment, **paths}, {"on_save": "refuse", "project": "shared"}) as server:
        server.create("API_KEY", VALUE, project="shared")
        await_values(server, VALUE)
        wait_until(lambda: save(server, notebook(VALUE), "found.ipynb").status == 200 and events(server), "the event")
        assert not any(one["refused"] for one in events(server))
        assert "with real-time collaboration no save can be refused" in server.log()
