"""Real kernels for tests: start one, run code in it, and keep every byte that it sends or logs.

A :class:`Kernel` is an ipykernel of its own process, with a home of its own. All frames of all channels are kept as
they came, so that a test can look for what must not be there; :class:`Cell` is the same, parsed, for what must be.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import zmq
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import KernelManager

from .waiting import PATIENCE

INTERRUPT = "^C"
"""An answer that interrupts the question."""
ANSI = re.compile(r"\x1b\[[0-9;]*m")
_COPIED = ("PATH", "LANG", "LC_ALL", "TZ", "LD_LIBRARY_PATH", "TMPDIR", "PYTHON_KEYRING_BACKEND")


@dataclass
class Message:
    """One message as it came: ``frames`` are all its bytes after the signature, binary buffers last."""

    channel: str
    frames: list[bytes]

    @cached_property
    def header(self) -> dict[str, Any]:
        return self._json(0)

    @cached_property
    def parent(self) -> dict[str, Any]:
        return self._json(1)

    @cached_property
    def metadata(self) -> dict[str, Any]:
        return self._json(2)

    @cached_property
    def content(self) -> dict[str, Any]:
        return self._json(3)

    @property
    def buffers(self) -> list[bytes]:
        return self.frames[4:]

    @property
    def type(self) -> str:
        return str(self.header["msg_type"])

    @property
    def parent_id(self) -> str:
        return str(self.parent.get("msg_id", ""))

    def _json(self, frame: int) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.frames[frame])
        return found


@dataclass
class Cell:
    """What one execution answered: its messages on all channels, in the order in which they came."""

    messages: list[Message] = field(default_factory=list)

    def of(self, *types: str) -> list[Message]:
        """Returns the messages of these types."""
        return [message for message in self.messages if message.type in types]

    @property
    def reply(self) -> dict[str, Any]:
        """The content of the reply on the shell channel."""
        return next(m.content for m in self.messages if m.channel == "shell")

    def stream(self, name: str) -> str:
        """Returns the text of ``stdout`` or ``stderr``, joined."""
        return "".join(m.content["text"] for m in self.of("stream") if m.content["name"] == name)

    @property
    def stdout(self) -> str:
        return self.stream("stdout")

    @property
    def stderr(self) -> str:
        return self.stream("stderr")

    @property
    def text(self) -> str:
        """Both streams, in the order in which they came, and the plain text of displays and the result."""
        return "".join(
            m.content["text"] if m.type == "stream" else m.content["data"].get("text/plain", "") + "\n"
            for m in self.of("stream", "display_data", "execute_result")
        )

    @property
    def displays(self) -> list[dict[str, Any]]:
        """The MIME bundles of displays and of the result."""
        return [m.content["data"] for m in self.of("display_data", "update_display_data", "execute_result")]

    @property
    def result(self) -> str | None:
        """The plain text of the result, or None."""
        return next((m.content["data"].get("text/plain") for m in self.of("execute_result")), None)

    @property
    def error(self) -> str | None:
        """The error output's text without colours, or None where the cell went well."""
        return next((ANSI.sub("", "\n".join(m.content["traceback"])) for m in self.of("error")), None)

    @property
    def error_name(self) -> str | None:
        return next((str(m.content["ename"]) for m in self.of("error")), None)

    @property
    def prompts(self) -> list[str]:
        """The prompts of ``input`` and ``getpass``."""
        return [str(m.content["prompt"]) for m in self.of("input_request")]

    @property
    def raw(self) -> bytes:
        """Every byte of every message."""
        return b"\n".join(frame for message in self.messages for frame in message.frames)


class Kernel:
    """A running kernel. Made by :func:`start`, or by the fixtures ``kernel`` and ``new_kernel``.

    Attributes:
        home: the kernel's HOME; everything that it writes lies below.
        messages: every message since the start, of all channels.
    """

    def __init__(self, manager: KernelManager, home: Path, log: Path) -> None:
        self.manager = manager
        self.home = home
        self.messages: list[Message] = []
        self._log = log
        self._context = zmq.Context()
        self._context.rcvhwm = 0  # a subscriber drops past 1,000 messages by default, `idle` among them
        manager.context = self._context
        identity = manager.session.bsession  # the kernel asks on stdin whoever executed, by the shell's identity
        self._sockets = {
            "shell": manager.connect_shell(identity),
            "iopub": manager.connect_iopub(),
            "stdin": manager.connect_stdin(identity),
            "control": manager.connect_control(identity),
        }
        self._poller = zmq.Poller()
        for socket in self._sockets.values():
            self._poller.register(socket, zmq.POLLIN)

    # -- what it said

    @property
    def log(self) -> bytes:
        """What the process wrote to its own stdout and stderr: in real life, the server's log."""
        return self._log.read_bytes()

    @property
    def raw(self) -> bytes:
        """Every byte of every message since the start."""
        return b"\n".join(frame for message in self.messages for frame in message.frames)

    @property
    def history(self) -> bytes:
        """Every byte of IPython's history database (and of its write-ahead log)."""
        found = b""
        for path in sorted(self.home.rglob("history.sqlite*")):
            with contextlib.suppress(FileNotFoundError):  # a journal that is done with
                found += path.read_bytes()
        return found

    @property
    def process(self) -> subprocess.Popen[bytes]:
        started: subprocess.Popen[bytes] = self.manager.provisioner.process  # type: ignore[union-attr]  # the local one
        return started

    @property
    def pid(self) -> int:
        return self.process.pid

    # -- what one says to it

    def run(
        self,
        code: str,
        *,
        answers: Sequence[str] | None = None,
        until: Callable[[Cell], object] | None = None,
        **options: Any,
    ) -> Cell:
        """Executes a cell and returns when its reply and its ``idle`` are there; fails where they do not come.

        Args:
            answers: for ``input`` and ``getpass``, in order, or INTERRUPT; None: nobody can answer (as under nbclient).
            until: says of what has come whether it is all; more may come after ``idle``, from threads and children.
            options: more fields of the execute_request, such as ``silent`` or ``user_expressions``.
        """
        content = {
            "code": code,
            "silent": False,
            "store_history": True,
            "user_expressions": {},
            "allow_stdin": answers is not None,
            "stop_on_error": False,
        } | options
        return self.request("execute_request", content, answers=answers or (), until=until)

    def ok(self, code: str, **options: Any) -> Cell:
        """Executes a cell that has to go well."""
        cell = self.run(code, **options)
        assert cell.reply["status"] == "ok", cell.error
        return cell

    def request(
        self,
        msg_type: str,
        content: Mapping[str, Any],
        *,
        channel: str = "shell",
        answers: Sequence[str] = (),
        until: Callable[[Cell], object] | None = None,
        header: Mapping[str, Any] | None = None,
    ) -> Cell:
        """Sends any request and collects what answers it, until its reply and its ``idle`` are there.

        Args:
            header: more fields of the header, such as ``subshell_id``.
        """
        sent = self.send(msg_type, content, channel=channel, header=header)
        cell, pending, replied, idle = Cell(), iter(answers), False, False
        if msg_type in ("comm_open", "comm_msg", "comm_close"):  # these have no reply
            replied = True
        deadline = time.monotonic() + PATIENCE
        while not (replied and idle and (until is None or until(cell))):
            for message in self.poll(deadline - time.monotonic(), f"{msg_type} {str(content)[:200]!r}"):
                if message.parent_id != sent:
                    continue
                cell.messages.append(message)
                if message.type == "input_request":
                    answer = next(pending, None)
                    assert answer is not None, f"unexpected question: {message.content['prompt']}"
                    if answer == INTERRUPT:
                        self.interrupt()
                    else:
                        self.send("input_reply", {"value": answer}, channel="stdin")
                replied = replied or message.channel == channel
                idle = idle or (message.type == "status" and message.content["execution_state"] == "idle")
        return cell

    def send(
        self,
        msg_type: str,
        content: Mapping[str, Any],
        *,
        channel: str = "shell",
        buffers: Sequence[bytes] = (),
        header: Mapping[str, Any] | None = None,
    ) -> str:
        """Sends a message without waiting; returns its id."""
        session = self.manager.session
        message = session.msg(msg_type, dict(content))
        message["header"].update(header or {})
        session.send(self._sockets[channel], message, buffers=list(buffers))
        return str(message["header"]["msg_id"])

    def poll(self, timeout: float, what: str | None = None) -> list[Message]:
        """Waits for messages and returns those that are there; with ``what``, none in time fails the test."""
        found: list[Message] = []
        ready = dict(self._poller.poll(max(0, round(timeout * 1000))))
        assert ready or what is None, f"no answer to {what}; the kernel's log ends in {self.log[-2000:].decode()!r}"
        for name, socket in self._sockets.items():
            with contextlib.suppress(zmq.Again):
                for _ in range(10_000 if socket in ready else 0):
                    frames = socket.recv_multipart(zmq.NOBLOCK)
                    found.append(Message(name, frames[frames.index(b"<IDS|MSG>") + 2 :]))
        self.messages += found
        return found

    def interrupt(self) -> None:
        self.manager.interrupt_kernel()

    def stop(self, *, kill: bool = False) -> bytes:
        """Ends the kernel (``kill``: by SIGKILL) and returns its whole log; a second call does nothing."""
        if self._sockets:
            self._context.destroy(linger=0) if kill else None
            self.manager.shutdown_kernel(now=kill)
            self._context.destroy(linger=0)
            self._sockets = {}
        return self.log

    def _wait_until_ready(self) -> None:
        """iopub loses what was sent before the subscription took: ask until an answer's ``idle`` comes through."""
        for _ in range(60):
            sent = self.send("kernel_info_request", {})
            end = time.monotonic() + 2
            while time.monotonic() < end:
                for message in self.poll(end - time.monotonic()):
                    if message.channel == "iopub" and message.parent_id == sent:
                        self._drain()
                        return
            assert self.manager.is_alive(), f"the kernel did not start: {self.log.decode()}"
        raise AssertionError(f"the kernel did not answer: {self.log.decode()}")

    def _drain(self) -> None:
        while self.poll(0.05):
            pass
        self.messages.clear()


def environment(home: Path, **changes: str) -> dict[str, str]:
    """Returns an environment of its own for a kernel or a script: the local provider, nothing of the user's.

    PYTEST_CURRENT_TEST stays out: ipykernel turns off its capture of descriptors where it sees it.
    """
    env = {name: os.environ[name] for name in _COPIED if name in os.environ}
    env |= {
        "HOME": str(home),
        "IPYTHONDIR": str(home / "ipython"),
        "JUPYTER_CONFIG_DIR": str(home / "jupyter"),
        "JUPYTER_DATA_DIR": str(home / "jupyter-data"),
        "JUPYTER_RUNTIME_DIR": str(home / "run"),
        "XDG_DATA_HOME": str(home / "data"),
        "XDG_CACHE_HOME": str(home / "cache"),
        "XDG_CONFIG_HOME": str(home / "config"),
        "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
        "DH_SECRETS_PROVIDER": "local",
        "DH_SECRETS_LOCAL_PATH": str(home / "secrets.db"),
        "JUPYTERHUB_USER": "ada",
    }
    return env | changes


_numbers = itertools.count()


@contextlib.contextmanager
def start(
    home: Path, *, env: Mapping[str, str | None] | None = None, arguments: Sequence[str] = ()
) -> Iterator[Kernel]:
    """Runs a kernel for the length of a ``with`` block.

    Args:
        home: a folder of its own; kernels that get the same share settings, history and secrets.
        env: what to change in :func:`environment`; None takes a variable out.
        arguments: more command-line arguments, such as ``--debug`` or ``--DHSecrets.project=demo``.
    """
    home.mkdir(parents=True, exist_ok=True)
    changed: dict[str, str | None] = {**environment(home), **(env or {})}
    log = home / f"kernel-{next(_numbers)}.log"
    sockets = Path(tempfile.mkdtemp(prefix="k", dir="/tmp"))  # a socket's path has 107 characters at most
    manager = KernelManager(transport="ipc", ip=str(sockets / "s"), connection_file=str(sockets / "c.json"))
    launcher = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    manager._kernel_spec = KernelSpec(argv=[*launcher, *arguments])  # whatever kernel specs this machine has
    with log.open("wb") as output:
        manager.start_kernel(
            stdout=output,
            stderr=output,
            cwd=str(home),
            env={name: value for name, value in changed.items() if value is not None},
        )
    kernel = Kernel(manager, home, log)
    try:
        kernel._wait_until_ready()
        yield kernel
    finally:
        kernel.stop()
        shutil.rmtree(sockets, ignore_errors=True)
