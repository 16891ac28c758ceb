"""A command and its options, and how they are explained."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import Enum
from itertools import groupby
from typing import NamedTuple

HELP = ("--help", "-h")
"""The options that every command has."""
END_OF_OPTIONS = "--"
"""Behind it, names may begin with a hyphen."""
OVERVIEW_WIDTH = 40
"""Characters of a command in a list of all."""


class Surface(Enum):
    """Where commands are typed. Its value is what stands before them."""

    NOTEBOOK = "%secret"
    TERMINAL = "jupyter secrets"


class Completes(Enum):
    """What ``Tab`` offers in the place of a word or an option's value."""

    SECRETS = "secret"
    PROJECTS = "project"
    PROVIDERS = "provider"
    FILES = "file"
    GUARD = "guard"
    NOTHING = ""


class Option(NamedTuple):
    """One option of a command.

    Attributes:
        summary: what it does, as ``--help`` says it.
        metavar: what its value is called; an option without one is a switch.
        is_repeatable: it may be given several times.
        group: of the options that share a name here, one may be given.
        completes: what its value is.
        is_final: it cannot be undone, or reads everything: ``Tab`` never puts it first.
        takes_rest: all words behind it are its own, whatever other options stand among them.
        only: the surface that has it, None for both.
        choices: the texts that its value can be, none where it can be any.
    """

    flag: str
    summary: str
    metavar: str = ""
    is_repeatable: bool = False
    group: str = ""
    completes: Completes = Completes.NOTHING
    is_final: bool = False
    takes_rest: bool = False
    only: Surface | None = None
    choices: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The attribute of a parsed line's options that has its value."""
        return self.flag.removeprefix("--").replace("-", "_")

    def __str__(self) -> str:
        return f"{self.flag} {self.metavar}".rstrip()


class Command(NamedTuple):
    """One row of the table.

    Attributes:
        name: the word behind ``%secret`` or ``jupyter secrets``, or the cell magic itself.
        usage: what follows it, as the synopsis has it.
        summary: what it does, in a line without its full stop.
        example: what somebody might type behind it.
        details: what else ``--help`` says, in sentences.
        completes: what the words that follow it are.
        is_final: as an option's.
        only: as an option's.
        choices: the words that may follow it, none where it may be others.
        surface: the one that it is a command of.
    """

    name: str
    usage: str
    summary: str
    example: str
    details: str = ""
    completes: Completes = Completes.NOTHING
    options: tuple[Option, ...] = ()
    is_final: bool = False
    only: Surface | None = None
    choices: tuple[str, ...] = ()
    surface: Surface = Surface.NOTEBOOK

    def on(self, surface: Surface) -> Command:
        """Returns the command as that surface has it, with the options that it has there."""
        options = tuple(option for option in self.options if option.only in (None, surface))
        return self._replace(surface=surface, options=options)

    @property
    def call(self) -> str:
        """How it is called: ``%secret get``."""
        return self.name if self.name.startswith("%") else f"{self.surface.value} {self.name}"

    @property
    def takes_command(self) -> bool:
        """Whether a command with words of its own stands behind ``--``."""
        return END_OF_OPTIONS in self.usage.split()

    @property
    def synopsis(self) -> str:
        """How it is typed, with all of its options."""
        shown = (option for option in self.options if option.flag not in self.usage)
        return " ".join([self._bare, *_bracketed(shown)])

    @property
    def overview(self) -> str:
        """How it is typed, on a line of a list: options that are too many for it are left to ``--help``."""
        is_whole = len(self.synopsis) <= OVERVIEW_WIDTH or self.synopsis == self._bare
        return self.synopsis if is_whole else f"{self._bare} [--…]"

    @property
    def help(self) -> str:
        """What ``--help`` prints."""
        rows = [*((str(option), option.summary) for option in self.options), ("-h, --help", "show this help")]
        width = max(len(option) for option, _ in rows)
        explained = [f"{self.summary}.", *([self.details] if self.details else [])]
        options = [f"  {option:{width}}  {summary}" for option, summary in rows]
        return "\n".join(
            [
                self.synopsis,
                "",
                *explained,
                "",
                "Options:",
                *options,
                "",
                "Example:",
                f"  {self.call} {self.example}".rstrip(),
            ]
        )

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
