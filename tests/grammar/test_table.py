"""The table of what can be typed after ``%secret``, and the help that is made of it."""

from __future__ import annotations

import pytest

from dh_secrets_jupyter.grammar import COMMANDS, LEASE, SET, Command, overview

TABLE = [*COMMANDS.values(), LEASE]
HELP_OF_GET = """\
%secret get NAME [as VAR] … [--all]

Read values into variables.
All of them are read, or none. Without "as", db-pass goes into the variable db_pass.

Options:
  --all       read all other secrets of the project as well
  -h, --help  show this help

Example:
  %secret get API_KEY db-pass as password"""


def test_the_rows_are_those_of_the_manual() -> None:
    """Every command of the manual is in the table, and stands in the overview with its summary."""
    rows = "project list get env file need import set describe edit delete forget guard panel"
    assert set(rows.split()) <= set(COMMANDS)
    assert len(overview()) == len(TABLE)
    for line, command in zip(overview(), TABLE, strict=True):
        assert line.startswith(command.call)
        assert line.endswith(command.summary)
        assert len(line) < 100


def test_help_is_synopsis_options_and_an_example() -> None:
    """It reads as the help of any command-line tool."""
    assert COMMANDS["get"].help == HELP_OF_GET


@pytest.mark.parametrize("command", TABLE, ids=lambda command: command.name)
def test_every_command_explains_itself(command: Command) -> None:
    """Its help begins with the synopsis, has a line for each option, and ends with one example of itself."""
    lines = command.help.splitlines()
    assert lines[0] == command.synopsis
    options = lines[lines.index("Options:") + 1 : lines.index("Example:") - 1]
    assert [line.split()[0].rstrip(",") for line in options] == [*(option.flag for option in command.options), "-h"]
    assert all(len(line) <= 130 for line in lines)
    assert lines[-2] == "Example:"
    assert lines[-1].strip().startswith(command.call)


def test_of_some_options_one_may_be_given() -> None:
    """The synopsis shows which exclude each other, and which may be repeated."""
    assert SET.synopsis == (
        "%secret set NAME [--description T] [--label L]… [--expires DATE] [--hosts H[,H…]] "
        "[--from-file P | --from-env E | --from-var V]"
    )
