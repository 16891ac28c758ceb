"""``%%secret``: the body is an ordinary cell, and the values are there only while it runs."""

from __future__ import annotations

import time

import pytest

from ..support.kernels import Kernel
from ..support.waiting import PATIENCE

GONE = "[name for name in ('API_KEY', 'db_pass', 'key') if name in globals()]"


def test_the_values_are_there_for_the_body_alone(project_kernel: Kernel) -> None:
    """The body has the values; afterwards they are gone, and what else it assigned is there."""
    cell = project_kernel.ok("%%secret API_KEY db-pass as key\nfound = len(API_KEY), len(key)\nfound")
    assert cell.result == "(16, 17)"
    assert project_kernel.ok(GONE).result == "[]"
    assert project_kernel.ok("found").result == "(16, 17)"


def test_what_stood_there_before_is_back(project_kernel: Kernel) -> None:
    """Also where the body overwrote or deleted it, and where it was injected before."""
    project_kernel.ok("API_KEY, key = 'before', ['before']\nkept = key")
    project_kernel.ok("%%secret API_KEY db-pass as key\nAPI_KEY = 7\ndel key")
    assert project_kernel.ok("API_KEY, key is kept").result == "('before', True)"
    project_kernel.ok("%secret get API_KEY\n")
    project_kernel.ok("%%secret db-pass as API_KEY\nassert len(API_KEY) == 17")
    assert project_kernel.ok("len(API_KEY)").result == "16"
    assert project_kernel.ok("%secret forget").stdout == "Removed: API_KEY (variable)\n"
    project_kernel.ok("del key")


def test_a_lease_of_the_environment(project_kernel: Kernel) -> None:
    """``--env`` puts them there under their own names; children of the body have them."""
    project_kernel.ok("import os\nos.environ['db-pass'] = 'before'")
    project_kernel.ok(
        "%%secret --env API_KEY db-pass\nassert (len(os.environ['API_KEY']), len(os.environ['db-pass'])) == (16, 17)"
    )
    assert (
        project_kernel.ok("%%secret API_KEY --env\n!python3 -c \"import os; print(len(os.environ['API_KEY']))\"").stdout
        == "16\r\n"
    )
    assert project_kernel.ok("os.environ.get('API_KEY'), os.environ.pop('db-pass')").result == "(None, 'before')"


@pytest.mark.parametrize("line", ["API_KEY as key NOPE", "NOPE", "API_KEY as a-b", "", "API_KEY --nope"])
def test_the_body_does_not_run_where_the_lease_fails(project_kernel: Kernel, line: str) -> None:
    """With one name missing nothing happens but the line that says so."""
    cell = project_kernel.run(f"%%secret {line}\nprint('ran')")
    assert cell.reply["status"] == "error"
    assert len(cell.of("error")) == 1
    assert cell.error is not None
    assert "\n" not in cell.error
    assert cell.text == ""
    assert project_kernel.ok(GONE).result == "[]"


def test_await_magics_and_the_last_expression(project_kernel: Kernel) -> None:
    """Top-level ``await``, ``async for``, magics and system commands work as in any cell."""
    cell = project_kernel.ok(
        "%%secret API_KEY as key\n"
        "import asyncio\n"
        "async def numbers():\n    yield 1\n    await asyncio.sleep(0)\n    yield 2\n"
        "await asyncio.sleep(0.01)\n"
        "%env HOME\n"
        "said = !echo said\n"
        "async for number in numbers():\n    print(number, len(key))\n"
        "await asyncio.sleep(0, said[0] + str(len(key)))"
    )
    assert cell.stdout == "1 16\n2 16\n"
    assert cell.result == "'said16'"
    assert project_kernel.ok("%%secret API_KEY as key\nlen(key);").result is None
    assert project_kernel.ok("%%secret API_KEY as key\n%who_ls NoneType\n").reply["status"] == "ok"


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("%%secret --env db-pass\n%%bash\nprintenv db-pass | wc -c", "18\n"),
        ("%%secret API_KEY as key\n\n%%capture shown\nprint('kept')", ""),
        ("%%secret API_KEY as key\n%%secret db-pass\nprint(len(key), len(db_pass))", "16 17\n"),
        ("%%secret API_KEY as key\n  one = 1\n  print(len(key) + one)", "17\n"),
    ],
)
def test_the_body_may_be_indented_or_begin_with_a_cell_magic(project_kernel: Kernel, cell: str, said: str) -> None:
    """As any cell, which IPython looks at before it is Python; another lease may be within."""
    assert project_kernel.ok(cell).text == said
    assert project_kernel.ok(GONE).result == "[]"
    failed = project_kernel.run("%%secret API_KEY as key\n\n  1 / 0")
    assert "----> 3 1 / 0" in str(failed.error)


def test_a_value_typed_below_a_lease_is_kept_out(project_kernel: Kernel) -> None:
    """``%%secret set`` is refused there, too, and neither the history nor a message has the value."""
    cell = project_kernel.run("%%secret API_KEY as key\n%%secret set K\nin_vented")
    assert "a value must not be typed in a cell" in str(cell.error)
    assert "in_vented" not in project_kernel.ok("_i").text
    assert b"in_vented" not in cell.raw + project_kernel.history


def test_the_setting_of_what_is_shown_holds(project_kernel: Kernel) -> None:
    """``ast_node_interactivity`` means the body, as it does any cell."""
    project_kernel.ok("%config InteractiveShell.ast_node_interactivity = 'all'")
    cell = project_kernel.ok("%%secret API_KEY as key\n1\n2")
    assert [shown["text/plain"] for shown in cell.displays] == ["1", "2"]
    project_kernel.ok("%config InteractiveShell.ast_node_interactivity = 'last_expr'")


def test_future_statements_stay_first(project_kernel: Kernel) -> None:
    """Even a ``from __future__`` in the body is where it has to be."""
    project_kernel.ok("%%secret API_KEY as key\nx: 'int' = 1\nlen(key)")


def test_one_traceback_of_the_users_frames(project_kernel: Kernel) -> None:
    """An exception is shown once, at its line of the cell, without frames of ours; the values are gone all the same."""
    cell = project_kernel.run("%%secret API_KEY as key\ndef broken():\n    return 1 / 0\n\nbroken()")
    assert len(cell.of("error")) == 1
    assert cell.error_name == "ZeroDivisionError"
    assert cell.error is not None
    assert "----> 5 broken()" in cell.error
    assert "----> 3     return 1 / 0" in cell.error
    assert "dh_secrets_jupyter" not in cell.error
    assert cell.text == ""
    assert project_kernel.ok(GONE).result == "[]"


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ("x = = 3", "SyntaxError"),
        ("  x = 1\n y = 2", "IndentationError"),
        ("print(len(key))\nreturn 3", "SyntaxError"),
        ("raise SystemExit(3)", "SystemExit"),
        ("import asyncio\nawait asyncio.wait_for(asyncio.sleep(9), 0.01)", "TimeoutError"),
    ],
)
def test_however_the_body_fails(project_kernel: Kernel, body: str, name: str) -> None:
    """Whatever is wrong with the body is shown once, and the values are gone."""
    cell = project_kernel.run(f"%%secret API_KEY as key\n{body}")
    assert len(cell.of("error")) == 1
    assert cell.error_name == name
    assert project_kernel.ok(GONE).result == "[]"


@pytest.mark.parametrize("body", ["time.sleep(60)", "for _ in range(600): await asyncio.sleep(0.1)"])
def test_an_interrupt_ends_the_lease(project_kernel: Kernel, body: str) -> None:
    """A body that is interrupted, running or waiting, leaves nothing."""
    code = f"%%secret API_KEY as key\nimport asyncio, time\nprint('started')\n{body}"
    sent = project_kernel.send("execute_request", {"code": code, "silent": False, "stop_on_error": False})
    said = ""  # in one message or in two: the guard holds back what a value may begin with
    while "started" not in said:
        said += "".join(m.content.get("text", "") for m in project_kernel.poll(PATIENCE, "the start"))
    time.sleep(0.2)
    project_kernel.interrupt()
    done = False
    while not done:
        done = any(
            m.type == "execute_reply" and m.parent_id == sent for m in project_kernel.poll(PATIENCE, "the reply")
        )
    assert project_kernel.ok(GONE).result == "[]"


def test_cells_within_cells(project_kernel: Kernel) -> None:
    """A cell that the body runs ends its own leases, and not those around it."""
    project_kernel.ok(
        "%%secret API_KEY as key\n"
        "result = get_ipython().run_cell('%%secret db-pass\\nassert len(db_pass) == 17 and len(key) == 16')\n"
        "result.raise_error()\n"
        "get_ipython().run_cell('1')\n"
        "assert len(key) == 16 and 'db_pass' not in globals()"
    )
    assert project_kernel.ok("%%capture shown\n%%secret API_KEY as key\nprint(len(key))").text == ""
    assert project_kernel.ok("shown.stdout").result == "'16\\n'"
    assert "16" in project_kernel.ok("%%time\n%%secret API_KEY as key\nprint(len(key))").stdout
    assert project_kernel.ok(GONE).result == "[]"


def test_the_history_has_the_cell_as_typed(project_kernel: Kernel) -> None:
    """What was typed is what ``%history`` and Up show."""
    project_kernel.ok("%%secret API_KEY as key\nlen(key)")
    assert project_kernel.ok("_i").result == repr("%%secret API_KEY as key\nlen(key)")


def test_a_body_that_comes_along(project_kernel: Kernel) -> None:
    """In a script that nbconvert made, the body is an argument; it runs and fails as one."""
    call = "get_ipython().run_cell_magic('secret', 'API_KEY as key', 'seen = len(key)\\n{}\\n')"
    assert project_kernel.ok(call.format("!echo said\\nseen")).result == "16"
    assert project_kernel.ok("seen").result == "16"
    cell = project_kernel.run(call.format("1 / 0"))
    assert len(cell.of("error")) == 1
    assert cell.error is not None
    assert "----> 2 1 / 0" in cell.error
    assert project_kernel.ok(GONE).result == "[]"


def test_a_cell_is_not_complete_without_its_body(project_kernel: Kernel) -> None:
    """A terminal goes on asking for the body of ``%%secret`` as for that of any cell magic."""
    ask = project_kernel.request("is_complete_request", {"code": "%%secret API_KEY"}).reply
    assert ask["status"] == "incomplete"
    assert (
        project_kernel.request("is_complete_request", {"code": "%%secret API_KEY\nlen(key)\n\n"}).reply["status"]
        == "complete"
    )
