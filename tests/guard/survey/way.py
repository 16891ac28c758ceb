"""One way to show a value, and what the cells of all ways have at hand."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

SETUP = """
import ast, asyncio, base64, contextlib, html, io, json, logging, os, pathlib, pickle, shlex, subprocess, sys, threading
import time, traceback, urllib.parse, warnings
from IPython.display import HTML, JSON, SVG, Markdown, display, update_display
import ipywidgets, comm
import dh_secrets_jupyter as dhcore
%load_ext dh_secrets_jupyter
values = dhcore.get_or_create_project("survey").read_values("TOKEN", "MIXED", "PEM", "SHORT", "NUMBER", "BLOB", "URL")
T, X, P, S, N, B, U = values.values()
E = os.environ["HUB_TOKEN"]
del values

class Shown:
    def __init__(self, text): self.text = text
    def __repr__(self): return self.text

def coloured(text): return "".join(f"\\x1b[3{i % 8}m{c}" for i, c in enumerate(text)) + "\\x1b[0m"

def cut(text): return json.dumps(text).replace("/", "\\\\/")

def in_thread(call, *args):
    thread = threading.Thread(target=call, args=args)
    thread.start()
    thread.join()

def in_child(call, *args):
    pid = os.fork()
    if not pid:
        try:
            call(*args)
        finally:
            os._exit(0)
    os.waitpid(pid, 0)
"""


@dataclass(frozen=True)
class Way:
    """One way to show a value.

    Attributes:
        row: the channel, as the matrix names it.
        encoding: the encoding, or what is special.
        code: the cell.
        name: the secret whose mark must be there.
        request: another request than an execution: type, content and channel.
        options: more fields of the execute_request; ``answers`` for its prompts.
        mark: where the mark has to be: ``message``, ``log`` or ``history``.
        notebook: whether it can be a cell of a notebook that nbclient runs.
    """

    row: str
    encoding: str
    code: str
    name: str = "TOKEN"
    request: tuple[str, dict[str, Any], str] | None = None
    options: dict[str, Any] = field(default_factory=dict)
    mark: str = "message"
    notebook: bool = True
