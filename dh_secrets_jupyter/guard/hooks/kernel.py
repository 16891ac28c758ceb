"""The hooks into a kernel: every message, on every channel and from every thread, passes one session object.

Its methods are replaced on the instance: ``serialize`` sees the content of every message, and lets out first what its
cell's streams hold back; ``send`` sees the streams' cuts and the binary buffers, ``deserialize`` a cell's source before
anything else does. Beside it lie the redacting pipe under the kernel's copies of descriptors 1 and 2, and what a forked
child needs, which has none of the kernel's threads.
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
from . import log_pipe, out_streams, self_test, typed_values
from .hold_back import Streams
from .message_fields import OWN_METADATA, UNTOUCHED, mask_content, mask_tree, says_only_ok, withheld, withheld_metadata

_ENDS = ("_exit", "abort", "execv", "execve", "kill", "killpg")
"""Functions that may end the process, with nothing of it called any more."""


class _Ready(dict[str, Any]):
    """A message that was masked already: a stream's text, as it comes out of the hold-back."""


class KernelHooks:
    """All hooks of one kernel. Calls of :meth:`install` and :meth:`uninstall` alternate."""

    place = "this kernel"

    def __init__(self, shell: Any, redactor: Redactor, learn: Callable[[list[typed_values.Typed]], None]) -> None:
        self._redactor = redactor
        self._learn = learn
        self._kernel = shell.kernel
        self._session = shell.kernel.session
        self._thread = getattr(shell.kernel, "iopub_thread", None)
        self._patches: list[Patch] = []
        self._log: log_pipe.LogPipe | None = None
        self._outs = out_streams.find()
        self._streams = Streams(redactor, self._emit, self._later, self._flush)
        self._installed = False

    @property
    def gaps(self) -> list[str]:
        """What cannot be closed here, and whether what is sent can be read on its way."""
        unseen = "not covered here: what C code and child processes write straight to the server's log"
        return [*([] if self._log else [unseen]), self._transport()]

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
            Patch(module, name, self._settling(getattr(module, name)))
            for module, names in ((os, _ENDS), (signal, ("raise_signal",)))
            for name in names
            if hasattr(module, name)
        ]
        if sys.platform != "win32":
            self._log = log_pipe.LogPipe(self._redactor, out_streams.log_descriptors(self._outs))
        self._installed = True
        _on_fork(self)
        atexit.register(self._at_exit)
        self._test()

    def uninstall(self) -> None:
        """Sends what is held back, and puts everything back as it was."""
        self._streams.release_all()
        self._installed = False
        for patch in reversed(self._patches):
            patch.undo()
        if self._log is not None:
            self._log.close()
            self._log = None
        atexit.unregister(self._at_exit)

    # -- the session's methods

    def _serialize(self, msg: Any, ident: Any = None) -> Any:
        if self._redactor.is_on and self._installed and not isinstance(msg, _Ready):
            kind = msg["header"]["msg_type"]
            parent_id = msg["parent_header"].get("msg_id", "")
            self._streams.release(parent_id)
            if kind not in UNTOUCHED:
                msg = self._masked(msg, kind)
            elif kind == "status" and msg["content"].get("execution_state") == "idle":
                self._streams.end(parent_id)
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
        if self._redactor.is_on and self._installed:
            if msg_or_type in ("stream", None):  # None: the header says the type
                msg_or_type = self._session.msg(msg_or_type, content, parent, header, metadata)
            if not isinstance(msg_or_type, str):
                if msg_or_type["header"]["msg_type"] == "stream" and self._feed(msg_or_type):
                    return msg_or_type
                buffers = buffers or msg_or_type.get("buffers")
            if buffers:
                buffers = [self._masked_buffer(buffer) for buffer in buffers]
        return self._send_as_before(stream, msg_or_type, content, parent, ident, buffers, track, header, metadata)

    def _feed(self, msg: Any) -> bool:
        """Hands what was written to the hold-back, which sends what may go out; tells whether it is its to send."""
        if (name := msg["content"].get("name")) not in ("stdout", "stderr"):
            return False
        self._streams.release(msg["parent_header"].get("msg_id", ""), besides=name)
        self._streams.feed(name, msg["parent_header"], msg["content"]["text"])
        return True

    def _deserialize(self, *args: Any, **options: Any) -> Any:
        """Takes a value that was typed on the line out of a cell, before it is logged, broadcast or stored."""
        msg = self._deserialize_as_before(*args, **options)
        content = msg.get("content")
        if self._installed and msg["msg_type"] == "execute_request" and isinstance(content, dict):
            if not content.get("silent"):
                self._redactor.cell = int(self._kernel.execution_count)  # for what is masked before the cell is stored
            code, typed = typed_values.scrub(str(content.get("code", "")))
            if "code" in content:
                content["code"] = code
            if typed:
                self._learn(typed)
        return msg

    # -- masking

    def _masked(self, msg: Any, kind: str) -> Any:
        content, metadata = msg.get("content") or {}, msg.get("metadata")
        own = not metadata or metadata.keys() <= OWN_METADATA
        if own and says_only_ok(kind, content):
            return msg
        msg = dict(msg)
        try:
            packed = msg["content"] = self._packed(content)
            if not self._redactor.masker.is_clean(packed):
                msg["content"] = self._taken_apart(packed, kind, functools.partial(mask_content, kind))
            if not own and not self._redactor.masker.is_clean(packed := self._packed(metadata)):
                kept = {key: metadata[key] for key in metadata if key == "status"}
                msg["metadata"] = {**self._session.unpack(self._taken_apart(packed, kind, mask_tree)), **kept}
        except Exception:  # noqa: BLE001  # whatever it is, the content must not go out past the guard
            msg["content"], msg["metadata"] = withheld(kind, content), withheld_metadata(metadata)
        return msg

    def _packed(self, part: Any) -> bytes:
        """Returns a part of a message as it is on the wire."""
        if isinstance(part, str):
            return part.encode()
        return part if isinstance(part, bytes) else bytes(self._session.pack(part))

    def _taken_apart(self, packed: bytes, kind: str, mask: Callable[[Any, Callable[[str], str]], Any]) -> bytes:
        """Masks a part that may hold a value; the very same bytes where it holds none."""
        marks = 0

        def mask_text(text: str) -> str:
            nonlocal marks
            masked, hits = self._redactor.masker.mask(text)
            if hits:
                marks += len(hits)
                self._redactor.record(hits, kind)
            return masked

        masked = mask(self._session.unpack(packed), mask_text)
        return self._packed(masked) if marks else packed

    def _masked_buffer(self, buffer: Any) -> Any:
        data = bytes(memoryview(buffer))
        masked = self._redactor.mask_bytes(data, "buffer")
        return buffer if masked == data else masked

    # -- the streams' other end

    def _emit(self, name: str, parent: dict[str, Any], text: str) -> None:
        # As ipykernel does: its thread for iopub is safe in a fork, a session refuses to send from another process.
        self._session.pid = os.getpid()
        msg = _Ready(self._session.msg("stream", {"name": name, "text": text}, parent=parent))
        self._send_as_before(self._thread or self._kernel.iopub_socket, msg, ident=b"stream." + name.encode())

    def _later(self, seconds: float, call: Callable[[], None]) -> None:
        thread = self._thread
        if thread is not None and thread.thread.is_alive():
            thread.schedule(lambda: thread.io_loop.call_later(seconds, call))
            return
        timer = threading.Timer(seconds, call)
        timer.daemon = True
        timer.start()

    def _flush(self, name: str) -> None:
        if (out := self._outs.get(name)) is not None:
            out._flush()

    # -- the ends of processes

    def _at_exit(self) -> None:
        self._streams.release_all()
        if self._log is not None:
            self._log.drain()

    def after_fork(self) -> None:
        """In a child: it ends by ``os._exit`` or in another program, and nothing would send what is held back then."""
        if not self._installed:
            return
        self._streams.after_fork()
        if self._log is not None:
            self._log.after_fork()
            self._log = None

    def _settling(self, end: Callable[..., Any]) -> Callable[..., Any]:
        """Returns a function that may end this process, made to let out first what has been said."""

        @functools.wraps(end)
        def settle_and_end(*args: Any) -> Any:
            if end.__name__ not in ("kill", "killpg") or args[:1] in ((os.getpid(),), (0,), (os.getpgrp(),)):
                self._settle()
            return end(*args)

        return settle_and_end

    def _settle(self) -> None:
        """Sends what is held back; lets ipykernel's threads pass on what they have read from descriptors 1 and 2."""
        self._streams.release_all()
        if self._log is not None:  # not in a forked child: it has none of these threads
            self._log.wait_until_caught()

    # -- the self-test

    def _test(self) -> None:
        """Raises :class:`SecretsError` where something would get past the hooks."""
        senders = [self._kernel.session, *(out.session for out in self._outs.values())]
        broken = (
            "its messages"
            if not self_test.is_canary_masked(self._session, self._redactor)
            else "its hooks"
            if not all(patch.is_in_place for patch in self._patches)
            else "its streams"
            if any(session is not self._session for session in senders)
            else "its log"
            if self._log is not None and not self._log.in_place
            else None
        )
        if broken:
            raise SecretsError(
                "guard",
                f"the self-test failed: {broken} would bypass the guard with this version of ipykernel",
                "Use a version of ipykernel that dh_secrets_jupyter supports",
            )


_forking: list[KernelHooks] = []


def _on_fork(hooks: KernelHooks) -> None:
    """Tells the hooks of a fork; Python cannot take such a call back, so that it is registered once and asks them."""
    if not _forking and hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=lambda: _forking[-1].after_fork())
    _forking[:] = [hooks]
