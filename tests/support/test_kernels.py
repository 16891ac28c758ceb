"""The harness itself: real kernels, nothing lost."""

from __future__ import annotations

from .kernels import Kernel
from .waiting import wait_until

UNBOUNDED = """
import zmq
thread = get_ipython().kernel.iopub_thread
thread.schedule(lambda: thread.socket.setsockopt(zmq.SNDHWM, 0))
"""
"""A kernel itself drops what comes while 1,000 messages wait for a machine that has other things to do."""


def test_a_cell_gives_streams_result_and_reply(kernel: Kernel) -> None:
    """Each by itself; what is written to a descriptor is in the kernel's log, and its home is its own."""
    cell = kernel.ok("import sys, os; print('out'); print('err', file=sys.stderr); os.write(1, b'fd'); 40 + 2")
    assert cell.stdout.startswith("out\n")
    assert cell.stderr == "err\n"
    assert cell.result == "42"
    wait_until(lambda: b"fd" in kernel.log, "what was written to a descriptor, in the log")
    assert kernel.home.name in kernel.ok("os.environ['HOME']").text


def test_an_error_is_shown_once(kernel: Kernel) -> None:
    """As the cell's error output, without colours, beside a reply that says so."""
    cell = kernel.run("1/0")
    assert cell.error_name == "ZeroDivisionError"
    assert cell.reply["status"] == "error"
    assert cell.error is not None
    assert "division by zero" in cell.error


def test_prompts_are_answered(kernel: Kernel) -> None:
    """In the order given; without answers a cell cannot ask."""
    cell = kernel.ok("import getpass; getpass.getpass('pw? ') + input('more? ')", answers=["a", "b"])
    assert cell.prompts == ["pw? ", "more? "]
    assert cell.result == "'ab'"
    assert kernel.run("input()").error_name == "StdinNotImplementedError"


def test_no_message_is_dropped(kernel: Kernel) -> None:
    """However many come, and however fast."""
    kernel.ok(UNBOUNDED)
    cell = kernel.ok("for i in range(3000): print(i, flush=True)")
    assert cell.stdout == "".join(f"{i}\n" for i in range(3000))


def test_buffers_and_other_channels_are_seen(kernel: Kernel) -> None:
    """Binary buffers come with their message, and answers on the control channel with theirs."""
    cell = kernel.ok("from comm import create_comm\nc = create_comm(target_name='t', buffers=[b'\\x00\\xff'])")
    assert cell.of("comm_open")[0].buffers == [b"\x00\xff"]
    reply = kernel.request("kernel_info_request", {}, channel="control")
    assert reply.of("kernel_info_reply")[0].channel == "control"
