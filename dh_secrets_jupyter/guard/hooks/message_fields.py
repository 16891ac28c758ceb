"""Which fields of a Jupyter message people see, and which belong to the protocol.

Masking a protocol field breaks clients: the reply status ``ok`` or ``idle`` must arrive even where a secret is called
so. What is not named here is masked, so that a message type of tomorrow is covered; its keys at the top stay.
The shapes are those of the Jupyter messaging protocol 5.4 and of the debug adapter protocol.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..redactor import WITHHELD

Mask = Callable[[str], str]

UNMASKED_TYPES = frozenset(
    [
        "status",
        "comm_info_reply",
        "connect_reply",
        "create_subshell_reply",
        "delete_subshell_reply",
        "interrupt_request",
        "iopub_welcome",
        "is_complete_reply",
        "kernel_info_reply",
        "list_subshell_reply",
        "shutdown_reply",
        "usage_reply",
    ]
)
"""Messages without anything that a user could put there."""

_PLAIN_REPLY = frozenset(["status", "execution_count", "user_expressions", "payload"])

OWN_METADATA = frozenset(["started", "dependencies_met", "engine", "status"])
"""What the kernel itself writes into a reply's metadata."""

_ALWAYS_KEPT = frozenset(["status"])
_KEPT = {
    "stream": frozenset(["name"]),
    "execute_reply": frozenset(["engine_info"]),
    "comm_open": frozenset(["comm_id", "target_name", "target_module"]),
    "comm_msg": frozenset(["comm_id"]),
    "comm_close": frozenset(["comm_id"]),
    "debug_reply": frozenset(["type", "command", "seq", "request_seq", "success"]),
    "debug_event": frozenset(["type", "event", "seq"]),
}
_HARMLESS = frozenset(["execution_count", "cursor_start", "cursor_end", "found", "wait", "password"])
"""Fields with nothing in them that a user put there, kept where masking failed."""
_COMM_KEYS = frozenset(["method", "state", "states", "buffer_paths", "content", "id", "result", "error"])
"""Fields of what a widget's comm carries, and our own panels'; any other comm's are its user's."""
_BUNDLES = frozenset(["execute_result", "display_data", "update_display_data", "inspect_reply"])
_WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
# The state's own schema: what a widget is and how it is drawn, and where its binary parts belong.
_WIDGET_SCHEMA = ("_model_", "_view_")
_WIDGET_MODEL = ("model_name", "model_module", "model_module_version")
# The front end of our own panel holds no value, and a mark in it would break it wherever a value is one of its words.
_OWN_WIDGET, _OWN_SOURCE = "dh_secrets_jupyter.", ("_esm", "_css")


def is_trivial_reply(msg_type: str, content: Any) -> bool:
    """Returns whether a message is what most cells end in: a reply with nothing in it that a user put there."""
    return (
        msg_type == "execute_reply"
        and isinstance(content, dict)
        and content.keys() == _PLAIN_REPLY
        and content["status"] == "ok"
        and not content["user_expressions"]
        and not content["payload"]
    )


def mask_content(msg_type: str, content: dict[str, Any], mask: Mask) -> dict[str, Any]:
    """Returns a message's content with every text that a user sees masked.

    Args:
        content: plain JSON, as it is on the wire; nothing is changed in place.
        mask: a text in, the text with marks out.
    """
    kept = _ALWAYS_KEPT | _KEPT.get(msg_type, frozenset())
    masked = {}
    for key, value in content.items():
        if key in kept:
            masked[key] = value
        elif msg_type in _BUNDLES and key in ("data", "metadata"):
            masked[key] = mask_bundle(value, mask)
        elif key == "transient":
            masked[key] = mask_fields(value, mask, ("display_id",))
        elif msg_type == "execute_reply" and key == "user_expressions":
            masked[key] = {name: _expression(result, mask) for name, result in value.items()}
        elif msg_type == "execute_reply" and key == "payload":
            masked[key] = [_payload(item, mask) for item in value]
        elif msg_type in ("comm_open", "comm_msg", "comm_close") and key == "data":
            masked[key] = _comm_data(value, mask)
        elif msg_type.startswith("debug_") and key == "body":
            masked[key] = _debug_body(value, mask)
        else:
            masked[key] = mask_tree(value, mask)
    return masked


def withheld(msg_type: str, content: object) -> dict[str, Any]:
    """Returns what is sent where masking failed: the same shape, with nothing in it that a user put there."""
    if not isinstance(content, dict):
        return {}
    kept = _ALWAYS_KEPT | _KEPT.get(msg_type, frozenset()) | _HARMLESS
    return {key: value if key in kept else _withheld(key, value) for key, value in content.items()}


def withheld_metadata(metadata: object) -> dict[str, Any]:
    """As :func:`withheld`, for a message's metadata."""
    return {k: v for k, v in metadata.items() if k in _ALWAYS_KEPT} if isinstance(metadata, dict) else {}


def _withheld(key: str, value: object) -> Any:
    if isinstance(value, dict):
        return {"text/plain": WITHHELD} if key == "data" else {}
    if isinstance(value, list | tuple):
        return [WITHHELD] if key == "traceback" else []
    return WITHHELD if isinstance(value, str) else None


def mask_tree(value: Any, mask: Mask) -> Any:
    """Masks every text in a JSON value, the keys too; a number whose digits are masked becomes a text."""
    if isinstance(value, str):
        return mask(value)
    if isinstance(value, dict):
        return {mask(key): mask_tree(item, mask) for key, item in value.items()}
    if isinstance(value, list):
        return [mask_tree(item, mask) for item in value]
    if value is None or isinstance(value, bool):
        return value
    masked = mask(text := repr(value))
    return value if masked == text else masked


def mask_bundle(value: Any, mask: Mask) -> Any:
    """Masks a MIME bundle, or its metadata: the MIME types stay, and so does the reference to a widget."""
    if not isinstance(value, dict):
        return mask_tree(value, mask)
    return {key: item if key == _WIDGET_VIEW else mask_tree(item, mask) for key, item in value.items()}


def mask_fields(value: Any, mask: Mask, kept: tuple[str, ...] = ()) -> Any:
    """Masks the values of an object with fixed keys, but those of ``kept`` (names, or how names begin)."""
    if not isinstance(value, dict):
        return mask_tree(value, mask)
    return {key: item if str(key).startswith(kept) else mask_tree(item, mask) for key, item in value.items()}


def _expression(result: Any, mask: Mask) -> Any:
    if not isinstance(result, dict):
        return mask_tree(result, mask)
    return {
        key: item
        if key in _ALWAYS_KEPT
        else mask_bundle(item, mask)
        if key in ("data", "metadata")
        else mask_tree(item, mask)
        for key, item in result.items()
    }


def _payload(item: Any, mask: Mask) -> Any:
    if not isinstance(item, dict):
        return mask_tree(item, mask)
    return {
        key: part if key == "source" else mask_bundle(part, mask) if key == "data" else mask_tree(part, mask)
        for key, part in item.items()
    }


def _comm_data(value: Any, mask: Mask) -> Any:
    """Masks what a comm carries; of a widget's messages the method, the names of traits and the buffers' paths stay."""
    if not isinstance(value, dict):
        return mask_tree(value, mask)
    # The answer to a page that was loaded again: the states of all widgets.
    loading = value.get("method") == "update_states"
    masked = {}
    for key, item in value.items():
        if key in ("method", "buffer_paths"):
            masked[key] = item
        elif key == "state":
            masked[key] = _widget_state(item, mask)
        elif key == "states" and loading and isinstance(item, dict):
            masked[key] = {mask(model_id): _widget(model, mask) for model_id, model in item.items()}
        else:
            masked[key if key in _COMM_KEYS else mask(key)] = found = mask_tree(item, mask)
            if key == "content" and isinstance(item, dict) and isinstance(item.get("id"), str):
                found["id"] = item["id"]  # by which ipykernel finds who waits for the answer
    return masked


def _widget(model: Any, mask: Mask) -> Any:
    if not isinstance(model, dict):
        return mask_tree(model, mask)
    kept = {key: model[key] for key in _WIDGET_MODEL if key in model}
    rest = {key: item for key, item in model.items() if key not in kept and key != "state"}
    return {**mask_tree(rest, mask), **kept, "state": _widget_state(model.get("state"), mask)}


def _widget_state(state: Any, mask: Mask) -> Any:
    own = isinstance(state, dict) and str(state.get("_anywidget_id")).startswith(_OWN_WIDGET)
    return mask_fields(state, mask, _WIDGET_SCHEMA + (_OWN_SOURCE if own else ()))


def _debug_body(value: Any, mask: Mask) -> Any:
    """Masks what a debugger shows; the keys of the debug adapter protocol stay, however deep."""
    if isinstance(value, dict):
        return {
            key: item
            if key in ("type", "kind", "reason", "category", "presentationHint")
            else mask_bundle(item, mask)
            if key == "data"
            else _debug_body(item, mask)
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [_debug_body(item, mask) for item in value]
    return mask_tree(value, mask) if isinstance(value, str) else value
