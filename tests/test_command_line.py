"""The page about the command line says what the table says."""

from __future__ import annotations

from . import command_line


def test_the_page_is_the_table() -> None:
    """``make fix`` writes it anew."""
    assert command_line.FILE.read_text() == command_line.render()
