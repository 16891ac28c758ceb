"""TypeScript knows what Python knows."""

from __future__ import annotations

from . import protocol


def test_the_front_end_has_what_python_says() -> None:
    """Fields, routes, statuses, methods, reasons, names and limits: ``make fix`` writes them anew."""
    assert protocol.FILE.read_text() == protocol.render()
