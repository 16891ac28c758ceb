"""The options that several commands have, or that a command has on one surface alone."""

from __future__ import annotations

from .command import Completes, Option, Surface

ALL = Option("--all", "read all other secrets of the project as well", is_final=True)
JSON = Option("--json", "print JSON, for programs", only=Surface.TERMINAL)
PROVIDER = Option(
    "--provider",
    "where its secrets are kept: auto, digitalhub, kubernetes, local or another provider",
    "P",
    completes=Completes.PROVIDERS,
)
METADATA = (
    Option("--description", "what the secret is for", "T"),
    Option("--label", "a label; repeat the option for several", "L", True),
    Option("--expires", "the last day on which the secret is valid, as YYYY-MM-DD", "DATE"),
    Option("--hosts", "the only hosts that it is for; with any, it is used and never read", "H[,H…]"),
)
_FROM_FILE = Option(
    "--from-file",
    "take the value from a file, byte for byte",
    "P",
    group="source",
    completes=Completes.FILES,
    only=Surface.NOTEBOOK,
)
SOURCES = (
    _FROM_FILE,
    _FROM_FILE._replace(summary=f"{_FROM_FILE.summary}; - is standard input", only=Surface.TERMINAL),
    Option("--from-env", "take the value from an environment variable", "E", group="source"),
    Option("--from-var", "take the value from a variable of this kernel", "V", group="source", only=Surface.NOTEBOOK),
)
COMMON = (
    Option("--project", "the project whose secrets are used", "NAME", completes=Completes.PROJECTS),
    PROVIDER._replace(summary="where its secrets are kept"),
)
"""The options of every command in a terminal."""
