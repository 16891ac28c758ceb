"""What alike values cost, and that nothing of them is left."""

from __future__ import annotations

import base64
import json
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dh_secrets_jupyter.guard.engine.masker import Masker
from dh_secrets_jupyter.guard.engine.policy import PARTIAL_FROM, SHARED_FROM, WINDOW
from dh_secrets_jupyter.guard.engine.stream import TextStream

from .alike import FAMILIES, HOST, SIGNS, chars, connection, frame, lines
from .texts import cut, masker_of

many = settings(max_examples=60, deadline=None)


def settled(*values: str) -> Masker:
    """Returns what masks some values and has learned all that it would otherwise leave to the first text."""
    masker = masker_of(*values)
    masker.mask("settled, with \\ in it")
    return masker


@pytest.mark.slow
@pytest.mark.parametrize("family", FAMILIES)
def test_the_cost_of_a_text_does_not_depend_on_how_alike_the_values_are(family: str) -> None:
    """Steps in a text are at most some for each byte of it, whatever the values are and however many they are."""
    for count in (10, 50):
        values, text = FAMILIES[family](count)
        masker = settled(*values)
        learned = masker.steps
        masker.mask(text)
        assert masker.steps - learned < 3 * len(text)
        assert learned < 400 * sum(map(len, values))


@pytest.mark.slow
@pytest.mark.parametrize("family", [".pgpass", "known_hosts", "JSON list"])
def test_what_a_thousand_lines_of_a_value_share_is_matched_once_in_each_line(family: str) -> None:
    """Not once for each line of the value: that is many steps for each byte of the text."""
    values, text = FAMILIES[family](1000)
    masker = settled(*values)
    learned = masker.steps
    masker.mask(text)
    assert masker.steps - learned < 2 * len(text)


@pytest.mark.parametrize("family", ["known_hosts", "JSON list", ".pgpass"])
def test_a_message_with_values_is_known_to_have_some_at_the_first(family: str) -> None:
    """It is taken apart then, and searched by its fields: until then its cost is that of a few lines."""
    values, text = FAMILIES[family](50)
    masker = settled(*values)
    learned = masker.steps
    assert not masker.is_clean(json.dumps({"text/plain": f"{values[0]}\n{text}"}).encode())
    assert masker.steps - learned < 1000


@pytest.mark.parametrize(("value", "shown"), [("7" * 20, 0), ("0" * 3000, 0), ("1" + "0" * 3000, 0), ("0" * 20_000, 1)])
def test_a_number_is_looked_for_once_in_a_run_of_digits(value: str, shown: int) -> None:
    """It counts only as a whole number, so nowhere in a longer one: not all its digits are compared at each place."""
    text = value[-1] * 20_000
    masker = settled(value)
    before = masker.steps
    masked, hits = masker.mask(f"{text} {text[:19]}5")
    assert masker.steps - before < 3 * len(text)
    assert (len(hits), masked.endswith("5")) == (shown, True)


@pytest.mark.parametrize("signs", [SIGNS, f"{SIGNS}-_.", "0123456789abcdef"])
def test_a_value_like_no_other_is_learned_by_one_look_at_each_window(signs: str) -> None:
    """In all encodings together, whose fragments are fewer than twice its characters; one by one they are ten times."""
    masker = masker_of()
    masker.add("TOKEN", chars(2000, "token", signs))
    assert masker.steps < 2 * 2000


def test_what_is_a_value_s_own_takes_few_fragments() -> None:
    """One stands for all windows that end, or begin, with the same part of it, and not one for each of them."""
    masker = masker_of(*map(connection, range(40)))
    needles, anchors = masker._index._needles, masker._index._anchors
    before, known = len(needles), len(anchors.fragments)
    for number in range(40, 60):
        masker.add(f"V{number}", connection(number))
    assert len(anchors.fragments) - known < 2 * (len(needles) - before)


@many
@given(st.data())
def test_nothing_is_left_of_values_that_share_parts(data: st.DataObject) -> None:
    """Values made of the same few parts, in any order: no piece of any is left in text that is made of them, too."""
    part = st.text("abcXYZ01", min_size=1, max_size=24)
    parts = data.draw(st.lists(part, min_size=2, max_size=4))
    made = st.lists(st.sampled_from(parts), min_size=1, max_size=8).map("".join)
    known = data.draw(st.lists(made, min_size=1, max_size=12))
    masker = masker_of(*known)
    text = "".join(data.draw(st.lists(st.one_of(made, part, st.just("-")), max_size=8)))
    pieces = {
        value[at : at + WINDOW]
        for value in known
        if len(value) >= PARTIAL_FROM
        for at in range(len(value) - WINDOW + 1)
        if len(set(value[at : at + WINDOW])) > 2 and not value[at : at + WINDOW].isdigit()
    }
    out = masker.mask(text)[0]
    assert [piece for piece in pieces if piece in out] == []
    encoded = {base64.b64encode(piece[:12].encode()).decode() for piece in pieces}
    for before in ("", "-", "--"):
        out = masker.mask(base64.b64encode(f"{before}{text}".encode()).decode())[0]
        assert [piece for piece in encoded if piece in out] == []
    stream = TextStream(masker)
    at_once = stream.feed(text) + stream.flush()
    stream = TextStream(masker)
    assert "".join([*map(stream.feed, data.draw(cut(text))), stream.flush()]) == at_once


@pytest.mark.parametrize("first", [0, 1])
def test_what_two_values_share_is_masked_while_one_of_them_is_on(first: int) -> None:
    """Whichever of them was learned first, and again for both once both are on."""
    shared = chars(40, "shared")
    masker = masker_of(shared + chars(20, 1), shared + chars(20, 2))
    masker.switch(f"V{first}", on=False)
    assert masker.mask(f"<{shared}>")[0] == f"<[secret:V{1 - first}]>"
    masker.switch(f"V{1 - first}", on=False)
    assert masker.mask(f"<{shared}>")[0] == f"<{shared}>"
    masker.switch(f"V{first}", on=True)
    assert masker.mask(f"<{shared}>")[0] == f"<[secret:V{first}]>"


def test_a_value_within_another_bears_its_own_name() -> None:
    """A value that is a piece of another one is found whole, too."""
    long = chars(90, "long")
    for order in ((long, long[20:60]), (long[20:60], long)):
        name = order.index(long[20:60])
        assert masker_of(*order).mask(f"<{long[20:60]}>")[0] == f"<[secret:V{name}]>"


def test_a_host_that_many_values_share_is_no_piece_of_them() -> None:
    """From the third value on; the rest of each value stays one, and so does a host that one value alone has."""
    values = [f"{chars(24, n)}@{HOST}/{chars(24, n + 100)}" for n in range(SHARED_FROM)]
    assert HOST not in masker_of(*values[:-1]).mask(f"at {HOST}.")[0]
    masker = masker_of(*values)
    for text in (f"at {HOST}.", frame(3), f"({HOST[3:]})"):
        assert masker.mask(text) == (text, [])
    for number, value in enumerate(values):
        assert masker.mask(value)[0] == f"[secret:V{number}]"
        assert masker.mask(value[8:30])[0] == f"[secret:V{number}]"


def test_a_value_that_repeats_itself_is_found_wherever_it_stands() -> None:
    """One over the other, side by side, and not where it breaks off."""
    masker = masker_of("ab" * 30)
    assert masker.mask("ab" * 45)[0] == "[secret:V0]"
    assert masker.mask(f"a{'ab' * 30}b {'ab' * 29}a")[0] == f"a[secret:V0]b {'ab' * 29}a"
    assert masker.mask("ab" * 30 + "x" + "ab" * 31)[0] == "[secret:V0]x[secret:V0]"


def test_each_of_many_connection_strings_is_named() -> None:
    """Shown among others of them, each bears its own name, and what only looks like them stays."""
    values = [*map(connection, range(60))]
    masker = masker_of(*values)
    assert masker.mask("\n".join(values))[0] == "\n".join(f"[secret:V{number}]" for number in range(60))
    plain = lines(5, lambda row: f"Encrypt=True;TrustServerCertificate=False;Connection Timeout={row};")
    assert masker.mask(plain) == (plain, [])


@pytest.mark.parametrize(
    ("run", "encoding"),
    [("AB", "utf-8"), ("AABB", "utf-8"), *product("A0ü", ("utf-8", "utf-16-le", "utf-16-be"))],
)
def test_a_run_in_a_value_leads_nowhere_in_the_runs_of_a_text(run: str, encoding: str) -> None:
    """What begins and ends it does: so a long run costs little, and each piece with something beside it is masked."""
    value = f"Kq7x{run * 150}W2pZ-m4vB8zK1w"
    masker = masker_of(value)
    masker.prepare()
    text = (run * 4_000).encode(encoding)
    before = masker.steps
    assert masker.mask_bytes(text)[0] == text
    assert masker.steps - before < len(text) / 10
    for start in (*range(3), *range(len(value) - 28, len(value) - 15)):
        piece = value[start : start + 16].encode(encoding)
        assert piece not in masker.mask_bytes(b"<" + piece + b">")[0]
