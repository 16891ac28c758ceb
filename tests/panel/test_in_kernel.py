"""What a panel is told of what is in its kernel, and what it does about it; a value is never part of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from dh_secrets_jupyter.comm import TARGET
from dh_secrets_jupyter.displays import HELD

from ..support.kernels import Kernel
from .view import View, shown

OLD, NEW = b"invented-before-3c1", b"invented-after-8d2"
COUNT = """from dh_secrets_jupyter.providers.local import LocalProvider
asked = []
for method in ("read", "read_some", "list_metadata"):
    if real := getattr(LocalProvider, method, None):
        setattr(LocalProvider, method, lambda self, *a, real=real: asked.append(1) or real(self, *a))"""


@pytest.fixture
def held(view: View, kernel: Kernel) -> Iterator[View]:
    """A view of the project shop with one secret, in a kernel that works with another."""
    kernel.ok("%load_ext dh_secrets_jupyter\n%secret project own")
    view.result("create", OLD, project="shop", name="db-pass")
    yield view
    view.ask("remove", project="shop", name="db-pass")
    kernel.ok("%secret forget")


def states(view: View, project: str = "shop") -> list[str]:
    """Returns what is in the kernel, a line each."""
    said = view.result("held", project=project)["secrets"]
    return [f"{one['name']} {one['destination']} {one['target']} {one['state']}" for one in said]


def test_what_the_kernel_holds_is_the_same_old_or_gone(held: View) -> None:
    """By panel and by magic, in variables, the environment and files; another project's secret of that name is none."""
    kernel = held.kernel
    assert states(held) == []
    held.result("put", project="shop", name="db-pass", destination="variable")
    held.result("put", project="shop", name="db-pass", destination="environment")
    kernel.ok("%secret project shop\n%secret get db-pass as mine\n%secret file db-pass as path\n%secret project own")
    places = ["variable db_pass", "environment db-pass", "variable mine", "file path"]
    assert states(held) == [f"db-pass {place} same" for place in places]
    assert states(held, "own") == []
    held.result("update", NEW, project="shop", name="db-pass")
    assert states(held) == [f"db-pass {place} old" for place in places]
    again = held.result("put_again", project="shop", name="db-pass")
    assert again["targets"] == ["db_pass", "db-pass", "mine", "path"]
    assert states(held) == [f"db-pass {place} same" for place in places]
    code = "import os; {*map(str.encode, (db_pass, mine, os.environ['db-pass'], open(path).read()))}"
    assert kernel.ok(f"{code} == {{bytes.fromhex({NEW.hex()!r})}}").result == "True"
    kernel.ok("mine = 'my own'; del db_pass")
    assert states(held) == ["db-pass environment db-pass same", "db-pass file path same"]
    held.result("remove", project="shop", name="db-pass")
    assert states(held) == ["db-pass environment db-pass gone", "db-pass file path gone"]
    assert held.result("forget", project="own", name="db-pass") == {"targets": []}
    assert held.result("forget", project="shop", name="db-pass") == {"targets": ["db-pass", "path"]}
    assert states(held) == []
    assert OLD not in kernel.raw
    assert NEW not in kernel.raw


def test_a_stand_in_in_the_kernel(held: View) -> None:
    """A secret with hosts is used and not put; the kernel says that it has its stand-in, and ends it when told."""
    key = b"invented-and-long-enough-for-hosts"
    held.result("create", key, project="shop", name="KEY", hosts=["api.example.com"])
    assert held.ask("put", project="shop", name="KEY", destination="variable")["error"]["reason"] == "AccessDeniedError"
    used = held.result("use", project="shop", name="KEY")
    assert used == {"target": "KEY", "replaced": False, "hosts": ["api.example.com"]}
    [said] = held.result("held", project="shop")["secrets"]
    place = {"name": "KEY", "destination": "variable", "target": "KEY"}
    assert said == {**place, "state": "same", "stand_in": True, "uses": 0}
    assert held.result("used", project="shop") == {"uses": []}
    assert held.kernel.ok("import os; 'HTTPS_PROXY' in os.environ, len(KEY)").result == f"(True, {len(key)})"
    held.result("remove", project="shop", name="KEY")
    assert states(held) == ["KEY variable KEY gone"]
    assert held.result("forget", project="shop", name="KEY") == {"targets": ["KEY"]}
    assert held.kernel.ok("'HTTPS_PROXY' in os.environ, 'KEY' in globals()").result == "(False, False)"
    assert key not in held.kernel.raw


def test_the_kernel_says_its_own_project_and_whether_it_was_chosen_there(held: View) -> None:
    """What another project holds is told to who shows that; the kernel's own stays what it is."""
    said = held.result("held", project="shop")
    assert said == {"secrets": [], "project": "own", "switched": True}
    held.kernel.ok("import dh_secrets_jupyter.current as c; c._current = None")
    assert held.result("held", project="shop") == {"secrets": [], "project": "default", "switched": False}


def test_the_comparison_is_one_request_and_none_where_nothing_is_held(held: View) -> None:
    """However many secrets and places there are."""
    kernel = held.kernel
    held.result("create", OLD, project="shop", name="TWO")
    kernel.ok(COUNT)
    assert held.result("held", project="shop")["secrets"] == []
    assert kernel.ok("len(asked)").result == "0"
    kernel.ok("%secret project shop\n%secret get db-pass TWO\n%secret env TWO\n%secret project own\nasked.clear()")
    assert len(held.result("held", project="shop")["secrets"]) == 3
    assert kernel.ok("len(asked)").result == "1"
    held.result("remove", project="shop", name="TWO")


def test_a_put_says_what_it_replaced_and_undo_brings_it_back(held: View) -> None:
    """A variable of the user's comes back as the object that it was, once, and not over what came later."""
    kernel = held.kernel
    put: dict[str, Any] = {"project": "shop", "name": "db-pass", "destination": "variable"}
    assert held.result("put", **put) == {"target": "db_pass", "replaced": False, "expired": None, "unmasked": None}
    kernel.ok("db_pass = mine = [1, 2]")
    assert held.result("put", **put)["replaced"] is True
    assert held.result("put", **put)["replaced"] is False  # the secret is none of the user's
    assert held.ask("undo", project="shop")["error"]["message"] == "undo: there is nothing to bring back."
    kernel.ok("db_pass = mine")
    assert held.result("put", **put)["replaced"] is True
    assert held.result("undo", project="shop") == {"destination": "variable", "target": "db_pass"}
    assert kernel.ok("db_pass is mine").result == "True"
    held.result("put", **put)
    kernel.ok("db_pass = 'later'")
    assert held.ask("undo", project="shop")["error"]["message"] == "undo: there is nothing to bring back."
    assert kernel.ok("db_pass").result == "'later'"


def test_a_put_warns_as_get_does(held: View) -> None:
    """Of a day that is over, and of a value that the guard cannot mask."""
    held.result("create", b"yes", project="shop", name="SHORT", expires="2001-02-03")
    said = held.result("put", project="shop", name="SHORT", destination="variable")
    assert said["expired"] == "2001-02-03"
    printed = held.kernel.ok("%secret project shop\n%secret get SHORT\n%secret project own").stdout
    assert said["unmasked"]
    assert said["unmasked"] in printed
    assert held.result("put_again", project="shop", name="SHORT")["expired"] == "2001-02-03"
    held.result("remove", project="shop", name="SHORT")


def test_each_cell_is_pushed(held: View) -> None:
    """A view learns that a cell has run, and asks again; a closed panel pushes nothing."""
    held.kernel.ok("1 + 1")
    held.event("cell")
    held.kernel.ok("panel.close()")
    before = held.kernel.ok("len(get_ipython().events.callbacks['post_run_cell'])").result
    held.kernel.ok("panel.open(); panel.open()")
    after = held.kernel.ok("len(get_ipython().events.callbacks['post_run_cell'])").result
    assert int(after or 0) == int(before or 0) + 1


def test_what_one_display_changes_in_the_kernel_every_other_is_told(held: View) -> None:
    """The views of all widgets; with these the side panel's comm says nothing besides, for it hears theirs."""
    kernel = held.kernel
    other = shown(kernel, "second = type(panel)()\ndisplay(second)")
    kernel.request("comm_open", {"comm_id": "side", "target_name": TARGET, "data": {}})
    params: dict[str, Any] = {"project": "shop", "name": "db-pass", "destination": "variable"}
    held.result("put", **params)
    held.event(HELD)
    other.event(HELD)
    request = {"id": 1, "method": "forget", "params": params}
    cell = kernel.request("comm_msg", {"comm_id": "side", "data": request})
    held.event(HELD)
    other.event(HELD)
    said = [message.content["data"] for message in cell.of("comm_msg") if message.content["comm_id"] == "side"]
    assert said == [{"id": 1, "result": {"targets": ["db_pass"]}}]
    kernel.ok("second.close()")
