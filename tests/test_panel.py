"""The widget panel's kernel side, in real kernels and over the messages that a browser would send."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from dh_secrets_jupyter.panel.widget import BUILT

from . import kernels
from .kernels import Kernel, Message
from .ui.lab import build_front_end

VALUE = "invented-panel-value-5d1c8e"
OPEN = "from dh_secrets_jupyter.panel import Panel\npanel = Panel()\ndisplay(panel)"
OURS = ("dh-secrets-watch", "dh-secrets-panel")
THREADS = f"import threading; print([t.name for t in threading.enumerate() if t.name.startswith({OURS})])"
WIDGET = "application/vnd.jupyter.widget-view+json"

_ids = itertools.count(1)


class View:
    """What the front end does: sends requests over the widget's comm, and receives answers and pushes."""

    def __init__(self, kernel: Kernel, comm_id: str, header: dict[str, Any] | None = None) -> None:
        self.kernel = kernel
        self.comm_id = comm_id
        self.header = header or {}
        self.name = f"view-{next(_ids)}"
        self._seen = len(kernel.messages)
        self._inbox: list[dict[str, Any]] = []

    def send(self, method: str, value: bytes | None = None, **params: Any) -> int:
        """Sends a request and returns its id."""
        number = next(_ids)
        request = {"id": number, "method": method, "params": params}
        content = {"comm_id": self.comm_id, "data": {"method": "custom", "content": request}}
        self.kernel.send("comm_msg", content, buffers=[] if value is None else [value], header=self.header)
        return number

    def wait(self, wanted: Callable[[dict[str, Any]], bool], timeout: float = 20) -> dict[str, Any]:
        """Returns the first custom message that is wanted, of those that no earlier call has returned."""
        deadline = time.monotonic() + timeout
        while True:
            new = self.kernel.messages[self._seen :]
            self._seen += len(new)
            self._inbox += [content for message in new if (content := custom(message, self.comm_id))]
            for index, content in enumerate(self._inbox):
                if wanted(content):
                    return self._inbox.pop(index)
            assert time.monotonic() < deadline, f"nothing came; the log ends in {self.kernel.log[-2000:].decode()}"
            self.kernel.poll(0.2)

    def ask(self, method: str, value: bytes | None = None, timeout: float = 20, **params: Any) -> dict[str, Any]:
        """Sends a request and returns its answer."""
        sent = self.send(method, value, **params)
        return self.wait(lambda content: content.get("id") == sent, timeout)

    def result(self, method: str, value: bytes | None = None, **params: Any) -> dict[str, Any]:
        """Sends a request that has to go well."""
        answer = self.ask(method, value, **params)
        assert "error" not in answer, answer
        found: dict[str, Any] = answer["result"]
        return found

    def names(self, project: str = "default") -> list[str]:
        listed = self.result("list", project=project, view=self.name)
        return [secret["name"] for secret in listed["secrets"]]

    def event(self, name: str, timeout: float = 20, **fields: Any) -> None:
        """Waits for a push."""
        wanted = {"event": name, **fields}
        self.wait(lambda content: {**content, **wanted} == content, timeout)


def custom(message: Message, comm_id: str) -> dict[str, Any] | None:
    """Returns the content of a custom message of this comm, or None."""
    if message.type != "comm_msg" or message.content["comm_id"] != comm_id:
        return None
    data = message.content["data"]
    return data["content"] if data.get("method") == "custom" else None


def shown(kernel: Kernel, code: str = OPEN) -> View:
    """Displays a panel and returns a view of it."""
    cell = kernel.ok(code)
    [bundle] = [display for display in cell.displays if WIDGET in display]
    return View(kernel, bundle[WIDGET]["model_id"])


@pytest.fixture(scope="module", autouse=True)
def front_end() -> None:
    """The panel's state holds its front end."""
    build_front_end()


@pytest.fixture
def view(kernel: Kernel) -> Iterator[View]:
    yield shown(kernel)
    kernel.ok("panel.close()")


def test_a_secret_is_created_listed_edited_replaced_and_removed(view: View) -> None:
    """Each method does what it says, and what is listed has the HTTP API's shape."""
    created = view.result("create", b"one\ntwo\n", project="default", name="A", description="d", labels=["x", "y"])
    [listed] = view.result("list", project="default", view=view.name)["secrets"]
    assert listed == created
    assert set(listed) == {
        *("name", "description", "labels", "expires", "created", "updated", "created_by", "updated_by")
    }
    assert (listed["description"], listed["labels"], listed["created_by"]) == ("d", ["x", "y"], "ada")
    view.result("update", project="default", name="A", description="", labels=[], expires="2031-05-06")
    view.result("update", b"three", project="default", name="A")
    [listed] = view.result("list", project="default", view=view.name)["secrets"]
    assert (listed["description"], listed["labels"], listed["expires"]) == ("", [], "2031-05-06")
    assert view.kernel.ok("import dh_secrets_jupyter as d; d.get('A').encode() == b'three'").result == "True"
    view.result("remove", project="default", name="A")
    assert view.names() == []


def test_a_value_is_stored_to_the_byte(view: View) -> None:
    """Line ends, blanks and bytes that are no text arrive as they were sent."""
    for value in (b"\r\n a\r\n\n", "päss€🔑\n".encode(), b"\xff\xfe\x00", b""):
        view.result("create", value, project="default", name="B")
        code = "import dh_secrets_jupyter as d\nraw = d.get('B').reveal()\n"
        code += "[*(raw.encode() if isinstance(raw, str) else raw)]"
        assert view.kernel.ok(code).result == repr([*value])
        view.result("remove", project="default", name="B")


def test_a_refusal_says_what_is_wrong_and_what_to_do(view: View) -> None:
    """The answer is the error's line, class and hint; a name that is taken is the store's answer."""
    view.result("create", b"x", project="default", name="C")
    error = view.ask("create", b"y", project="default", name="C")["error"]
    assert error["reason"] == "SecretExistsError"
    assert error["message"].startswith("C: ")
    assert error["message"].endswith(error["hint"])
    assert view.ask("remove", project="default", name="..bad")["error"]["reason"] == "InvalidNameError"
    assert view.ask("nonsense", project="default")["error"]["reason"] == "SecretsError"
    broken = view.ask("create", VALUE.encode(), project="default", name="D", labels=7)["error"]
    assert VALUE not in str(broken)
    view.result("remove", project="default", name="C")


def test_put_reads_the_project_shown_and_leaves_the_kernels_own_alone(view: View) -> None:
    """A secret of another project comes into a variable or the environment; `%secret` still means the kernel's."""
    view.result("create", b"of-the-other", project="other", name="db-pass")
    assert view.result("put", project="other", name="db-pass", into="variable") == {"target": "db_pass"}
    assert view.result("put", project="other", name="db-pass", into="environment") == {"target": "db-pass"}
    code = "import os, dh_secrets_jupyter.current as c\n"
    code += "(db_pass == os.environ['db-pass'] == 'of-the' + '-other', c.project().name)"
    assert view.kernel.ok(code).result == "(True, 'default')"
    view.result("remove", project="other", name="db-pass")


def test_status_and_projects_say_where_the_secrets_are(view: View, kernel: Kernel) -> None:
    """The status names project, provider and place; projects are those with secrets, and those that are known."""
    status = view.result("status", project="demo")
    assert (status["project"], status["provider"], status["writable"]) == ("demo", "local", True)
    assert str(kernel.home) in status["place"]
    assert view.result("status")["project"] == "default"
    assert "demo" in view.result("projects", project="demo")["projects"]


def test_a_value_is_in_no_message_and_no_log_but_the_one_that_saved_it(
    new_kernel: Callable[..., Kernel], tmp_path: Path
) -> None:
    """With the kernel's log at DEBUG: nothing it sends or logs has the value, saved, refused or put."""
    kernel = new_kernel(arguments=["--debug"])
    view = shown(kernel)
    view.result("create", VALUE.encode(), project="default", name="TOKEN")
    view.ask("create", VALUE.encode(), project="default", name="TOKEN")
    view.ask("create", VALUE.encode(), project="default", name="NEW", expires="no date")
    view.result("update", VALUE.encode(), project="default", name="TOKEN")
    view.result("put", project="default", name="TOKEN", into="variable")
    view.names()
    kernel.ok("import ipywidgets; state = ipywidgets.Widget.get_manager_state()")
    assert kernel.ok(f"{VALUE[:9]!r} in str(state)").result == "False"
    assert kernel.ok("len(TOKEN)").result == str(len(VALUE))
    log = kernel.stop()
    assert b"comm_msg" in log, "the log is not at DEBUG"
    assert VALUE.encode() not in log
    assert VALUE.encode() not in kernel.raw
    assert VALUE.encode() not in kernel.history


def test_the_output_has_a_still_list(kernel: Kernel) -> None:
    """Beside the widget stand an HTML table and a line of text, escaped, with metadata and without values."""
    code = "import dh_secrets_jupyter as d\np = d.get_or_create_project('default')\n"
    code += "_ = p.new_secret('E', 'invented-' + 'still', description='<script>a&b</script>', labels=['x'])"
    kernel.ok(code)
    cell = kernel.ok(OPEN)
    [bundle] = [display for display in cell.displays if WIDGET in display]
    assert "&lt;script&gt;a&amp;b&lt;/script&gt;" in bundle["text/html"]
    assert "<script>" not in bundle["text/html"]
    assert ">E</th>" in bundle["text/html"]
    assert bundle["text/plain"].startswith("Secrets of project default (local: ")
    assert bundle["text/plain"].endswith(": E")
    assert b"invented-still" not in cell.raw
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


def test_what_one_view_changes_another_is_told(view: View) -> None:
    """The view that saved has the new list already; the other one is told that there is one."""
    other = View(view.kernel, view.comm_id)
    view.names()
    other.names()
    view.event("live", project="default", live=True)
    other.event("live", project="default", live=True)
    view.result("create", b"x", project="default", name="I")
    assert view.names() == ["I"]
    other.event("changed", timeout=5, project="default")
    view.result("remove", project="default", name="I")


def test_a_view_that_leaves_ends_its_watch(view: View) -> None:
    """The watch of a project ends with the last view that shows it, and begins with the next that asks."""
    other = View(view.kernel, view.comm_id)
    view.names("demo")
    other.names("demo")
    view.result("leave", project="demo", view=view.name)
    assert "watch-demo" in view.kernel.ok(THREADS).stdout
    other.result("leave", project="demo", view=other.name)
    wait_until(lambda: "watch-demo" not in view.kernel.ok(THREADS).stdout)


def test_a_browser_that_closes_the_comm_closes_the_panel(kernel: Kernel) -> None:
    """A comm closed from the other side leaves no thread."""
    view = shown(kernel)
    view.names()
    kernel.request("comm_close", {"comm_id": view.comm_id, "data": {}})
    wait_until(lambda: kernel.ok(THREADS).stdout == "[]\n")


def test_a_change_made_elsewhere_is_told(view: View, kernel: Kernel) -> None:
    """Another process's change is pushed within 5 s; what the view has already is not pushed."""
    assert view.names() == []
    view.event("live", project="default", live=True)
    with kernels.start(
        kernel.home / "elsewhere", env={"DH_SECRETS_LOCAL_PATH": str(kernel.home / "secrets.db")}
    ) as other:
        code = "import dh_secrets_jupyter as d\n_ = d.get_or_create_project('default').new_secret('F', 'x')"
        other.ok(code)
        view.event("changed", timeout=5, project="default")
        assert view.names() == ["F"]
        other.ok("d.get_or_create_project('default').delete('F')")
        view.event("changed", timeout=5, project="default")
    assert view.names() == []


def test_the_list_below_the_magics_panel_is_kept_up_to_date(kernel: Kernel) -> None:
    """`%secret panel` displays a still list too, which changes with the project and has no value."""
    kernel.ok("%load_ext dh_secrets_jupyter")
    view = shown(kernel, "%secret panel")
    [still] = [m for m in kernel.messages if m.type == "display_data" and "dhs-still" in str(m.content["data"])][-1:]
    assert ">H</th>" not in still.content["data"]["text/html"]
    view.result("create", VALUE.encode(), project="default", name="H")
    assert view.names() == ["H"]
    [update] = [m for m in kernel.messages if m.type == "update_display_data"][-1:]
    assert update.content["transient"] == still.content["transient"]
    assert ">H</th>" in update.content["data"]["text/html"]
    assert VALUE not in str(update.content)
    view.result("remove", project="default", name="H")
    kernel.ok("import dh_secrets_jupyter.panel.widget as w; w._shown.close()")


def test_the_magic_shows_it(kernel: Kernel) -> None:
    """`%secret panel` shows the kernel's one panel, each time."""
    kernel.ok("%load_ext dh_secrets_jupyter")
    first = shown(kernel, "%secret panel")
    assert shown(kernel, "%secret panel").comm_id == first.comm_id
    assert first.names() == []
    kernel.ok("import dh_secrets_jupyter.panel.widget as w; w._shown.close()")
    assert shown(kernel, "%secret panel").names() == []
    kernel.ok("w._shown.close()")


def test_it_works_in_a_vbox(kernel: Kernel) -> None:
    """It is an ipywidget like any other."""
    kernel.ok("import ipywidgets\nfrom dh_secrets_jupyter.panel import Panel")
    assert WIDGET in kernel.ok("box = ipywidgets.VBox([Panel()])\nbox").displays[0]
    kernel.ok("box.children[0].close(); box.close()")


def test_over_a_subshell_it_works_while_a_cell_runs(view: View) -> None:
    """JupyterLab sends comm messages over a subshell: their answers come before the running cell's end."""
    kernel = view.kernel
    reply = kernel.request("create_subshell_request", {}, channel="control")
    [subshell] = [m.content["subshell_id"] for m in reply.of("create_subshell_reply")]
    view.header = {"subshell_id": subshell}
    running = kernel.send("execute_request", {"code": "import time; time.sleep(8); print('over')", "silent": False})
    wait_until(lambda: any(m.parent_id == running for m in kernel.poll(0.2)))
    assert view.names() == []
    view.result("create", VALUE.encode(), project="default", name="G")
    view.event("live", project="default", live=True)  # pushed by a thread of its own
    assert view.result("put", project="default", name="G", into="variable") == {"target": "G"}
    view.result("remove", project="default", name="G")
    assert not any(m.type == "stream" and m.parent_id == running for m in kernel.messages)
    kernel.request("delete_subshell_request", {"subshell_id": subshell}, channel="control")
    wait_until(lambda: any(m.type == "stream" and m.parent_id == running for m in kernel.poll(0.2)))
    assert kernel.ok("len(G)").result == str(len(VALUE))


def test_without_a_subshell_it_answers_after_the_cell(view: View) -> None:
    """Elsewhere a request waits for the running cell, and is answered then."""
    running = view.kernel.send("execute_request", {"code": "import time; time.sleep(1.5); print(1)", "silent": False})
    assert view.names() == []
    assert any(m.type == "stream" and m.parent_id == running for m in view.kernel.messages)


SLOW = """
import threading, time
from dh_secrets_jupyter import current
from dh_secrets_jupyter.project import Project

class Slow:
    name = "slow"
    def place(self, project): return "a place that does not answer"
    def read(self, project): time.sleep(25); return {}
    def projects(self): return None
    def writable(self, project): return True
    def watch(self, project, stop): yield self.read(project)

current._current = Project("default", Slow(), user="ada")
"""


def test_a_provider_that_does_not_answer_holds_nobody_up(new_kernel: Callable[..., Kernel]) -> None:
    """While a request hangs, cells run, other requests are answered, and the kernel ends at once."""
    kernel = new_kernel()
    kernel.ok(SLOW)
    view = shown(kernel)
    hanging = view.send("list", project="default", view=view.name)
    started = time.monotonic()
    assert kernel.ok("1 + 1").result == "2"
    assert view.result("status", project="default")["place"] == "a place that does not answer"
    assert time.monotonic() - started < 10
    kernel.stop()
    assert time.monotonic() - started < 20
    assert not any(
        custom(m, view.comm_id) for m in kernel.messages if (custom(m, view.comm_id) or {}).get("id") == hanging
    )


def test_what_nbclient_writes_has_no_value(tmp_path: Path) -> None:
    """It stores the state of all widgets: the panel's front end and the still list, and nothing of what was typed."""
    request = {"id": 1, "method": "create", "params": {"project": "default", "name": "NB"}}
    cells = [
        "%load_ext dh_secrets_jupyter\n%secret panel",
        "import dh_secrets_jupyter.panel.widget as w, time\n"
        f"w._shown._handle_custom_msg({request!r}, [b'invented-' + b'by-nbclient'])\n"
        "time.sleep(3)\n%secret get NB\nprint(len(NB))\n%secret panel",
    ]
    new = nbformat.v4
    book = new.new_notebook(cells=[new.new_code_cell(cell) for cell in cells])  # type: ignore[no-untyped-call]  # it is not typed
    environment = kernels.environment(tmp_path)
    NotebookClient(book, timeout=60, extra_arguments=[]).execute(env=environment)
    written = json.dumps(book)
    assert "_esm" in written
    assert ">NB</th>" in written
    assert "invented-by-nbclient" not in written


def test_the_bundle_fits_into_a_notebook() -> None:
    """It is widget state, and saved with it: at most 40 kB."""
    assert sum(len((BUILT / name).read_bytes()) for name in ("widget.js", "widget.css")) <= 40_000


def test_a_missing_front_end_is_one_clear_error(new_kernel: Callable[..., Kernel]) -> None:
    """A checkout without a build says so, and what to do."""
    kernel = new_kernel()
    kernel.ok("import dh_secrets_jupyter.panel.widget as w\nw.BUILT = w.BUILT / 'nowhere'")
    cell = kernel.run(OPEN)
    assert cell.error_name == "SecretsError"
    assert "the front end is not built" in (cell.error or "")
    assert "Traceback" not in (cell.error or "")


def wait_until(done: Callable[[], bool], timeout: float = 20) -> None:
    deadline = time.monotonic() + timeout
    while not done():
        assert time.monotonic() < deadline
        time.sleep(0.1)
