"""A text that comes again is not searched again, unless what is masked has changed."""

from __future__ import annotations

from dh_secrets_jupyter.guard.engine.spans import mark, to_bytes

from .alike import FAMILIES, chars, lines
from .texts import masker_of

VALUE = chars(40, "recent")
TEXT = lines(40, lambda row: f"line {row} of an output, with {VALUE if row % 2 else chars(40, row)} in it")


def test_a_text_is_searched_once_however_often_it_is_shown() -> None:
    """As a result is: it is sent, stored, and kept. The outcome is the same one."""
    values, text = FAMILIES["known_hosts"](50)
    masker = masker_of(*values)
    first = masker.mask(text)
    steps = masker.steps
    assert masker.mask(text) == first
    assert masker.steps == steps
    assert first[0].count("[secret:V0]") > 900


def test_a_text_that_comes_again_is_searched_for_what_was_learned_since() -> None:
    """A new value in it, another name of a known one, and one that was switched off or on."""
    masker = masker_of(VALUE)
    assert masker.mask(TEXT)[0] == TEXT.replace(VALUE, "[secret:V0]")
    masker.add("OTHER", chars(40, 2))
    assert masker.mask(TEXT)[0] == TEXT.replace(VALUE, "[secret:V0]").replace(chars(40, 2), "[secret:OTHER]")
    masker.switch("V0", on=False)
    assert masker.mask(TEXT)[0] == TEXT.replace(chars(40, 2), "[secret:OTHER]")
    masker.switch("V0", on=True)
    masker.add("ANOTHER", VALUE)
    assert masker.mask(TEXT)[0] == TEXT.replace(VALUE, "[secret:ANOTHER]").replace(chars(40, 2), "[secret:OTHER]")


def test_a_text_that_begins_and_ends_like_another_is_another_one() -> None:
    """Also one that is as long."""
    masker = masker_of(VALUE)
    head, tail = TEXT[:300].replace(VALUE, VALUE[::-1]), TEXT[-300:].replace(VALUE, VALUE[::-1])
    for inside in (VALUE, VALUE[::-1]):
        text = f"{head}{'-' * 500}{inside}{'-' * 500}{tail}"
        assert masker.mask(text)[0] == text.replace(VALUE, "[secret:V0]")


def test_whoever_is_given_the_spans_may_change_them() -> None:
    """The next one is given them as they were."""
    masker, data = masker_of(VALUE), to_bytes(TEXT)
    for _ in range(2):
        for span in masker.find_plain_spans(data, text=True):
            span.start, span.hit = 0, None
    assert masker.mask(TEXT)[0].encode() == data.replace(VALUE.encode(), mark("V0"))
