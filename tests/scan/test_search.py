"""Bytes in, findings out: each encoding in each place of each kind of file."""

from __future__ import annotations

import codecs
import concurrent.futures
import json
from io import BytesIO
from itertools import permutations, product
from pathlib import Path

import pytest

from dh_secrets_jupyter.guard.engine import Masker
from dh_secrets_jupyter.scan import notebooks, search
from dh_secrets_jupyter.scan.content import find_in_content
from dh_secrets_jupyter.scan.document import Document
from dh_secrets_jupyter.scan.findings import Report
from dh_secrets_jupyter.scan.scrub import scrub
from dh_secrets_jupyter.scan.search import find

from . import planted


@pytest.fixture(scope="module")
def masker() -> Masker:
    """Finds the planted values."""
    return planted.masker()


@pytest.mark.parametrize("formatting", planted.FORMATTINGS)
@pytest.mark.parametrize("place", planted.PLACES)
def test_notebooks(masker: Masker, tmp_path: Path, place: str, formatting: str) -> None:
    """Each encoding is found in each place, once, however the notebook is formatted."""
    for encoding, (name, _) in planted.ENCODED.items():
        path = tmp_path / "a.ipynb"
        planted.write(path, place, encoding, formatting)
        (finding,) = find("a.ipynb", path.read_bytes(), masker).findings
        found = finding.to_json()
        assert (found["secret"], found["encoding"]) == (name, encoding)
        assert {key: found[key] for key in planted.EXPECTED[place]} == planted.EXPECTED[place]


@pytest.mark.parametrize("encoding", planted.ENCODED)
@pytest.mark.parametrize("form", planted.FILES.values(), ids=planted.FILES)
def test_files(masker: Masker, form: str, encoding: str) -> None:
    """Each encoding is found in files of any kind, once, with its line."""
    name, text = planted.ENCODED[encoding]
    (finding,) = find("a.txt", form.format(text).encode(), masker).findings
    assert (finding.secret, finding.encoding, finding.line) == (name, encoding, 3)
    assert finding.place.field is None


def test_sqlite(masker: Masker, tmp_path: Path) -> None:
    """A value that fits a page of SQLite is found, in each encoding; a file without lines has none."""
    for encoding, (name, text) in planted.ENCODED.items():
        path = tmp_path / f"{encoding}.db"
        planted.write_database(path, text)
        (finding,) = find("a.db", path.read_bytes(), masker).findings
        assert (finding.secret, finding.encoding, finding.line) == (name, encoding, None)


@pytest.mark.parametrize("order", ["utf-16-le", "utf-16-be"])
def test_utf_16(masker: Masker, order: str) -> None:
    """Values are found in UTF-16 of either order, as Windows' tools write it."""
    text = "﻿" + f"x = {planted.VALUE}\r\n"
    (finding,) = find("a.txt", text.encode(order), masker).findings
    assert (finding.secret, finding.encoding) == ("API_KEY", "utf-16")


@pytest.mark.parametrize("order", ["utf-16-le", "utf-16-be"])
def test_utf_16_in_notebooks(masker: Masker, order: str) -> None:
    """So they are in each place of a notebook, once."""
    text = planted.VALUE.encode(order).decode("ascii")
    for (place, make), write in product(planted.PLACES.items(), planted.FORMATTINGS.values()):
        (finding,) = find("a.ipynb", write(make(text)).encode(), masker).findings
        assert (finding.secret, finding.encoding) == ("API_KEY", "utf-16")
        assert finding.to_json().items() >= planted.EXPECTED[place].items()


def test_same_place_once(masker: Masker) -> None:
    """A value that stands in one place twice is one finding; in another encoding it is another one."""
    document = planted.PLACES["stream"](f"{planted.VALUE} {planted.VALUE}\n{planted.VALUE.encode().hex()}")
    found = find("a.ipynb", planted.FORMATTINGS["lines"](document).encode(), masker).findings
    assert [one.encoding for one in found] == ["text", "hex"]


def test_longest_encoding(masker: Masker) -> None:
    """Where pieces of a value overlap with all of it in another encoding, the longer one is named."""
    escaped = planted.VALUE.replace('"', '\\"')
    (finding,) = find("a.txt", f'"{escaped}"'.encode(), masker).findings
    assert finding.encoding == "json"


def test_wrapped_value_once(masker: Masker) -> None:
    """What is left of a value on each of its lines is one finding: a wrapped base64, indented lines."""
    wrapped = "\n".join(["x" * 40, *_wrapped(planted.ENCODED["base64"][1], 32)])
    (finding,) = find("a.txt", wrapped.encode(), masker).findings
    assert (finding.encoding, finding.line) == ("base64", 2)


def _wrapped(text: str, width: int) -> list[str]:
    return [text[at : at + width] for at in range(0, len(text), width)]


def test_lines_on_both_sides_of_a_border(masker: Masker) -> None:
    """Where a text ends with one line of a value and the next begins with another, both are found."""
    first, second, _ = planted.LINES.splitlines()
    for texts in permutations((first, second)):
        shown = dict(zip(("text/html", "text/plain"), texts, strict=True))
        document = planted.notebook({"outputs": [{"output_type": "display_data", "metadata": {}, "data": shown}]})
        in_file = find("a.ipynb", json.dumps(document).encode(), masker).findings
        for found in (in_file, find_in_content("a.ipynb", document, masker)):
            assert sorted(str(one.place.mime) for one in found) == ["text/html", "text/plain"]


def test_numbers() -> None:
    """A number is found as a whole number alone, also in JSON."""
    masker = Masker()
    masker.add("PIN", "17000000")
    document = planted.notebook({"outputs": [planted._output("application/json", {"a": [17000000, 170000001, 1.5]})]})
    (finding,) = find("a.ipynb", planted.FORMATTINGS["lines"](document).encode(), masker).findings
    assert (finding.secret, finding.place.mime) == ("PIN", "application/json")


def test_shared_value() -> None:
    """A value that several secrets share bears the first name."""
    masker = Masker()
    for name in ("B_KEY", "A_KEY", "C_KEY"):
        masker.add(name, planted.VALUE)
    assert [one.secret for one in find("a.txt", planted.VALUE.encode(), masker).findings] == ["A_KEY"]


def test_urls_of_a_service_account() -> None:
    """A whole URL under a key that is not named like a secret is no piece of a credentials file."""
    value = (
        '{"type": "service_account", "private_key": "invented-aB3dE5fG7hI9jK1l", '
        '"auth_uri": "https://accounts.example.com/o/oauth2/auth/path", "client_id": "1"}'
    )
    other = b'{"auth_uri": "https://accounts.example.com/o/oauth2/auth/path"}'
    scanning, masking = Masker(urls_are_common=True), Masker()
    scanning.add("ACCOUNT", value)
    masking.add("ACCOUNT", value)
    assert not find("a.json", other, scanning).findings
    assert find("a.json", other, masking).findings
    assert [one.encoding for one in find("a.json", b"key: invented-aB3dE5fG7hI9jK1l", scanning).findings] == ["part"]


def test_large_file_in_windows(masker: Masker, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of any size is searched in windows: what stands on their border is found, once, on its line."""
    monkeypatch.setattr(search, "_WINDOW", 1_000)
    monkeypatch.setattr(search, "_OVERLAP", 200)
    monkeypatch.setattr(notebooks, "AT_MOST", 500)
    for before in range(700, 1_100, 7):
        data = b"#" * before + b"\n\n" + planted.VALUE.encode() + b"\n" + b"#" * 900
        report = Report()
        search.search([Document("a.txt", len(data), BytesIO(data).read)], masker, report)
        assert [(one.secret, one.encoding, one.line) for one in report.findings] == [("API_KEY", "text", 3)]


def test_broken_notebook(masker: Masker) -> None:
    """A notebook that is no valid JSON is searched as bytes, and said."""
    data = planted.FORMATTINGS["lines"](planted.PLACES["source"](planted.VALUE)).encode()
    report = Report()
    search.search([Document("a.ipynb", len(data), BytesIO(data[:-9]).read)], masker, report)
    assert [one.encoding for one in report.findings] == ["json"]
    assert [one.name for one in report.unread] == ["a.ipynb"]


def test_byte_order_mark(masker: Masker) -> None:
    """As some editors write it before a notebook: it is searched as any other, and stays there."""
    data = codecs.BOM_UTF8 + planted.FORMATTINGS["lines"](planted.PLACES["HTML"](planted.VALUE)).encode()
    (finding,) = find("a.ipynb", data, masker).findings
    assert (finding.place.output, finding.place.mime) == (1, "text/html")
    assert scrub("a.ipynb", data, masker).data.startswith(codecs.BOM_UTF8 + b"{")


def test_value_as_a_key(masker: Masker) -> None:
    """What somebody named an attachment or a MIME type after a value is found there, and never repeated."""
    value = planted.ENCODED["part"][1]
    attached = {"cell_type": "markdown", "attachments": {f"{value}.png": {"image/png": "AAAA"}}}
    shown = {"outputs": [planted._output(f"{value}/x", "a")]}
    for cell, field, mime in (attached, "attachment", None), (shown, "output", "[secret:DB_URL]/x"):
        document = planted.notebook(cell)
        data = json.dumps(document).encode()
        for found in find("a.ipynb", data, masker).findings, find_in_content("a.ipynb", document, masker):
            assert [(one.place.field, one.place.mime, one.secret) for one in found] == [(field, mime, "DB_URL")]
        assert find("a.ipynb", scrub("a.ipynb", data, masker).data, masker).findings == []


def test_key_given_twice(masker: Masker) -> None:
    """Where an object gives a key twice, both are searched: the sources of a cell, and a cell's metadata."""
    document = json.dumps(planted.notebook({"metadata": {"a": 1}}))
    for once, twice, field in (
        ('"source": ["x = 1', f'"source": {json.dumps([planted.VALUE])}, "source": ["x = 1', "source"),
        ('"a": 1', f'"a": {json.dumps(planted.VALUE)}, "a": 1', "metadata"),
        ('{"a": 1}', f'{{"a": 1}}, "metadata": {{{json.dumps(planted.VALUE)}: 1}}', "metadata"),
    ):
        assert once in document
        (finding,) = find("a.ipynb", document.replace(once, twice).encode(), masker).findings
        assert (finding.place.cell, finding.place.field, finding.encoding) == (2, field, "text")


@pytest.mark.parametrize("strange", [None, True, ["x"], {"a": "b"}])
def test_lists_of_other_things(masker: Masker, strange: object) -> None:
    """What is no text where there should be texts alone hides nothing beside it."""
    output = {"output_type": "error", "ename": "E", "evalue": "", "traceback": [strange, planted.VALUE]}
    for cell, field in (({"source": [planted.VALUE, strange]}, "source"), ({"outputs": [output]}, "traceback")):
        data = json.dumps(planted.notebook(cell)).encode()
        assert {one.encoding for one in find("a.ipynb", data, masker).findings} == {"text"}
        assert find("a.ipynb", data, masker).findings[0].place.field == field


@pytest.mark.parametrize("mime", ["application/octet-stream", "image/png", "audio/wav"])
def test_what_decodes_as_base64(masker: Masker, mime: str) -> None:
    """Text that happens to be base64 is searched as both, and only long data of a binary type as data alone."""
    hexadecimal = planted.VALUE.encode().hex()
    for text in (
        hexadecimal + "00" * (-len(hexadecimal) // 2 % 2),
        planted.in_base64(b"\0" * 900 + planted.VALUE.encode()),
    ):
        document = planted.notebook({"outputs": [planted._output(mime, text)]})
        (finding,) = find("a.ipynb", planted.FORMATTINGS["lines"](document).encode(), masker).findings
        assert (finding.secret, finding.place.mime) == ("API_KEY", mime)
    document = planted.notebook({"outputs": [planted._output(mime, hexadecimal * 20 + "00" * 40)]})
    assert len(find("a.ipynb", planted.FORMATTINGS["lines"](document).encode(), masker).findings) == (
        mime[:4] == "appl"
    )


def test_order_is_that_of_the_documents(masker: Masker, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever threads search, all files are, once, and findings come in the order of the files."""
    monkeypatch.setattr(search, "_BATCH", 100)
    monkeypatch.setattr(search, "_AHEAD", 500)
    report = Report()
    texts = [(f"x = {planted.VALUE}\n" if number % 3 else "nothing " * number).encode() for number in range(60)]
    documents = [Document(f"{number:02}", len(text), BytesIO(text).read) for number, text in enumerate(texts)]
    search.search(documents, masker, report)
    assert [one.file for one in report.findings] == [f"{number:02}" for number in range(60) if number % 3]
    assert report.searched == 60


def test_cell_id() -> None:
    """A value in a cell's id is found there, and masked where the report names the id."""
    masker = Masker()
    masker.add("TOKEN", "invented-Kq7xW2pZm4vB8z")
    cell = {"cell_type": "markdown", "id": "invented-Kq7xW2pZm4vB8z", "metadata": {}, "source": ""}
    document = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    (found,) = find("a.ipynb", json.dumps(document, indent=1).encode(), masker).findings
    assert (found.line, found.where, found.encoding) == (5, "cell 1 id", "text")
    assert (found.place.cell_id, found.place.field) == ("[secret:TOKEN]", None)
    assert [one.where for one in find_in_content("a.ipynb", document, masker)] == ["cell 1 id"]


@pytest.mark.parametrize(
    "document",
    [
        {"cells": [1, None, planted.VALUE], "nbformat": 4},
        {"worksheets": [{"cells": [], "metadata": {"name": planted.VALUE}}], "nbformat": 3},
    ],
)
def test_where_no_cell_is(masker: Masker, document: dict[str, object]) -> None:
    """A text beside the cells, or in the place of one, is metadata."""
    (found,) = find("a.ipynb", json.dumps(document).encode(), masker).findings
    assert found.place.field == "metadata"


def test_old_notebook(masker: Masker) -> None:
    """A notebook of the format's third version is searched as what it means, too."""
    output = {"output_type": "display_data", "png": planted.in_base64(planted.png(planted.VALUE.encode()))}
    cell = {"cell_type": "code", "language": "python", "input": [planted.VALUE], "outputs": [output]}
    document = {"worksheets": [{"cells": [cell]}], "nbformat": 3, "nbformat_minor": 0, "metadata": {"name": ""}}
    found = find("a.ipynb", json.dumps(document).encode(), masker).findings
    assert [(one.place.field, one.place.mime, one.encoding) for one in found] == [
        ("source", None, "text"),
        ("output", "image/png", "text"),
    ]


@pytest.mark.parametrize(("batch", "threads"), [(1 << 19, {}), (1, {"threads": 1})])
def test_where_no_threads_are_needed(
    masker: Masker, monkeypatch: pytest.MonkeyPatch, batch: int, threads: dict[str, int]
) -> None:
    """No thread is started for what fits one batch, nor where one process of many searches; all is found in order."""
    monkeypatch.setattr(concurrent.futures, "ThreadPoolExecutor", lambda *_: pytest.fail("threads"))
    monkeypatch.setattr(search, "_BATCH", batch)
    text = planted.ENCODED["text"][1].encode()
    files = [(f"{number}.txt", text) for number in range(3)]
    report = Report()
    search.search((Document(name, len(data), BytesIO(data).read) for name, data in files), masker, report, **threads)
    assert [one.file for one in report.findings] == ["0.txt", "1.txt", "2.txt"]
    assert report.searched == 3
