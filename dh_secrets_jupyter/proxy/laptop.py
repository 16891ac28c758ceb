"""The proxy of a kernel on a laptop: a child of the kernel's (:mod:`.child`), and this end of the pipe to it."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from typing import Any

from ..errors import ProviderUnavailableError, SecretsError, from_json
from ..models import StandIn
from .connection import Report, Source, Trust, Use, new_token

ANSWER_TIMEOUT = 30.0
"""Seconds for an answer; reading a secret may take that long."""
_USES_AT_MOST = 1000
"""Uses that are kept for a panel that does not ask."""


class Laptop:
    """A :class:`.connection.ProxyConnection`.

    Args:
        environment: what the child gets, without what names the proxy in the kernel's own.
        trust: told of the certificates of authorities.

    Raises:
        ProviderUnavailableError: it does not start.
    """

    def __init__(self, environment: Mapping[str, str], trust: Trust) -> None:
        self.token = new_token()
        self._trust = trust
        self._uses: deque[Use] = deque(maxlen=_USES_AT_MOST)
        self._report = Report()
        self._numbers = itertools.count()
        self._waiting: dict[int, Future[Any]] = {}
        self._lock = threading.Lock()
        self._process = subprocess.Popen(
            # -P: what lies in the notebook's folder is none of its modules.
            [sys.executable, "-P", "-m", __package__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=dict(environment),
            text=True,
            start_new_session=True,  # Ctrl-C in a terminal is for the kernel
        )
        threading.Thread(target=self._listen, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._ask('start', token=self.token)['port']}"

    @property
    def protection(self) -> str:
        """See :class:`.connection.ProxyConnection`."""
        return protection(os.environ)

    @property
    def is_alive(self) -> bool:
        """See :class:`.connection.ProxyConnection`."""
        return self._process.poll() is None

    def grant(self, names: Sequence[str], source: Source) -> list[StandIn]:
        """See :class:`.connection.ProxyConnection`."""
        found = self._ask(
            "grant", names=list(names), project=source.project, provider=source.provider, user=source.user
        )
        return [StandIn(name, found[name]["text"], tuple(found[name]["hosts"])) for name in names]

    def revoke(self, names: Sequence[str], source: Source) -> None:
        """See :class:`.connection.ProxyConnection`."""
        with contextlib.suppress(SecretsError):
            self._ask("revoke", names=list(names), project=source.project, provider=source.provider)

    def report(self) -> Report:
        """See :class:`.connection.ProxyConnection`."""
        with contextlib.suppress(SecretsError):
            self._report = Report.of(self._ask("report"))
        return self._report

    def take_uses(self) -> list[Use]:
        """See :class:`.connection.ProxyConnection`."""
        return [self._uses.popleft() for _ in range(len(self._uses))]

    def close(self) -> None:
        """See :class:`.connection.ProxyConnection`."""
        with contextlib.suppress(OSError):
            self._stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(5)

    @property
    def _stdin(self) -> Any:
        return self._process.stdin

    def _ask(self, method: str, **params: Any) -> Any:
        number, answer = next(self._numbers), Future[Any]()
        line = json.dumps({"id": number, "method": method, "params": params}) + "\n"
        self._waiting[number] = answer
        failure: SecretsError = ProviderUnavailableError(
            "proxy", "it did not start, or has ended", "Type %secret use NAME again"
        )
        try:
            with self._lock:
                self._stdin.write(line)
                self._stdin.flush()
            found = answer.result(ANSWER_TIMEOUT)
            if not isinstance(found, SecretsError):
                return found
            failure = found
        except (OSError, ValueError, TimeoutError):
            pass  # the child has ended; a closed pipe is a ValueError
        raise failure

    def _listen(self) -> None:
        for line in self._process.stdout or ():
            said = json.loads(line)
            if "trust" in said:
                self._trust([said["trust"]])
            elif "used" in said:
                self._uses.append(Use(**said["used"]))
            else:
                self._waiting.pop(said["id"]).set_result(
                    from_json(said["error"]) if "error" in said else said["result"]
                )
        for answer in list(self._waiting.values()):
            answer.set_exception(BrokenPipeError())


def protection(environment: Mapping[str, str]) -> str:
    """Returns what a child of the kernel's protects from, and what not."""
    in_pod = environment.get("KUBERNETES_SERVICE_HOST")
    where = "in the kernel's own pod, which is no more than on a laptop" if in_pod else "on this machine"
    return (
        f"a process {where}: it protects from accidents and from what an agent prints or sends, not from code that "
        "looks for the key as the same user"
    )
