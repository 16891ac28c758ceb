"""What Core undoes of others' changes when it deletes an entity, and how it is put back.

To delete a value, Core reads all values of the project and writes back all others, without a test. Where the value is
gone already, it writes what it has read: whatever anyone changed in between is undone. So:

1. A watch is open before the entity is deleted, and shows every version of the Secret.
2. A version that Core has written back has the values of an earlier one, and the annotations of the one before it.
3. What differs from the version before it is put back, tested against what Core has made of it, if that still stands.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING, Self

from ...backoff import Deadline
from ..kubernetes.json_patch import Edit
from ..kubernetes.manifest import Look
from ..kubernetes.watch import events

if TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse


class History:
    """Each version of a Secret from a look on; ``with`` ends it.

    Args:
        first: the look.
        stream: a watch that begins after it.
    """

    def __init__(self, first: Look, stream: BaseHTTPResponse) -> None:
        self._versions = [first]
        self._stream = stream
        self._ended = False
        self._news = threading.Condition()
        threading.Thread(target=self._run, name="dh-secrets-history", daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        try:
            self._stream.shutdown()  # wakes the thread that reads
        except (OSError, ValueError, RuntimeError):
            return  # it has ended by itself

    def until(self, last: Look, deadline: Deadline) -> Sequence[Look] | None:
        """Returns all versions up to one that has been seen; None where the watch has ended before, or is late."""

        def is_there() -> bool:
            return self._ended or any(_is_at(version, last) for version in self._versions)

        with self._news:
            self._news.wait_for(is_there, max(0.0, deadline.left))
            if not any(_is_at(version, last) for version in self._versions):
                return None
            return list(self._versions)

    def _run(self) -> None:
        with self._stream:
            for event in events(self._stream):
                if event.get("type") not in ("ADDED", "MODIFIED", "DELETED"):
                    break
                look = Look.at(event["object"])
                with self._news:
                    self._versions.append(Look() if event["type"] == "DELETED" else look)
                    self._news.notify_all()
                del event, look  # no value is kept longer than the history
        with self._news:
            self._ended = True
            self._news.notify_all()


def _is_at(version: Look, last: Look) -> bool:
    return version.resource_version == last.resource_version


def undone(versions: Sequence[Look], removed: Collection[str]) -> dict[str, tuple[str | None, Edit]]:
    """Returns what Core undid by writing back: by name what it has made of a value, and what that was before.

    Args:
        versions: of the Secret, while entities were deleted.
        removed: the secrets of these entities. Core takes their values out, if they are there again.
    """
    lost: dict[str, tuple[str | None, Edit]] = {}
    for at in range(1, len(versions)):
        new, last = versions[at], versions[at - 1]
        if not new.exists or new.annotations != last.annotations:
            continue  # Core leaves annotations alone
        if not any(new.others(removed) == old.others(removed) for old in versions[:at]):
            continue
        for name in (new.data or {}).keys() | (last.data or {}).keys():
            # What was deleted, and is there without a word of ours, was itself undone by the platform.
            if new.value(name) != last.value(name) and (name not in removed or last.metadata(name) is not None):
                lost[name] = new.value(name), Edit(name, last.value(name), last.metadata(name))
    return lost


def put_back(
    lost: dict[str, tuple[str | None, Edit]],
    look: Callable[[], Look],
    send: Callable[[Look, list[Edit]], Look | None],
    deadline: Deadline,
) -> tuple[Look, list[Edit], Look] | None:
    """Puts back what Core undid, where it still stands so; returns what was seen, put back and made, None for nothing.

    Args:
        look: shows the Secret as it is.
        send: sends a change, tested against a look; None where somebody else came first.
    """
    while deadline.left > 0:
        now = look()
        edits = [
            edit
            for name, (made, edit) in lost.items()
            if now.value(name) == made and now.metadata(name) == edit.metadata
        ]
        if not edits:
            return None
        if after := send(now, edits):
            return now, edits, after
    return None
