"""Secrets in the cluster: one Kubernetes Secret per project, as the platform, kubectl and pods know it.

:mod:`.provider` is the provider, :mod:`.manifest` what the Secret looks like, :mod:`.json_patch` how a change of it is
sent, :mod:`.client` speaks to the API server, :mod:`.pools` alone imports the Kubernetes client, and :mod:`.api_errors`
says what the API server refused.
"""

from .provider import KubernetesProvider

__all__ = ["KubernetesProvider"]
