"""A dotenv file is read the same by every installation."""

from __future__ import annotations

import pytest

from dh_secrets_jupyter import env_file

KEY = "-----BEGIN TEST KEY-----\ninvented\n-----END TEST KEY-----\n"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("KEY=   # paste the key here", ""),
        ("KEY= # paste", ""),
        ("KEY=\t#", ""),
        ("KEY=", ""),
        ("KEY=''", ""),
        ("KEY=#x", "#x"),
        ("KEY=a#b", "a#b"),
        ("KEY=value # c", "value"),
        ("KEY=two words # c", "two words"),
        ("KEY = value ", "value"),
        ("export KEY=value", "value"),
        ("export\tKEY = 'value'", "value"),
        ("'KEY'=value", "value"),
        ('KEY="a # b" # c', "a # b"),
        ('KEY="a # b"#c', "a # b"),
        ("KEY='a # b' # c", "a # b"),
        ("KEY='it\\'s \\n'", "it's \\n"),
        ('KEY="a\\tb \\"c\\" \\r\\n"', 'a\tb "c" \r\n'),
        ('KEY="${HOME} {x}"', "${HOME} {x}"),
        ("\ufeffKEY=value", "value"),
        ("  KEY=value", "value"),
        ("KEY=first\nKEY=second", "second"),
        (f'# ours\n\nKEY="{KEY}"\n', KEY),
        (f'KEY="{KEY}"\nOTHER=x\n'.replace("\n", "\r\n"), KEY),
        (f"KEY='{KEY}' # c\n".replace("\n", "\r\n"), KEY),
        (f'OTHER=x\nKEY="{KEY}"\n'.replace("\n", "\r"), KEY),
        ("KEY=value\r\n", "value"),
    ],
)
def test_values(text: str, value: str) -> None:
    """Comments, quotes, escapes, and line ends of every system: the file's own are no part of a value."""
    values, bad = env_file.read(text, str.isidentifier)
    assert values["KEY"] == value
    assert bad == []


def test_what_is_no_entry_is_told_by_its_line() -> None:
    text = 'GOOD=x\r\n\r\nnothing\r\nB="open\r\nin vented=x\r\n1=x\r\nexport\r\nC="a"b\r\nLAST=x'
    assert env_file.read(text, str.isidentifier) == ({"GOOD": "x", "LAST": "x"}, [3, 4, 5, 6, 7, 8])
