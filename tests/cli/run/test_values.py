"""What a command gets in its environment."""

from __future__ import annotations

import os
from collections.abc import Sequence

import pytest

from dh_secrets_jupyter.cli.line import split_common
from dh_secrets_jupyter.cli.run import run
from dh_secrets_jupyter.cli.run.values import ENTRY_AT_MOST, Loaded, load
from dh_secrets_jupyter.errors import SecretNotFoundError, SecretsError
from dh_secrets_jupyter.grammar import TERMINAL
from dh_secrets_jupyter.grammar.parsing import parse_words
from dh_secrets_jupyter.project import Project

from ...support.processes import run_forked
from .at_terminal import VALUE

TOKEN = "other-invented-J8kL2mN4pQ"


def _load(*words: str) -> Loaded:
    left, common = split_common([*words, "--", "true"])
    line = parse_words(TERMINAL["run"], left)
    return load(line, line.words[:-1], common)


def test_names(demo: Project) -> None:
    """A value has the secret's name, or the one that is given; what was in the environment stays."""
    demo.put("db-pass", TOKEN)
    environment = _load("API_KEY", "db-pass=PGPASSWORD").environment
    assert (environment["API_KEY"], environment["PGPASSWORD"]) == (VALUE, TOKEN)
    assert "db-pass" not in environment
    assert os.environ.items() <= environment.items()
    assert "API_KEY" not in os.environ


def test_bytes(demo: Project) -> None:
    """A value that is no text is in the environment to the byte."""
    demo.put("RAW", b"\xff\xfe-invented")
    assert os.fsencode(_load("RAW").environment["RAW"]) == b"\xff\xfe-invented"


def test_what_is_masked(demo: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """The values, and the credentials that were in the environment before, by their variables' names."""
    monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
    masker = _load("API_KEY").masker
    assert masker.mask(f"{VALUE} {TOKEN}")[0] == "[secret:API_KEY] [secret:GITHUB_TOKEN]"


def test_without_names_no_project_is_opened(demo: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Then only the credentials of the environment are masked, and there need be no provider."""
    monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
    assert _load("--provider", "no-such").masker.mask(TOKEN)[0] == "[secret:GITHUB_TOKEN]"


@pytest.mark.parametrize(
    ("value", "reason"),
    [(b"in\0vented", "a NUL byte"), (b"x" * (ENTRY_AT_MOST - len("BAD=")), "more than 128 KiB")],
)
def test_what_no_environment_can_hold(
    demo: Project, value: bytes, reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is an error where it is named; with ``--all`` it is left out, and that is said."""
    demo.put("BAD", value)
    with pytest.raises(SecretsError, match=f"BAD: an environment variable cannot hold {reason}"):
        _load("BAD")
    assert _load("--all").environment.keys() - os.environ.keys() == {"API_KEY"}
    assert capsys.readouterr().err == f"BAD: skipped (an environment variable cannot hold {reason}).\n"


@pytest.mark.posix
def test_the_longest_value_that_fits(demo: Project) -> None:
    """Up to there a real process gets it."""
    demo.put("LONG", b"x" * (ENTRY_AT_MOST - len("LONG=") - 1))
    loaded = _load("LONG")
    command = ["sh", "-c", 'test "${#LONG}" = 131066']
    assert run_forked(lambda: os.execvpe("sh", command, loaded.environment)) == 0


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (["API_KEY", "--all"], "--all: it cannot be combined with names. Pass one of them."),
        (
            ["API_KEY=A", "API_KEY=A", "other.key=A"],
            "API_KEY, other.key: both would go into A. Give one of them another name, for example: other.key=OTHER.",
        ),
        (
            ["k=B=C"],
            "k: 'B=C' is not a valid name for an environment variable. Use a name without =, for example: k=OTHER.",
        ),
    ],
)
def test_errors(demo: Project, words: Sequence[str], error: str) -> None:
    """A line that cannot be meant is one line of an error, whose example is one for this command line."""
    with pytest.raises(SecretsError) as raised:
        _load(*words)
    assert str(raised.value) == error


def test_no_such_secret(demo: Project) -> None:
    """All or none."""
    with pytest.raises(SecretNotFoundError):
        _load("API_KEY", "NOPE")


def test_short_values_are_said_not_to_be_masked(demo: Project, capsys: pytest.CaptureFixture[str]) -> None:
    """On standard error, by the guard's own rule; and so is a value that has expired."""
    demo.put("PIN", "17", expires="2020-01-01")
    _load("PIN")
    said = capsys.readouterr().err.splitlines()
    assert said[0] == "PIN: this secret has expired; its last valid day was 2020-01-01."
    assert said[1] == "PIN: this value is not masked, because it has fewer than 4 characters."


@pytest.mark.parametrize(
    "words", [["API_KEY"], ["API_KEY", "--"], [], ["API_KEY", "sh", "-c", "env"], ["--all", "ls", "--color=always"]]
)
def test_no_command(demo: Project, words: list[str]) -> None:
    """It stands behind two hyphens, which is said also where it has options of its own."""
    with pytest.raises(SecretsError, match=r"run: the command is missing\. Write it after --"):
        run(parse_words(TERMINAL["run"], words), {})
