"""Reads what was typed behind ``jupyter secrets``; an error never repeats what may be a value."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from itertools import groupby

from ..errors import SecretsError
from ..grammar import COMMON, Command, Option, nearest_option


def split_common(arguments: Sequence[str]) -> tuple[list[str], dict[str, str]]:
    """Returns the words without ``--project`` and ``--provider``, which may stand anywhere before a ``--``, and these.

    Raises:
        SecretsError: one of them has no value.
    """
    words, common = list(arguments), {}
    end = words.index("--") if "--" in words else len(words)
    own, rest = words[:end], words[end:]
    left: list[str] = []
    unread = iter(own)
    for word in unread:
        flag, sign, value = word.partition("=")
        if (known := next((one for one in COMMON if one.flag == flag), None)) is None:
            left.append(word)
        elif given := value if sign else next(unread, ""):
            common[flag.removeprefix("--")] = given
        else:
            raise _needs_value(known)
    return left + rest, common


def parse(command: Command, words: Sequence[str]) -> argparse.Namespace:
    """Returns the command's options, and its other words as ``words``.

    Raises:
        SecretsError: an option that the command does not have, or has otherwise.
    """
    end = words.index("--") if "--" in words else len(words)
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False, exit_on_error=False)
    for option in command.options:
        parser.add_argument(option.flag, action="store" if option.metavar else "store_true")
    try:
        options, left = parser.parse_known_args(words[:end])
    except argparse.ArgumentError as error:
        flag = error.argument_name or command.name
    else:
        for word in left:
            if word.startswith("-"):
                raise _unknown(command, word)
        _check_groups(command, options)
        options.words = left + list(words[end + 1 :])
        return options
    if (known := command.option(flag)) and known.metavar:
        raise _needs_value(known)
    raise SecretsError(flag, "this option takes no value", f"Write {flag} alone")


def _check_groups(command: Command, options: argparse.Namespace) -> None:
    given = [one for one in command.options if one.group and getattr(options, one.flag[2:].replace("-", "_"))]
    for _, members in groupby(given, lambda option: option.group):
        flags = [option.flag for option in members]
        if len(flags) > 1:
            raise SecretsError(flags[0], f"it cannot be combined with {flags[1]}", "Pass one of them")


def _unknown(command: Command, word: str) -> SecretsError:
    meant = nearest_option(word.partition("=")[0], command)
    hint = f"Perhaps you meant {meant}" if meant else f"See {command.call} --help"
    return SecretsError(command.name, "unknown option", hint)


def _needs_value(option: Option) -> SecretsError:
    return SecretsError(option.flag, "this option needs a value", f"Write it as {option.flag}={option.metavar}")
