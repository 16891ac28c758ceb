"""A session with the side panel, recorded: the value is in the one request that saved it, and nowhere else."""

from __future__ import annotations

import base64
import contextlib
import json
import secrets
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from .conftest import NewPage
from .lab import Lab
from .seat import APPLICATIONS, PROVIDERS, Desk, usually

STORAGE = """async () => {
    const kept = {local: {...localStorage}, session: {...sessionStorage}, databases: []};
    for (const {name} of await indexedDB.databases()) {
        const database = await new Promise((resolve, reject) => {
            const request = indexedDB.open(name);
            request.onsuccess = () => resolve(request.result);
            request.onerror = reject;
        });
        for (const store of database.objectStoreNames) {
            const all = database.transaction(store).objectStore(store).getAll();
            await new Promise((resolve, reject) => { all.onsuccess = resolve; all.onerror = reject; });
            kept.databases.push([name, store, all.result]);
        }
        database.close();
    }
    return JSON.stringify(kept);
}"""


class Recording:
    """All that a page sends and receives, over HTTP and websockets, and what its console says."""

    def __init__(self, page: Page) -> None:
        self.sent: list[bytes] = []
        self.received: list[bytes] = []
        self._finished: list[Any] = []
        page.on("request", lambda request: self.sent.append(_whole(request)))
        page.on("requestfinished", lambda request: self._finished.append(request))
        page.on("websocket", self._follow)
        page.on("console", lambda message: self.received.append(message.text.encode()))

    def _follow(self, socket: Any) -> None:
        self.sent.append(socket.url.encode())
        socket.on("framesent", lambda frame: self.sent.append(_bytes(frame)))
        socket.on("framereceived", lambda frame: self.received.append(_bytes(frame)))

    def finish(self) -> None:
        """Reads the answers of the servers' APIs; scripts, styles and fonts are files that no session changes."""
        for request in self._finished:
            response = request.response()
            self.received.append(json.dumps(response.headers).encode())
            if request.resource_type in ("fetch", "xhr", "document") and response.status in (200, 201):
                self.received.append(response.body())


def _whole(request: Any) -> bytes:
    return b"\n".join([request.url.encode(), json.dumps(request.headers).encode(), request.post_data_buffer or b""])


def _bytes(frame: str | bytes) -> bytes:
    return frame if isinstance(frame, bytes) else frame.encode()


def spellings(value: str) -> list[bytes]:
    """The value itself, its hex, and its base64 wherever it begins in what was encoded."""
    raw = value.encode()
    shifted = (base64.b64encode(bytes(skip) + raw)[4 if skip else 0 : -4] for skip in range(3))
    return [raw, raw.hex().encode(), *shifted]


def count(value: str, places: list[bytes]) -> int:
    """In how many of the places the value is, in any spelling."""
    return sum(any(spelling in place for spelling in spellings(value)) for place in places)


def files(folder: Path) -> list[bytes]:
    """The content of every file below a folder, the store's own included."""
    found = []
    for path in folder.rglob("*"):
        if path.is_file() and not path.is_symlink():
            with contextlib.suppress(FileNotFoundError):  # a journal that is done with
                found.append(path.read_bytes())
    return found


@usually("where", ["lab-local"], APPLICATIONS, PROVIDERS)
def test_a_value_is_in_the_one_request_that_saved_it(
    where: str, request: pytest.FixtureRequest, new_page: NewPage, project: str
) -> None:
    """Saved, refused, put, used, replaced, imported, renamed, copied: nothing in other requests, answers, websocket
    frames, the page, the browser's storage, the saved notebook, the kernel's history or the server's log at DEBUG."""
    first, second, refused, imported = (f"sample{secrets.token_hex(20)}" for _ in range(4))
    application, provider = where.split("-")
    server: Lab = request.getfixturevalue(f"{provider}_lab")
    page = new_page()
    recording = Recording(page)
    desk = Desk(page, server, application, server.notebook("traffic.ipynb"))
    panel, notebook = desk.side, desk.notebook
    panel.switch(project)
    panel.add("RECORDED", first, Description="Recorded")

    dialog = panel.open_add()
    dialog.fill(Name="RECORDED", Value=refused)
    dialog.submit()
    expect(panel.alert).to_contain_text("RECORDED")
    assert count(refused, [page.content().encode()]) == 0
    dialog.cancel()

    panel.act("RECORDED", "Put into kernel")
    expect(panel.status).to_contain_text("RECORDED is in the variable RECORDED")
    assert str(len(first)) in notebook.run("print(len(RECORDED)); RECORDED")
    panel.act("RECORDED", "Replace value")
    replace = panel.dialog("Replace value of RECORDED")
    replace.fill(Value=second)
    replace.submit()
    expect(panel.status).to_contain_text("RECORDED")
    panel.act("RECORDED", "Put into environment")
    expect(panel.status).to_contain_text("environment")
    notebook.run("%env RECORDED")

    panel.region.get_by_role("button", name="Import .env").click()
    importing = panel.dialog("Import .env")
    importing.choose(".env", f"IMPORTED={imported}")
    importing.submit()
    expect(panel.name("IMPORTED")).to_be_visible()
    for action, title, fields in (
        ("Rename", "Rename IMPORTED", {"Name": "RENAMED"}),
        ("Copy to project", "Copy RENAMED to project", {"Project": f"{project}-other"}),
    ):
        panel.act(title.split()[1], action)
        moving = panel.dialog(title)
        moving.fill(**fields)
        moving.submit()
        expect(panel.status).to_contain_text(next(iter(fields.values())))
    assert server.request("GET", f"projects/{project}-other/secrets")["secrets"][0]["name"] == "RENAMED"
    notebook.save()
    recording.finish()

    for value in (first, second, refused, imported):
        assert count(value, recording.sent) == 1
        assert count(value, recording.received) == 0
        assert count(value, [page.content().encode(), page.evaluate(STORAGE).encode()]) == 0
        assert count(value, files(server.home)) == 0
    assert "RECORDED" in (server.folder / "traffic.ipynb").read_text()
    assert "/dh-secrets/projects" in server.log.read_text()
