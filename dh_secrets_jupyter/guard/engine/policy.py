"""The one rule of what can be masked, and of what is too common to give a value away.

From 8 characters on a value is masked anywhere; digits alone only as a whole number; 4 to 7 characters with a letter
among them only as a whole word; anything else not at all, for it would spoil output that holds no secret.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import Enum
from functools import lru_cache
from typing import NamedTuple

from .common_words import COMMON_WORDS
from .patterns import lazy_pattern

ANYWHERE_FROM = 8
"""Characters from which on a value is masked wherever it stands."""
WORD_FROM = 4
"""Characters from which on a value with a letter is masked as a whole word."""
PARTIAL_FROM = 24
"""Characters from which on pieces of a value are masked, too."""
WINDOW = 16
"""Characters in a row of such a value that make a piece."""
SHARED_FROM = 3
"""Values that name the same host, from which on its name is common material."""


MARK = lazy_pattern(r"\[secret:[-._a-zA-Z0-9]*\]")
"""What stands in a value's place."""


class Scope(Enum):
    """Where a value is masked."""

    ANYWHERE = "anywhere"
    WHOLE_WORD = "as a whole word"


class Unmaskable(NamedTuple):
    """A value is masked nowhere.

    Attributes:
        reason: why, in a few words that go on a sentence: ``it is empty``.
    """

    reason: str


def is_mark(text: str) -> bool:
    """Returns whether a text is nothing but marks, perhaps in quotes."""
    return "[secret:" in text and not MARK.sub("", text).strip("\"'?; \t\r\n")


_MIME = r"(?:application|audio|font|image|message|model|multipart|text|video)/[a-z0-9][a-z0-9.+-]*"
_ORDINARY = re.compile(_MIME, re.IGNORECASE)


def mask_scope(text: str) -> Scope | Unmaskable:
    """Returns where a value may be masked, or why it cannot be.

    Blanks around the value do not count: it is shown without them as often as with them.
    """
    core = text.strip()
    if not core:
        return Unmaskable("it is empty")
    if is_mark(core):
        return Unmaskable("it is the mark of a value that was masked")
    if core.lower() in COMMON_WORDS or ("/" in core and _ORDINARY.fullmatch(core)):
        return Unmaskable("it is an ordinary word, which appears in output for other reasons")
    if len(core) < WORD_FROM:
        return Unmaskable(f"it has fewer than {WORD_FROM} characters")
    if len(set(core)) < 3 and not any(map(str.isalnum, core)):
        return Unmaskable("it is one character repeated")
    if len(core) >= ANYWHERE_FROM:
        return Scope.ANYWHERE
    if core.isdigit():
        return Unmaskable(f"it is a number of fewer than {ANYWHERE_FROM} digits")
    if not any(map(str.isalpha, core)):
        return Unmaskable(f"it has fewer than {ANYWHERE_FROM} characters and no letter among them")
    return Scope.WHOLE_WORD


_COMMON_PARTS = {
    r"-----(?:BEGIN|END)\ [A-Z0-9 ]+-----": "-----",  # PEM armour
    r"\[secret:[-._a-zA-Z0-9]*\]": "[secret:",  # a mark
    r"(?<![\w.-])eyJ[\w-]+(?=\.)": "eyJ",  # the header of a JSON web token
    r'"[A-Za-z_][\w.\-/]{0,63}"\s*:': '"',  # a JSON key
    r"^[ \t]*(?:-[ \t]+)?[A-Za-z_][\w.\-]{0,63}:(?=\s)": ":",  # a YAML key
    r"(?:^|(?<=[;&?\s]))[A-Za-z_][A-Za-z_]{0,31}=(?=[^=\s])": "=",  # a key of a connection string
    r"(?<=;)[A-Za-z_][A-Za-z_ ]{0,31}=(?=[^=\s])": ";",  # one of two words
    r"(?<==)\d{1,5}(?=;|$)": "=",  # a number in it
    r"(?<=:)[ ]?\d{1,5}(?![\w])": ":",  # a port
    r"LS0tLS1CRUdJTi[A-Za-z0-9+/]{0,28}": "LS0tLS1CRUdJTi",  # PEM armour in base64
    r"MII[A-Za-z0-9+/]{3}IBADANBgkqhkiG9w0BAQEFAASC[A-Za-z0-9+/]{3}wgg[A-Za-z0-9+/]{2}AgEAAoI[A-Za-z0-9+/]AQ": (
        "IBADANBgkqhkiG9w0BAQEFAASC"  # PKCS #8
    ),
    r"\b" + _MIME: "/",
}
"""Patterns of common material, each with something that whatever it matches holds, or follows."""
_COMMON_PART = re.compile("|".join(_COMMON_PARTS), re.MULTILINE)  # at once: nearly every value is searched for it
_SCHEME_NAME = r"\b[A-Za-z][A-Za-z0-9+.\-]{0,31}://"
_URL = lazy_pattern(
    _SCHEME_NAME + r"(?:[^\s/@]*@)?(?P<host>(?:[\w\-]+(?:\.[\w\-]+)+|localhost|\[[0-9A-Fa-f:]+\])(?::\d+)?)?"
)
_SCHEME = lazy_pattern(_SCHEME_NAME)
_TOKEN = lazy_pattern(r"[A-Za-z0-9]+(?:[_-][A-Za-z0-9]+)*")
_HOST = lazy_pattern(r"(?<![\w.-])(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,63}(?![\w-])")
_ALNUM = bytes(chr(byte).isalnum() for byte in range(256))
_LONG = 4096
"""Characters of a text from which on another pattern is worth compiling, for those alone that can match."""
_PUNCTUATION_RUN = lazy_pattern(r"[^\w\s]{4,}")


@lru_cache(maxsize=64)
def _any_of(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.MULTILINE)


def _common_parts(text: str) -> list[tuple[int, int]]:
    """Returns the spans of common material but words; in a long text only what can match is looked for."""
    patterns = [pattern for pattern, held in _COMMON_PARTS.items() if held in text]
    spans = []
    if patterns:
        common_part = _COMMON_PART if len(text) < _LONG else _any_of(*patterns)
        spans = [m.span() for m in common_part.finditer(text)]
    if "://" in text:
        spans += [m.span() for m in _SCHEME.finditer(text)]
        spans += [m.span("host") for m in _URL.finditer(text) if m["host"]]
    return spans


def significant_chars(text: str) -> bytes:
    """Returns for each character 1 where it carries information, and 0 where it is common material.

    Common are: blanks and punctuation, PEM armour, the scheme and the public host of a URL, MIME types, keys of JSON,
    YAML and connection strings, the header of a JSON web token, and words of the list.
    """
    if text.isascii():
        flags = bytearray(text.encode().translate(_ALNUM))
    else:
        counts = {char: char.isalnum() or not char.isascii() for char in set(text)}
        flags = bytearray(map(counts.__getitem__, text))
    for m in _PUNCTUATION_RUN.finditer(text):
        flags[slice(*m.span())] = bytes(c in "!$%&?@^`~" for c in m[0])
    spans = _common_parts(text)
    for m in _TOKEN.finditer(text):
        if m[0].lower() in COMMON_WORDS:
            spans.append(m.span())
        elif not m[0].isalnum():
            parts = re.finditer(r"[A-Za-z0-9]+", m[0])
            spans += [(m.start() + p.start(), m.start() + p.end()) for p in parts if p[0].lower() in COMMON_WORDS]
    for start, end in spans:
        flags[start:end] = bytes(end - start)
    return bytes(flags)


def significant_chars_of(texts: Sequence[str]) -> list[bytes]:
    """Returns :func:`significant_chars` of each of many texts; all at once is quicker than one by one."""
    # Nothing that is common goes on beyond a line, but for the colon behind a key.
    alone = {text for text in texts if text.endswith(":") or text.lstrip().startswith(":")}
    at_once = significant_chars("\n".join([text for text in texts if text not in alone]))
    found, at = [], 0
    for text in texts:
        if text in alone:
            found.append(significant_chars(text))
        else:
            found.append(at_once[at : at + len(text)])
            at += len(text) + 1
    return found


def hosts(text: str) -> set[str]:
    """Returns the names of hosts in a value that are long enough to be a piece of it."""
    return {found[0] for found in _HOST.finditer(text) if len(found[0]) >= WINDOW} if "." in text else set()
