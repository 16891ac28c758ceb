"""What shows a kernel's secrets, side panels and views of widgets: all hear when one of them has changed the kernel."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from . import rpc
from .wire import JSON

Send = Callable[[JSON], None]

HELD = "dh-secrets-held"
"""The event after which all displays ask again what is in the kernel, since one of them has changed it."""
_CHANGES_KERNEL = ("put", "put_again", "use", "undo", "forget")

widgets: set[Send] = set()
"""How the widgets that are open send to their views."""


def serve(
    content: Mapping[str, Any], buffers: Sequence[Any], handle: Callable[[rpc.Request], JSON], send: Send
) -> None:
    """Sends the response of :func:`.rpc.respond`, and tells all displays where the kernel may hold something else.

    Side panels hear whatever their kernel sends, views of a widget only that: so widgets tell both.

    Args:
        content: the envelope.
        buffers: the message's binary parts.
        handle: does what is asked and returns the result.
        send: sends over the comm that asks.
    """
    send(rpc.respond(content, buffers, handle))
    if content.get("method") in _CHANGES_KERNEL:
        for push in list(widgets) or [send]:
            push({"event": HELD})
