"""Options that were mistyped, and words that are none."""

from __future__ import annotations

import pytest

from dh_secrets_jupyter.grammar import COMMANDS, SET, Command, is_option, nearest_option


@pytest.mark.parametrize(
    ("flag", "command", "meant"),
    [
        ("--fromvar", SET, "--from-var"),
        ("--from_env", SET, "--from-env"),
        ("-from-file", SET, "--from-file"),
        ("--Description", SET, "--description"),
        ("--lable", SET, "--label"),
        ("--al", COMMANDS["get"], "--all"),
        ("--yess", COMMANDS["delete"], "--yes"),
        ("--value", SET, None),
        ("--label", COMMANDS["list"], None),
        ("label", SET, None),
        ("--description-of-a-secret-that-is-long", SET, None),
    ],
)
def test_the_option_that_was_meant(flag: str, command: Command, meant: str | None) -> None:
    """A slip is matched with the command's own options alone."""
    assert nearest_option(flag, command) == meant


@pytest.mark.parametrize(
    ("word", "can_be_named"),
    [
        ("--from-file", True),
        ("--fromfile=x", True),
        ("--value", True),
        ("--value=Tr0ub4dor", True),
        ("-h", True),
        ("--Lable", True),
        ("-Tr0ub4dor", False),
        ("--Tr0ub4dor", False),
        ("--x9", False),
        ("--", False),
        ("--correct-horse-battery-staple-and-more", False),
        ("-----BEGIN", False),
    ],
)
def test_a_word_that_may_be_a_value_is_no_option(word: str, can_be_named: bool) -> None:
    """Only what is spelled as an option is named: lower-case letters and hyphens, or nearly an option that there is."""
    assert is_option(word, SET) is can_be_named
