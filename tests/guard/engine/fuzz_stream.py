"""A coverage-guided fuzz target: no cut of any output leaks a value or changes the text.

Run as ``python -m tests.guard.engine.fuzz_stream -max_total_time=60``; it exits with 0 when nothing was found. The
bytes that it is given become values, a text that shows them, and the places where the text is cut.
"""

from __future__ import annotations

import sys

import atheris  # type: ignore[import-untyped]  # it has no types, nor stubs

ENGINE = "dh_secrets_jupyter.guard.engine"

# What encodes a value is not what is tried here; without it a second sees ten times as many inputs.
with atheris.instrument_imports(exclude=[f"{ENGINE}.{name}" for name in ("needles", "parts", "policy")]):
    from dh_secrets_jupyter.guard.engine import masker, needles, parts, policy, spans, stream

SIGNS = "abcdefXYZ0123456789-_+/='\"\\<&% \n\té€😀"


def text_of(data: atheris.FuzzedDataProvider, size: int) -> str:
    """Returns a text of few signs, so that values meet, or of any characters."""
    if data.ConsumeBool():
        return str(data.ConsumeUnicode(size))
    return "".join(SIGNS[data.ConsumeIntInRange(0, len(SIGNS) - 1)] for _ in range(size))


def one_input(raw: bytes) -> None:
    """Checks one text with its values and cuts."""
    data = atheris.FuzzedDataProvider(raw)
    known = masker.Masker()
    values = [text_of(data, data.ConsumeIntInRange(1, 48)) for _ in range(data.ConsumeIntInRange(1, 3))]
    for number, value in enumerate(values):
        known.add(f"V{number}", value)
    encoded = [needle.data for value in values for text in parts.texts(value) for needle in needles.needles(text)]
    pieces: list[bytes] = []
    for _ in range(data.ConsumeIntInRange(1, 8)):
        if encoded and data.ConsumeBool():
            shown = encoded[data.ConsumeIntInRange(0, len(encoded) - 1)]
            first = data.ConsumeIntInRange(0, len(shown))
            pieces.append(shown[first : data.ConsumeIntInRange(first, len(shown))] if data.ConsumeBool() else shown)
        else:
            pieces.append(data.ConsumeBytes(8))
    text = b"".join(pieces)

    whole, cut = stream.ByteStream(known), stream.ByteStream(known)
    at_once = whole.feed(text) + whole.flush()
    out, rest = b"", text
    while rest:
        size = data.ConsumeIntInRange(1, len(rest))
        out, rest = out + cut.feed(rest[:size]), rest[size:]
    if out + cut.flush() != at_once:
        raise AssertionError("the cuts matter")
    if not whole.hits and at_once != text:
        raise AssertionError("text without a value was changed")
    masked = known.mask_bytes(text)[0]
    for number in range(len(values)):
        masked = masked.replace(b"[secret:V%d]" % number, b"\xff\xff")
    for value in values:
        is_masked = policy.mask_scope(value) is policy.Scope.ANYWHERE and not value.strip().isdigit()
        if is_masked and spans.to_bytes(value) in masked:
            raise AssertionError("a value is left")


if __name__ == "__main__":
    atheris.Setup([*sys.argv, "-timeout=20", "-max_len=600", "-len_control=0", "-print_final_stats=1"], one_input)
    atheris.Fuzz()
