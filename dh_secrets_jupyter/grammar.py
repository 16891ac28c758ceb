"""What can be typed after ``%secret``: the commands, what follows them and their options, in one table.

Imports nothing of this package. The magics parse, explain and complete by it, and the guard sees by it which words of a
line are options, since any other may be a value.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from itertools import groupby


class Completes(Enum):
    """What ``Tab`` offers in the place of a word or an option's value."""

    SECRETS = "secret"
    PROJECTS = "project"
    PROVIDERS = "provider"
    FILES = "file"
    GUARD = "guard"
    NOTHING = ""


@dataclass(frozen=True)
class Option:
    """One option of a command.

    Attributes:
        summary: what it does, as ``--help`` says it.
        metavar: what its value is called; an option without one is a switch.
        is_repeatable: it may be given several times.
        group: of the options that share a name here, one may be given.
        completes: what its value is.
        is_final: it cannot be undone, or reads everything: ``Tab`` never puts it first.
    """

    flag: str
    summary: str
    metavar: str = ""
    is_repeatable: bool = False
    group: str = ""
    completes: Completes = Completes.NOTHING
    is_final: bool = False

    def __str__(self) -> str:
        return f"{self.flag} {self.metavar}".rstrip()


@dataclass(frozen=True)
class Command:
    """One row of the table.

    Attributes:
        name: the word behind ``%secret``, or the cell magic itself.
        usage: what follows it, as the synopsis has it.
        summary: what it does, in a line without its full stop.
        details: what else ``--help`` says, in sentences.
        example: a line that somebody might type.
        completes: what the words that follow it are.
        is_final: as an option's.
    """

    name: str
    usage: str
    summary: str
    example: str
    details: str = ""
    completes: Completes = Completes.NOTHING
    options: tuple[Option, ...] = ()
    is_final: bool = False

    @property
    def call(self) -> str:
        """How it is called: ``%secret get``."""
        return self.name if self.name.startswith("%") else f"%secret {self.name}"

    @property
    def synopsis(self) -> str:
        """How it is typed, with all of its options."""
        return " ".join([self._bare, *_bracketed(self.options)])

    @property
    def overview(self) -> str:
        """How it is typed, on a line of a list: options that are too many for it are left to ``--help``."""
        return self.synopsis if len(self.synopsis) <= _OVERVIEW_WIDTH else f"{self._bare} [--…]"

    @property
    def help(self) -> str:
        """What ``--help`` prints."""
        rows = [*((str(option), option.summary) for option in self.options), ("-h, --help", "show this help")]
        width = max(len(option) for option, _ in rows)
        explained = [f"{self.summary}.", *([self.details] if self.details else [])]
        options = [f"  {option:{width}}  {summary}" for option, summary in rows]
        return "\n".join([self.synopsis, "", *explained, "", "Options:", *options, "", "Example:", f"  {self.example}"])

    def option(self, flag: str) -> Option | None:
        """Returns the option that is called so."""
        return next((option for option in self.options if option.flag == flag), None)

    @property
    def _bare(self) -> str:
        return f"{self.call} {self.usage}".rstrip()


def _bracketed(options: Iterable[Option]) -> Iterator[str]:
    for group, members in groupby(options, lambda option: option.group or option.flag):
        texts = list(members)
        repeat = "…" if group == texts[0].flag and texts[0].is_repeatable else ""
        yield f"[{' | '.join(map(str, texts))}]{repeat}"


_OVERVIEW_WIDTH = 40
HELP = ("--help", "-h")
ALL = Option("--all", "read all other secrets of the project as well", is_final=True)
METADATA = (
    Option("--description", "what the secret is for", "T"),
    Option("--label", "a label; repeat the option for several", "L", True),
    Option("--expires", "the last day on which the secret is valid, as YYYY-MM-DD", "DATE"),
)
_METADATA_STAYS = 'Metadata that you do not give stays as it is; "" clears it; labels replace the existing ones.'
SOURCES = (
    Option("--from-file", "take the value from a file, to the byte", "P", group="source", completes=Completes.FILES),
    Option("--from-env", "take the value from an environment variable", "E", group="source"),
    Option("--from-var", "take the value from a variable of this kernel", "V", group="source"),
)
_NAMES = "NAME [as VAR] …"

SET = Command(
    "set",
    "NAME",
    "Create a secret, or change its value; asks for the value",
    '%secret set API_KEY --description "key of the model server" --expires 2027-12-31',
    f"You type the value at a hidden prompt, never in the cell.\n{_METADATA_STAYS}",
    Completes.SECRETS,
    (*METADATA, *SOURCES),
)
LEASE = Command(
    "%%secret",
    _NAMES,
    "Run the cell with values that are gone afterwards",
    "%%secret API_KEY as token",
    "Whatever had the same names before is put back.",
    Completes.SECRETS,
    (Option("--env", "put the values into environment variables"),),
)
COMMANDS = {
    command.name: command
    for command in (
        Command(
            "project",
            "NAME",
            "Switch this kernel to another project",
            "%secret project demo",
            "A project need not be created: it is there as soon as it has a secret.",
            Completes.PROJECTS,
            (
                Option(
                    "--provider",
                    "where its secrets are kept: auto, kubernetes, local or another installed provider",
                    "P",
                    completes=Completes.PROVIDERS,
                ),
            ),
        ),
        Command(
            "list",
            "[GLOB]",
            "List secrets, never their values",
            "%secret list 'db-*'",
            completes=Completes.SECRETS,
        ),
        Command(
            "get",
            _NAMES,
            "Read values into variables",
            "%secret get API_KEY db-pass as password",
            'All of them are read, or none. Without "as", db-pass goes into the variable db_pass.',
            Completes.SECRETS,
            (ALL,),
        ),
        Command(
            "env",
            _NAMES,
            "Read values into environment variables",
            "%secret env API_KEY db-pass as PGPASSWORD",
            "All of them are read, or none.",
            Completes.SECRETS,
            (ALL,),
        ),
        Command(
            "file",
            _NAMES,
            "Write values to private files",
            "%secret file TLS_KEY as key_path",
            "VAR holds the path of the file. The files are removed when the kernel ends.",
            Completes.SECRETS,
        ),
        Command(
            "import",
            "FILE",
            "Store the entries of a dotenv file, all or none",
            "%secret import .env",
            completes=Completes.FILES,
            options=(Option("--replace", "replace secrets that already exist", is_final=True),),
        ),
        SET,
        Command(
            "describe",
            "NAME",
            "Show the metadata of a secret, never its value",
            "%secret describe API_KEY",
            completes=Completes.SECRETS,
        ),
        Command(
            "edit",
            "NAME",
            "Change the metadata of a secret, but not its value",
            "%secret edit API_KEY --label team-a --label production",
            _METADATA_STAYS,
            Completes.SECRETS,
            METADATA,
        ),
        Command(
            "delete",
            "NAME …",
            "Delete secrets, all or none; asks first",
            "%secret delete API_KEY db-pass",
            completes=Completes.SECRETS,
            options=(Option("--yes", "delete without asking", is_final=True),),
            is_final=True,
        ),
        Command(
            "forget",
            "[NAME …]",
            "Remove values from this kernel again",
            "%secret forget API_KEY",
            "Removes variables, environment variables and files, of all secrets where no NAME is given.",
            Completes.SECRETS,
        ),
        Command(
            "guard",
            "[on|off [NAME …]]",
            "Show or switch the guard, which masks values",
            "%secret guard off API_KEY",
            "Without on or off it reports what it masks, what it cannot mask, and what it has masked so far.",
            Completes.GUARD,
            (Option("--all", "report every secret and each way in which it was shown", is_final=True),),
        ),
        Command("panel", "", "Show the panel in the notebook", "%secret panel"),
    )
}


def overview() -> list[str]:
    """Returns all that can be typed, a line each."""
    return [f"{command.overview:{_OVERVIEW_WIDTH}}  {command.summary}" for command in (*COMMANDS.values(), LEASE)]


_SPELLED_AS_OPTION = re.compile(r"--[a-z]+(?:-[a-z]+)*")
_LONGEST = 24
"""Characters of what is taken for a mistyped option; a longer word may be a value."""


def is_option(word: str, command: Command) -> bool:
    """Whether a word is one of the command's options, or can be named as a mistyped one; any other may be a value.

    What stands behind its ``=`` is not looked at.
    """
    flag = word.partition("=")[0]
    if flag in HELP or command.option(flag) or nearest_option(flag, command):
        return True
    return len(flag) <= _LONGEST and bool(_SPELLED_AS_OPTION.fullmatch(flag))


def nearest_option(flag: str, command: Command) -> str | None:
    """Returns the option that was probably meant: ``--from-var`` for ``--fromvar``, ``--From_Var`` or ``-from-var``."""
    from difflib import get_close_matches  # only for a slip

    if not flag.startswith("-") or len(flag) > _LONGEST:
        return None
    known = [option.flag for option in command.options]
    found = get_close_matches(f"--{flag.lstrip('-').lower().replace('_', '-')}", known, 1, 0.75)
    return found[0] if found else None
