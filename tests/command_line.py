"""``docs/command-line.md``: what stands there about each command is written from their table.

``python -m tests.command_line``, which ``make fix`` runs, writes the page anew; a test holds the two equal.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from dh_secrets_jupyter.grammar import COMMON, TERMINAL

FILE = Path(__file__).parents[1] / "docs" / "command-line.md"
_COMMANDS = "\n## Commands\n"


def render() -> str:
    """Returns the page's text: as it stands up to the commands, and these from the table."""
    prose = FILE.read_text().partition(_COMMANDS)[0]
    common = "\n".join(f"| `{option}` | {option.summary} |" for option in COMMON)
    every = f"Every command has these as well:\n\n| option | does |\n|---|---|\n{common}"
    return "\n\n".join([f"{prose}{_COMMANDS}".rstrip(), every, *_sections()]) + "\n"


def _sections() -> Iterator[str]:
    for command in TERMINAL.values():
        yield f"### {command.name}\n\n```\n{command.help}\n```"


if __name__ == "__main__":
    FILE.write_text(render())
