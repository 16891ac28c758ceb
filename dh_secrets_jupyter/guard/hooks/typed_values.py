"""Finds a value that was typed into a cell, ``%secret set NAME VALUE``, before the cell is run, shown or stored.

A cell's source is broadcast and written to the history before any magic in it runs. So the call is recognised by its
form. Two names side by side, ``secret set``, are never Python, so that outside of strings and comments this can be
nothing else; a comment is not a command and stays as it is. Whatever ``set`` has beside a name and its options may be a
value, and so may, in every command, what stands behind an option that does not exist.

1. Find a command: on a line, as a cell magic, in a Python call of the magic, or behind a `!`, where it is the
   terminal's. Strings and comments are skipped.
2. Read its words by the grammar of the commands; what is neither a name nor an option's text may be a value.
3. Put a mark in the place of each, and return what stood there, in every way in which it may have been meant.
"""

from __future__ import annotations

import ast
import re
from bisect import bisect_left
from collections.abc import Iterator
from typing import NamedTuple

from ...grammar import COMMANDS, COMMON, END_OF_OPTIONS, HELP, LEASE, SET, TERMINAL, Command, is_option
from ..engine import is_mark
from ..engine.patterns import lazy_pattern

# As a word: what only names `dh_secrets_jupyter` has no command in it.
_NAME = lazy_pattern(r"secrets?\b")
# Cell magics whose body is text: what looks like a command in it is none.
_TEXT_CELLS = lazy_pattern(
    r"\s*%%[ \t]*(?:!|(?:HTML|SVG|bash|cmd|file|html|javascript|js|latex|markdown|perl|pypy|python[23]?|ruby|script|sh"
    r"|svg|sx|system|writefile)\b)"
)
# Other cell magics may run their body as a cell or not: a command in it counts only with its `%`.
_OTHER_CELLS = lazy_pattern(r"\s*%%[ \t]*(?!(?:capture|debug|prun|secret|time|timeit)\b)\w")
_CELL_MAGICS = lazy_pattern(r"(?:\s*%%[^\n]*\n)*\s*")
_STRING = (
    r'''[rbufRBUF]{0,2}(?:"""(?:\\.|[^\\])*?"""|\'\'\'(?:\\.|[^\\])*?\'\'\'|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')'''
)
_BLANK = r"[ \t\xa0]"  # what is copied from a page may have blanks that do not break
# Commands that there are not: whoever types one and a value behind the name meant `set`.
_MEANT_SET = ("sett", "ste", "add", "create", "new", "put", "save", "store", "update", "write")
_LEXEMES = lazy_pattern(
    rf"""(?P<cell> (?:\A\s*+ | ^[ \t]*+ | \n[ \t]*+) (?P<sign>%%)[ \t]*secret {_BLANK}+ set (?=\s|\Z))
      | (?P<lease> \A\s* %%[ \t]*secret (?={_BLANK}))
      | (?P<line> (?:^[ \t]*+(?:%%?(?:prun|time|timeit)\b[^\n!"']*?(?<![ \t])[ \t]++)? | [\s;=,(]%%?) (?:%%?)?
          [ \t]* secret (?:{_BLANK}|\\\n)+ (?P<command>{"|".join([*COMMANDS, *_MEANT_SET])}) (?=\s|\Z))
      | (?P<shell> ^[^\n!"'\#]*+!(?!=) [^\n]*? \bjupyter(?:-|[ \t]+)secrets
          (?:[ \t]+--pro(?:ject|vider)(?:=|[ \t]+)\S+)* [ \t]+ set (?=\s))
      | (?P<call> \b(?:run_line_magic|run_cell_magic|run_cell|magic) [ \t]* \( )
      | (?P<comment> \#[^\n]*)
      | (?P<string> {_STRING})
    """,
    re.VERBOSE | re.DOTALL | re.MULTILINE | re.IGNORECASE,
)
_ARGUMENT = lazy_pattern(rf"[^\"')]*?(?P<string>{_STRING})", re.DOTALL)
# A text in quotes goes on over several lines where the quote begins the word; `it's` is a word like any other.
_WORD = lazy_pattern(
    rf"""{_BLANK}*(?:\\\n{_BLANK}*)*(?P<word>"(?:\\.|[^"\\])*"\S*|'(?:\\.|[^'\\])*'\S*|(?:"[^"\n]*"|'[^'\n]*'|\S)+)""",
    re.DOTALL,
)
# Up to a pipe, a redirection or another command; its signs within a word may be a value's.
_SHELL_COMMAND = lazy_pattern(
    r"""(?:"(?:\\.|[^"\\])*"|'[^']*'|\\.|(?!\s\d*[;&|<>]|[;&|<>]+(?:\s|\Z))[^\n])*""", re.DOTALL
)
_SHELL_SET = TERMINAL["set"]._replace(options=(*TERMINAL["set"].options, *COMMON))
_COMMENT = lazy_pattern(r"(?P<sign>[ \t]*\#[ \t]*)[^\s][^\n]*")
_PEM_BEGIN = lazy_pattern(r"-----BEGIN [^\n]*?-----")
_PEM_END = lazy_pattern(r"-----END [^\n]*?-----\S*")


class TypedValue(NamedTuple):
    """A value that was typed on the line: for which secret, and what."""

    name: str
    value: str


def scrub(source: str) -> tuple[str, list[TypedValue]]:
    """Returns a cell's source with ``[secret:NAME]`` in the place of every typed value, and what was there.

    What the command then sees is still more than a name, so that it refuses it.
    """
    lower = source.lower()
    if "secret" not in lower or not _NAME.search(lower) or _TEXT_CELLS.match(source):
        return source, []
    done: list[str] = []
    typed: list[TypedValue] = []
    start = 0
    signed = _OTHER_CELLS.match(source)
    while found := _LEXEMES.search(source, start):
        done.append(source[start : found.end()])
        start = found.end()
        if signed and found["line"] and "%" not in found["line"]:
            continue
        match found.lastgroup:
            case "line":
                text, start = _line(source, start, typed, COMMANDS.get(found["command"].lower(), SET))
            case "lease":
                text, start = _line(source, start, typed, LEASE)
            case "cell":
                is_first = bool(_CELL_MAGICS.fullmatch(source, 0, found.start("sign")))
                text, start = _cell(source, start, typed, "\n" if is_first else " ")
                if start == len(source) and not is_first:  # IPython takes it for a line; as one it is refused
                    done[-1] = done[-1].removesuffix(found[0]) + found[0].replace("%%", "%")
            case "shell":
                command = _SHELL_COMMAND.match(source, start)
                text, start = _line(source[: command.end() if command else start], start, typed, _SHELL_SET)
            case "call":
                text, start = _call(source, start, typed)
            case _:
                continue
        done.append(text)
    return "".join([*done, source[start:]]), typed


def _line(source: str, start: int, typed: list[TypedValue], command: Command) -> tuple[str, int]:
    """Marks the values among a command's words; returns the command with the marks, and where it ends."""
    name, spans, end = _arguments(source, start, command)
    done = []
    for begin, stop in spans:
        done += [source[start:begin], _mark(name)]
        typed += _candidates(name, source[begin:stop])
        start = stop
    done.append(source[start:end])
    # Whatever a comment behind the command says: it may be the value.
    if command is SET and not spans and (comment := _COMMENT.match(source, end)):
        done += [comment["sign"], _mark(name)]
        end = comment.end()
    return "".join(done), end


def _cell(source: str, start: int, typed: list[TypedValue], between: str) -> tuple[str, int]:
    """Marks the values of a command typed as a cell magic, whose body is the value. ``set as VAR`` is a lease.

    Args:
        between: what stands between the command and the mark of its body.
    """
    name, _, _ = _arguments(source, start, SET)
    if not name or name == "as":
        return "", start
    text, start = _line(source, start, typed, SET)
    body = source[start:].strip()
    if not body:
        return text, start
    typed += _candidates(name, body)
    return f"{text}{between}{_mark(name)}\n", len(source)


def _call(source: str, start: int, typed: list[TypedValue]) -> tuple[str, int]:
    """Marks the values in the string literals of a Python call of the magic."""
    done: list[str] = []
    literals: list[str] = []
    while found := _ARGUMENT.match(source, start):
        text = _literal(found["string"])
        new = text
        if literals and literals[0] == "secret":
            # ("secret", "set NAME VALUE"[, "VALUE"]): the magic's name, its line, and a cell magic's body.
            head = f"%secret {literals[1]}" if len(literals) > 1 else ""
            name = _arguments(head, len("%secret set"), SET)[0] if head.startswith("%secret set") else ""
            if head.startswith("%secret set") and text.strip():
                new = _mark(name)
                typed += _candidates(name, text)
            else:
                line, more = scrub(f"%secret {text}")
                new = line.removeprefix("%secret ")
                typed += more
        else:
            line, more = scrub(text if text.lstrip().startswith("%") else f"%{text}")
            new = line if text.lstrip().startswith("%") else line[1:]
            typed += more
        literals.append(text)
        done.append(source[start : found.start("string")])
        done.append(found["string"] if new == text else repr(new))
        start = found.end()
    return "".join(done), start


def _arguments(source: str, start: int, command: Command) -> tuple[str, list[tuple[int, int]], int]:
    """Returns the secret's name, where values stand (words side by side are one), and where the command ends.

    A comment is no part of it; behind a value it is, for a value may have any character in it.
    """
    name: str | None = None
    spans: list[tuple[int, int]] = []
    are_values = command.name == SET.name  # words that are no names
    is_text, end = False, start  # the next word; where the last one ended
    for begin, stop in _words(source, start):
        word, previous = source[begin:stop], end
        if word.startswith("#") and not spans:
            break
        end = stop
        flag, equals, text = word.partition("=")
        option = command.option(flag)
        if is_text or word in (*HELP, END_OF_OPTIONS):
            is_text = False
        elif option and not text:
            is_text = bool(option.metavar) and not equals
        elif word.startswith("-") and is_option(word, command):
            if not option:
                name, are_values = name or "value", True
            if text and not (option and option.metavar):
                spans.append((begin + len(flag) + 1, stop))
        elif name is None and not word.startswith("-"):
            name, _, value = _unquote(word).partition("=")
            if are_values and value:
                spans.append((source.index("=", begin) + 1, stop))
        elif are_values:
            name = name or "value"
            if spans and spans[-1][1] == previous:
                spans[-1] = spans[-1][0], stop
            else:
                spans.append((begin, stop))
    return name or "", spans, end


def _words(source: str, start: int) -> Iterator[tuple[int, int]]:
    """Yields where the words of a command are; a text in quotes and a PEM are one word, over several lines too."""
    ends: list[tuple[int, int]] | None = None
    while found := _WORD.match(source, start):
        begin, start = found.span("word")
        armour = source.find("-----BEGIN", begin, start)
        if armour >= 0 and (head := _PEM_BEGIN.match(source, armour)):
            if ends is None:
                ends = [end.span() for end in _PEM_END.finditer(source, armour)]
            start = max(start, next((stop for at, stop in ends[bisect_left(ends, (head.end(),)) :]), 0))
        yield begin, start


def _candidates(name: str, text: str) -> list[TypedValue]:
    """Returns what may have been meant as the value: the words as they stand, without quotes, and each alone."""
    plain = _unquote(text)
    words = [word.partition("=")[2] if word.startswith("-") else word for word in text.split() if "\n" not in text]
    return [
        TypedValue(name, value)
        for value in dict.fromkeys([plain, plain.rstrip("?;"), text, *words])
        if value and not is_mark(value)
    ]


def _mark(name: str) -> str:
    return f"[secret:{name or 'value'}]"


def _unquote(word: str) -> str:
    return word[1:-1] if len(word) > 1 and word[0] == word[-1] and word[0] in "\"'" else word


def _literal(text: str) -> str:
    """Returns what a string literal says; an f-string's braces are left as they are."""
    try:
        value = ast.literal_eval(re.sub(r"^[fF]|(?<=^[rR])[fF]", "", text))
    except (ValueError, SyntaxError):
        return text
    return value if isinstance(value, str) else text
