"""Entity tags of secrets: RFC 9110's ``ETag`` and ``If-Match``, without telling anything about the value."""

from __future__ import annotations

import base64
import hmac
import json
import re
import secrets

from ..providers.base import Record, Records

_TAG = re.compile(r'\s*(W/)?"([\x21\x23-\x7e\x80-\xff]*)"\s*(?:,|$)')


class ETags:
    """Makes tags of value and metadata with a key that only this process knows: nobody can try values against one.

    Attributes:
        with_stamps: whether a tag covers who made a change and when. Where the place says that by itself, nobody knows
            it before the change is made, and it changes with nothing else.
    """

    def __init__(self) -> None:
        self.with_stamps = True
        self._key = secrets.token_bytes(32)

    def tag(self, project: str, name: str, record: Record) -> str:
        """Returns the tag of one secret, without quotes; of equal secrets under two names the tags differ."""
        metadata = record.metadata if self.with_stamps else record.metadata.without_stamps()
        around = json.dumps([project, name, metadata.to_json()]).encode()
        # Its own length before it keeps the two parts apart.
        message = len(around).to_bytes(8, "big") + around + record.value
        return base64.urlsafe_b64encode(hmac.digest(self._key, message, "sha256")[:18]).decode()

    def tags(self, project: str, records: Records) -> dict[str, str]:
        """Returns the tags of all secrets of a project by name."""
        return {name: self.tag(project, name, record) for name, record in records.items()}


def matches(header: str, tag: str) -> bool:
    """Returns whether an ``If-Match`` header lets the secret with that tag pass (RFC 9110, 13.1.1).

    ``*`` passes any, a weak tag never does, and what cannot be read passes none.
    """
    if header.strip() == "*":
        return True
    position, found = 0, False
    while position < len(header):
        part = _TAG.match(header, position)
        if not part:
            return False
        found |= part[1] is None and part[2] == tag
        position = part.end()
    return found
