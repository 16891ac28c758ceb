"""How somebody works a panel: with the mouse, or with the keyboard alone."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Locator, expect

from .pages import Panel

NEXT_KEY = """target => {
    const focused = document.activeElement;
    if (focused === target) return 'there';
    if (!focused || focused === document.body) return 'lost';
    const isIn = selector => focused.closest(selector) && focused.closest(selector) === target.closest(selector);
    const follows = focused.compareDocumentPosition(target) & Node.DOCUMENT_POSITION_FOLLOWING;
    if (isIn('[role=menu]') || isIn('[role=list]')) return follows ? 'ArrowDown' : 'ArrowUp';
    return follows ? 'Tab' : 'Shift+Tab';
}"""
"""The key that brings the focus nearer to an element: Tab outside of menus and lists, an arrow in them."""
FARTHEST = 60
"""No control is more keys away than that."""


class Mouse:
    """Clicks, and types where it has clicked."""

    def __init__(self, panel: Panel) -> None:
        self.panel = panel

    def press(self, control: Locator) -> None:
        control.click()

    def write(self, field: Locator, text: str) -> None:
        """Writes into a field, in place of what is there."""
        field.click()
        field.fill(text)

    def leave(self, field: Locator) -> None:
        """Takes the focus from a field."""
        self.panel.region.get_by_text("Secrets", exact=True).click()

    def open_details(self, name: str) -> None:
        self.panel.region.get_by_role("button", name=f"Details of {name}", exact=True).click()


class Keyboard:
    """Goes from control to control by keys, which fails where the focus is lost or a control cannot be reached.

    Args:
        enter: brings the focus near the panel from elsewhere on the page.
    """

    def __init__(self, panel: Panel, enter: Callable[[], None]) -> None:
        self.panel = panel
        self._enter = enter

    def press(self, control: Locator) -> None:
        self.reach(control)
        self._key("Space" if control.get_attribute("type") in ("checkbox", "file") else "Enter")

    def write(self, field: Locator, text: str) -> None:
        """Writes into a field, in place of what is there."""
        self.reach(field)
        if field.get_attribute("type") == "date":
            text = re.sub(r"(\d+)-(\d+)-(\d+)", r"\2\3\1", text)  # as the browser's language has dates
        else:
            self._key("ControlOrMeta+a")
            self._key("Delete")
        self.panel.page.keyboard.type(text)

    def leave(self, field: Locator) -> None:
        """Takes the focus from a field."""
        self.reach(field)
        self._key("Tab")

    def open_details(self, name: str) -> None:
        self.reach(self.panel.actions(name))
        self._key("ArrowRight")

    def reach(self, control: Locator) -> None:
        """Brings the focus to a control."""
        expect(control).to_be_visible()
        if not self.panel.region.evaluate("region => region.contains(document.activeElement)"):
            self._enter()
        for _ in range(FARTHEST):
            key = control.evaluate(NEXT_KEY)
            assert key != "lost", f"the focus was lost on the way to {control}"
            if key == "there":
                return
            self._key(key)
        raise AssertionError(f"{control} cannot be reached by keyboard")

    def _key(self, key: str) -> None:
        self.panel.page.keyboard.press(key)
