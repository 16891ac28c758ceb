"""What of a message is masked, and what belongs to the protocol and stays whatever it is called."""

from __future__ import annotations

from typing import Any

import pytest

from dh_secrets_jupyter.guard.hooks.message_fields import is_trivial_reply, mask_content

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"

STATE = {"_view_name": "v", "_esm": "v", "_anywidget_id": "v"}
MASKED = {"_view_name": "v", "_esm": "<v>", "_anywidget_id": "<v>"}
OWN = {"_esm": "v", "_css": "v", "_anywidget_id": "dh_secrets_jupyter.panel.widget.Panel"}


def _shout(text: str) -> str:
    """Stands for a mask that hits every text."""
    return f"<{text}>"


@pytest.mark.parametrize(
    ("kind", "content", "masked"),
    [
        (
            "execute_reply",
            {
                "status": "ok",
                "payload": [{"source": "page", "data": {"text/plain": "v"}, "start": 0}],
                "user_expressions": {"x": {"status": "ok", "data": {"text/plain": "v"}, "metadata": {}}},
            },
            {
                "status": "ok",
                "payload": [{"source": "page", "data": {"text/plain": "<v>"}, "start": "<0>"}],
                "user_expressions": {"x": {"status": "ok", "data": {"text/plain": "<v>"}, "metadata": {}}},
            },
        ),
        ("error", {"ename": "v", "traceback": ["v", "v"]}, {"ename": "<v>", "traceback": ["<v>", "<v>"]}),
        (
            "display_data",
            {"data": {"text/plain": "v", WIDGET_VIEW: {"model_id": "v"}}, "transient": {"display_id": "v", "k": "v"}},
            {
                "data": {"text/plain": "<v>", WIDGET_VIEW: {"model_id": "v"}},
                "transient": {"display_id": "v", "k": "<v>"},
            },
        ),
        (
            "comm_msg",
            {"comm_id": "v", "data": {"method": "v", "buffer_paths": [["v"]], "state": {"_view_name": "v", "t": "v"}}},
            {
                "comm_id": "v",
                "data": {"method": "v", "buffer_paths": [["v"]], "state": {"_view_name": "v", "t": "<v>"}},
            },
        ),
        (
            "comm_msg",
            {"comm_id": "v", "data": {"method": "update_states", "states": {"v": {"model_name": "v", "state": STATE}}}},
            {
                "comm_id": "v",
                "data": {"method": "update_states", "states": {"<v>": {"model_name": "v", "state": MASKED}}},
            },
        ),
        (
            "comm_msg",
            {"comm_id": "v", "data": {"method": "own", "states": {"v": {"model_name": "v"}}}},
            {"comm_id": "v", "data": {"method": "own", "states": {"<v>": {"<model_name>": "<v>"}}}},
        ),
        (
            "comm_open",
            {"target_name": "v", "data": {"method": "v", "id": 1, "v": ["v"]}},
            {"target_name": "v", "data": {"method": "v", "id": "<1>", "<v>": ["<v>"]}},
        ),
        (
            "comm_open",
            {"data": {"state": OWN}},
            {"data": {"state": OWN | {"_anywidget_id": f"<{OWN['_anywidget_id']}>"}}},
        ),
        (
            "debug_reply",
            {"command": "v", "success": True, "body": {"type": "v", "result": "v"}},
            {"command": "v", "success": True, "body": {"type": "v", "result": "<v>"}},
        ),
        (
            "a_type_of_tomorrow",
            {"anything": {"deep": ["v", None, True]}},
            {"anything": {"<deep>": ["<v>", None, True]}},
        ),
    ],
)
def test_what_people_see_is_masked_and_the_protocol_stays(
    kind: str, content: dict[str, Any], masked: dict[str, Any]
) -> None:
    """Of each kind of message: the fields with text and data are masked, ids, names and states are not."""
    assert mask_content(kind, content, _shout) == masked


PLAIN = {"status": "ok", "execution_count": 3, "user_expressions": {}, "payload": []}


def test_only_a_reply_without_anything_of_the_users_is_passed_by() -> None:
    """A plain ``ok`` is not searched; an error, a payload, an expression or an unknown field is."""
    assert is_trivial_reply("execute_reply", PLAIN)
    assert not is_trivial_reply("inspect_reply", PLAIN)
    assert not is_trivial_reply("execute_reply", "{}")
    for more in ({"status": "error"}, {"payload": [{"data": "v"}]}, {"user_expressions": {"x": "v"}}, {"more": "v"}):
        assert not is_trivial_reply("execute_reply", PLAIN | more)
