"""``labextension/src/protocol.ts``: what TypeScript has to know of Python, written from what Python says.

``python -m tests.protocol``, which ``make fix`` runs, writes the file anew; a test holds the two equal.
"""

from __future__ import annotations

import keyword
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

import dh_secrets_jupyter
from dh_secrets_jupyter import comm, displays, models, rpc
from dh_secrets_jupyter.panel import form, view_watches, widget
from dh_secrets_jupyter.server import events, extension, project_watches, routes

FILE = Path(__file__).parents[1] / "labextension" / "src" / "protocol.ts"
DESCRIPTION = Path(dh_secrets_jupyter.__file__).parent / "server" / "openapi.yaml"


def render() -> str:
    """Returns the file's text."""
    described = yaml.safe_load(DESCRIPTION.read_text())
    schemas = described["components"]["schemas"]
    secret, reasons = _fields(schemas["Secret"]), schemas["Error"]["properties"]["reason"]["enum"]
    interest = min(project_watches.IDLE_TIMEOUT, view_watches.INTEREST_TTL)
    parts = [
        "/** What the front end and Python both know. `make fix` writes it from Python: change it there. */",
        _interface(
            "One secret as every response shows it; times in UTC, `expires` the last valid day.", "SecretInfo", secret
        ),
        _constant("The same, to hold a response to.", "SECRET_FIELDS", _object(secret), " as const"),
        _union("The class of an error in Python.", "Reason", reasons),
        _union("Where a front end can have a value put.", "Destination", rpc.DESTINATIONS),
        _union("What a kernel can be asked.", "Method", [*rpc.METHODS, *widget.VIEW_METHODS, *form.FORM_METHODS]),
        _union("How what a kernel holds compares with the store.", "HeldState", rpc.STATES),
        _constant(
            "What the HTTP API can be asked, and the status of what was done.",
            "OPERATIONS",
            "{\n" + ",\n".join(f"  {name}: {operation}" for name, operation in _operations(described)) + "\n}",
            " as const",
        ),
        _constant("What stands before the paths of the HTTP API.", "API_BASE", _text(extension.BASE)),
        _constant(
            "The header of a list: `true` where changes by others come as events.", "LIVE_HEADER", _text(routes.LIVE)
        ),
        _constant(
            "The header of a change of which the user should know something: a list of sentences in JSON.",
            "NOTICES_HEADER",
            _text(routes.NOTICES),
        ),
        _constant("The event that says that a secret was changed.", "CHANGED_EVENT", _text(events.CHANGED)),
        _constant(
            "The event that says that a notebook that is saved holds values.", "FOUND_EVENT", _text(events.FOUND)
        ),
        _constant(
            "The event that says that a notebook was saved without being searched.",
            "NOT_SEARCHED_EVENT",
            _text(events.NOT_SEARCHED),
        ),
        _constant("The comm target by which a kernel is asked.", "COMM_TARGET", _text(comm.TARGET)),
        _constant("What a kernel executes to know that target.", "BOOTSTRAP", _text(comm.BOOTSTRAP)),
        _constant("A Python expression: whether it knows that target.", "IS_LOADED", f'"{comm.IS_LOADED}"'),
        _constant(
            "The event of a kernel into which a front end has put something, or from which it has taken something.",
            "HELD_EVENT",
            _text(displays.HELD),
        ),
        _constant("What no variable can be called.", "PYTHON_KEYWORDS", _array(keyword.kwlist)),
        _constant("The most bytes that a value can have.", "MAX_VALUE_BYTES", str(models.MAX_TOTAL)),
        _constant(
            "How long changes are reported to who does not list the project again.",
            "INTEREST_TTL_MS",
            f"{interest * 1000:.0f}",
        ),
    ]
    return "\n\n".join(parts) + "\n"


def _fields(schema: Mapping[str, Any]) -> dict[str, str]:
    """Returns the TypeScript types of an object's fields."""
    return {name: _type(found) for name, found in schema["properties"].items()}


def _type(schema: Mapping[str, Any]) -> str:
    match schema:
        case {"$ref": _} | {"type": "string"}:
            return "string"
        case {"type": ["string", "null"]}:
            return "string | null"
        case {"type": "array", "items": {"type": "string"}}:
            return "string[]"
    raise TypeError(f"say how TypeScript spells {schema}")


def _operations(described: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            if method != "parameters":
                status = next(int(code) for code in operation["responses"] if code.startswith("2"))
                fields = {"method": _text(method.upper()), "path": _text(path.removeprefix("/")), "status": str(status)}
                yield operation["operationId"], f"{{ {', '.join(f'{key}: {value}' for key, value in fields.items())} }}"


def _interface(comment: str, name: str, fields: Mapping[str, str]) -> str:
    members = "\n".join(f"  {field}: {kind};" for field, kind in fields.items())
    return f"/** {comment} */\nexport interface {name} {{\n{members}\n}}"


def _constant(comment: str, name: str, value: str, kind: str = "") -> str:
    return f"/** {comment} */\nexport const {name} = {value}{kind};"


def _union(comment: str, name: str, members: Iterable[str]) -> str:
    one_line = f"export type {name} = {' | '.join(map(_text, members))};"
    several = f"export type {name} =" + "".join(f"\n  | {_text(member)}" for member in members) + ";"
    return f"/** {comment} */\n{one_line if len(one_line) <= 120 else several}"


def _object(fields: Mapping[str, str]) -> str:
    return "{\n" + ",\n".join(f"  {name}: {_text(kind)}" for name, kind in fields.items()) + "\n}"


def _array(members: Iterable[str]) -> str:
    return "[\n" + ",\n".join(f"  {_text(member)}" for member in members) + "\n]"


def _text(text: str) -> str:
    return f"'{text}'"


if __name__ == "__main__":
    FILE.write_text(render())
