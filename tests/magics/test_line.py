"""How a line after ``%secret`` is read, and what is said of one that cannot be."""

from __future__ import annotations

import pytest

from dh_secrets_jupyter.commands.write import set_secret
from dh_secrets_jupyter.errors import SecretsError
from dh_secrets_jupyter.grammar import COMMANDS
from dh_secrets_jupyter.injection import SecretRef
from dh_secrets_jupyter.magics import line
from dh_secrets_jupyter.magics.front import ShellFront
from dh_secrets_jupyter.magics.handlers import HANDLERS


def test_every_command_has_a_handler() -> None:
    """What the table has can be run, and nothing else."""
    assert HANDLERS.keys() == COMMANDS.keys()


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
    assert line.refs_of(line.parse(f"get {words}")) == refs


def test_options_stand_anywhere() -> None:
    """Options come before, between and after names, with ``=`` or without."""
    parsed = line.parse("set --label a NAME --description='it is {x} $y' --label 'b c' --expires ''")
    assert parsed.words == ["NAME"]
    options = parsed.options
    assert (options.label, options.description, options.expires) == (["a", "b c"], "it is {x} $y", "")
    assert options.from_file is None


@pytest.mark.parametrize("text", ["set --help", "get -h", "delete A -h --yes", "list --help '*'"])
def test_help_may_be_asked_for_anywhere(text: str) -> None:
    """``--help`` and ``-h`` are options of every command."""
    assert line.parse(text).asks_for_help


def test_a_value_typed_behind_a_command_that_there_is_not_is_refused_as_one_of_set() -> None:
    """The line comes with a mark in its place, and the refusal says to rotate it."""
    with pytest.raises(SecretsError, match="K: a value must not be typed in a cell"):
        line.parse("add K [secret:K]")


@pytest.mark.parametrize("text", ["get\tA\tas\tB", "  get  A  as  B ", "get\xa0A\xa0as B"])
def test_words_are_separated_by_any_blank(text: str) -> None:
    """Tabs, several blanks, and those that do not break, as they come from a page."""
    assert line.refs_of(line.parse(text)) == [SecretRef("A", "B")]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("nope", "%secret: no such command. Run %secret to see all commands."),
        ("descibe A", '%secret: no such command. Perhaps you meant "describe". Run %secret to see all commands.'),
        ("list --all", "--all: unknown option for %secret list. See %secret list --help."),
        ("delete A --yess", "--yess: unknown option for %secret delete. Perhaps you meant --yes."),
        ("get --all=x", "--all: this option takes no value. Write --all alone."),
        ("get A --help=x", "--help: this option takes no value. Write --help alone."),
        ("need A --use --optional B --env", "--env: it cannot be combined with --use. Pass one of them."),
        ("edit A --label", "--label: this option needs a value. Write it as --label=L."),
        ("describe 'A", "describe: a quotation mark is not closed. Close it, or put a backslash before it."),
        ("set A --quick", "--quick: unknown option for %secret set. See %secret set --help."),
        ("set A --fromvar", "--fromvar: unknown option for %secret set. Perhaps you meant --from-var."),
    ],
)
def test_what_cannot_be_read_is_one_line(text: str, said: str) -> None:
    """A slip is said with what to do about it, and leaves no other exception behind."""
    with pytest.raises(SecretsError) as error:
        line.parse(text)
    assert str(error.value) == said
    assert error.value.__context__ is None


@pytest.mark.parametrize(
    ("text", "flag", "meant"),
    [
        ("set A --fromvar invented", "--fromvar", "Perhaps you meant --from-var. "),
        ("set A --value=invented", "--value", "See %secret set --help. "),
        ("set --value invented A", "--value", "See %secret set --help. "),
        ("set A -label invented --expires 2030-01-01", "-label", "Perhaps you meant --label. "),
        ("edit A --descripton=invented", "--descripton", "Perhaps you meant --description. "),
    ],
)
def test_a_value_behind_a_mistyped_option(text: str, flag: str, meant: str) -> None:
    """The option is named, with the one that was probably meant; what stands behind it is not, and may be a value."""
    with pytest.raises(SecretsError) as error:
        line.parse(text)
    command = text.split(maxsplit=1)[0]
    assert str(error.value) == (f"{flag}: unknown option for %secret {command}. {meant}If that was a value, rotate it.")


@pytest.mark.parametrize(
    "text",
    [
        "set A 'invented value",
        "set A invented --value",
        "set A -- --invented",
        "set A -invented",
        "set A --Inv3nted",
        "set A -hinvented",
        "set A=invented",
        "set A=invented --quick",
        "set 'A' \"invented",
        "seta A invented",
        "A=invented",
        "invented",
        "get -invented",
        "get --Inv3nted=x",
    ],
)
def test_no_error_repeats_what_may_be_a_value(text: str) -> None:
    """Whatever was typed where a value may have been meant, the answer does not show it."""
    with pytest.raises(SecretsError) as error:
        set_secret(ShellFront(None), line.parse(text))
    assert "inv" not in str(error.value).lower()
    if text.startswith("set "):
        assert str(error.value).startswith("A: a value must not be typed in a cell, and nothing was stored. Rotate it")


@pytest.mark.parametrize(
    ("text", "left"),
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
def test_a_comment_behind_a_line(text: str, left: str) -> None:
    """A ``#`` that begins a word outside of quotes begins a comment, as in a shell."""
    assert line.without_comment(text).rstrip() == left
