"""Secrets through the platform's own server, Core: for its workspaces and runs, which have no right in the cluster.

:mod:`.provider` is the provider. :mod:`.login` says who one is, :mod:`.profile` is the file in which the platform's SDK
keeps logins, :mod:`.client` speaks to Core, :mod:`.entity` is Core's record of a secret. :mod:`.reading`,
:mod:`.writing`, :mod:`.lock` and :mod:`.watching` are the orders of requests.
"""

from .provider import DigitalHubProvider

__all__ = ["DigitalHubProvider"]
