"""The widget panel, ``%secret panel``: the side panel's view inside the notebook, from the kernel alone.

:mod:`.widget` is the panel, :mod:`.form` what ``%secret need`` asks by, both an :mod:`.answering` widget;
:mod:`.view_watches` its live refresh, :mod:`.fallback` what is seen without a kernel.
What its views can ask for is the kernel's, :mod:`dh_secrets_jupyter.rpc`.
"""

from __future__ import annotations

from .widget import Panel, show

__all__ = ["Panel", "show"]
