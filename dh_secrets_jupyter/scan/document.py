"""What is searched: a file, a blob, or where a link leads to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass
class Document:
    """Something to search.

    Attributes:
        name: what it is called in findings.
        size: its bytes.
        read: gives so many of the next bytes.
        is_link: whether it is where a link leads to: no notebook, whatever its name says.
    """

    name: str
    size: int
    read: Callable[[int], bytes]
    is_link: bool = False
