"""What a kernel and its children write to the server's log arrives there masked, however the kernel ends."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from ...support.kernels import Kernel
from ...support.waiting import wait_until
from ..conftest import SETUP, TOKEN

MARK = b"[secret:TOKEN]"
LAST = "os.write(2, b'last words ' + T.encode() + b'\\n'); "
ENDS = {
    "abort": LAST + "os.abort()",
    "SIGKILL": LAST + "os.kill(os.getpid(), 9)",
    "_exit": "print('last words', T, file=sys.__stderr__, flush=True); os._exit(1)",
    "faulthandler": (
        "import ctypes, faulthandler; faulthandler.enable(file=sys.stderr)\n"
        "os.write(sys.stderr.fileno(), b'last words ' + T.encode()[:20]); ctypes.string_at(0)"
    ),
}
CHILD = """
import os, pathlib, sys, time
while not pathlib.Path('gone').exists(): time.sleep(0.02)
for _ in range(3): os.write(1, b'child ' + bytes.fromhex(sys.argv[1]) + b'\\n')
pathlib.Path('done').touch()
"""


def _relay(kernel: Kernel) -> tuple[int, bytes]:
    """Returns the process that masks a kernel's log, with its command line and its environment."""
    pipe = f"pipe:[{kernel.ok('os.fstat(sys.stdout.fileno()).st_ino').result}]"
    found: list[tuple[int, bytes]] = []

    def look() -> bool:
        found[:] = []
        for folder in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):  # it has ended meanwhile
                said = (folder / "cmdline").read_bytes() + (folder / "environ").read_bytes()
                if b"guard.hooks.relay" in said and any(str(fd.readlink()) == pipe for fd in (folder / "fd").iterdir()):
                    found.append((int(folder.name), said))
        return len(found) == 1  # the shell that starts it is there for a moment

    wait_until(look)
    return found[0]


def _runs(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


@pytest.mark.parametrize("end", ENDS)
def test_the_last_words_of_a_kernel_are_in_its_log(new_kernel: Callable[..., Kernel], end: str) -> None:
    """They arrive masked, whether it aborts, is killed, leaves at once or crashes in C."""
    kernel = new_kernel()
    kernel.ok(SETUP)
    kernel.send("execute_request", {"code": ENDS[end], "silent": False})
    wait_until(lambda: not kernel.manager.is_alive())
    wait_until(lambda: b"last words " + MARK in kernel.log)
    if end == "faulthandler":
        wait_until(lambda: b"Segmentation fault" in kernel.log and b"string_at" in kernel.log)
    assert TOKEN[:8].encode() not in kernel.log


def test_a_child_writes_on_after_the_kernel_and_the_process_that_masks_ends_with_it(
    new_kernel: Callable[..., Kernel],
) -> None:
    """What a child writes then is masked, too; no command line or environment has the value."""
    kernel = new_kernel(env={"SOME_TOKEN": TOKEN})
    kernel.ok(SETUP)
    relay, said = _relay(kernel)
    assert TOKEN.encode() not in said
    kernel.ok(
        "import subprocess\nchild = subprocess.Popen([sys.executable, '-c', "
        f"{CHILD!r}, T.encode().hex()], stdout=sys.stdout, start_new_session=True)"
    )
    kernel.stop()
    (kernel.home / "gone").touch()
    wait_until((kernel.home / "done").exists)
    wait_until(lambda: not _runs(relay), "the end of the process that masks")
    assert kernel.log.endswith((b"child " + MARK + b"\n") * 3)


def test_it_is_no_child_of_the_kernels_and_is_started_again(new_kernel: Callable[..., Kernel]) -> None:
    """A cell may wait for all its children; and should the process be killed, nothing is lost or shown."""
    kernel = new_kernel()
    kernel.ok(SETUP)
    relay, _ = _relay(kernel)
    children = "try: os.wait()\nexcept ChildProcessError as error: print(type(error).__name__)"
    assert kernel.ok(children).stdout == "ChildProcessError\n"
    kernel.ok("L = learn('LATER', b'later-value-4711'.hex()).reveal()")
    os.kill(relay, signal.SIGKILL)
    kernel.ok("os.write(1, b'meanwhile ' + T.encode() + L.encode() + b'\\n')")
    wait_until(lambda: b"meanwhile " + MARK + b"[secret:LATER]\n" in kernel.log)
    kernel.ok("guard.off(); os.write(1, L.encode() + b'\\n')")
    wait_until(lambda: b"later-value-4711\n" in kernel.log)
    kernel.ok("guard.on()")
    noted = "{one.name for one in guard.status().redactions if one.channel == 'server log'} == {'TOKEN', 'LATER'}"
    wait_until(lambda: kernel.ok(noted).result == "True")
