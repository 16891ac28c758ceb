"""What the guard knows, whom it tells, and what it says of itself."""

from __future__ import annotations

from typing import Any

import pytest

from dh_secrets_jupyter.guard.engine import Claim
from dh_secrets_jupyter.guard.redactor import CANARY, WITHHELD, Redactor

VALUE = "invented-value-4711"


def test_a_listener_hears_what_is_known_and_each_change_until_it_leaves() -> None:
    """In the order in which it was learned, as plain values, which another process can be sent."""
    redactor, heard = Redactor(), list[tuple[Any, ...]]()
    redactor.learn("A", VALUE)
    redactor.switch("A", on=False)
    redactor.subscribe(heard.append)
    assert heard == [("learn", "A", VALUE, 0), ("switch", ("A",), False), ("on", False)]
    heard.clear()
    redactor.is_on = True
    redactor.switch("A", on=True)
    redactor.learn("V", b"invented-bytes-42", Claim.VARIABLE)
    assert heard == [("on", True), ("switch", ("A",), True), ("learn", "V", b"invented-bytes-42", 2)]
    redactor.unsubscribe(heard.append)
    redactor.is_on = False
    assert len(heard) == 3


def test_where_the_masker_fails_the_whole_text_is_withheld(monkeypatch: pytest.MonkeyPatch) -> None:
    """Text and bytes alike, and nothing is recorded as masked."""
    redactor = Redactor()
    redactor.learn("A", VALUE)

    def fail(*_: object) -> Any:
        raise MemoryError

    monkeypatch.setattr(redactor.masker, "mask", fail)
    monkeypatch.setattr(redactor.masker, "mask_bytes", fail)
    assert redactor.mask(f"it is {VALUE}", "stdout") == WITHHELD
    assert redactor.mask_bytes(VALUE.encode(), "buffer") == WITHHELD.encode()
    assert redactor.status("", []).redactions == []


def test_the_value_of_the_self_test_is_masked_and_never_listed() -> None:
    """Neither among the names nor in the status."""
    redactor = Redactor()
    assert redactor.mask(redactor.canary, "stdout") == f"[secret:{CANARY}]"
    assert redactor.names() == []
    assert CANARY not in redactor.status("this kernel", []).text(everything=True)


def test_the_report_is_short() -> None:
    """By secret, the newest ten; the rest is said on demand."""
    redactor = Redactor()
    redactor.is_on = True
    for number in range(12):
        redactor.masker.add(f"K{number:02}", f"invented-value-{number:02}")
    for cell in range(1, 40):
        redactor.cell = cell
        redactor.mask(" ".join(f"invented-value-{number:02}" for number in range(12)), "stdout")
    redactor.cell = 40
    redactor.mask(b"invented-value-03".hex(), "display_data")
    status = redactor.status("this kernel", [])
    lines = [line for line in str(status).splitlines() if line.startswith("[secret:")]
    assert len(lines) == 10
    assert lines[0] == "[secret:K03] 40 times, last in display_data as hex, cell 40"
    assert lines[1] == "[secret:K11] 39 times, last in stdout as text, cell 39"
    assert str(status).endswith("\nand 2 more, see %secret guard --all")
    everything = [line for line in status.text(everything=True).splitlines() if line.startswith("[secret:")]
    assert len(everything) == 13
    assert everything[:2] == [
        "[secret:K03] 1 time in display_data as hex, last in cell 40",
        "[secret:K03] 39 times in stdout as text, last in cell 39",
    ]
