"""Looks for a project's true values in files, in what git is about to commit and in its history, and takes them out.

``commands`` has what ``scan`` and ``scrub`` do; ``search`` is their pure core: bytes and a name in, findings out.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..guard.engine import Masker

__all__ = ["scrub_blob"]


def scrub_blob(blob: Any) -> None:
    """Puts marks into a blob, for ``git filter-repo --blob-callback``: in sources, too, for nothing must be left.

    The values are those of the project that the environment names.

    Args:
        blob: what git-filter-repo hands over; its ``data`` are changed.
    """
    from .scrub import scrub

    blob.data = scrub("", blob.data, _masker(), sources=True).data


@cache
def _masker() -> Masker:
    from .. import current
    from . import values
    from .findings import Report

    return values.load(current.project(), Report())
