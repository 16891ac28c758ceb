"""The panel as a widget: displayed, closed, displayed again, and saved."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from dh_secrets_jupyter.panel.answering import BUILT

from ..support import kernels, notebooks
from ..support.kernels import Kernel
from ..support.waiting import wait_until
from .view import OPEN, THREADS, WIDGET, View, shown

# As a page asks that is loaded again.
RELOADED = """from comm import create_comm
from ipywidgets import Widget
Widget.handle_control_comm_opened(create_comm("jupyter.widget.control"), {"metadata": {"version": "1.0.0"}})
Widget._handle_control_comm_msg({"content": {"data": {"method": "request_states"}}})"""


def test_the_output_has_a_static_list(kernel: Kernel) -> None:
    """Beside the widget stand an HTML table and a line of text, escaped, with metadata and without values."""
    code = "import dh_secrets_jupyter as d\np = d.get_or_create_project('default')\n"
    code += "_ = p.new_secret('E', 'invented-' + 'static', description='<script>a&b</script>', labels=['x'])"
    kernel.ok(code)
    cell = kernel.ok(OPEN)
    [bundle] = [display for display in cell.displays if WIDGET in display]
    assert "&lt;script&gt;a&amp;b&lt;/script&gt;" in bundle["text/html"]
    assert "<script>" not in bundle["text/html"]
    assert ">E</th>" in bundle["text/html"]
    assert bundle["text/plain"].startswith("Secrets of project default (local: ")
    assert bundle["text/plain"].endswith(": E")
    assert b"invented-static" not in cell.raw
    kernel.ok("panel.close(); p.delete('E')")


def test_it_is_shown_twice_closed_and_shown_again(kernel: Kernel) -> None:
    """Two displays are one widget; a closed panel has no thread left and opens again when it is displayed."""
    first = shown(kernel)
    second = View(kernel, first.comm_id)
    assert shown(kernel, "display(panel)").comm_id == first.comm_id
    first.names()
    second.names("demo")
    first.event("live", project="default", live=True)
    assert "dh-secrets-watch-default" in kernel.ok(THREADS).stdout
    kernel.ok("panel.close()")
    wait_until(lambda: kernel.ok(THREADS).stdout == "[]\n")
    again = shown(kernel, "display(panel)")
    assert again.names() == []
    kernel.ok("panel.close()")


def test_the_magic_shows_it(kernel: Kernel) -> None:
    """`%secret panel` shows the kernel's one panel, each time."""
    kernel.ok("%load_ext dh_secrets_jupyter")
    first = shown(kernel, "%secret panel")
    assert shown(kernel, "%secret panel").comm_id == first.comm_id
    assert first.names() == []
    kernel.ok("import dh_secrets_jupyter.panel.widget as w; w._shown.close()")
    assert shown(kernel, "%secret panel").names() == []
    kernel.ok("w._shown.close()")


def test_a_value_that_is_a_word_of_its_source_does_not_break_it(new_kernel: Callable[..., Kernel]) -> None:
    """The front end goes out as it was built, also to a page that is loaded again."""
    kernel = new_kernel()
    kernel.ok("import dh_secrets_jupyter as d\n_ = d.get_or_create_project('default').new_secret('W', 'docu' + 'ment')")
    assert kernel.ok("print('a document')").stdout == "a [secret:W]\n"
    shown = [m.content["data"]["state"] for m in kernel.ok(OPEN).of("comm_open")]
    answers = kernel.ok(RELOADED).of("comm_msg")
    loaded = [model["state"] for m in answers for model in m.content["data"].get("states", {}).values()]
    built = (BUILT / "widget.js").read_text()
    assert "document" in built
    assert [state["_esm"] for state in shown + loaded if "_esm" in state] == [built, built]


def test_it_works_in_a_vbox(kernel: Kernel) -> None:
    """It is an ipywidget like any other."""
    kernel.ok("import ipywidgets\nfrom dh_secrets_jupyter.panel import Panel")
    assert WIDGET in kernel.ok("box = ipywidgets.VBox([Panel()])\nbox").displays[0]
    kernel.ok("box.children[0].close(); box.close()")


@pytest.mark.kernel
def test_what_nbclient_writes_has_no_value(tmp_path: Path) -> None:
    """It stores the state of all widgets: the panel's front end and the static list, and nothing of what was typed."""
    request = {"id": 1, "method": "create", "params": {"project": "default", "name": "NB"}}
    cells = [
        "%load_ext dh_secrets_jupyter\n%secret panel",
        (
            "import dh_secrets_jupyter.current as c, dh_secrets_jupyter.panel.widget as w, time\n"
            f"w._shown._handle_custom_msg({request!r}, [b'invented-' + b'by-nbclient'])\n"
            "while not c.project().list_secrets(): time.sleep(0.05)\n"
            "%secret get NB\nprint(len(NB))\n%secret panel"
        ),
    ]
    written = json.dumps(notebooks.execute(notebooks.make(*cells), tmp_path, kernels.environment(tmp_path)))
    assert "_esm" in written
    assert ">NB</th>" in written
    assert "invented-by-nbclient" not in written


@pytest.mark.slow
def test_the_bundle_fits_into_a_notebook() -> None:
    """With the texts in all languages it has at most 60 kB. All but the texts is widget state, and saved with it."""
    assert sum(len((BUILT / f"widget.{kind}").read_bytes()) for kind in ("js", "css", "json")) <= 60_000


def test_its_texts_come_from_the_kernel_in_the_language_of_the_page(view: View) -> None:
    """Whatever the country; in English where there is no catalogue. All languages have the same numbers."""
    languages = ("en-GB", "it", "it-IT", "de-CH", "fr")
    texts = {language: view.result("texts", language=language)["texts"] for language in languages}
    at = texts["en-GB"].index("Cancel")
    assert texts["fr"] == texts["en-GB"]
    assert texts["it"] == texts["it-IT"]
    assert (texts["it"][at], texts["de-CH"][at]) == ("Annulla", "Abbrechen")
    assert len(texts["de-CH"]) == len(texts["it"]) == len(texts["en-GB"])


def test_a_missing_front_end_is_one_clear_error(new_kernel: Callable[..., Kernel]) -> None:
    """A checkout without a build says so, and what to do."""
    kernel = new_kernel()
    kernel.ok("import dh_secrets_jupyter.panel.answering as w\nw.BUILT = w.BUILT / 'nowhere'")
    cell = kernel.run(OPEN)
    assert cell.error_name == "SecretsError"
    assert "the front end is not built" in (cell.error or "")
    assert "Traceback" not in (cell.error or "")
