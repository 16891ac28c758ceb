"""The hooks into a kernel: every message, on every channel and from every thread, passes one session object.

Its methods are replaced on the instance. What each does with a message:

- ``serialize`` sees the content of every message. It lets out first what the streams of the same cell hold back, then
  masks the message (:mod:`.message_masker`).
- ``send`` takes the text of a stream and hands it to the hold-back (:mod:`.hold_back`), and masks binary buffers.
- ``deserialize`` takes a typed value out of a cell (:mod:`.typed_values`) before anything else sees the cell.

Beside it lie the pipe under the kernel's copies of descriptors 1 and 2 (:mod:`.log_pipe`), and what a forked child
needs, which has none of the kernel's threads.
"""

from __future__ import annotations

import atexit
import functools
import os
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ...errors import SecretsError
from ...ipython import Patch
from ..redactor import Redactor
from . import out_streams, self_test, typed_values
from .hold_back import HoldBack
from .log_pipe import LogPipe
from .message_fields import UNMASKED_TYPES
from .message_masker import MessageMasker

_ENDS = ("_exit", "abort", "execv", "execve", "kill", "killpg")
"""Functions that may end the process, with nothing of it called any more."""


class _MaskedMessage(dict[str, Any]):
    """A message that was masked already: a stream's text, as it comes out of the hold-back."""


class KernelHooks:
    """All hooks of one kernel. Calls of :meth:`install` and :meth:`uninstall` alternate."""

    place = "this kernel"

    def __init__(self, shell: Any, redactor: Redactor, learn: Callable[[list[typed_values.TypedValue]], None]) -> None:
        self._redactor = redactor
        self._learn = learn
        self._kernel = shell.kernel
        self._session = shell.kernel.session
        self._thread = getattr(shell.kernel, "iopub_thread", None)
        self._patches: list[Patch] = []
        self._log_pipe: LogPipe | None = None
        self._outs = out_streams.find()
        self._masker = MessageMasker(redactor, self._session)
        self._hold_back = HoldBack(redactor, self._emit, self._call_later, self._collect)
        self._is_installed = False

    @property
    def gaps(self) -> list[str]:
        """What cannot be closed here, and whether what is sent can be read on its way."""
        unseen = "not covered here: what C code and child processes write straight to the server's log"
        return [*([] if self._log_pipe else [unseen]), self._transport()]

    def _transport(self) -> str:
        app = self._kernel.parent
        if getattr(app, "curve_secretkey", None):
            return "iopub: encrypted"
        if getattr(app, "transport", "tcp") == "ipc":
            return "iopub: over a local socket, not encrypted"
        return (
            "iopub: not encrypted; any user who can reach its port can read it. "
            'Set c.KernelManager.transport_encryption = "auto" in jupyter_server_config.py'
        )

    def install(self) -> None:
        """Puts the hooks in place and proves that they work. Raises :class:`SecretsError` where they do not."""
        session = self._session
        self._patches = [
            Patch(session, "serialize", self._serialize),
            Patch(session, "send", self._send),
            Patch(session, "deserialize", self._deserialize),
        ]
        self._serialize_as_before, self._send_as_before, self._deserialize_as_before = (
            patch.original for patch in self._patches
        )
        debugger = getattr(self._kernel, "debugger", None)
        if debugger is not None and hasattr(debugger, "kernel_modules"):  # from ipykernel 7.2 on
            # As ipykernel's own frames, ours are no part of what somebody steps through.
            ours = str(Path(__file__).parents[1] / "**" / "*.py")
            self._patches.append(Patch(debugger, "kernel_modules", [*debugger.kernel_modules, ours]))
        self._patches += [
            Patch(module, name, self._flushing_first(getattr(module, name)))
            for module, names in ((os, _ENDS), (signal, ("raise_signal",)))
            for name in names
            if hasattr(module, name)
        ]
        if sys.platform != "win32":
            log_pipe = LogPipe(self._redactor, out_streams.log_descriptors(self._outs))
            log_pipe.install()
            self._log_pipe = log_pipe
        self._is_installed = True
        _tell_of_forks(self)
        atexit.register(self._at_exit)
        self._test()

    def uninstall(self) -> None:
        """Sends what is held back, and puts everything back as it was."""
        self._hold_back.flush_all()
        self._is_installed = False
        for patch in reversed(self._patches):
            patch.undo()
        if self._log_pipe is not None:
            self._log_pipe.uninstall()
            self._log_pipe = None
        atexit.unregister(self._at_exit)

    # -- the session's methods

    def _serialize(self, msg: Any, ident: Any = None) -> Any:
        if self._redactor.is_on and self._is_installed and not isinstance(msg, _MaskedMessage):
            msg_type = msg["header"]["msg_type"]
            parent_id = msg["parent_header"].get("msg_id", "")
            self._hold_back.flush(parent_id)
            if msg_type not in UNMASKED_TYPES:
                msg = self._masker.mask(msg, msg_type)
            elif msg_type == "status" and msg["content"].get("execution_state") == "idle":
                self._hold_back.end_cell(parent_id)
        return self._serialize_as_before(msg, ident)

    def _send(
        self,
        stream: Any,
        msg_or_type: Any,
        content: Any = None,
        parent: Any = None,
        ident: Any = None,
        buffers: Any = None,
        track: bool = False,
        header: Any = None,
        metadata: Any = None,
    ) -> Any:
        if self._redactor.is_on and self._is_installed:
            if msg_or_type in ("stream", None):  # None: the header says the type
                msg_or_type = self._session.msg(msg_or_type, content, parent, header, metadata)
            if not isinstance(msg_or_type, str):
                if msg_or_type["header"]["msg_type"] == "stream" and self._feed(msg_or_type):
                    return msg_or_type
                buffers = buffers or msg_or_type.get("buffers")
            if buffers:
                buffers = [self._masker.mask_buffer(buffer) for buffer in buffers]
        return self._send_as_before(stream, msg_or_type, content, parent, ident, buffers, track, header, metadata)

    def _feed(self, msg: Any) -> bool:
        """Hands what was written to the hold-back, which sends what may go out; False where it takes no such stream."""
        if (name := msg["content"].get("name")) not in ("stdout", "stderr"):
            return False
        self._hold_back.flush(msg["parent_header"].get("msg_id", ""), besides=name)
        self._hold_back.feed(name, msg["parent_header"], msg["content"]["text"])
        return True

    def _deserialize(self, *args: Any, **options: Any) -> Any:
        """Takes a value that was typed on the line out of a cell, before it is logged, broadcast or stored."""
        msg = self._deserialize_as_before(*args, **options)
        content = msg.get("content")
        if self._is_installed and msg["msg_type"] == "execute_request" and isinstance(content, dict):
            if not content.get("silent"):
                self._redactor.cell = int(self._kernel.execution_count)  # for what is masked before the cell is stored
            code, typed = typed_values.scrub(str(content.get("code", "")))
            if "code" in content:
                content["code"] = code
            if typed:
                self._learn(typed)
        return msg

    # -- what the hold-back asks for

    def _emit(self, name: str, parent: dict[str, Any], text: str) -> None:
        # As ipykernel does: its thread for iopub is safe in a fork, a session refuses to send from another process.
        self._session.pid = os.getpid()
        msg = _MaskedMessage(self._session.msg("stream", {"name": name, "text": text}, parent=parent))
        self._send_as_before(self._thread or self._kernel.iopub_socket, msg, ident=b"stream." + name.encode())

    def _call_later(self, seconds: float, call: Callable[[], None]) -> None:
        thread = self._thread
        if thread is not None and thread.thread.is_alive():
            thread.schedule(lambda: thread.io_loop.call_later(seconds, call))
            return
        timer = threading.Timer(seconds, call)
        timer.daemon = True
        timer.start()

    def _collect(self, name: str) -> None:
        if (out := self._outs.get(name)) is not None:
            out._flush()

    # -- the ends of processes

    def _at_exit(self) -> None:
        self._hold_back.flush_all()
        if self._log_pipe is not None:
            self._log_pipe.drain()

    def after_fork(self) -> None:
        """In a child: it ends by ``os._exit`` or in another program, and nothing would send what is held back then."""
        if not self._is_installed:
            return
        self._hold_back.after_fork()
        if self._log_pipe is not None:
            self._log_pipe.after_fork()
            self._log_pipe = None

    def _flushing_first(self, end: Callable[..., Any]) -> Callable[..., Any]:
        """Wraps a function that may end this process, so that what was written goes out first."""

        @functools.wraps(end)
        def flush_and_end(*args: Any) -> Any:
            # Where there are groups of processes, a signal to its own one reaches this process, too.
            own = (0, os.getpid(), os.getpgrp() if hasattr(os, "getpgrp") else 0)
            if end.__name__ not in ("kill", "killpg") or (args and args[0] in own):
                self._flush_before_end()
            return end(*args)

        return flush_and_end

    def _flush_before_end(self) -> None:
        """Sends what is held back; lets ipykernel's threads pass on what they have read from descriptors 1 and 2."""
        self._hold_back.flush_all()
        if self._log_pipe is not None:  # not in a forked child: it has none of these threads
            self._log_pipe.wait_until_caught()

    # -- the self-test

    def _test(self) -> None:
        """Raises :class:`SecretsError` where something would get past the hooks."""
        senders = [self._kernel.session, *(out.session for out in self._outs.values())]
        sound = {
            "its messages": self_test.is_canary_masked(self._session, self._redactor),
            "its hooks": all(patch.is_in_place for patch in self._patches),
            "its streams": all(session is self._session for session in senders),
            "its log": self._log_pipe is None or self._log_pipe.is_in_place,
        }
        for broken in (what for what, is_sound in sound.items() if not is_sound):
            raise SecretsError(
                "guard",
                f"the self-test failed: {broken} would bypass the guard with this version of ipykernel",
                "Use a version of ipykernel that dh_secrets_jupyter supports",
            )


_told_of_forks: list[KernelHooks] = []


def _tell_of_forks(hooks: KernelHooks) -> None:
    """Tells hooks of each fork. Python takes no such call back, so it is registered once and asks for the hooks."""
    if not _told_of_forks and hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=lambda: _told_of_forks[-1].after_fork())
    _told_of_forks[:] = [hooks]
