"""What other maskers are known to get wrong, each a test of its own."""

from __future__ import annotations

import base64

import pytest

from dh_secrets_jupyter.guard.engine import TextStream, Unmaskable

from .texts import masker_of


def written(stream: TextStream, *pieces: str) -> str:
    """Returns what goes out of the pieces, to the end."""
    return "".join([*map(stream.feed, pieces), stream.flush()])


def test_a_value_that_begins_anew_within_itself() -> None:
    """A counter without a failure link loses ``abcabdabcabe`` in ``abcabdabcabdabcabe``."""
    masker = masker_of("abcabdabcabe")
    assert written(TextStream(masker), "abcabdabcab", "dabcabe") == "abcabd[secret:V0]"
    assert written(TextStream(masker), *"abcabdabcabdabcabe") == "abcabd[secret:V0]"


def test_a_short_value_that_begins_anew_within_itself() -> None:
    """The same with a value that counts as a whole word: ``abcab`` and ``d``."""
    masker = masker_of("abcabd")
    assert written(TextStream(masker), "x abcab", "d y") == "x [secret:V0] y"
    assert written(TextStream(masker), "abcab", "cabd") == "abcabcabd"  # another word
    assert written(TextStream(masker), "abcab ", "abcabd") == "abcab [secret:V0]"


def test_values_that_overlap() -> None:
    """Of two values that share characters nothing is left, in one mark and in order."""
    masker = masker_of("abcdefghij", "ghijklmnop")
    assert masker.mask("<abcdefghijklmnop>")[0] == "<[secret:V0]>"
    assert written(TextStream(masker), "<abcdef", "ghij", "klmnop>") == "<[secret:V0]>"


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 0, 2)])
def test_a_value_that_another_begins_with(order: tuple[int, ...]) -> None:
    """The longest is masked, in whatever order they were learned, and no tail of it is left."""
    known = ["canary-one", "canary-one-and-two", "canary-one-and-two-three"]
    masker = masker_of(*(known[place] for place in order))
    out = masker.mask(f"{known[2]} {known[1]} {known[0]}")[0]
    assert out == " ".join(f"[secret:V{order.index(place)}]" for place in (2, 1, 0))
    assert written(TextStream(masker), "canary-one", "-and-two", " ") == f"[secret:V{order.index(1)}] "


@pytest.mark.parametrize("before", ["", ":", "u:", "us:", "use:"])
@pytest.mark.parametrize("after", ["", "@", "@h", "@ho"])
def test_base64_with_anything_around(before: str, after: str) -> None:
    """All three alignments are masked, with and without something behind, down to characters shared with it."""
    value = "canary-7Qx2mN4vB8"
    text = base64.b64encode(f"{before}{value}{after}".encode()).decode()
    out, hits = masker_of(value).mask(text)
    assert len(hits) == 1
    left = out.replace("[secret:V0]", "")
    assert len(left) <= len(base64.b64encode(before.encode())) + len(base64.b64encode(after.encode())) + 4
    assert left.rstrip("=") == "" or before or after or len(left) <= 4


def test_one_character_lines_mask_nothing() -> None:
    """The lines ``e`` and ``{`` of a value do not spoil every e and brace."""
    masker = masker_of("e\n{\nab\n}\nsome-long-line-Kq7x\n")
    text = "every { e } ab\n{\n}"
    assert masker.mask(text) == (text, [])
    assert masker.mask("some-long-line-Kq7x")[0] == "[secret:V0]"


def test_a_value_learned_later_covers_what_is_held_back() -> None:
    """What waits in a stream is masked by a value that was not known when it came."""
    masker = masker_of("canary-7Qx2mN4v")
    stream = TextStream(masker)
    assert stream.feed("canary-7Q") == ""
    masker.add("LATER", "canary-7Q-other")
    assert stream.feed("-other.") + stream.flush() == "[secret:LATER]."
    assert stream.feed("canary-7Q") == ""
    masker.add("WORD", "canary-7Q")
    assert stream.flush() == "[secret:WORD]"


@pytest.mark.parametrize(
    "value",
    [
        "production",
        "Production",
        "true",
        "password",
        "name",
        "text/plain",
        "ok",
        "x",
        "idle",
        "1234567",
        "",
        "   ",
        "####",
    ],
)
def test_ordinary_values_mask_nothing_and_say_why(value: str) -> None:
    """What stands in output for other reasons is left alone, and the reason is said."""
    masker = masker_of()
    scope = masker.add("ENV", value)
    assert isinstance(scope, Unmaskable)
    reason = scope.reason
    assert "\n" not in reason
    assert value.strip() not in reason or len(value) < 8
    assert masker.unmaskable() == {"ENV": reason}
    text = f'{{"name": "{value}", "status": "ok", "execution_state": "idle"}} {value}'
    assert masker.mask(text) == (text, [])
