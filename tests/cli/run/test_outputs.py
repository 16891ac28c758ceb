"""What is read, masked and written, however it is cut."""

from __future__ import annotations

import os
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dh_secrets_jupyter.cli.run.outputs import Output
from dh_secrets_jupyter.guard.engine import Masker

from .at_terminal import VALUE

TEXT = f"a {VALUE} b\x1b[31m{VALUE[:9]}\x1b[0m{VALUE[9:]}\r\n{VALUE[:20]}\xff {VALUE.encode().hex()} end".encode()
MASKED = b"a [secret:API_KEY] b\x1b[31m[secret:API_KEY]\x1b[0m\r\n[secret:API_KEY]"


def _passed(*pieces: bytes) -> bytes:
    masker = Masker()
    masker.add("API_KEY", VALUE)
    source, end = os.pipe()
    result, target = os.pipe()
    output = Output(masker, source, target)
    for piece in pieces:
        os.write(end, piece)
        output.read()
        while output.pending:
            output.write()
    os.close(end)
    output.read()
    while output.pending:
        output.write()
    os.close(target)
    with os.fdopen(result, "rb") as shown:
        return shown.read()


@given(st.lists(st.integers(1, len(TEXT) - 1), max_size=12))
def test_every_way_to_cut_it_is_the_same(cuts: list[int]) -> None:
    """The text on the screen does not depend on how it came."""
    places = [0, *sorted(set(cuts)), len(TEXT)]
    whole = _passed(TEXT)
    assert _passed(*(TEXT[a:b] for a, b in pairwise(places))) == whole
    assert whole.startswith(MASKED)
    assert VALUE.encode() not in whole


def test_what_may_begin_a_value_goes_out_in_the_end() -> None:
    """Nothing is kept for good."""
    assert _passed(b"invented") == b"[secret:API_KEY]"
    assert _passed(b"inven") == b"inven"


def test_the_target_is_gone(tmp_path: Path) -> None:
    """Where nobody reads a pipe any more, its source is closed, so that who writes there sees it."""
    source, end = os.pipe()
    result, target = os.pipe()
    os.close(result)
    output = Output(Masker(), source, target)
    os.write(end, b"lost")
    output.read()
    output.write()
    assert output.is_done
    with pytest.raises(BrokenPipeError):
        os.write(end, b"more")
    os.close(end)
    os.close(target)
