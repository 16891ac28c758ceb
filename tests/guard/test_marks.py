"""A mark is never taken for a value, and the report stays short."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from dh_secrets_jupyter.guard.engine.masker import Masker
from dh_secrets_jupyter.guard.engine.policy import Scope, judge
from dh_secrets_jupyter.guard.hooks.typed_values import scrub
from dh_secrets_jupyter.guard.redactor import Keeper

from ..support.kernels import Kernel


@pytest.mark.parametrize("text", ["[secret:A]", " [secret:API_KEY]\n", "'[secret:A]'", "[secret:A][secret:B]"])
def test_marks_alone_are_no_value(text: str) -> None:
    assert not isinstance(judge(text), Scope)
    masker = Masker()
    masker.add("B", text)
    assert masker.mask(text) == (text, [])


@pytest.mark.parametrize(
    "source", ["%secret set A {}", "%secret set A '{}'", "%secret set A={}", "%%secret set A\n{}\n"]
)
def test_a_mark_that_was_typed_is_no_value(source: str) -> None:
    """Nor is one that stands where a typed value was."""
    assert scrub(source.format("[secret:A]"))[1] == []
    assert scrub(scrub(source.format("hunter2-correct-horse"))[0])[1] == []


def test_no_piece_of_a_value_lies_in_a_mark_in_it() -> None:
    masker = Masker()
    masker.add("URL", "postgresql://app:[secret:DATABASE_PASSWORD]@db.example.com/orders")
    assert masker.mask("[secret:DATABASE_PASSWORD]")[0] == "[secret:DATABASE_PASSWORD]"


def test_what_is_masked_stays_so_where_a_value_is_the_name_of_a_secret() -> None:
    """A mark of a known name is left alone, however often it is looked at; the same letters elsewhere are not."""
    masker = Masker()
    masker.add("an-old-password", "an-old-password")
    once = masker.mask("it is an-old-password, [secret:nobody an-old-password]")[0]
    assert once == "it is [secret:an-old-password], [secret:nobody [secret:an-old-password]]"
    assert masker.mask(once)[0] == once
    masker.add("T", "another-value-1")
    assert masker.mask("[secret:another-value-1]")[0] == "[secret:[secret:T]]"


def test_a_refused_value_is_dealt_with_once(new_kernel: Callable[..., Kernel]) -> None:
    """Later cells search nothing again, and what they show of marks is counted as nothing."""
    kernel = new_kernel()
    kernel.ok("%load_ext dh_secrets_jupyter\nfrom dh_secrets_jupyter import guard")
    kernel.run("%secret set A hunter2-correct-horse")
    kernel.ok("searched = []\nhistory = guard._hooks._history")
    kernel.ok("clean = history._clean_inputs\nhistory._clean_inputs = lambda: (searched.append(1), clean())")
    before = kernel.ok("%secret guard").stdout
    for _ in range(3):
        kernel.ok("print('[secret:A]')")
    kernel.ok("print(In[-5:])")
    assert kernel.ok("%secret guard").stdout == before
    assert kernel.ok("len(searched)").result == "0"


def test_the_report_is_short() -> None:
    """By secret, the newest ten; the rest is said on demand."""
    keeper = Keeper()
    keeper.on = True
    for number in range(12):
        keeper.masker.add(f"K{number:02}", f"invented-value-{number:02}")
    for cell in range(1, 40):
        keeper.cell = cell
        keeper.mask(" ".join(f"invented-value-{number:02}" for number in range(12)), "stdout")
    keeper.cell = 40
    keeper.mask(b"invented-value-03".hex(), "display_data")
    status = keeper.status("this kernel", [])
    lines = [line for line in str(status).splitlines() if line.startswith("[secret:")]
    assert len(lines) == 10
    assert lines[0] == "[secret:K03] 40, last in display_data as hex, cell 40"
    assert lines[1] == "[secret:K11] 39, last in stdout as text, cell 39"
    assert str(status).endswith("\nand of 2 more: %secret guard --all")
    everything = [line for line in status.text(everything=True).splitlines() if line.startswith("[secret:")]
    assert len(everything) == 13
    assert everything[:2] == [
        "[secret:K03] 1 in display_data as hex, last in cell 40",
        "[secret:K03] 39 in stdout as text, last in cell 39",
    ]
