"""Reads what every command of ``jupyter secrets`` may be given."""

from __future__ import annotations

from collections.abc import Sequence

from ..errors import SecretsError
from ..grammar import COMMON, END_OF_OPTIONS


def split_common(arguments: Sequence[str]) -> tuple[list[str], dict[str, str]]:
    """Returns the words without ``--project`` and ``--provider``, which may stand anywhere before a ``--``, and these.

    Raises:
        SecretsError: one of them has no value.
    """
    words, common = list(arguments), {}
    end = words.index(END_OF_OPTIONS) if END_OF_OPTIONS in words else len(words)
    left: list[str] = []
    unread = iter(words[:end])
    for word in unread:
        flag, sign, value = word.partition("=")
        if (known := next((one for one in COMMON if one.flag == flag), None)) is None:
            left.append(word)
        elif given := value if sign else next(unread, ""):
            common[known.name] = given
        else:
            raise SecretsError(flag, "this option needs a value", f"Write it as {flag}={known.metavar}")
    return left + words[end:], common
