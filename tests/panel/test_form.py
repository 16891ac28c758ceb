"""The form of ``%secret need``, as its front end speaks with the cell that waits for it."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from ..support.kernels import Kernel, Message
from ..support.waiting import PATIENCE
from .view import WIDGET, View, custom

VALUES = {"A": "invented-form-value-1c9", "B": "invented\nform\nvalue"}
LOAD = "%load_ext dh_secrets_jupyter\nimport dh_secrets_jupyter.panel.form as form"
PATIENT = "form.SHOWN_TIMEOUT = 120"
"""However busy the machine is, the form's report comes in time."""
NEED = "%secret need A B as b --about 'to try'"
LINE = "A, B: missing from project default (local: "


class Form:
    """A cell that waits, and the form that it shows."""

    def __init__(self, kernel: Kernel, header: dict[str, Any], code: str = NEED) -> None:
        self.kernel = kernel
        self._seen = len(kernel.messages)
        content = {"code": code, "silent": False, "store_history": True, "user_expressions": {}, "allow_stdin": True}
        self.sent = kernel.send("execute_request", content | {"stop_on_error": False})
        self.output = self.wait_for("display_data").content
        self.view = View(kernel, self.output["data"][WIDGET]["model_id"], header)

    @property
    def messages(self) -> list[Message]:
        """What came of the cell, up to now."""
        return [message for message in self.kernel.messages[self._seen :] if message.parent_id == self.sent]

    def wait_for(self, kind: str, timeout: float = PATIENCE) -> Message:
        """Returns the cell's first message of a type, as soon as it is there."""
        deadline = time.monotonic() + timeout
        while True:
            if found := next((message for message in self.messages if message.type == kind), None):
                return found
            assert time.monotonic() < deadline, f"no {kind}; the log ends in {self.kernel.log[-2000:].decode()}"
            self.kernel.poll(0.2)

    def end(self) -> str:
        """Waits for the cell's end; returns its streams, and then its error."""
        self.wait_for("execute_reply")
        while not any(m.type == "status" and m.content["execution_state"] == "idle" for m in self.messages):
            self.kernel.poll(0.2)
        streams = [message.content["text"] for message in self.messages if message.type == "stream"]
        errors = ["\n".join(message.content["traceback"]) for message in self.messages if message.type == "error"]
        return "".join([*streams, *errors])

    @property
    def said(self) -> str:
        """What stands in the form's place at the end."""
        update = self.wait_for("update_display_data").content
        assert update["transient"] == self.output["transient"]
        assert set(update["data"]) == {"text/plain"}
        return str(update["data"]["text/plain"])


@pytest.fixture(scope="module")
def subshell(kernel: Kernel) -> Iterator[dict[str, Any]]:
    """The header of messages over a subshell, as JupyterLab sends those of comms; the kernel has the extension."""
    kernel.ok(LOAD)
    kernel.ok(PATIENT)
    reply = kernel.request("create_subshell_request", {}, channel="control")
    [made] = [m.content["subshell_id"] for m in reply.of("create_subshell_reply")]
    yield {"subshell_id": made}
    kernel.request("delete_subshell_request", {"subshell_id": made}, channel="control")


@pytest.fixture
def form(kernel: Kernel, subshell: dict[str, Any]) -> Iterator[Form]:
    """A cell that needs A and B, which are missing, and its form."""
    yield Form(kernel, subshell)
    kernel.run("%secret delete A B --yes")
    kernel.run("%secret forget")


def as_value(values: object) -> bytes:
    return json.dumps(values).encode()


def test_what_is_entered_is_stored_and_read(form: Form) -> None:
    """The cell goes on with the values; in the form's place stands what was done, and the widget is gone."""
    form.view.result("shown", language="en")
    form.view.result("store", as_value(VALUES))
    assert form.end() == "Read into variables: A, B as b\n"
    assert form.said == "A, B: stored in project default, local."
    form.wait_for("comm_close")
    kernel = form.kernel
    assert kernel.ok(f"print(A.reveal() == {VALUES['A'][:9]!r} + {VALUES['A'][9:]!r}, len(b))").stdout == "True 19\n"
    assert kernel.ok("print(A, b)").stdout == "[secret:A] [secret:B]\n"


def test_no_value_is_in_anything_that_is_sent_or_kept(form: Form) -> None:
    """Neither in the widget's state while it waits, nor in any message, the history or the log."""
    form.view.result("shown", language="en")
    form.view.ask("store", as_value(VALUES | {"A": ""}))
    form.view.ask("store", as_value(VALUES | {"C": VALUES["A"]}))
    form.view.ask("store", b"\xff" + as_value(VALUES))
    form.view.result("store", as_value(VALUES))
    form.end()
    kernel = form.kernel
    for value in VALUES.values():
        for spelled in (value, json.dumps(value)[1:-1]):
            assert spelled.encode() not in kernel.raw + kernel.history + kernel.log


def test_what_is_to_be_used_has_hosts(kernel: Kernel, subshell: dict[str, Any]) -> None:
    """Each needs one at least, and a value that can have any; it is stored with them, and the cell has stand-ins."""
    form = Form(kernel, subshell, "%secret need A B as b --use")
    form.view.result("shown", language="en")
    hosts = {"A": ["API.example.com", "*.example.org"], "B": ["api.example.net:8443"]}
    values = as_value({"A": "invented-form-value-for-a-host", "B": "invented-form-value-of-another"})
    for wrong in (
        None,
        {},
        {**hosts, "B": []},
        {**hosts, "B": ["localhost"]},
        {**hosts, "B": "api.example.net"},
        ["A"],
    ):
        error = form.view.ask("store", values, **({} if wrong is None else {"hosts": wrong}))["error"]
        assert error["reason"] == "SecretsError"
    assert "only a value of 20 to 4,096" in form.view.ask("store", as_value(VALUES), hosts=hosts)["error"]["message"]
    form.view.result("store", values, hosts=hosts)
    assert "Read into" not in form.end()
    assert form.said == "A, B: stored in project default, local."
    listed = kernel.ok("%secret list").text
    assert "api.example.com" in listed
    assert "api.example.net:8443" in listed
    assert kernel.ok("print(len(A), len(b))").stdout == "30 30\n"
    kernel.ok("%secret delete A B --yes\n%secret forget")


@pytest.mark.parametrize("sent", [{}, {"A": "invented-only-one"}, VALUES | {"A": ""}, VALUES | {"C": "x"}, [1], "x"])
def test_what_is_not_just_a_value_for_each_name_is_refused(form: Form, sent: object) -> None:
    """Nothing is stored, and the form goes on asking."""
    form.view.result("shown", language="en")
    assert form.view.ask("store", as_value(sent))["error"]["reason"] == "SecretsError"
    form.view.result("store", as_value(VALUES))
    assert form.end() == "Read into variables: A, B as b\n"


def test_what_the_store_refuses_the_form_shows(kernel: Kernel, form: Form) -> None:
    """What is too large, or was set by others meanwhile, is an error of the form, which stays; nothing is stored."""
    form.view.result("shown", language="en")
    error = form.view.ask("store", as_value(VALUES | {"B": "x" * 1_100_000}))["error"]
    assert error["reason"] == "TooLargeError"
    form.view.result("cancel")
    assert form.end().startswith(LINE)


def test_a_cancelled_form_fails_with_the_line(form: Form) -> None:
    """The cell fails with the line of where nobody can answer, and the output says that nothing was stored."""
    form.view.result("shown", language="en")
    form.view.result("cancel")
    end = form.end()
    assert end == form.kernel.run(NEED).error
    assert end.startswith(LINE)
    assert form.said == "Nothing was stored."


def test_an_interrupt_fails_with_the_line(form: Form) -> None:
    """So does interrupting the kernel; what is entered afterwards is not stored."""
    form.view.result("shown", language="en")
    form.kernel.interrupt()
    assert form.end().startswith(LINE)
    form.view.send("store", as_value(VALUES))
    assert form.kernel.ok("%secret list").text == (
        "There are no secrets in project default, local. Add one with %secret set NAME.\n"
    )


def test_one_answer_counts(form: Form) -> None:
    """Of several views of one form the first that answers does, and hears so before the form goes; no other does."""
    form.view.result("shown", language="en")
    sent = [form.view.send("store", as_value(VALUES)), form.view.send("cancel")]
    done = form.view.wait(lambda content: content.get("id") in sent and "result" in content)
    form.end()
    assert form.said == ("A, B: stored in project default, local." if done["id"] == sent[0] else "Nothing was stored.")
    answers = [custom(message, form.view.comm_id) or {} for message in form.kernel.messages]
    assert [one["id"] for one in answers if one.get("id") in sent and "result" in one] == [done["id"]]


def test_without_a_report_the_cell_asks_by_prompts(kernel: Kernel, subshell: dict[str, Any]) -> None:
    """A front end without widgets or subshells: a prompt each, in one go, and the output of the form is empty."""
    kernel.ok("form.SHOWN_TIMEOUT = 0.1")
    cell = kernel.ok(NEED, answers=["invented-first", "invented-second"])
    kernel.ok(PATIENT)
    assert [prompt.split(" (to try)")[0] for prompt in cell.prompts] == ["Value of A", "Value of B"]
    assert cell.stdout == "A, B: stored in project default, local.\nRead into variables: A, B as b\n"
    [shown, update] = cell.of("display_data", "update_display_data")
    assert update.content["data"] == {"text/plain": ""}
    assert shown.content["transient"] == update.content["transient"]
    kernel.ok("%secret delete A B --yes\n%secret forget")


def test_a_report_after_that_shows_no_form(kernel: Kernel, subshell: dict[str, Any]) -> None:
    """A form that the cell no longer waits for is told so, and asks for nothing."""
    kernel.ok("form.SHOWN_TIMEOUT = 0.1")
    late = Form(kernel, subshell)
    late.wait_for("input_request")
    sent = late.view.send("shown", language="en")
    kernel.interrupt()
    assert late.end().startswith(LINE)
    answers = [custom(message, late.view.comm_id) or {} for message in kernel.messages]
    assert not [answer for answer in answers if answer.get("id") == sent and "result" in answer]
    kernel.ok(PATIENT)


def test_where_nobody_can_answer_nothing_is_shown(kernel: Kernel, subshell: dict[str, Any]) -> None:
    """No form, no widget, no wait."""
    cell = kernel.run(NEED)
    assert str(cell.error).startswith(LINE)
    assert not cell.of("display_data", "comm_open")


def test_a_kernel_without_subshells_shows_no_form(kernel: Kernel, subshell: dict[str, Any]) -> None:
    """As with ipykernel 6: the prompts come at once."""
    kernel.ok("kernel = get_ipython().kernel\nhad = type(kernel)._supports_kernel_subshells")
    kernel.ok("type(kernel)._supports_kernel_subshells = False")
    cell = kernel.ok(NEED, answers=["invented-first", "invented-second"])
    kernel.ok("type(kernel)._supports_kernel_subshells = had")
    assert not cell.of("display_data", "comm_open")
    kernel.ok("%secret delete A B --yes\n%secret forget")
