"""Every channel with every encoding."""

from __future__ import annotations

from collections.abc import Iterator

from .way import Way

# An expression of a text that holds a value, each encoding once.
ENCODINGS = {
    "text": "str(T)",
    "text with signs": "str(X)",
    "repr": "repr(X.reveal())",
    "ascii": "ascii(X.reveal())",
    "repr of bytes": "repr(X.encode())",
    "JSON": "json.dumps(X)",
    "JSON, not escaped": "json.dumps(X, ensure_ascii=False)",
    "JSON with \\/": "cut(X)",
    "JSON in JSON": "json.dumps(json.dumps(X))",
    "HTML": "html.escape(X)",
    "HTML as Jinja writes it": "html.escape(X).replace('&#x27;', '&#39;').replace('&quot;', '&#34;')",
    "URL": "urllib.parse.quote(X)",
    "URL of a form": "urllib.parse.quote_plus(X)",
    "hex": "T.encode().hex()",
    "HEX": "T.encode().hex().upper()",
    "base64": "base64.b64encode(T.encode()).decode()",
    "base64 with a user": "'Basic ' + base64.b64encode(b'user:' + T.encode() + b'@host').decode()",
    "base64 with another user": "'Basic ' + base64.b64encode(b'u:' + T.encode()).decode()",
    "base64, URL-safe": "base64.urlsafe_b64encode(X.encode()).decode()",
    "shell": "shlex.quote(X)",
    "shell, the other way": '"\'" + X.replace("\'", "\'\\\\\'\'") + "\'"',
    "colours in between": "coloured(T)",
    "16 characters of it": "T[7:23] + '…'",
    "wrapped": "T[:17] + '\\n    ' + T[17:]",
    "16 characters in base64": "base64.b64encode(T.encode())[4:28].decode()",
    "one line of several": "P.splitlines()[1]",
    "several lines": "str(P)",
    "short, as a word": "f'({S})'",
    "a number": "f'pin: {N}.'",
    "bytes, repr": "repr(B.reveal())",
    "bytes, hex": "B.reveal().hex()",
    "bytes, base64": "base64.b64encode(B.reveal()).decode()",
    "the password in a URL": "urllib.parse.urlsplit(U).password",
    "the password in a URL, base64": "base64.b64encode(urllib.parse.urlsplit(U).password.encode()).decode()",
    "a variable of the environment": "str(E)",
}

# What shows a text `_`, on every channel that takes any text.
CHANNELS = {
    "stdout": "print({_})",
    "stderr": "sys.stderr.write({_}); None",
    "stdout, character by character": "for c in {_}: sys.stdout.write(c); sys.stdout.flush()",
    "display": "display(Shown({_}))",
    "HTML": "display(HTML({_}))",
    "JSON": "display(JSON({{'a': [{_}]}}))",
    "result": "Shown({_})",
    "error": "raise RuntimeError({_})",
    "descriptor 1": "os.write(1, ({_} + '\\n').encode('utf-8', 'surrogateescape'))",
    "descriptor 2 of a child": "subprocess.run(['sh', '-c', 'printf %s \"$V\" >&2'], env={{'V': {_}}})",
    "server log": "subprocess.run(['cat'], input=({_} + '\\n').encode(), stdout=sys.stdout); None",
    "comm": "comm.create_comm(target_name='t', data={{'a': {_}}})",
    "buffer": "comm.create_comm(target_name='t', buffers=[({_}).encode()])",
}


def _variable(expression: str) -> str:
    return next(
        (c for c in "XPSNBUE" if f"{c}." in expression or f"({c}" in expression or f"{{{c}}}" in expression), "T"
    )


def channel_ways() -> Iterator[Way]:
    """What any text can be shown through, in each encoding."""
    names = {"X": "MIXED", "P": "PEM", "S": "SHORT", "N": "NUMBER", "B": "BLOB", "U": "URL", "E": "HUB_TOKEN"}
    for row, template in CHANNELS.items():
        for encoding, expression in ENCODINGS.items():
            yield Way(
                row,
                encoding,
                template.format(_=expression),
                names.get(_variable(expression), "TOKEN"),
                mark="log" if row == "server log" else "message",
            )


def bytes_ways() -> Iterator[Way]:
    """Raw bytes: they have encodings that no text has."""
    for encoding, expression, name in (
        ("raw bytes", "bytes(B.reveal())", "BLOB"),
        ("UTF-16, little end first", "T.encode('utf-16-le')", "TOKEN"),
        ("UTF-16, big end first", "T.encode('utf-16-be')", "TOKEN"),
    ):
        yield Way("buffer", encoding, f"comm.create_comm(target_name='t', buffers=[memoryview({expression})])", name)
        yield Way("descriptor 1", encoding, f"os.write(1, {expression} + b'\\n')", name)
        yield Way(
            "server log",
            encoding,
            f"subprocess.run(['cat'], input={expression} + b'\\n', stdout=sys.stdout)",
            name,
            mark="log",
        )
    yield Way(
        "buffer",
        "array",
        "import numpy; comm.create_comm(target_name='t', buffers=[numpy.frombuffer(B.reveal(), 'u1')])",
        "BLOB",
    )
    yield Way("display", "raw image", "display({'image/png': T.encode()}, raw=True)")
