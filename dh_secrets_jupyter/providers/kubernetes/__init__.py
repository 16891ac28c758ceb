"""Secrets in the cluster: one Kubernetes Secret per project, as the platform, kubectl and pods know it.

:mod:`.provider` is the provider, :mod:`.layout` what the Secret looks like, :mod:`.patch` how a change of it is sent,
:mod:`.client` speaks to the API server, :mod:`.pools` alone imports the Kubernetes client.
"""

from .provider import KubernetesProvider

__all__ = ["KubernetesProvider"]
