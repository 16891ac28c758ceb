"""The static fallback: a list in an output of its own below the widget's, for where there is no kernel. Never a value.

A front end that knows widgets shows the widget's output, or an error in its place where the widget is gone, whatever
else that output holds; and to change that output would draw the panel anew under the user's hands. So the list that is
kept up to date stands beside it, and of the two one is seen.
"""

from __future__ import annotations

from typing import Any

from IPython.display import display, publish_display_data

# In JupyterLab and Notebook 7 the style tells by the outputs themselves whether the panel is there; others have the
# rule of the widget's own style sheet. What shows no styles shows both outputs: a line of names, and the table.
_OUTPUT = ".jp-OutputArea-child"
_STYLE = (
    f"{_OUTPUT}:has(.dh-secrets)+{_OUTPUT}:has(.dhs-fallback),"
    f"{_OUTPUT}:not(:has(.dh-secrets)):has(+{_OUTPUT} .dhs-fallback){{display:none}}"
    # Once for all cells: a style in each would be most of a long list.
    ".dhs-fallback :is(caption,th,td){text-align:left}"
)


def show(display_id: str, html: str) -> None:
    """Displays a list; what was displayed by the same id changes with it."""
    display(_data(html), raw=True, display_id=display_id)  # type: ignore[no-untyped-call]  # IPython's is not typed


def update(display_id: str, html: str) -> None:
    """Changes the list wherever it is displayed."""
    publish_display_data(_data(html), transient={"display_id": display_id}, update=True)  # type: ignore[no-untyped-call]  # as above


def _data(html: str) -> dict[str, Any]:
    return {"text/html": f'<div class="dhs-fallback"><style>{_STYLE}</style>{html}</div>', "text/plain": ""}
