"""One deadline over a whole exchange: name look-up, proxy, TLS, request and answer.

A socket's own time-out starts anew with every byte that comes, and some steps have none. So an exchange runs in a
thread of its own. Whoever waits for it goes on at the deadline, and the thread's connection is shut down, so that the
thread ends and nothing more is sent.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from urllib3 import PoolManager

T = TypeVar("T")


class DeadlineError(Exception):
    """The deadline passed before the exchange was over."""


class OutcomeUnknownError(Exception):
    """A change was sent and no answer came: it may have happened, or happen yet."""


class Exchange(threading.Thread, Generic[T]):
    """Runs a call that uses connections of :func:`make_cuttable`.

    Attributes:
        sent: whether a request may have gone out.
    """

    def __init__(self, call: Callable[[], T]) -> None:
        super().__init__(name="dh-secrets-exchange", daemon=True)
        self.sent = False
        self._call = call
        self._result: list[T] = []
        self._error: BaseException | None = None
        # In place of join and is_alive: after an interrupted join the thread counts as ended, and goes on.
        self._done = threading.Event()
        self._lock = threading.Lock()
        self._over = False
        self._connection: Any = None

    def run(self) -> None:
        """Makes the call."""
        try:
            self._result.append(self._call())
        except BaseException as error:  # noqa: BLE001 (it is the caller's, who waits in another thread)
            self._error = error
        finally:
            self._done.set()

    def result(self, seconds: float) -> T:
        """Starts, and returns or raises what the call does.

        Raises:
            DeadlineError: it took longer.
        """
        try:
            try:
                self.start()
            except RuntimeError:  # no thread can start while Python ends: there the sockets' own time-outs have to do
                self.sent = True
                self.run()
            is_over = self._done.wait(max(0.0, seconds))
        finally:
            self._cut()  # also where the user interrupts the kernel
        if not is_over:  # whatever has come meanwhile: of an answer that was cut, the half may look like a whole one
            raise DeadlineError
        if self._error:
            raise self._error
        return self._result[0]

    def use(self, connection: Any, *, sending: bool = False) -> None:
        """Notes which connection is in use. Raises :class:`TimeoutError` after the deadline, so that it ends here."""
        with self._lock:
            if self._over:
                raise TimeoutError
            self._connection = connection
            self.sent = self.sent or sending

    def _cut(self) -> None:
        with self._lock:
            self._over = True
            held = getattr(self._connection, "sock", None) if not self._done.is_set() else None
        if held is not None:
            # The method of the plain socket: that of a TLS socket would first take the encryption off, under the
            # hands of the thread that sends. TLS through a TLS proxy wraps the socket once more.
            with contextlib.suppress(OSError):
                socket.socket.shutdown(getattr(held, "socket", held), socket.SHUT_RDWR)


def make_cuttable(pools: PoolManager) -> None:
    """Makes connections that tell the exchange in whose thread they are used."""
    classes: dict[str, Any] = pools.pool_classes_by_scheme
    pools.pool_classes_by_scheme = {
        scheme: type(pool.__name__, (pool,), {"ConnectionCls": _cuttable(pool.ConnectionCls)})
        for scheme, pool in classes.items()
    }


def _cuttable(base: Any) -> Any:
    class Cuttable(base):  # type: ignore[misc]  # the base is known when it runs: HTTP, HTTPS, or either through SOCKS
        def connect(self) -> None:
            _use(self)
            super().connect()
            _use(self)
            # Whether certificates are verified is the kubeconfig's choice, and said once, by us. urllib3 would warn
            # with each request, in the notebook.
            self.is_verified = True

        def request(self, *args: Any, **options: Any) -> None:
            _use(self, sending=True)
            super().request(*args, **options)

    return Cuttable


def _use(connection: Any, *, sending: bool = False) -> None:
    exchange = threading.current_thread()
    if isinstance(exchange, Exchange):
        exchange.use(connection, sending=sending)
