"""Options that were mistyped: which words can be named as one, and which one was meant."""

from __future__ import annotations

import re

from .command import HELP, Command

_SPELLED_AS_OPTION = re.compile(r"--[a-z]+(?:-[a-z]+)*")
_LONGEST = 24
"""Characters of what is taken for a mistyped option; a longer word may be a value."""


def is_option(word: str, command: Command) -> bool:
    """Whether a word is one of the command's options, or can be named as a mistyped one; any other may be a value.

    What follows its ``=`` does not count.
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
