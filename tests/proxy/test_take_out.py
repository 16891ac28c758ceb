"""Values are taken out of a stream at equal length, however it is cut."""

from __future__ import annotations

import base64

from hypothesis import given
from hypothesis import strategies as st

from dh_secrets_jupyter.proxy.take_out import TakeOut
from dh_secrets_jupyter.proxy.values import Values

from .fixtures import VALUE

KNOWN = Values()
KNOWN.add("KEY", VALUE)
ENCODINGS = [
    VALUE.encode(),
    base64.b64encode(VALUE.encode()),
    base64.b64encode(b"u:" + VALUE.encode()),
    VALUE.encode().hex().encode(),
]
PIECES = st.one_of(
    st.sampled_from([*ENCODINGS, b"\n", b"data: ", VALUE[:10].encode(), VALUE[9:30].encode(), b"\x1b[31m"]),
    st.binary(max_size=20),
)


def stream() -> TakeOut:
    """Returns one that puts stars."""
    return TakeOut(KNOWN, lambda _, found: b"*" * len(found))


@given(st.lists(PIECES, max_size=12).map(b"".join), st.lists(st.integers(1, 40), min_size=1, max_size=30))
def test_however_it_is_cut(data: bytes, sizes: list[int]) -> None:
    """As long as what came, without a value in any encoding, and everything that is no star as it was."""
    taken, out, at = stream(), b"", 0
    for size in sizes * (1 + len(data) // sum(sizes)):
        out += taken.feed(data[at : at + size])
        at += size
    out += taken.finish()
    assert len(out) == len(data)
    assert all(made in (given, ord("*")) for made, given in zip(out, data, strict=True))
    assert not any(encoding in out for encoding in ENCODINGS)


def test_what_may_begin_a_value_waits() -> None:
    """It is held until the next bytes decide; a line break decides, too."""
    taken = stream()
    assert taken.feed(b"a " + VALUE[:12].encode()) == b"a "
    assert taken.feed(b"other, ").startswith(VALUE[:12].encode() + b"other")
    assert taken.finish() in (b"", b" ")
    assert taken.feed(VALUE[:12].encode() + b"\n") == VALUE[:12].encode() + b"\n"


def test_other_text_is_untouched() -> None:
    """Nothing else changes, and nothing waits."""
    data = bytes(range(256)) * 40
    assert stream().feed(data + b"\n") == data + b"\n"
