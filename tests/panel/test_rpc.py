"""What the methods do that a view can ask for, and what holds it up: nothing but a running cell."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from ..support.kernels import Kernel
from ..support.waiting import PATIENCE, wait_until
from .view import VALUE, View, custom, shown


def test_a_secret_is_created_listed_edited_replaced_and_removed(view: View) -> None:
    """Each method does what it says, and what is listed has the HTTP API's shape."""
    created = view.result("create", b"one\ntwo\n", project="default", name="A", description="d", labels=["x", "y"])
    [listed] = view.result("list", project="default", view=view.name)["secrets"]
    assert listed == created
    assert set(listed) == {
        *("name", "description", "labels", "expires", "hosts", "created", "updated", "created_by", "updated_by")
    }
    assert (listed["description"], listed["labels"], listed["created_by"]) == ("d", ["x", "y"], "ada")
    view.result("update", project="default", name="A", description="", labels=[], expires="2031-05-06")
    view.result("update", b"three", project="default", name="A")
    [listed] = view.result("list", project="default", view=view.name)["secrets"]
    assert (listed["description"], listed["labels"], listed["expires"]) == ("", [], "2031-05-06")
    assert view.kernel.ok("import dh_secrets_jupyter as d; d.get('A').encode() == b'three'").result == "True"
    view.result("remove", project="default", name="A")
    assert view.names() == []


def test_many_values_are_imported_all_or_none(view: View) -> None:
    """What exists is refused, by its names, unless it may be replaced; metadata that is there stays."""
    view.result("create", b"old", project="import", name="B", description="d")
    values = json.dumps({"A": "one\ntwo\n", "B": "new ✓"}).encode()
    error = view.ask("import", values, project="import", replace=False)["error"]
    assert (error["reason"], error["message"].split(":")[0]) == ("SecretExistsError", "B")
    assert view.names("import") == ["B"]
    assert view.result("import", values, project="import", replace=True) == {"created": ["A"], "replaced": ["B"]}
    code = "import dh_secrets_jupyter as d\np = d.get_or_create_project('import')\n"
    code += "(p.read_values('A', 'B') == {'A': 'one\\ntwo\\n', 'B': 'new ✓'}, p.get_secret('B').metadata.description)"
    assert view.kernel.ok(code).result == "(True, 'd')"


def test_a_secret_is_renamed_and_copied_without_its_value(view: View) -> None:
    """Within the project and to another one of the same provider; a name that is taken is refused."""
    view.result("create", VALUE.encode(), project="first", name="A", labels=["x"])
    renamed = view.result("copy", project="first", name="A", new_name="B", move=True)
    assert (renamed["name"], renamed["labels"]) == ("B", ["x"])
    assert view.names("first") == ["B"]
    view.result("copy", project="first", name="B", target="second")
    assert (view.names("first"), view.names("second")) == (["B"], ["B"])
    error = view.ask("copy", project="first", name="B", target="second", new_name="B")["error"]
    assert error["reason"] == "SecretExistsError"
    assert view.ask("copy", project="first", name="B")["error"]["reason"] == "SecretsError"
    code = "import dh_secrets_jupyter as d\nlen(d.get_or_create_project('second').read_values('B')['B'])"
    assert view.kernel.ok(code).result == str(len(VALUE))


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
    assert error["hint"] not in error["message"]
    assert view.ask("remove", project="default", name="..bad")["error"]["reason"] == "InvalidNameError"
    assert view.ask("nonsense", project="default")["error"]["reason"] == "SecretsError"
    broken = view.ask("create", VALUE.encode(), project="default", name="D", labels=7)["error"]
    assert VALUE not in str(broken)
    view.result("remove", project="default", name="C")


def test_put_reads_the_project_shown_and_leaves_the_kernels_own_alone(view: View) -> None:
    """A secret of another project comes into a variable or the environment; `%secret` still means the kernel's."""
    view.result("create", b"of-the-other", project="other", name="db-pass")
    assert view.result("put", project="other", name="db-pass", destination="variable")["target"] == "db_pass"
    assert view.result("put", project="other", name="db-pass", destination="environment")["target"] == "db-pass"
    code = "import os, dh_secrets_jupyter.current as c\n"
    code += "(db_pass == os.environ['db-pass'] == 'of-the' + '-other', c.project().name)"
    assert view.kernel.ok(code).result == "(True, 'default')"
    view.result("remove", project="other", name="db-pass")


def test_status_and_projects_say_where_the_secrets_are(view: View, kernel: Kernel) -> None:
    """The status names project, provider and place; projects are those with secrets, and the kernel's own."""
    status = view.result("status", project="demo")
    assert (status["project"], status["provider"], status["writable"]) == ("demo", "local", True)
    assert str(kernel.home) in status["place"]
    quick = view.result("status")
    assert quick["project"] == "default"
    assert "writable" not in quick
    assert view.names("demo") == []
    offered = view.result("projects")["projects"]
    assert ("default" in offered, "demo" in offered) == (True, False)
    view.result("create", VALUE.encode(), project="demo", name="A")
    assert view.result("projects") == {"projects": sorted([*offered, "demo"])}
    view.result("remove", project="demo", name="A")


UNLISTED = """
from dh_secrets_jupyter.providers.local import LocalProvider
LocalProvider.projects = lambda self: None
"""


def test_where_projects_cannot_be_listed_those_worked_with_are_offered(new_kernel: Callable[..., Kernel]) -> None:
    """The kernel's own, those that it was switched to or that were copied to, and those that were seen to have secrets:
    not one whose name was only typed."""
    kernel = new_kernel()
    kernel.ok(UNLISTED)
    view = shown(kernel)
    assert (view.names("typed"), view.result("projects")) == ([], {"projects": ["default"]})
    view.result("create", VALUE.encode(), project="seen", name="A")
    view.names("seen")
    view.result("copy", project="seen", name="A", target="copied")
    kernel.ok("%load_ext dh_secrets_jupyter\n%secret project before")
    kernel.ok("%secret project now")
    assert view.result("projects") == {"projects": ["before", "copied", "default", "now", "seen"]}


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
    view.result("put", project="default", name="TOKEN", destination="variable")
    view.names()
    kernel.ok("import ipywidgets; state = ipywidgets.Widget.get_manager_state()")
    assert kernel.ok(f"{VALUE[:9]!r} in str(state)").result == "False"
    assert kernel.ok("len(TOKEN)").result == str(len(VALUE))
    kernel.stop()
    wait_until(lambda: b"comm_msg" in kernel.log, "a log at DEBUG")
    assert VALUE.encode() not in kernel.log
    assert VALUE.encode() not in kernel.raw
    assert VALUE.encode() not in kernel.history


def test_over_a_subshell_it_works_while_a_cell_runs(view: View) -> None:
    """JupyterLab sends comm messages over a subshell: their answers come before the running cell's end."""
    kernel = view.kernel
    reply = kernel.request("create_subshell_request", {}, channel="control")
    [subshell] = [m.content["subshell_id"] for m in reply.of("create_subshell_reply")]
    view.header = {"subshell_id": subshell}
    code = "import os, time\nwhile not os.path.exists('go'): time.sleep(0.02)\nprint('over')"
    running = kernel.send("execute_request", {"code": code, "silent": False})

    def printed() -> bool:
        kernel.poll(0.2)
        return any(m.type == "stream" and m.parent_id == running for m in kernel.messages)

    wait_until(lambda: any(m.parent_id == running for m in kernel.poll(0.2)))
    assert view.names() == []
    view.result("create", VALUE.encode(), project="default", name="G")
    view.event("live", project="default", live=True)  # pushed by a thread of its own
    assert view.result("put", project="default", name="G", destination="variable")["target"] == "G"
    view.result("remove", project="default", name="G")
    assert not printed()
    (kernel.home / "go").touch()
    kernel.request("delete_subshell_request", {"subshell_id": subshell}, channel="control")
    wait_until(printed)
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
    def warning(self, project): return ""
    def read(self, project): time.sleep(3600); return {}
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
    assert kernel.ok("1 + 1").result == "2"
    assert view.result("status", project="default")["place"] == "a place that does not answer"
    process, kernel.manager.shutdown_wait_time = kernel.process, PATIENCE
    kernel.stop()
    assert process.returncode == 0, "it had to be killed"
    assert not any(
        custom(m, view.comm_id) for m in kernel.messages if (custom(m, view.comm_id) or {}).get("id") == hanging
    )
