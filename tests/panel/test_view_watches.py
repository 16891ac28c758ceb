"""A view is told what others change, for as long as it is there."""

from __future__ import annotations

from ..support import kernels
from ..support.kernels import Kernel
from ..support.waiting import wait_until
from .view import THREADS, VALUE, View, shown


def test_what_one_view_changes_another_is_told(view: View) -> None:
    """The view that saved has the new list already; the other one is told that there is one."""
    other = View(view.kernel, view.comm_id)
    view.names()
    other.names()
    view.event("live", project="default", live=True)
    other.event("live", project="default", live=True)
    view.result("create", b"x", project="default", name="I")
    assert view.names() == ["I"]
    other.event("changed", project="default")
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
    """Another process's change is pushed; what the view has already is not pushed."""
    assert view.names() == []
    view.event("live", project="default", live=True)
    with kernels.start(
        kernel.home / "elsewhere", env={"DH_SECRETS_LOCAL_PATH": str(kernel.home / "secrets.db")}
    ) as other:
        code = "import dh_secrets_jupyter as d\n_ = d.get_or_create_project('default').new_secret('F', 'x')"
        other.ok(code)
        view.event("changed", project="default")
        assert view.names() == ["F"]
        other.ok("d.get_or_create_project('default').delete('F')")
        view.event("changed", project="default")
    assert view.names() == []


def test_the_list_below_the_magics_panel_is_kept_up_to_date(kernel: Kernel) -> None:
    """`%secret panel` displays a static list too, which changes with the project and has no value."""
    kernel.ok("%load_ext dh_secrets_jupyter")
    view = shown(kernel, "%secret panel")
    [list_output] = [
        m for m in kernel.messages if m.type == "display_data" and "dhs-fallback" in str(m.content["data"])
    ][-1:]
    assert ">H</th>" not in list_output.content["data"]["text/html"]
    view.result("create", VALUE.encode(), project="default", name="H")
    assert view.names() == ["H"]
    [update] = [m for m in kernel.messages if m.type == "update_display_data"][-1:]
    assert update.content["transient"] == list_output.content["transient"]
    assert ">H</th>" in update.content["data"]["text/html"]
    assert VALUE not in str(update.content)
    view.result("remove", project="default", name="H")
    kernel.ok("import dh_secrets_jupyter.panel.widget as w; w._shown.close()")
