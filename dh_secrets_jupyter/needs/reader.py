"""Reads notebooks and scripts for the secrets that they ask for.

1. A notebook gives its code cells; a script is cut into cells, and jupytext's commented magics count.
2. IPython's own transformer makes Python of a cell with magics, which ``ast`` reads. Where that fails, the lines that
   begin with a magic are read.
3. Calls count by what they are called on: ``get`` of this package, not of a dict.
"""

from __future__ import annotations

import ast
import json
import re
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

from ..errors import SecretsError
from .lines import Mention, read_line, read_words

_PACKAGE = "dh_secrets_jupyter"
_OF_PYTHON = ("time", "timeit", "capture", "prun", "debug")
"""Magics whose line or body is Python."""
_LONGEST = 100_000
"""Characters of a cell that is read as Python; of a longer one the lines with magics are read."""
_MOST_ESCAPED = 200
"""Lines with magics in such a cell: IPython's transformer reads the whole cell again for each of them."""
_DEEPEST = 5
"""Magics within magics, as ``%time %timeit x``."""
_ESCAPED = re.compile(r"^[ \t]*[%!?,;/]|=[ \t]*[%!]|\?[ \t]*$", re.MULTILINE)
_COMMENTED = re.compile(r"^([ \t]*)#[ \t]?((?:[\w, \t]+=[ \t]*)?%{1,2}[A-Za-z]\w*.*)$", re.MULTILINE)
_CELL = re.compile(r"^(?:#[ \t]*%%(?=\s|$).*|# In\[[ \d]*\]:.*|(?=%%\w))", re.MULTILINE)
_TEXT_CELL = re.compile(r"#[ \t]*%%.*\[(?:markdown|md|raw)\]")
_MAGIC = re.compile(r"^\s*(?:[\w, ]+=\s*)?(?P<kind>%{1,2})(?P<name>\w+)[ \t]*(?P<rest>.*)$")


@dataclass
class Needs:
    """What a notebook or a script asks for.

    Attributes:
        mentions: each place where it asks, in order.
        lacks_extension: whether it uses ``%secret`` before anything loads it.
    """

    mentions: list[Mention] = field(default_factory=list)
    lacks_extension: bool = False

    def merged(self) -> list[Mention]:
        """Returns one mention of each secret: optional where all are, with the first words about it."""
        found: dict[str, Mention] = {}
        for one in self.mentions:
            known = found.get(one.name, one)
            optional, about = known.optional and one.optional, known.about or one.about
            found[one.name] = Mention(one.name, known.cell, optional, about, known.env or one.env)
        return list(found.values())


def read_file(path: Path) -> Needs:
    """Returns what a notebook (``.ipynb``) or any other file of Python asks for.

    Raises:
        SecretsError: it cannot be read.
    """
    problem = "it is not a valid notebook"
    try:
        text = path.read_text(encoding="utf-8-sig")
        if path.suffix != ".ipynb":
            return read_script(text)
        return read_cells(_code_cells(json.loads(text)))
    except OSError as error:
        problem = f"it cannot be read ({error.strerror})"
    except UnicodeDecodeError:
        problem = "it is not UTF-8 text"
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        pass
    raise SecretsError(str(path), problem, "Check the path and the file")


def read_script(text: str) -> Needs:
    """Returns what a script asks for; a magic that jupytext or somebody put into a comment counts."""
    script = _COMMENTED.sub(r"\1\2", text)
    starts = [0, *(mark.start() for mark in _CELL.finditer(script)), len(script)]
    cells = [script[start:end] for start, end in pairwise(starts)]
    numbered = enumerate(filter(str.strip, cells), 1)
    return read_cells((number, cell) for number, cell in numbered if not _TEXT_CELL.match(cell))


def read_cells(cells: Iterable[tuple[int, str]]) -> Needs:
    """Returns what cells of code ask for, each given with its number."""
    reader = _Reader()
    for number, source in cells:
        reader.read(number, source)
    return reader.needs


def _code_cells(notebook: dict[str, Any]) -> Iterator[tuple[int, str]]:
    # Up to the format's third version cells stand in worksheets, and code is called input.
    sheets = [notebook] if "cells" in notebook else notebook["worksheets"]
    for number, cell in enumerate((cell for sheet in sheets for cell in sheet["cells"]), 1):
        if cell["cell_type"] == "code":
            yield number, "".join(cell["source"] if "source" in cell else cell["input"])


class _Reader(ast.NodeVisitor):
    """Reads one document, cell by cell; what one cell imports the next ones know."""

    def __init__(self) -> None:
        from IPython.core.inputtransformer2 import TransformerManager

        self._transformer = TransformerManager()  # type: ignore[no-untyped-call]  # IPython's
        self.needs = Needs()
        self._cell = 0
        self._depth = 0
        self._is_loaded = False
        self._modules = {_PACKAGE}  # names of this package
        self._functions: dict[str, str] = {}  # names of its functions
        self._foreign: set[str] = set()  # names of what has a get_secret of its own

    def read(self, cell: int, source: str) -> None:
        """Reads a cell."""
        self._cell = cell
        before = len(self.needs.mentions)
        try:
            self.visit(self._parse(source))
        except (SyntaxError, ValueError, RuntimeError, MemoryError):  # no Python, or too deep for its parser
            del self.needs.mentions[before:]
            for line in source.splitlines():
                if magic := _MAGIC.match(line):
                    self._secret(magic["name"], magic["rest"], is_cell=magic["kind"] == "%%")

    def _parse(self, source: str) -> ast.Module:
        """Makes Python of a cell, and a tree of that. Raises ValueError where that would take minutes."""
        if len(source) > _LONGEST or len(_ESCAPED.findall(source)) > _MOST_ESCAPED:
            raise ValueError
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of an escape that does not exist
            return ast.parse(self._transformer.transform_cell(source))

    def visit_Import(self, node: ast.Import) -> None:  # as ast calls it
        for one in node.names:
            self._bind(one.asname or one.name.partition(".")[0], is_ours=one.name == _PACKAGE)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:  # as ast calls it
        for one in node.names:
            name = one.asname or one.name
            if node.module == _PACKAGE:
                self._functions |= {"get": "get", "use": "use"} if name == "*" else {name: one.name}
            else:
                self._functions.pop(name, None)
                self._foreign.add(name)

    def visit_Assign(self, node: ast.Assign) -> None:  # as ast calls it
        for target in node.targets:
            if isinstance(target, ast.Name) and isinstance(node.value, ast.Call):
                called = _name_of(node.value.func)
                self._foreign.discard(target.id)
                if "project" not in called:  # get_or_create_project, of the platform's own SDK, too
                    self._foreign.add(target.id)
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:  # as ast calls it
        texts = [one.value for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
        called, receiver = _name_of(node.func), _receiver_of(node.func)
        if called == "run_line_magic" and len(texts) == 2:
            self._magic(*texts)
        elif called == "run_cell_magic" and len(texts) == 3:
            self._magic(texts[0], texts[1], is_cell=True, body=texts[2])
        elif called == "load_extension":
            self._is_loaded |= texts == [_PACKAGE]
        elif self._is_ours(called, receiver, node.func):
            named = [_text_of(one.value) for one in node.keywords if one.arg in ("name", "entity_name", "identifier")]
            names = texts if called == "read_values" else [*texts[:1], *filter(None, named)]
            self.needs.mentions += [Mention(name, self._cell) for name in names]
        self.generic_visit(node)

    def _is_ours(self, called: str, receiver: str | None, function: ast.expr) -> bool:
        if isinstance(function, ast.Name):
            return self._functions.get(called) in ("get", "use")
        if called in ("get", "use"):
            return receiver in self._modules
        return called in ("get_secret", "read_values") and receiver not in self._foreign

    def _bind(self, name: str, *, is_ours: bool) -> None:
        (self._modules.add if is_ours else self._modules.discard)(name)
        (self._foreign.discard if is_ours else self._foreign.add)(name)

    def _magic(self, name: str, line: str, *, is_cell: bool = False, body: str = "") -> None:
        self._secret(name, line, is_cell=is_cell)
        if (name == "secret" or name in _OF_PYTHON) and self._depth < _DEEPEST:
            self._depth += 1
            for inner in (body, "" if name == "secret" else line):
                if inner.strip():
                    self.read(self._cell, inner)
            self._depth -= 1

    def _secret(self, name: str, line: str, *, is_cell: bool) -> None:
        """Reads the line of a magic, where it is ours or loads ours."""
        if name in ("load_ext", "reload_ext"):
            self._is_loaded |= line.strip() == _PACKAGE
        elif name == "secret":
            self.needs.lacks_extension |= not self._is_loaded
            self.needs.mentions += read_words(line, self._cell) if is_cell else read_line(line, self._cell)


def _name_of(function: ast.expr) -> str:
    if isinstance(function, ast.Name):
        return function.id
    return function.attr if isinstance(function, ast.Attribute) else ""


def _receiver_of(function: ast.expr) -> str | None:
    inner = function.value if isinstance(function, ast.Attribute) else None
    return inner.id if isinstance(inner, ast.Name) else None


def _text_of(value: ast.expr) -> str | None:
    return value.value if isinstance(value, ast.Constant) and isinstance(value.value, str) else None
