"""What the contract stores and asks for, and words to say it in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime

from ..models import MAX_DESCRIPTION, MAX_LABEL, Metadata, decode
from ..providers.base import BYTES, DOTTED_NAMES, Change, Plan, Provider, Put, Records, abilities, has_own_register

Connect = Callable[[], Provider]

PATIENCE = 120.0
"""Seconds for what the protocol promises within 2: a test machine may be busy with other things."""

NAMES = ("a", "A", "_", "-", "-a-", ".a", "a.", "a..b", "0", "a_b", "a-b", "a.b", "A" * 253, "." + "x" * 252, "-" * 64)
"""Names at the edges of the rule: one of each shape, pairs that differ only by case or punctuation, the longest."""

VALUES = {
    "empty": b"",
    "one byte": b"x",
    "line breaks and blanks around": b"\n\r\n  value\t\n\n",
    "a PEM without the last newline": b"-----BEGIN TEST-----\nbm90IGEga2V5\n-----END TEST-----",
    "a PEM": b"-----BEGIN TEST-----\nbm90IGEga2V5\n-----END TEST-----\n",
    "text beyond ASCII": "pässwörd \N{GRINNING FACE} \u2028".encode(),
    "a byte order mark": b"\xef\xbb\xbfvalue",
    "every byte": bytes(range(256)),
    "NUL": b"\0",
    "JSON": b'{"a": null}',
    "100 kB": bytes(range(250)) * 400,
}

FULL = Metadata(
    description=("line one\nline two \N{GRINNING FACE} {x} $y <b> " * 30)[:MAX_DESCRIPTION],
    labels=["ü" * MAX_LABEL, "a b", "x=y"],
    expires=date(2031, 2, 3),
    hosts=["api.example.com", "*.example.org:8443"],
    created=datetime(2026, 1, 2, 3, 4, 5, 678901, UTC),
    updated=datetime(2026, 1, 2, 3, 4, 6, 0, UTC),
    created_by="Jörg O'Neil <jo@example.org>",
    updated_by="someone else",
)

NEWER = '{"description":"known","labels":{"a":"b"},"more":[null,{"of":1e999,"these":"\\ud83d"}],"more":-0.10,"":{}}'
"""What a newer version might store: fields of any JSON type, one twice, one of ours in another form."""


PLAINER = '{"description":"known","more":[null,{"of":1,"these":"text"}],"less":-0.5,"":{}}'
"""The same, of JSON as a place with its own register keeps it: each name once, and what every parser reads alike."""


def names_of(provider: Provider) -> list[str]:
    """Returns those of :data:`NAMES` that a provider promises to keep."""
    return [name for name in NAMES if DOTTED_NAMES in abilities(provider) or "." not in name]


def values_of(provider: Provider) -> Mapping[str, bytes]:
    """Returns those of :data:`VALUES` that a provider promises to keep."""
    return {
        name: value
        for name, value in VALUES.items()
        if BYTES in abilities(provider) or isinstance(decode(name, value), str)
    }


def newer_of(provider: Provider) -> str:
    """Returns what a newer version might store with a provider."""
    return PLAINER if has_own_register(provider) else NEWER


def given(provider: Provider, metadata: Metadata) -> Metadata:
    """Returns what a provider promises to keep of the metadata: all, or all but what its own register says."""
    if not has_own_register(provider):
        return metadata
    return metadata.without_stamps()


def put(name: str, value: bytes = b"contract-value", metadata: Metadata | None = None) -> Put:
    """Returns the change that stores a value, by default with empty metadata."""
    return Put(name, value, metadata or Metadata())


def just(*changes: Change) -> Plan:
    """Returns the plan of these changes, whatever is there."""
    return lambda records: changes


def values(records: Records) -> dict[str, bytes]:
    """Returns the values alone, by name."""
    return {name: record.value for name, record in records.items()}


def count_up(records: Records) -> list[Change]:
    """A plan whose outcome depends on what it saw: each application adds one."""
    counter = records.get("COUNTER")
    return [put("COUNTER", str(int(counter.value) + 1 if counter else 1).encode())]
