"""Notebooks and files with a value in them, in each encoding and in each place."""

from __future__ import annotations

import base64
import contextlib
import html
import json
import shlex
import sqlite3
import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

from dh_secrets_jupyter.guard.engine import Masker

VALUE = "in'vented&Kq7x\"W2pZ/m4v~?>B8zK1w hD3s<G0p?>"
LINES = "first-line-Xk29fQ\nsecond-line-b7RtLm\nthird-line-Zp40Wc\n"
URL = "postgresql://app:invented-Wint3rst0rm@db.example.com/orders"
SECRETS = {"API_KEY": VALUE, "NOTES": LINES, "DB_URL": URL}

ENCODED: dict[str, tuple[str, str]] = {
    "text": ("API_KEY", VALUE),
    "piece": ("API_KEY", VALUE[9:30]),
    "part": ("DB_URL", "invented-Wint3rst0rm"),
    "repr": ("API_KEY", repr(VALUE)),
    "json": ("API_KEY", json.dumps(VALUE)),
    "html": ("API_KEY", html.escape(VALUE)),
    "url": ("API_KEY", quote(VALUE)),
    "hex": ("API_KEY", VALUE.encode().hex()),
    "base64": ("API_KEY", base64.b64encode(b"x" + VALUE.encode() + b"y").decode()),
    "base64url": ("API_KEY", base64.urlsafe_b64encode(VALUE.encode()).decode()),
    "shell": ("API_KEY", shlex.quote(VALUE)),
    "lines": ("NOTES", "".join(f"    {line}\n" for line in LINES.splitlines())),
    "ansi": ("API_KEY", f"{VALUE[:9]}\x1b[31m{VALUE[9:]}\x1b[0m"),
}
"""By encoding: the secret's name, and how its value stands there. ``utf-16`` is no text: see :data:`UTF_16`."""
UTF_16 = VALUE.encode("utf-16-le")

FORMATTINGS: dict[str, Callable[[Any], str]] = {
    "lines": lambda notebook: json.dumps(notebook, indent=1, ensure_ascii=False) + "\n",
    "escapes": lambda notebook: json.dumps(notebook, indent=4, sort_keys=True).replace("/", "\\/"),
    "one line": lambda notebook: json.dumps(notebook, ensure_ascii=False, separators=(",", ":")),
}


FILES = {
    "py": "# a comment\nx = 1\ny = {}\nz = 2\n",
    "csv": "a;b\n1;2\n{};3\n",
    "env": "A=1\nB=2\nKEY={}\n",
    "log": "start\n\n[info] {} end\n",
}
"""Other files, with a text on their third line."""


def write_database(path: Path, text: str, table: str = "t") -> None:
    """Writes a database of SQLite with a text in a table, which fits a page."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(f"create table {table} (a)")
        connection.execute(f"insert into {table} values (?)", [text])


def masker() -> Masker:
    """Returns what finds all of :data:`SECRETS`."""
    made = Masker(urls_are_common=True)
    for name, value in SECRETS.items():
        made.add(name, value)
    return made


def png(comment: bytes) -> bytes:
    """Returns an image of one pixel with a ``tEXt`` chunk."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    pixel = chunk(b"IDAT", zlib.compress(b"\0\0"))
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"tEXt", b"Comment\0" + comment) + pixel + chunk(b"IEND", b"")


def in_base64(data: bytes) -> str:
    """Returns data as notebooks hold them, with a line break after 76 characters."""
    return base64.encodebytes(data).decode()


def _output(mime: str, data: Any) -> dict[str, Any]:
    return {"output_type": "display_data", "metadata": {}, "data": {mime: data}}


def _widgets(text: str) -> dict[str, Any]:
    model = {"model_name": "TextModel", "model_module": "m", "model_module_version": "1", "state": {"value": text}}
    state = {"version_major": 2, "version_minor": 0, "state": {"abc": model}}
    return {"widgets": {"application/vnd.jupyter.widget-state+json": state}}


def notebook(cell: dict[str, Any], **metadata: Any) -> dict[str, Any]:
    """Returns a notebook whose second cell has these fields."""
    first = {"cell_type": "markdown", "id": "first", "metadata": {}, "source": ["# A\n", "title"]}
    second = {
        "cell_type": "code",
        "id": "second",
        "metadata": {},
        "execution_count": 1,
        "source": ["x = 1\n", "x"],
        "outputs": [],
    } | cell
    return {"cells": [first, second], "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def _lines(text: str) -> list[str]:
    return f"before\n{text}\nafter".splitlines(keepends=True)


PLACES: dict[str, Callable[[str], dict[str, Any]]] = {
    "source": lambda text: notebook({"source": _lines(text)}),
    "stream": lambda text: notebook({"outputs": [{"output_type": "stream", "name": "stdout", "text": _lines(text)}]}),
    "HTML": lambda text: notebook({"outputs": [_output("text/html", _lines(text))]}),
    "JSON": lambda text: notebook({"outputs": [_output("application/json", {"a": [1, {"b": text}]})]}),
    "SVG": lambda text: notebook({"outputs": [_output("image/svg+xml", f"<svg><text>{text}</text></svg>")]}),
    "PNG": lambda text: notebook({"outputs": [_output("image/png", in_base64(png(text.encode())))]}),
    "metadata": lambda text: notebook({"metadata": {"note": {"k": text}}}),
    "widget": lambda text: notebook({}, **_widgets(text)),
    "attachment": lambda text: notebook(
        {
            "cell_type": "markdown",
            "source": "![](a.png)",
            "attachments": {"a.png": {"image/png": in_base64(png(text.encode()))}},
        }
    ),
    "traceback": lambda text: notebook(
        {"outputs": [{"output_type": "error", "ename": "ValueError", "evalue": "bad", "traceback": ["head", text]}]}
    ),
}
"""By place: a notebook with a text there."""
EXPECTED: dict[str, dict[str, Any]] = {
    "source": {"cell": 2, "cell_id": "second", "output": None, "field": "source", "mime": None},
    "stream": {"cell": 2, "cell_id": "second", "output": 1, "field": "output", "mime": None},
    "HTML": {"cell": 2, "cell_id": "second", "output": 1, "field": "output", "mime": "text/html"},
    "JSON": {"cell": 2, "cell_id": "second", "output": 1, "field": "output", "mime": "application/json"},
    "SVG": {"cell": 2, "cell_id": "second", "output": 1, "field": "output", "mime": "image/svg+xml"},
    "PNG": {"cell": 2, "cell_id": "second", "output": 1, "field": "output", "mime": "image/png"},
    "metadata": {"cell": 2, "cell_id": "second", "output": None, "field": "metadata", "mime": None},
    "widget": {
        "cell": None,
        "cell_id": None,
        "output": None,
        "field": "widget",
        "mime": "application/vnd.jupyter.widget-state+json",
    },
    "attachment": {"cell": 2, "cell_id": "second", "output": None, "field": "attachment", "mime": "image/png"},
    "traceback": {"cell": 2, "cell_id": "second", "output": 1, "field": "traceback", "mime": None},
}
"""By place: what a finding says of it."""


def write(path: Path, place: str, encoding: str, formatting: str) -> None:
    """Writes a notebook with a value in a place."""
    document = PLACES[place](ENCODED[encoding][1])
    if place == "attachment":
        for unused in ("execution_count", "outputs"):
            del document["cells"][1][unused]
    path.write_text(FORMATTINGS[formatting](document), encoding="utf-8")
