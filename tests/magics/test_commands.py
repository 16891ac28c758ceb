"""What can be typed after ``%secret``, and what is said of the rest."""

from __future__ import annotations

import pytest

from dh_secrets_jupyter.errors import SecretsError
from dh_secrets_jupyter.injection import SecretRef
from dh_secrets_jupyter.magics import commands

ROWS = "project list get env file import set describe edit delete forget"


def test_the_rows_are_those_that_users_were_told_of() -> None:
    """Every row of the manual is in the table; each has a line of help."""
    assert set(ROWS.split()) <= set(commands.COMMANDS)
    assert len(commands.lines()) == len(commands.COMMANDS) + 1
    assert all(len(line) < 100 for line in commands.lines())


@pytest.mark.parametrize("command", commands.COMMANDS.values(), ids=lambda command: command.name)
def test_every_command_has_its_home(command: commands.Command) -> None:
    """What the table names can be imported."""
    from importlib import import_module

    module, _, function = command.home.partition(":")
    assert callable(getattr(import_module(module, commands.__package__), function))


@pytest.mark.parametrize(
    ("words", "refs"),
    [
        ("A", [SecretRef("A")]),
        ("A as x B", [SecretRef("A", "x"), SecretRef("B")]),
        ("A B as y C as z", [SecretRef("A"), SecretRef("B", "y"), SecretRef("C", "z")]),
        ("as", [SecretRef("as")]),
        ("as as x", [SecretRef("as", "x")]),
        ("-- -A as x", [SecretRef("-A", "x")]),
    ],
)
def test_names_and_variables(words: str, refs: list[SecretRef]) -> None:
    """``NAME [as VAR] …`` in every mixture; a secret may be called as, and after ``--`` begin with a hyphen."""
    assert commands.parse(f"get {words}")[1].refs() == refs


def test_options_stand_anywhere() -> None:
    """Options come before, between and after names, with ``=`` or without."""
    _, line = commands.parse("set --label a NAME --description='it is {x} $y' --label 'b c' --expires ''")
    assert line.words == ["NAME"]
    options = line.options
    assert (options.label, options.description, options.expires) == (["a", "b c"], "it is {x} $y", "")
    assert options.from_file is None


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("nope", r"^%secret: there is no such command\. Use one of project, list, "),
        ("get --al A", r"^get: it has no such option\. It knows --all\.$"),
        ("list --all", r"^list: it has no such option\. Leave it out; it knows none\.$"),
        ("get --all=x", r"^--all: it is followed by nothing\. Write it alone\.$"),
        ("edit A --label", r"^--label: its text is missing\. Write it as --label=TEXT\.$"),
        ("describe 'A", r"^describe: a quote is not closed\. "),
    ],
)
def test_what_cannot_be_read_is_one_line(line: str, said: str) -> None:
    """A slip is said with what to do about it, and leaves no other exception behind."""
    with pytest.raises(SecretsError, match=said) as error:
        commands.parse(line)
    assert "\n" not in str(error.value)
    assert error.value.__context__ is None


@pytest.mark.parametrize(
    "line",
    [
        "set A 'invented value",
        "set A --value invented",
        "set A -- --invented",
        "set A -invented",
        "set A --invented=x",
        "set A=invented",
        "set 'A' \"invented",
        "seta A invented",
        "A=invented",
        "invented",
        "get --invented",
    ],
)
def test_no_error_repeats_what_may_be_a_value(line: str) -> None:
    """Whatever was typed where a value may have been meant, the answer does not show it."""
    from dh_secrets_jupyter.magics.write import set_secret

    with pytest.raises(SecretsError) as error:
        set_secret(None, commands.parse(line)[1])
    assert "invented" not in str(error.value)
    if line.startswith("set "):
        assert str(error.value).startswith("A: a value is not taken from the line, and nothing is stored. Rotate it")


@pytest.mark.parametrize(
    ("line", "left"),
    [
        ("get API_KEY  # for the model", "get API_KEY"),
        ("get API_KEY # don't", "get API_KEY"),
        ("get API_KEY as x\t#x", "get API_KEY as x"),
        ('set N --description "a # b" # c', 'set N --description "a # b"'),
        ("set N --description 'a # b'", "set N --description 'a # b'"),
        ("get A#b", "get A#b"),
        (r"list a\ #b", r"list a\ #b"),
        ("# nothing", ""),
        ("get 'A # b", "get 'A # b"),
    ],
)
def test_a_comment_behind_a_line(line: str, left: str) -> None:
    """A ``#`` that begins a word outside of quotes begins a comment, as in a shell."""
    assert commands.without_comment(line).rstrip() == left
