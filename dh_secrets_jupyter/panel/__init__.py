"""The widget panel, ``%secret panel``: the side panel's view inside the notebook, from the kernel alone.

:mod:`.widget` is the widget, :mod:`.requests` what its view can ask for, :mod:`.watching` its live refresh.
"""

from __future__ import annotations

from .widget import Panel, show

__all__ = ["Panel", "show"]
