"""Secrets in the cluster, beside the platform's Core: what is created there is registered at Core, what is deleted is
taken out of its register.

:mod:`.provider` is the Kubernetes provider that does so. :mod:`.register` is what it asks of Core, and under which
conditions. :mod:`.write_backs` sees and puts back what Core undoes of others' changes when it takes an entity out.
"""

from .provider import RegisteringProvider

__all__ = ["RegisteringProvider"]
