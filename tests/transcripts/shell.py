"""A shell for transcripts: runs ``jupyter secrets …`` and lines of Python in one process, which is quicker than many.

``< /dev/null`` behind a command takes the keyboard from it. What a command says on standard error has ``!!! `` before
it where its status is not 0.
"""

from __future__ import annotations

import ast
import io
import os
import shlex
import sys
from contextlib import redirect_stderr
from pathlib import Path

from dh_secrets_jupyter import cli
from dh_secrets_jupyter.grammar import Surface

PROMPT = "In [1]: "
NO_KEYBOARD = ["<", os.devnull]
_FORKS = ("run",)
"""Commands that change the process for good."""


def main() -> None:
    """Reads lines until there are no more."""
    names: dict[str, object] = {}
    keyboard, nobody = sys.stdin, Path(os.devnull).open()  # noqa: SIM115  # until the process ends
    while line := _typed():
        prefix, is_command, rest = line.partition(f"{Surface.TERMINAL.value}")
        if prefix or not is_command:
            _run_python(line, names)
            continue
        words = shlex.split(rest)
        if words[-2:] == NO_KEYBOARD:
            words, sys.stdin = words[:-2], nobody
        if words[:1] and words[0] in _FORKS:
            _fork(words)
        else:
            _run(words)
        sys.stdin = keyboard


def _typed() -> str:
    try:
        return input(PROMPT)
    except EOFError:
        return ""


def _run(words: list[str]) -> int:
    with redirect_stderr(io.StringIO()) as errors:
        status = cli.main(words)
    said = errors.getvalue()
    print("!!! " * bool(status and said) + said, end="", flush=True)
    return status


def _fork(words: list[str]) -> None:
    if not (pid := os.fork()):
        os._exit(_run(words))
    if status := os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]):
        print("status", status)


def _run_python(code: str, names: dict[str, object]) -> None:
    """Runs code as a cell does, which shows its last expression."""
    *body, last = ast.parse(code).body
    is_shown = isinstance(last, ast.Expr) and not code.rstrip().endswith(";")
    exec(compile(ast.Module(body if is_shown else [*body, last], []), "typed", "exec"), names)
    if is_shown and (value := eval(ast.unparse(last), names)) is not None:
        print(repr(value))


if __name__ == "__main__":
    main()
