"""The values of the survey, and a search for what is left of them that shares nothing with the guard's own code."""

from __future__ import annotations

import base64
import html
import json
import re
from functools import cache
from urllib.parse import unquote_plus

from ahocorasick_rs import BytesAhoCorasick, MatchKind

PROJECT = "survey"
PASSWORD = "Wq7-Lz2xK9vB4"
LOGINS = {
    "DHCORE_ACCESS_TOKEN": "at-7Hx3Kq9Wv2Nz6Tb1Yc8Ld4Rm5Pf0Gs",
    "DHCORE_REFRESH_TOKEN": "rt-1Qw8Zn5Xk2Vb7Jm4Hc9Td6Lp3Rg0Ys",
    "DHCORE_PERSONAL_ACCESS_TOKEN": "pat_5Bk2Xz8Lq1Wn7Vd4Rt9Hm6Cj3Pf0Ys",
    "DHCORE_PASSWORD": "Zp4-Vx9Nk1Lw7Qb3Ht",
}
"""The ways to log in to the platform; a workspace has them in its environment."""
TEXTS = {
    "TOKEN": "tk-4f9QzL7mWx2vB8nR5jK1cY6hD3sG0pTa",
    "MIXED": "pw\"9'x<Q>&7w/\\K zü4#Rv?=2m;Jd",
    "PEM": "-----BEGIN TEST KEY-----\n"
    "MHcCAQEEIIrYSSNQFaA2Hwf1duRSxKtL\n"
    "YX5pbmctb25seS1rZXk9Zm9yLXRlc3Rz\n"
    "-----END TEST KEY-----\n",
    "SHORT": "Xq7Zr2",
    "NUMBER": "8315702946",
    "URL": f"postgresql://app:{PASSWORD}@db.example.net:5432/orders",
    "TYPED": "ty-8Kd2Lq9Zx4Vn6Bm1Ws7Rt3Yp5Hc",
    "HUB_TOKEN": "hb-6Zk3Wq8Nx1Vt5Yb9Lm2Rc7Pd4Gs",
    **LOGINS,
}
"""TYPED is not read from the store, but typed into cells; HUB_TOKEN and all logins are in the environment."""
ENVIRONMENT = {"MPLBACKEND": "agg", "HUB_TOKEN": TEXTS["HUB_TOKEN"], **LOGINS}
BLOB = bytes.fromhex("f0819bd3c7a2e65d118f94bb02fe6e9a80d1c47733e9a6")
NAMES = [*TEXTS, "BLOB"]

_WINDOW = 16


@cache
def _search() -> tuple[BytesAhoCorasick, list[str]]:
    """What must not be found: every 16 characters in a row, or the whole of what is shorter, plain and encoded."""
    found: dict[tuple[str, bytes], None] = {}
    for name, text in {**TEXTS, "URL": PASSWORD}.items():
        for line in [text] if name != "PEM" else text.splitlines()[1:3]:
            size = min(_WINDOW, len(line))
            for at in range(len(line) - size + 1):
                found[name, line[at : at + size].encode()] = None
                found[name, line[at : at + size].encode("utf-16-le")] = None
                found[name, line[at : at + size].encode("utf-16-be")] = None
        raw = text.encode()
        if len(raw) >= 8:
            _encoded(found, name, raw)
    _encoded(found, "BLOB", BLOB)
    found["BLOB", BLOB] = None
    for errors in ("replace", "backslashreplace"):
        found["BLOB", BLOB.decode("utf-8", errors).encode()] = None
    found["BLOB", repr(BLOB)[2:-1].encode()] = None
    found["BLOB", repr(BLOB)[2:-1].replace("\\", "\\\\").encode()] = None
    return BytesAhoCorasick([needle for _, needle in found], MatchKind.Standard), [name for name, _ in found]


def _encoded(found: dict[tuple[str, bytes], None], name: str, raw: bytes) -> None:
    for digits in (raw.hex(), raw.hex().upper()):
        for at in range(0, len(digits) - 31, 2):
            found[name, digits[at : at + 32].encode()] = None
    for before in range(3):
        text = base64.b64encode(bytes(before) + raw).rstrip(b"=")[4 if before else 0 : -1]
        for form in (text, text.translate(bytes.maketrans(b"+/", b"-_"))):
            size = min(22, len(form))
            for at in range(len(form) - size + 1):
                found[name, form[at : at + size]] = None


def leaked(data: bytes) -> set[str]:
    """Returns the names of the values of which something can be read in bytes that left a kernel."""
    search, names = _search()
    return {
        names[number]
        for look in _looks(data)
        for number, start, end in search.find_matches_as_indexes(look, overlapping=True)
        if names[number] not in ("SHORT", "NUMBER") or _alone(look, start, end)
    }


def _alone(look: bytes, start: int, end: int) -> bool:
    """Whether a short value stands there as a word of its own: in longer words it is found by chance."""
    return re.compile(rb"(?<![0-9A-Za-z_.])").match(look, start) is not None and not look[end : end + 1].isalnum()


def _looks(data: bytes) -> list[bytes]:
    """The same bytes as a reader could see them: as they are, unescaped, without colours, from HTML and URLs."""
    text = re.sub(r"\x1b\[[0-9;]*m|\\u001b\[[0-9;]*m", "", data.decode("utf-8", "surrogateescape"))
    looks = [data, text.encode("utf-8", "surrogateescape")]
    for _ in range(3):
        text = _unescaped(text)
        looks.append(text.encode("utf-8", "surrogatepass"))
        looks.append(html.unescape(text).encode("utf-8", "surrogatepass"))
    looks.append(unquote_plus(text, errors="replace").encode("utf-8", "surrogatepass"))
    looks.append(
        text.replace("'\"'\"'", "'").replace("'\\''", "'").replace("'''", "'").encode("utf-8", "surrogatepass")
    )
    return list(dict.fromkeys(looks))


def _unescaped(text: str) -> str:
    text = re.sub(r"\\u([0-9a-fA-F]{4})", lambda m: chr(int(m[1], 16)), text)
    text = re.sub(r"\\x([0-9a-fA-F]{2})", lambda m: chr(int(m[1], 16)), text)
    text = re.sub(r"\x1b\[[0-9;]*m", "", text)
    return re.sub(r"\\([\"'/\\nt])", lambda m: {"n": "\n", "t": "\t"}.get(m[1], m[1]), text)


def written(name: str) -> str:
    """Returns a value as Python source, for a cell in which it was typed."""
    return json.dumps(TEXTS[name], ensure_ascii=False)
