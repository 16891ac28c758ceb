"""Reads files of lines: INI, dotenv and YAML in its simple forms, ``.netrc`` and ``.pgpass``."""

from __future__ import annotations

import re
import textwrap

from ..patterns import lazy_pattern
from . import keys
from .connections import read_connection, read_options
from .flow import read_flow, read_nested, unescaped
from .found import Found, Range

_FIELD = r"[^:\\\s]*(?:\\.[^:\\\s]*)*"
_PGPASS = lazy_pattern(
    rf"(?P<host>{_FIELD}):(?P<port>\d{{1,5}}|\*):(?P<database>{_FIELD}):(?P<user>{_FIELD}):(?P<text>[^\n]+)"
)
_NETRC_BEGINS = lazy_pattern(r"^[ \t]*(?:machine[ \t\r\n]+\S|default\s)", re.MULTILINE)
_NETRC = lazy_pattern(
    r"(?:^|(?<=\s))(?P<key>machine|login|password|account)\s+(?P<text>\"[^\"\\]*(?:\\.[^\"\\]*)*\"|\S+)", re.DOTALL
)
# A colon is a separator before a blank; in npm's keys it is a sign like any other.
_ENTRY = lazy_pattern(
    r"[ \t]*(?:-[ \t]+)*(?:export[ \t]+)?[\"']?"
    r"(?P<key>[^\s\"'#;=:\[{](?:[^\s\"'=:]|:(?!\s|\Z)|[ ](?=[^\s=:])){0,99})[\"']?"
    r"[ \t]*(?P<sign>=|:(?=\s|\Z))[ \t]*"
)
_CONNECTION = lazy_pattern(
    r";\s*[A-Za-z][\w .\-]{0,63}=|^\s*[A-Za-z][\w.\-]*\s*=\s*(?:'[^\n]*'|[^\s'\"]+)\s+\w[\w.\-]*\s*=\s*[^\s=]"
)
_KEY = lazy_pattern(r"[;\s]\s*([A-Za-z][\w.\-]{0,63}(?: [\w.\-]{1,63})?)\s*=")
_TAG = lazy_pattern(r"[!&]\S*[ \t]+")
_BLOCK = lazy_pattern(r"[|>][-+0-9]{0,2}[ \t]*(?:#.*)?")
_FLOW_ITEM = lazy_pattern(r"[ \t]*(?:-[ \t]+)*(?=[\[{])")
_ITEM = lazy_pattern(r"(?P<indent>[ \t]*)-[ \t]+(?P<text>[^\n]*)")
_NO_TEXT = lazy_pattern(r"\{|-?(?:\s|\Z)")
_ENDED = lazy_pattern(r"[ \t]*[,;]?[ \t\r]*(?:\n|\Z|[ \t]#)")
_COMMENT = lazy_pattern(r"(?:^|(?<=\s))#")
_LINE_BREAK = lazy_pattern(r"\r?\n|")
_UNESCAPE = lazy_pattern(r"\\(.)", re.DOTALL)


def read_lines(found: Found, text: str) -> None:
    """Notes what stands under keys, line by line."""
    if "password" in text and _NETRC_BEGINS.search(text):
        _read_netrc(found, text)
        return
    lines = _Lines(found, text)
    while lines.at < len(text):
        lines.read_one()


def _read_netrc(found: Found, text: str) -> None:
    for word in _NETRC.finditer(text):
        raw = word["text"]
        plain = _UNESCAPE.sub(r"\1", raw[1:-1]) if raw[0] == '"' else raw
        found.entry(word["key"].replace("machine", "host"), word.span("key"), *word.span("text"), plain, raw)


class _Lines:
    """A text, read line by line from ``at`` on."""

    def __init__(self, found: Found, text: str) -> None:
        self._found = found
        self._text = text
        self._unclosed: set[str] = set()
        self.at = 0

    def read_one(self) -> None:
        """Reads the line that begins here, with those that go on with it."""
        text, start, end = self._text, self.at, self._line_end(self.at)
        self.at = end + 1
        read_options(self._found, text, start, end)
        if line := _PGPASS.match(text, start, end):
            raw = line["text"].rstrip("\r")
            self._found.secret(line.start("text"), line.start("text") + len(raw), raw, _UNESCAPE.sub(r"\1", raw))
            for name in ("host", "port", "database", "user"):
                self._found.common(*line.span(name))
        elif self._is_connection(start, end) and read_connection(self._found, text, start, end):
            pass
        elif item := _FLOW_ITEM.match(text, start, end):
            read_flow(self._found, text, item.end(), end)
        elif entry := _ENTRY.match(text, start, end):
            self._read_entry(entry, start, end)
        else:
            read_connection(self._found, text, start, end)

    def _is_connection(self, start: int, end: int) -> bool:
        """Returns whether a line looks like a connection string, and not like a password that has ``;`` in it."""
        if not _CONNECTION.search(self._text, start, end):
            return False
        entry = _ENTRY.match(self._text, start, end)
        return not (entry and keys.is_secret(entry["key"].rstrip())) or (
            entry["sign"] == "=" and any(map(keys.is_known, _KEY.findall(self._text, entry.end(), end)))
        )

    def _read_entry(self, entry: re.Match[str], line: int, end: int) -> None:
        text, yaml = self._text, entry["sign"] == ":"
        key, key_span = entry["key"].rstrip(), entry.span("key")
        self._found.common(line, key_span[0])  # an export
        if key.startswith("//"):  # npm's: //registry/:_authToken
            key = key.rpartition(":")[2]
        start = entry.end()
        if yaml and (tag := _TAG.match(text, start, end)):
            start = tag.end()
        start, end = _stripped(text, start, end)
        if start < end and (text[start] in "[{" if yaml else text[start] == "[" and text[end - 1] == "]"):
            read_flow(self._found, text, start, end, (key, key_span))
        elif yaml and _BLOCK.fullmatch(text, start, end):
            before = text[line : key_span[0]]
            self._read_block(key, key_span, len(before) - len(before.lstrip(" ")), text[start])
        elif yaml and (start == end or text[start] == "#"):
            self._read_items(key, key_span)
        elif yaml or not self._read_long(key, key_span, start):
            self._read_text(key, key_span, start, end)

    def _read_long(self, key: str, key_span: Range, start: int) -> bool:
        """Reads TOML's text in three quotes, which may go on over several lines, if it is a secret."""
        text, quotes = self._text, self._text[start : start + 3]
        closing = text.find(quotes, start + 3) if quotes in ("'''", '"""') else -1
        if closing < 0:
            return False
        start += 3 + len(_LINE_BREAK.match(text, start + 3)[0])  # type: ignore[index]  # it matches nothing, too
        while text.startswith(quotes, closing + 1):  # those of the text's own stand before them
            closing += 1
        raw = text[start:closing]
        if not self._found.entry(key, key_span, start, closing, raw, *_unquoted(raw, quotes[0])):
            return False
        self.at = max(self.at, self._line_end(closing) + 1)
        return True

    def _read_text(self, key: str, key_span: Range, start: int, end: int) -> None:
        """Reads a text as it stands, without its quotes, and without what may be a comment."""
        text = self._text
        quote, plain = text[start : start + 1], text[start:end]
        forms = [plain, plain.rstrip(",]}")]  # in a map in brackets over several lines
        if quote in ("'", '"') and quote not in self._unclosed:
            closing = self._closing(start, quote)
            if closing < 0:
                self._unclosed.add(quote)
            elif _ENDED.match(text, closing + 1):
                self.at = max(self.at, self._line_end(closing) + 1)
                start, end = start + 1, closing
                forms = [text[start:end], *_unquoted(text[start:end], quote)]
                plain = forms[1] if len(forms) > 1 else forms[0]
        elif comment := _COMMENT.search(text, start, end):
            forms.append(text[start : comment.start()].rstrip())
        if self._found.entry(key, key_span, start, end, *forms):
            return
        read_nested(self._found, text, plain, (start, end))

    def _read_block(self, key: str, key_span: Range, indent: int, style: str) -> None:
        """Reads YAML's block under a key, if it is a secret; other blocks are lines like all others."""
        start = end = self.at
        while end < len(self._text) and self._goes_on(end, indent):
            end = self._line_end(end) + 1
        block = textwrap.dedent(self._text[start:end]).strip("\n")
        forms = [block] if style == "|" else [block, re.sub(r"(?<=\S)\n(?=\S)", " ", block)]
        if block and self._found.entry(key, key_span, start, min(end, len(self._text)), *forms):
            self.at = end

    def _goes_on(self, start: int, indent: int) -> bool:
        line = self._text[start : self._line_end(start)]
        return not line.strip() or len(line) - len(line.lstrip(" ")) > indent

    def _read_items(self, key: str, key_span: Range) -> None:
        """Reads YAML's list under a key: its texts, not its maps."""
        while item := _ITEM.match(self._text, self.at):
            start, end = _stripped(self._text, *item.span("text"))
            entry = _ENTRY.match(self._text, start, end)
            if _NO_TEXT.match(self._text, start, end) or (entry and entry["sign"] == ":"):
                return
            self.at = item.end() + 1
            if self._text[start] == "[":
                read_flow(self._found, self._text, start, end, (key, key_span))
            else:
                self._read_text(key, key_span, start, end)

    def _line_end(self, start: int) -> int:
        end = self._text.find("\n", start)
        return end if end >= 0 else len(self._text)

    def _closing(self, start: int, quote: str) -> int:
        """Returns where a quoted text ends, or -1."""
        at = start
        while (at := self._text.find(quote, at + 1)) >= 0:
            if quote == "'" and self._text[at + 1 : at + 2] == "'":
                at += 1
            elif not _is_escaped(self._text, at):
                return at
        return -1


def _is_escaped(text: str, at: int) -> bool:
    first = at
    while first > 0 and text[first - 1] == "\\":
        first -= 1
    return (at - first) % 2 == 1


def _unquoted(raw: str, quote: str) -> list[str]:
    """Returns what a quoted text may say: to YAML, to dotenv, to a shell."""
    if quote == "'":
        return [raw.replace("''", "'"), raw.replace("\\'", "'")]
    if "\\" not in raw:
        return []
    try:
        return [unescaped(raw), _UNESCAPE.sub(r"\1", raw)]
    except ValueError:
        return [_UNESCAPE.sub(r"\1", raw)]


def _stripped(text: str, start: int, end: int) -> Range:
    while start < end and text[start] in " \t\r":
        start += 1
    while end > start and text[end - 1] in " \t\r":
        end -= 1
    return start, end
