"""How secrets are shown."""

from __future__ import annotations

import re
import time as timelib
from datetime import UTC, date, datetime
from xml.etree import ElementTree

import pytest

from dh_secrets_jupyter.models import Metadata
from dh_secrets_jupyter.project import Project, Secret
from dh_secrets_jupyter.providers.local import LocalProvider
from dh_secrets_jupyter.rendering import Table

HOSTILE = "<script>alert('x')</script>\n\x1b[31m&"


@pytest.fixture
def table() -> Table:
    project = Project("demo", LocalProvider(), user="ada")
    when = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)
    full = Metadata(HOSTILE, ["a", "b"], date(2020, 2, 3), when, when, "ada", "<bob>", hosts=["a.test", "<b>"])
    return Table("project <demo>", [Secret(project, "A", full), Secret(project, "long-name", Metadata())])


def test_the_table_can_be_heard(table: Table) -> None:
    """The HTML is well formed, with a caption, and headers that say what they head."""
    root = ElementTree.fromstring(table._repr_html_())
    assert root.findtext("caption") == "Secrets of project <demo>"
    assert [(th.get("scope"), th.text) for th in root.iterfind("thead/tr/th")] == [
        ("col", name) for name in ["name", "description", "labels", "updated", "by", "expires", "use"]
    ]
    assert [(th.get("scope"), th.text) for th in root.iterfind("tbody/tr/th")] == [("row", "A"), ("row", "long-name")]


def test_texts_are_shown_as_texts(table: Table) -> None:
    """Markup and terminal control in a description do nothing; no colour is set that a theme could not change."""
    html = table._repr_html_()
    assert "<script>" not in html
    assert "\x1b" not in html + repr(table)
    assert "color" not in html
    cells = [td.text for td in ElementTree.fromstring(html).iterfind("tbody/tr/td")]
    assert cells[:2] == ["<script>alert('x')</script>  [31m&", "a, b"]
    assert cells[3:6] == ["<bob>", "2020-02-03 (expired)", "a.test, <b>"]


def test_text_in_a_terminal(table: Table) -> None:
    """The same as aligned text, one line a secret."""
    head, first, second = repr(table).splitlines()
    assert head.split() == ["name", "description", "labels", "updated", "by", "expires", "use"]
    assert first.index("a, b") == head.index("labels")
    assert first.endswith("<bob>  2020-02-03 (expired)  a.test, <b>")
    assert second == "long-name"


@pytest.mark.posix
@pytest.mark.parametrize("zone", ["UTC", "Pacific/Kiritimati", "Pacific/Pago_Pago"])
@pytest.mark.parametrize(
    "time", [datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC), datetime(2026, 1, 2, 3, 4, tzinfo=UTC)]
)
def test_times_at_the_ends_of_time(time: datetime, zone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A time that is beyond what Python has where the kernel is, is shown in UTC; any year has four digits."""
    monkeypatch.setenv("TZ", zone)
    timelib.tzset()
    try:
        shown = Table(
            "x", [Secret(Project("demo", LocalProvider(), user="ada"), "A", Metadata(updated=time, updated_by="ada"))]
        )
        assert re.search(r"^A +\d{4}-\d\d-\d\d \d\d:\d\d +ada$", repr(shown), re.MULTILINE)
        assert ElementTree.fromstring(shown.html()).findall("tbody/tr")
    finally:
        monkeypatch.undo()
        timelib.tzset()
