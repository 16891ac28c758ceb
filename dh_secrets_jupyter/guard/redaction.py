"""The record of what was masked, and what ``%secret guard`` says of it. Never a value."""

from __future__ import annotations

from typing import NamedTuple

NEWEST = 10
"""Secrets of which a short report says what was masked."""


def _times(count: int) -> str:
    """Returns how often, in words."""
    return f"{count} time{'' if count == 1 else 's'}"


class Redaction(NamedTuple):
    """The record of so many marks of one kind.

    Attributes:
        name: the secret's, or the variable's.
        channel: the message type, the stream's name, ``buffer``, ``server log``, ``history`` or ``log record``.
        encoding: as the value stood there: ``text``, ``base64``, …
        cell: the execution count of the last one; 0 before the first cell.
        times: how often.
    """

    name: str
    channel: str
    encoding: str
    cell: int
    times: int

    def __str__(self) -> str:
        return f"{_times(self.times)} in {self.channel} as {self.encoding}, last in cell {self.cell}"


class Status(NamedTuple):
    """What ``%secret guard`` says; ``str`` gives it as text, without any value.

    Attributes:
        on: whether values are masked at all.
        place: what is guarded: ``this kernel``, ``this terminal``, or empty where no hook is in place.
        held: the names whose values are masked.
        variables: the environment variables whose values are masked.
        off: the names that were switched off.
        unmaskable: names whose value cannot be masked, and why.
        redactions: what was masked so far, the newest first.
        gaps: what cannot be closed here, and in a kernel whether iopub is encrypted, a sentence each.
    """

    on: bool
    place: str
    held: list[str]
    variables: list[str]
    off: list[str]
    unmaskable: dict[str, str]
    redactions: list[Redaction]
    gaps: list[str]

    def __str__(self) -> str:
        return self.text()

    def text(self, *, everything: bool = False) -> str:
        """Returns it as text: what was masked by secret, the newest ten, or with ``everything`` all and each kind."""
        lines = [
            f"guard: on, in {self.place}" if self.on and self.place else "guard: off, values are shown as they are"
        ]
        nothing = "nothing" if self.off or self.unmaskable else "nothing yet (no value has been read)"
        lines.append(f"masked: {', '.join(self.held) or nothing}")
        lines += [f"masked from the environment: {', '.join(self.variables)}"] if self.variables else []
        lines += [f"switched off: {', '.join(self.off)}"] if self.off else []
        lines += [f"not masked: {name} ({why})" for name, why in self.unmaskable.items()]
        by_name: dict[str, list[Redaction]] = {}
        for redaction in self.redactions:
            by_name.setdefault(redaction.name, []).append(redaction)
        for name, redactions in list(by_name.items())[: None if everything else NEWEST]:
            if everything:
                lines += [f"[secret:{name}] {redaction}" for redaction in redactions]
            else:
                newest, often = redactions[0], _times(sum(redaction.times for redaction in redactions))
                lines.append(
                    f"[secret:{name}] {often}, last in {newest.channel} as {newest.encoding}, cell {newest.cell}"
                )
        if (more := len(by_name) - NEWEST) > 0 and not everything:
            lines.append(f"and {more} more, see %secret guard --all")
        return "\n".join([*lines, *self.gaps])
