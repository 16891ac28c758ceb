"""Comm messages as ipykernel 7.4 handles them: beside a cell that waits, their headers first, answered by an id."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

import pytest
from packaging.version import Version

from ...support.kernels import Kernel, Message
from ...support.waiting import wait_until
from ..conftest import TOKEN

MARK = "[secret:TOKEN]"


def _until(kernel: Kernel, start: int, wanted: str, **fields: Any) -> Message:
    """Waits for a message of a type, with these fields in its content, behind the first ``start``."""

    def found() -> Message | None:
        kernel.poll(0.1)
        came = [message for message in kernel.messages[start:] if message.type == wanted]
        return next((message for message in came if fields.items() <= message.content.items()), None)

    return wait_until(found, f"{wanted} with {fields}")


@pytest.mark.skipif(Version(version("ipykernel")) < Version("7.4"), reason="before, a comm waited for the cell")
def test_a_comm_that_answers_a_waiting_cell_is_masked(guarded: Kernel) -> None:
    """What the comm sends meanwhile holds a mark, and so does what the cell prints at its end."""
    guarded.ok(
        "import asyncio\nfrom comm import create_comm\narrived = asyncio.Event()\n"
        "c = create_comm(target_name='t', comm_id='waits')\n"
        "@c.on_msg\ndef _(msg): print('in handler', T); c.send({'echo': T}); arrived.set()"
    )
    code = "print('waiting', flush=True); await arrived.wait(); print('done', T)"
    start = len(guarded.messages)
    cell = guarded.send("execute_request", {"code": code, "silent": False})
    _until(guarded, start, "stream", text="waiting\n")
    guarded.send("comm_msg", {"comm_id": "waits", "data": {}})
    assert _until(guarded, start, "comm_msg", comm_id="waits").content["data"] == {"echo": MARK}
    _until(guarded, start, "execute_reply", status="ok")

    def shown() -> str:
        guarded.poll(0.1)
        return "".join(m.content["text"] for m in guarded.messages if m.type == "stream" and m.parent_id == cell)

    wait_until(lambda: f"done {MARK}\n" in shown(), "what the cell says at its end")
    assert TOKEN.encode() not in guarded.raw


def test_a_message_whose_header_alone_is_read_stays_as_it_is(guarded: Kernel) -> None:
    """It is read once more, whole; only then the typed value is taken out of it."""
    read = guarded.ok(
        "session = get_ipython().kernel.session\ncode = '%secret set K ' + 'typed-on-it'\n"
        "def frames(): return session.serialize(session.msg('execute_request', {'code': code}))\n"
        "known = lambda: 'K' in guard.GUARD.redactor.names()\n"
        "_, sent = session.feed_identities(frames()); head = session.deserialize(sent, content=False)\n"
        "before = known()\n"
        "_, sent = session.feed_identities(frames()); whole = session.deserialize(sent)\n"
        "[b'typed-on-it' in bytes(head['content']), before, 'typed-on-it' in whole['content']['code'], known()]"
    )
    assert read.result == "[True, False, False, True]"


def test_the_id_by_which_an_answer_finds_its_way_stays(guarded: Kernel) -> None:
    """An id within the content is the protocol's and stays; any other text becomes a mark."""
    guarded.ok("from comm import create_comm\nW = learn('P', b'request-id-4711'.hex()).reveal()")
    guarded.ok("c = create_comm(target_name='t', comm_id='asks')")
    cell = guarded.ok("c.send({'content': {'id': W, 'text': W}, 'id': W})")
    data = cell.of("comm_msg")[0].content["data"]
    assert data == {"content": {"id": "request-id-4711", "text": "[secret:P]"}, "id": "[secret:P]"}
