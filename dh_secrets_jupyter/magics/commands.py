"""What can be typed after ``%secret``: one table for parsing, help and completion."""

from __future__ import annotations

import argparse
import os
import re
import shlex
from dataclasses import dataclass
from enum import Enum
from importlib import import_module
from typing import Any

from ..errors import SecretsError
from ..injection import SecretRef


class Words(Enum):
    """What a command's words are, for completion."""

    SECRETS = "secrets"
    PROJECTS = "projects"
    FILES = "files"
    GUARD = "guard"
    NOTHING = "nothing"


@dataclass(frozen=True)
class Option:
    """One option.

    Attributes:
        metavar: what its value is called; an option without one is a switch.
        many: it may be given several times.
    """

    flag: str
    metavar: str = ""
    many: bool = False

    def __str__(self) -> str:
        text = f"{self.flag} {self.metavar}".rstrip()
        return f"[{text}]…" if self.many else f"[{text}]"


@dataclass(frozen=True)
class Command:
    """One row of the table.

    Attributes:
        name: its first word, or the cell magic.
        home: ``module:function`` that runs it, called with the shell and the :class:`Line`; imported when first used.
        usage: its words, for people.
        does: what it does, a line.
    """

    name: str
    home: str
    usage: str
    does: str
    words: Words = Words.NOTHING
    options: tuple[Option, ...] = ()

    def __str__(self) -> str:
        return " ".join([self._call, *map(str, self.options)])

    @property
    def brief(self) -> str:
        """How it is typed, without its options."""
        return f"{self._call} [--…]"

    @property
    def _call(self) -> str:
        magic = "" if self.name.startswith("%") else "%secret "
        return f"{magic}{self.name} {self.usage}".rstrip()

    def run(self, shell: Any, line: Line) -> None:
        """Runs it."""
        module, _, function = self.home.partition(":")
        getattr(import_module(module, __package__), function)(shell, line)


@dataclass(frozen=True)
class Line:
    """A parsed line.

    Attributes:
        words: what is no option.
        options: an attribute for each option of the command.
    """

    command: str
    words: list[str]
    options: argparse.Namespace

    def only(self, what: str) -> str:
        """Returns the one word that there has to be."""
        if not self.words:
            raise SecretsError(self.command, f"{what} is missing", "See %secret")
        if len(self.words) > 1:
            raise SecretsError(self.command, f"only one {what} can be given", "See %secret")
        return self.words[0]

    def refs(self) -> list[SecretRef]:
        """Returns the words as ``NAME [as VAR] …``."""
        found: list[SecretRef] = []
        words = iter(self.words)
        for word in words:
            if word != "as" or not found or found[-1].target is not None:
                found.append(SecretRef(word))
            elif (target := next(words, None)) is not None:
                found[-1] = SecretRef(found[-1].name, target)
            else:
                raise SecretsError(found[-1].name, "as is the last word", "Write the variable's name after it")
        return found


ALL = Option("--all")
METADATA = (Option("--description", "T"), Option("--label", "L", many=True), Option("--expires", "DATE"))
SOURCES = (Option("--from-file", "P"), Option("--from-env", "E"), Option("--from-var", "V"))
PUT = "NAME [as VAR] …"
SET = "set"

COMMANDS = {
    command.name: command
    for command in (
        Command(
            "project",
            ".show:project",
            "NAME",
            "switches this kernel to another project",
            Words.PROJECTS,
            (Option("--provider", "P"),),
        ),
        Command("list", ".show:list_secrets", "[GLOB]", "shows the secrets, never their values", Words.SECRETS),
        Command("get", ".read:get", PUT, "puts values into variables", Words.SECRETS, (ALL,)),
        Command("env", ".read:env", PUT, "puts values into the environment", Words.SECRETS, (ALL,)),
        Command("file", ".read:file", PUT, "writes values to private files, VAR is the path", Words.SECRETS),
        Command(
            "import",
            ".write:import_file",
            "FILE",
            "stores what a dotenv file has",
            Words.FILES,
            (Option("--replace"),),
        ),
        Command(
            SET,
            ".write:set_secret",
            "NAME",
            "creates or updates a secret; asks for its value",
            Words.SECRETS,
            (*METADATA, *SOURCES),
        ),
        Command("describe", ".show:describe", "NAME", "shows what is known of a secret", Words.SECRETS),
        Command("edit", ".write:edit", "NAME", "changes that, and leaves the value alone", Words.SECRETS, METADATA),
        Command("delete", ".write:delete", "NAME …", "deletes secrets; asks first", Words.SECRETS, (Option("--yes"),)),
        Command("forget", ".read:forget", "[NAME …]", "takes values out of this kernel again", Words.SECRETS),
        Command("guard", ".show:set_guard", "[on|off [NAME …]]", "says or sets the guard", Words.GUARD, (ALL,)),
        Command("panel", "..panel:show", "", "shows the widget panel"),
    )
}
_WORD = re.compile(r"""\s*(?P<word>#|(?:"(?:\\.|[^"\\])*"|'[^']*'|\\.|[^\s"'\\])+)""", re.DOTALL)
LEASE = Command(
    "%%secret",
    ".read:lease",
    PUT,
    "runs the cell with the values, then they are gone",
    Words.SECRETS,
    (Option("--env"),),
)


def lines() -> list[str]:
    """Returns what can be typed, a line each; options that are too many for it are left to ``--help``."""
    rows = [(str(command), command.brief, command.does) for command in (*COMMANDS.values(), LEASE)]
    return [f"{brief if len(usage) > 40 else usage:40}  {does}" for usage, brief, does in rows]


def without_comment(text: str) -> str:
    """Returns a line without the comment behind it; a ``#`` within a word or in quotes begins none."""
    at = 0
    while word := _WORD.match(text, at):
        if word["word"].startswith("#"):
            return text[:at]
        at = word.end()
    return text


def parse(text: str) -> tuple[Command, Line]:
    """Reads what stands after ``%secret``.

    Raises:
        SecretsError: no such command or option. It never repeats what may be a value.
    """
    name, _, rest = text.strip().partition(" ")
    command = COMMANDS.get(name)
    if command is None:
        # What was typed instead may be a value.
        raise SecretsError("%secret", "there is no such command", f"Use one of {', '.join(COMMANDS)}")
    return command, parse_words(command, rest)


def parse_words(command: Command, text: str) -> Line:
    """Reads a command's words and options. Raises as :func:`parse`."""
    try:
        tokens = _split(text)
    except ValueError:
        tokens = None  # raised below: the exception would be the context
    if tokens is None:
        if command.name == SET:
            raise typed(text)
        raise SecretsError(command.name, "a quote is not closed", "Close it, or put a backslash before it")
    at = tokens.index("--") if "--" in tokens else len(tokens)  # after it, names may begin with a hyphen
    try:
        options, words = _parser(command).parse_known_args(tokens[:at])
    except argparse.ArgumentError as error:
        flag = error.argument_name or command.name
    else:
        if not any(word.startswith("-") for word in words):
            return Line(command.name, words + tokens[at + 1 :], options)
        if command.name == SET:
            raise typed(text)
        known = ", ".join(option.flag for option in command.options)
        raise SecretsError(
            command.name, "it has no such option", f"It knows {known}" if known else "Leave it out; it knows none"
        )
    if any(option.flag == flag and option.metavar for option in command.options):
        raise SecretsError(flag, "its text is missing", f"Write it as {flag}=TEXT")
    raise SecretsError(flag, "it is followed by nothing", "Write it alone")


def typed(text: str) -> SecretsError:
    """Returns the refusal of a value that was typed on the line, which repeats nothing but the secret's name."""
    found = re.match(r"[\s'\"]*([-._a-zA-Z0-9]+)", text)
    name = found[1] if found else SET
    return SecretsError(
        name,
        "a value is not taken from the line, and nothing is stored",
        f"Rotate it, for what is typed is seen and kept; then use %secret set {name} and answer its prompt",
    )


def _split(text: str) -> list[str]:
    lexer = shlex.shlex(text, posix=True, punctuation_chars=False)
    lexer.whitespace_split = True
    lexer.commenters = ""
    if os.name == "nt":
        lexer.escape = ""  # a path's backslashes are meant
    return list(lexer)


def _parser(command: Command) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False, exit_on_error=False)
    parser.add_argument("--help", action="store_true")
    for option in command.options:
        if not option.metavar:
            parser.add_argument(option.flag, action="store_true")
        else:
            parser.add_argument(option.flag, action="append" if option.many else "store")
    return parser
