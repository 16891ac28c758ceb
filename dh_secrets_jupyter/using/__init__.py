"""Stand-ins for secrets that this process may use and not read: what ``%secret use`` and ``use()`` do, without a shell.

The first stand-in connects to the proxy (:mod:`..proxy.connection`), and names it in the environment; when the last one
is forgotten the environment is as it was before. Until somebody asks for stand-ins none of that is imported.
"""

from __future__ import annotations

import atexit
import os
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from .. import current, guard
from ..models import StandIn
from ..project import Project
from ..providers import proxies

if TYPE_CHECKING:
    from ..proxy.connection import ProxyConnection, Trust
    from .stand_ins import StandIns

__all__ = ["close", "current_stand_ins", "protection", "use", "use_secrets"]

_PROXY = proxies.HTTPS_PROXY[0]
"""The variable that holds the session's token, under whose name that is masked."""
_stand_ins: StandIns | None = None


def use(name: str) -> str:
    """Returns a stand-in of a secret of the current project, in a script as in a kernel.

    Raises:
        SecretsError: the secret is not there, or for no host.
        ProviderUnavailableError: the proxy does not start, or cannot be reached.
    """
    return use_secrets([name])[0].text


def use_secrets(names: Iterable[str], project: Project | None = None) -> list[StandIn]:
    """Returns stand-ins of secrets of a project, by default the current one, for all or none. Raises as :func:`use`."""
    return current_stand_ins().use(names, project or current.project())


def current_stand_ins() -> StandIns:
    """Returns those of this process."""
    from .stand_ins import StandIns

    global _stand_ins
    if _stand_ins is None:
        _stand_ins = StandIns(_connect)
        atexit.register(_stand_ins.close)
        proxies.environment = _stand_ins.environment_before
    return _stand_ins


def protection() -> str:
    """Returns what puts values in here, or would, and what it protects from and what not; without connecting."""
    from ..providers.kubernetes import secrets_proxy

    if in_cluster := secrets_proxy.of_environment():
        from ..proxy.in_cluster import protection as of_cluster

        return of_cluster(in_cluster.host)
    from ..proxy.laptop import protection as of_laptop

    return of_laptop(os.environ)


def close() -> None:
    """Ends all stand-ins; the environment is as it was before."""
    if _stand_ins is not None:
        _stand_ins.close()


def _connect(environment: Mapping[str, str], trust: Trust) -> ProxyConnection:
    from ..providers.kubernetes import secrets_proxy

    made: ProxyConnection
    if in_cluster := secrets_proxy.of_environment():
        from ..proxy.in_cluster import InCluster

        made = InCluster(in_cluster, trust)
    else:
        from ..proxy.laptop import Laptop

        made = Laptop(environment, trust)
    guard.learn_credential(_PROXY, made.token)  # before it is in the environment
    return made


def _begin_anew() -> None:
    """A forked child uses what its parent's environment names, and has nothing to put back."""
    global _stand_ins
    if _stand_ins is not None:
        atexit.unregister(_stand_ins.close)
        _stand_ins, proxies.environment = None, lambda: os.environ


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_begin_anew)
