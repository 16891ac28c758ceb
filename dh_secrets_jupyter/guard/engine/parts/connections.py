"""Reads URLs and connection strings: of libpq, ADO.NET, ODBC and JDBC, each by its own rules for quotes."""

from __future__ import annotations

import re
from urllib.parse import unquote, unquote_plus

from ..patterns import lazy_pattern
from .found import Found

_URL = lazy_pattern(r"\b(?P<scheme>[A-Za-z][A-Za-z0-9+.\-]{0,30})://")
_URL_END = lazy_pattern(r"[\s\"'`<>]")
_URL_AT_MOST = 4096
"""Characters of a URL among other text."""
_SCHEME = lazy_pattern(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.\-:]{0,60})://")
_USER = lazy_pattern(r"(?P<user>[^:/?#@]*):(?P<password>[^@]+)@")
_PORT_AND_PATH = lazy_pattern(r"\d{1,5}[/?#]")
_AUTHORITY_END = lazy_pattern(r"[/?#;]")
_NO_PASSWORDS = ("", "x", "X", "x-oauth-basic")
"""Passwords that say that the user's name is the token."""
_PAGES = ("http", "https", "ws", "wss", "ftp", "ftps", "sftp", "ssh", "git")
"""Schemes whose path is no database."""

_ORACLE = lazy_pattern(r"jdbc:oracle:\w{1,16}:(?P<user>[^/@\s]{1,128})/(?P<password>\"[^\"]*\"|[^@\s]+)@(?P<host>\S+)")
_LIBPQ = lazy_pattern(
    r"\s*(?:(?:host|hostaddr|port|dbname|user|password|service|options|passfile|application_name|connect_timeout"
    r"|client_encoding|target_session_attrs|channel_binding|krbsrvname|gss\w+|keepalives\w*|ssl\w+)\s*=\s*"
    r"(?:'[^'\\]*(?:\\.[^'\\]*)*'|(?:[^\s\\']|\\.)+(?<!;))(?:\s+|\Z)){2,}",
    re.DOTALL,
)
"""A whole string of libpq, in which a ``;`` is a sign like any other."""
_WORDS = lazy_pattern(
    r"(?:^|(?<=\s))(?P<key>[A-Za-z][\w.\-]{0,63})[ ]{0,4}=[ ]{0,4}"
    r"(?P<text>'[^'\\]*(?:\\.[^'\\]*)*'|\"[^\"\\]*(?:\\.[^\"\\]*)*\"|(?:\\.|[^\s\\'\"])(?:\\.|[^\s\\])*)",
    re.DOTALL | re.MULTILINE,
)
_QUERY = lazy_pattern(r"(?<=[?&;])(?P<key>[A-Za-z][\w.\-]{0,63})=(?P<text>[^&#\s]+)")
_OPTIONS = lazy_pattern(
    r"(?:^|(?<=\s))--(?P<key>[A-Za-z][\w.\-]{0,63})(?:=|[ \t]+(?!-))"
    r"(?P<text>'[^'\n]*'|\"[^\"\\\n]*(?:\\.[^\"\\\n]*)*\"|[^\s'\"]\S*)",
    re.MULTILINE,
)
_PARENTHESES = lazy_pattern(r"\(\s*(?P<key>[A-Za-z][\w.\-]{0,63})\s*=(?P<text>[^()]+)\)")
_BEFORE_KEY = lazy_pattern(r"[;:?&,(]")
_CLOSING = {'"': '"', "'": "'", "{": "}"}
_KEY_AT_MOST = 64


def read_urls(found: Found, text: str) -> None:
    """Notes the passwords of all URLs, and who and where they lead to."""
    if "jdbc:oracle:" in text:
        for one in _ORACLE.finditer(text):
            found.secret(*one.span("password"), one["password"], one["password"].strip('"'))
            found.common(*one.span("user"))
            found.common(*one.span("host"))
    if "://" not in text:
        return
    whole = _SCHEME.match(stripped := text.strip())
    start = -1
    if whole and "\n" not in stripped:  # a password in a URL that stands alone may have quotes and blanks in it
        start = text.index(stripped) + whole.end()
        _read_url(found, text, whole["scheme"], start, start + len(stripped) - whole.end())
    for url in _URL.finditer(text):
        if url.end() != start:
            after = _URL_END.search(text, url.end(), url.end() + _URL_AT_MOST)
            end = after.start() if after else min(len(text), url.end() + _URL_AT_MOST)
            _read_url(found, text, url["scheme"], url.end(), end)


def _read_url(found: Found, text: str, scheme: str, start: int, end: int) -> None:
    authority_end = _authority_end(text, start, end)
    at = text.rfind("@", start, authority_end)
    user = _USER.match(text, start, end) if at < 0 else None
    # Drivers take a `/` in a password as it is; a page's port and path look alike.
    if user and not _PORT_AND_PATH.match(user["password"]):
        at = user.end() - 1
        authority_end = _authority_end(text, at, end)
    if at >= 0:
        colon = text.find(":", start, at)
        if colon < 0 or text[colon + 1 : at] in _NO_PASSWORDS:
            first, last = start, at if colon < 0 else colon
        else:
            first, last = colon + 1, at
            found.common(start, colon)
        raw = text[first:last]
        found.secret(first, last, raw, unquote(raw), unquote_plus(raw))
    found.common(max(at + 1, start), authority_end)
    query = text.find("?", authority_end, end)
    path_end = query if query >= 0 else end
    if scheme.lower() not in _PAGES and text.find("/", authority_end + 1, path_end) < 0:
        found.common(authority_end, path_end)
    if query >= 0:
        for pair in _QUERY.finditer(text, query, end):
            if not _read_pair(found, _QUERY, pair):
                plain, inner = unquote_plus(pair["text"]), found.for_inner_text()
                read_connection(inner, plain, 0, len(plain))
                found.embed(inner, plain, text, pair.span("text"))


def _authority_end(text: str, start: int, end: int) -> int:
    found = _AUTHORITY_END.search(text, start, end)
    return found.start() if found else end


def read_connection(found: Found, text: str, start: int, end: int) -> bool:
    """Notes what a connection string's keywords name; tells whether there is any such keyword."""
    if text.find("=", start, end) < 0:
        return False
    any_found = text.find(";", start, end) >= 0 and not _LIBPQ.fullmatch(text, start, end)
    any_found = any_found and _read_semicolons(found, text, start, end)
    if not any_found and text.find("(", start, end) >= 0:
        any_found = _read_pairs(found, _PARENTHESES, text, start, end)
    any_found = any_found or _read_pairs(found, _WORDS, text, start, end)
    return any_found or (text.find("&", start, end) >= 0 and _read_pairs(found, _QUERY, text, start, end))


def read_options(found: Found, text: str, start: int, end: int) -> None:
    """Notes what the options of a command line name, ``--password=TEXT`` or ``--password TEXT``."""
    if text.find("--", start, end) >= 0:
        _read_pairs(found, _OPTIONS, text, start, end)


def _read_pairs(found: Found, pattern: re.Pattern[str], text: str, start: int, end: int) -> bool:
    return any([_read_pair(found, pattern, pair) for pair in pattern.finditer(text, start, end)])  # noqa: C419  # all


def _read_pair(found: Found, pattern: re.Pattern[str], pair: re.Match[str]) -> bool:
    raw = pair["text"]
    plain = re.sub(r"\\(.)", r"\1", raw[1:-1] if raw[0] in "'\"" else raw, flags=re.DOTALL)
    forms = (raw, plain, unquote(raw), unquote_plus(raw)) if pattern is _QUERY else (plain,)
    return found.entry(pair["key"], pair.span("key"), *pair.span("text"), *forms)


def _read_semicolons(found: Found, text: str, start: int, end: int) -> bool:
    """Reads ``Key=Text;``, where a text may be quoted by ``"``, ``'`` or ``{}``, doubled where it stands in itself."""
    any_found, unclosed = False, set[str]()
    while (equals := text.find("=", start, end)) >= 0:
        key_start = max(start, text.rfind(";", start, equals) + 1, equals - _KEY_AT_MOST)
        key = _BEFORE_KEY.split(text[key_start:equals])[-1].strip()
        first = equals + 1
        while first < end and text[first] == " ":
            first += 1
        closing = _CLOSING.get(text[first : first + 1], "")
        if closing and closing not in unclosed and (last := _closing_at(text, first, end, closing)) >= 0:
            first, start = first + 1, last + 1
            forms = [text[first:last].replace(closing * 2, closing), text[first:last]]
        else:
            unclosed.add(closing)
            stop = text.find(";", first, end)
            last = start = stop if stop >= 0 else end
            forms = [text[first:last].rstrip()]
        any_found |= found.entry(key, (equals - len(key), equals), first, last, *forms)
    return any_found


def _closing_at(text: str, start: int, end: int, closing: str) -> int:
    while (at := text.find(closing, start + 1, end)) >= 0:
        if text[at + 1 : at + 2] != closing:
            return at
        start = at + 1
    return -1
