"""A notebook that is no file yet is searched like one."""

from __future__ import annotations

import json
from typing import Any

import pytest

from dh_secrets_jupyter.guard.engine import Masker
from dh_secrets_jupyter.scan.content import find_in_content
from dh_secrets_jupyter.scan.findings import Finding
from dh_secrets_jupyter.scan.search import find

from . import planted


@pytest.fixture(scope="module")
def masker() -> Masker:
    """Finds the planted values."""
    return planted.masker()


def _said(finding: Finding) -> tuple[Any, ...]:
    place = finding.place
    return place.cell, place.output, place.field, place.mime, finding.secret, finding.encoding


@pytest.mark.parametrize("place", planted.PLACES)
def test_as_in_a_file(masker: Masker, place: str) -> None:
    """Each encoding in each place is found, as one place, just as in the file that the notebook becomes."""
    for _, text in planted.ENCODED.values():
        content = planted.PLACES[place](text)
        data = planted.FORMATTINGS["lines"](content).encode()
        found = [_said(one) for one in find_in_content("a.ipynb", json.loads(data), masker)]
        assert found == [_said(one) for one in find("a.ipynb", data, masker).findings]
        assert len(found) == 1


def test_several_places(masker: Masker) -> None:
    """Places come in their order, each once, whatever stands beside them; a clean notebook has none."""
    content = planted.notebook(
        {"source": f"{planted.VALUE} {planted.VALUE}", "metadata": {planted.VALUE: planted.VALUE}}
    )
    content["cells"][1]["outputs"] = [planted._output("text/plain", ["a", planted.VALUE]), planted._output("a/b", 5)]
    content["cells"].append(content["cells"][1] | {"outputs": []})
    found = [_said(one)[:4] for one in find_in_content("a.ipynb", content, masker)]
    assert sorted(found, key=str) == sorted(
        [
            (2, None, "source", None),
            (2, None, "metadata", None),
            (2, 1, "output", "text/plain"),
            (3, None, "source", None),
            (3, None, "metadata", None),
        ],
        key=str,
    )
    assert [one[0] for one in found] == [2, 2, 2, 3, 3]
    assert find_in_content("a.ipynb", planted.notebook({"source": 5, "outputs": None}), masker) == []


def test_number() -> None:
    """A number is searched as it is written."""
    masker = Masker()
    masker.add("PIN", "17000000")
    content = planted.notebook({"outputs": [planted._output("application/json", {"a": [17000000, 170000001, True]})]})
    assert [one.secret for one in find_in_content("a.ipynb", content, masker)] == ["PIN"]
