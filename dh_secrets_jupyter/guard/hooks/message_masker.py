"""Masks one message of a kernel, part by part, as it is on the wire.

1. A reply that has nothing in it but ``ok`` passes.
2. Each part is serialized. Most hold no value, which their bytes say: they pass as these bytes.
3. Only a part that may hold one is taken apart, and masked field by field (:mod:`.message_fields`).
4. Where anything of that fails, the part is withheld: the same shape, with nothing in it that a user put there.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from ..redactor import Redactor
from .message_fields import OWN_METADATA, is_trivial_reply, mask_content, mask_tree, withheld, withheld_metadata


class MessageMasker:
    """Masks the messages of one session.

    Args:
        session: what serializes them, by ``pack`` and ``unpack``.
    """

    def __init__(self, redactor: Redactor, session: Any) -> None:
        self._redactor = redactor
        self._session = session

    def mask(self, msg: Any, msg_type: str) -> Any:
        """Returns a message with its content and metadata masked; the very same one where nothing can be in it."""
        content, metadata = msg.get("content") or {}, msg.get("metadata")
        is_own_metadata = not metadata or metadata.keys() <= OWN_METADATA
        if is_own_metadata and is_trivial_reply(msg_type, content):
            return msg
        msg, is_clean = dict(msg), self._redactor.masker.is_clean
        try:
            packed = msg["content"] = self._packed(content)
            if not is_clean(packed):
                msg["content"] = self._mask_fields(packed, msg_type, functools.partial(mask_content, msg_type))
            if not is_own_metadata and not is_clean(packed := self._packed(metadata)):
                kept = {key: metadata[key] for key in metadata if key == "status"}
                msg["metadata"] = {**self._session.unpack(self._mask_fields(packed, msg_type, mask_tree)), **kept}
        except Exception:  # noqa: BLE001  # whatever it is, the content must not go out past the guard
            msg["content"], msg["metadata"] = withheld(msg_type, content), withheld_metadata(metadata)
        return msg

    def mask_buffer(self, buffer: Any) -> Any:
        """Returns a binary buffer masked; the very same one where it holds no value."""
        data = bytes(memoryview(buffer))
        masked = self._redactor.mask_bytes(data, "buffer")
        return buffer if masked == data else masked

    def _packed(self, part: Any) -> bytes:
        """Returns a part of a message as it is on the wire."""
        if isinstance(part, str):
            return part.encode()
        return part if isinstance(part, bytes) else bytes(self._session.pack(part))

    def _mask_fields(self, packed: bytes, msg_type: str, mask: Callable[[Any, Callable[[str], str]], Any]) -> bytes:
        """Masks a part that may hold a value; returns the very same bytes where it holds none."""
        is_masked = False

        def mask_text(text: str) -> str:
            nonlocal is_masked
            masked, hits = self._redactor.masker.mask(text)
            if hits:
                is_masked = True
                self._redactor.record(hits, msg_type)
            return masked

        masked = mask(self._session.unpack(packed), mask_text)
        return self._packed(masked) if is_masked else packed
