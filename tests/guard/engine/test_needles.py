"""Every usual encoding of every kind of value is masked: a table."""

from __future__ import annotations

import json
import shlex
from functools import cache

import pytest

from dh_secrets_jupyter.guard.engine.ansi import without_ansi
from dh_secrets_jupyter.guard.engine.masker import Masker

from .texts import BYTES, ENCODINGS, masker_of

VALUES = {
    "token": "canary-7Qx2mN4vB8zK1wE5rT9y",
    "short token": "Kq7-xW2p",
    "signs": "pa'ss \"wo/rd\\ <é€😀> &x+y=z%41$",
    "URL": "postgresql://canary:Kq7xW2pZ@db.example.com:5432/orders?sslmode=require",
    "several lines": "first-line-Kq7x\nsecond-line-W2pZ\n\tthird 'line' \"m4vB\"\n",
    "JSON": json.dumps({"type": "service_account", "private_key": "Kq7xW2pZ\nm4vB8zK1w", "n": 17}, indent=2),
}
BINARY = bytes(range(120, 256, 3)) + b"/ <&>canary'\"\\\0"


@cache
def known(kind: str) -> Masker:
    """Returns the masker that knows that value."""
    return masker_of(VALUES[kind])


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("kind", VALUES)
def test_an_encoding_is_masked(kind: str, encoding: str) -> None:
    """A value in a usual encoding becomes one mark, and what stood around it stays."""
    encode = ENCODINGS[encoding]
    out, hits = known(kind).mask(f"<{encode(VALUES[kind])}>")
    assert [hit.name for hit in hits] == ["V0"]
    if "ANSI" in encoding:
        assert without_ansi(out.encode())[0] == b"<[secret:V0]>"
    elif "base64" in encoding:
        assert len(out.replace("[secret:V0]", "")) <= len("<dXNlcjp=Q+BAaG9zdA==>")
    else:
        around = "" if "hex" in encoding.lower() or "UTF-16" in encoding else encode("")
        quotes = around[: len(around) // 2], around[len(around) // 2 :]
        assert out == f"<{quotes[0]}[secret:V0]{quotes[1]}>" or sorted(out) == sorted(f"<{around}[secret:V0]>")


@pytest.mark.parametrize("kind", VALUES)
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_an_encoding_is_masked_in_bytes(kind: str, encoding: str) -> None:
    """The same in the bytes of a buffer or a pipe."""
    raw = ENCODINGS[encoding](VALUES[kind]).encode()
    out, hits = known(kind).mask_bytes(b"\x89PNG\n" + raw + b"\xff")
    assert hits
    assert out.startswith(b"\x89PNG\n")
    assert out.endswith(b"\xff")


@pytest.mark.parametrize("order", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("kind", VALUES)
def test_raw_utf16_is_masked_in_bytes(kind: str, order: str) -> None:
    """UTF-16 in a buffer, where it is no text for anybody who reads UTF-8."""
    out, _ = known(kind).mask_bytes(b"\xff\xfe" + VALUES[kind].encode(order) + b"\n\0")
    assert out == b"\xff\xfe[secret:V0]\n\0"


@pytest.mark.parametrize("order", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize(
    "value", ["Grün-invented-Wört-44", "naïve-k9-Zz", "пароль-é-0017", "first line ß9\nsecond-Zeile-ü7"]
)
def test_raw_utf16_is_masked_in_what_a_kernel_makes_of_it(value: str, order: str) -> None:
    """Bytes that a process writes to its descriptor are read as UTF-8, in which half of a character may be lost."""
    out, _ = masker_of(value).mask(f"<{value.encode(order).decode('utf-8', 'replace')}>")
    assert out == "<[secret:V0]>"


@pytest.mark.parametrize("show", [show for show in BYTES if show != "ignore"])
def test_bytes_have_encodings_of_their_own(show: str) -> None:
    """Bytes that are not UTF-8 are masked in every way in which they are shown."""
    out, _ = masker_of(BINARY).mask(BYTES[show](BINARY))
    assert out.count("[secret:V0]") == 1
    assert "canary" not in out


def test_bytes_are_masked_raw() -> None:
    """Bytes in a buffer."""
    assert masker_of(BINARY).mask_bytes(b"a" + BINARY + b"z")[0] == b"a[secret:V0]z"


@pytest.mark.parametrize("quote", [shlex.quote, lambda v: "'" + v.replace("'", r"'\''") + "'"])
def test_a_shell_line_is_masked(quote) -> None:  # type: ignore[no-untyped-def]  # functions in a table
    """What is quoted for a shell, either way to write a quote in quotes."""
    assert masker_of(VALUES["signs"]).mask("curl -d " + quote(VALUES["signs"]))[0] == "curl -d '[secret:V0]'"


@pytest.mark.parametrize("line", ["first-line-Kq7x", "second-line-W2pZ", "third 'line' \"m4vB\""])
def test_a_line_of_a_value_is_masked(line: str) -> None:
    """Each line that is not short or common, alone and encoded."""
    masker = masker_of(VALUES["several lines"])
    assert masker.mask(f"| {line} |")[0] == "| [secret:V0] |"
    assert masker.mask(json.dumps(line))[0] == '"[secret:V0]"'


@pytest.mark.parametrize("blanks", ["{}\n", "{}\r\n", "\t{}", " {} ", "\n{}\n\n"])
@pytest.mark.parametrize("core", ["sample-file-value", "name-value-password-production-text"])
def test_a_value_of_common_words_is_masked_without_the_blanks_around_it(core: str, blanks: str) -> None:
    """As a file of one line is shown mostly; its words by themselves stay."""
    masker = masker_of(blanks.format(core))
    assert masker.mask(f"({core}, {core!r}, {core[:12]})")[0] == f"([secret:V0], '[secret:V0]', {core[:12]})"


def test_common_lines_are_left_alone() -> None:
    """A brace, armour and a key of JSON stand in many texts."""
    masker = masker_of(
        '{\n  "type": "service_account",\n  "kind": "user",\n  "key": "Kq7xW2pZm4vB8zK1w"\n}',
        "-----BEGIN PRIVATE KEY-----\nKq7xW2pZm4vB8zK1wE5rT9y\n-----END PRIVATE KEY-----\n",
    )
    for text in (
        '{\n  "type": "service_account",\n',
        ' "kind": "user",',
        "-----BEGIN PRIVATE KEY-----\nabc\n-----END PRIVATE KEY-----\n",
    ):
        assert masker.mask(text) == (text, [])


@pytest.mark.parametrize("encoding", ["text", "hex", "HEX", "base64", "base64 after one byte", "URL-safe base64"])
def test_a_piece_of_sixteen_is_masked(encoding: str) -> None:
    """Any 16 characters in a row of a value of 24 or more, also of its hex and base64; 15 of the value are none."""
    value = VALUES["token"]
    masker = masker_of(value)
    text = ENCODINGS[encoding](value)
    first, last = (2, len(text) - 3) if "base64" in encoding else (0, len(text))
    for start in range(first + 1, last - 16):
        assert masker.mask(f"…{text[start : start + 16]}…")[0] == "…[secret:V0]…"
    if encoding == "text":
        assert masker.mask(value[3:18])[1] == []


def test_a_value_under_24_characters_has_no_pieces() -> None:
    """Of a shorter value only the whole counts."""
    assert masker_of("canary-7Qx2mN4vB8zK1wE").mask("canary-7Qx2mN4vB8zK1w")[1] == []


@pytest.mark.parametrize(
    "text",
    [
        "-----BEGIN RSA PRIVATE KEY-----",
        "https://hooks.example.com/services/",
        "postgresql://postgres@localhost:5432/postgres",
        '{"type": "service_account", "project_id": "private_key_id"}',
        "Content-Type: application/json; charset=utf-8",
        "text/plain application/vnd.jupyter.widget-view+json",
        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9",
        "=" * 80,
        "\n            },\n            {\n",
        "DefaultEndpointsProtocol=https;AccountName=",
    ],
)
def test_a_piece_of_common_material_is_none(text: str) -> None:
    """Armour, scheme and public host, MIME types, keys and protocol words stay, though a value has them in it."""
    masker = masker_of(
        f"-----BEGIN RSA PRIVATE KEY-----\nKq7xW2pZm4vB8zK1w\n{'=' * 80}\n-----END RSA PRIVATE KEY-----",
        "https://hooks.example.com/services/T0Kq7xW2pZ/m4vB8zK1wE5rT9y",
        "postgresql://postgres:Kq7xW2pZ@localhost:5432/postgres",
        '{"type": "service_account", "project_id": "Kq7xW2pZ", "private_key_id": "m4vB8zK1w"}',
        "Content-Type: application/json; charset=utf-8\nX-Api-Key: Kq7xW2pZm4vB8zK1w",
        "text/plain application/vnd.jupyter.widget-view+json Kq7xW2pZ",
        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJLcTd4VzJwWiJ9.Kq7xW2pZm4vB8zK1wE5rT9y",
        json.dumps([{"a": [{"b": "Kq7xW2pZm4vB"}, {"c": 1}]}], indent=12),
        "DefaultEndpointsProtocol=https;AccountName=orders;AccountKey=Kq7xW2pZm4vB8zK1w==",
    )
    assert masker.mask(text) == (text, [])


def test_pieces_of_digits_count_as_whole_numbers() -> None:
    """A piece that is a number is masked where no digit or letter goes on."""
    masker = masker_of("123456789012345678901234567890")
    assert masker.mask("id 3456789012345678!")[0] == "id [secret:V0]!"
    assert masker.mask("id 934567890123456789012!")[1] == []


def test_a_clean_document_is_told_from_its_bytes() -> None:
    """A serialized message without a value is known as such, one with a value in any string never is."""
    for kind, value in VALUES.items():
        masker = Masker()
        masker.add(kind, value)
        for encoding, encode in ENCODINGS.items():
            for ensure_ascii in (False, True):
                document = json.dumps({"a": {"b": [1, encode(value)]}}, ensure_ascii=ensure_ascii)
                assert not masker.is_clean(document.encode()), (kind, encoding)
        assert masker.is_clean(
            json.dumps({"text": 'plain "text"\n\tand \\ and é', "n": 3}, ensure_ascii=False).encode()
        )


def test_a_word_behind_an_escape_of_json_is_not_taken_for_clean() -> None:
    """The letter of an escape is none of the word that follows."""
    for sign in '\n\t\r\f\b"\\\0\x1b':
        assert not masker_of("hunt3r").is_clean(json.dumps([f"a{sign}hunt3r"]).encode())
