"""A breakpoint in a cell that holds a value: what the debug adapter protocol carries of it."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

from ...support.kernels import Kernel, Message
from ...support.waiting import wait_until
from ..conftest import SETUP, TOKEN

CELL = "def use(token):\n    plain = str(token)\n    return len(plain)\n\nuse(T)"


class Debugger:
    """What a front end asks of the kernel's debugger."""

    def __init__(self, kernel: Kernel) -> None:
        self.kernel = kernel
        self._numbers = itertools.count(1)
        self.ask("initialize", clientID="test", adapterID="", pathFormat="path", linesStartAt1=True)
        self.ask("attach")

    def ask(self, command: str, **arguments: Any) -> dict[str, Any]:
        """Sends a request and returns the answer's body."""
        content = {"type": "request", "seq": next(self._numbers), "command": command, "arguments": arguments}
        cell = self.kernel.request("debug_request", content, channel="control")
        answer = next(message.content for message in cell.messages if message.channel == "control")
        assert answer["success"], answer
        body: dict[str, Any] = answer.get("body", {})
        return body

    def stop_at(self, code: str, line: int) -> int:
        """Runs a cell up to a line; returns the thread."""
        path = self.ask("dumpCell", code=code)["sourcePath"]
        self.ask("setBreakpoints", source={"path": path}, breakpoints=[{"line": line}])
        self.ask("configurationDone")
        content = {"code": code, "silent": False, "store_history": True, "user_expressions": {}, "allow_stdin": False}
        self.kernel.send("execute_request", content)

        def stopped() -> Message | None:
            events = [message for message in self.kernel.poll(0.1) if message.type == "debug_event"]
            return next((event for event in events if event.content["event"] == "stopped"), None)

        return int(wait_until(stopped, "the cell stops").content["body"]["threadId"])


def test_at_a_breakpoint_every_answer_is_masked(new_kernel: Callable[..., Kernel]) -> None:
    """Variables, evaluated expressions and what they print, copies, hovers; the frames are those of the cell alone."""
    kernel = new_kernel()
    kernel.ok(SETUP)
    debugger = Debugger(kernel)
    thread = debugger.stop_at(CELL, 3)
    frames = debugger.ask("stackTrace", threadId=thread)["stackFrames"]
    assert [frame["name"] for frame in frames] == ["use", "<module>"]
    frame = frames[0]["id"]
    scope = debugger.ask("scopes", frameId=frame)["scopes"][0]
    shown = debugger.ask("variables", variablesReference=scope["variablesReference"])["variables"]
    assert ("plain", "'[secret:TOKEN]'") in [(variable["name"], variable["value"]) for variable in shown]
    for context in ("repl", "hover", "clipboard"):
        found = debugger.ask("evaluate", expression="'x ' + plain", frameId=frame, context=context)
        assert found["result"] in ("'x [secret:TOKEN]'", "x [secret:TOKEN]")
    debugger.ask("evaluate", expression="print(plain)", frameId=frame, context="repl")
    rich = debugger.ask("richInspectVariables", variableName="plain", frameId=frame)
    assert rich["data"] == {"text/plain": "'[secret:TOKEN]'"}
    copied = {"srcVariableName": "plain", "dstVariableName": "COPY", "srcFrameId": frame}
    assert debugger.ask("copyToGlobals", **copied)["value"] == "'[secret:TOKEN]'"
    debugger.ask("continue", threadId=thread)
    debugger.ask("disconnect", restart=False, terminateDebuggee=False)
    assert kernel.ok("print(len(COPY))").stdout == f"{len(TOKEN)}\n"
    assert TOKEN.encode() not in kernel.raw + kernel.log
