"""Who a kernel is, and whether it may use a project's secrets: as the API server says, asked by the secrets proxy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ...errors import AccessDeniedError, ProviderUnavailableError
from .provider import KubernetesProvider

AUDIENCE = "dh-secrets"
"""Of the tokens by which kernels prove themselves: no other server takes them, and no others are taken."""
USE = "use"
"""The verb that a Role grants on the project's Secret."""
_REVIEW = 10.0
"""Seconds for one question."""
_POD = "authentication.kubernetes.io/pod-name"


@dataclass(frozen=True)
class Account:
    """Whoever has proved itself by a token, as the API server knows it.

    Attributes:
        name: the user's, ``system:serviceaccount:NAMESPACE:NAME`` of a pod.
        extra: what else the token says, as the pod that it is bound to.
    """

    name: str
    uid: str = ""
    groups: Sequence[str] = ()
    extra: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def pod(self) -> str:
        """The pod's name, ``""`` where the token is bound to none."""
        return next(iter(self.extra.get(_POD, ())), "")


class ReviewingProvider(KubernetesProvider):
    """The Kubernetes provider of the secrets proxy, whose own account reads the Secrets and may ask what others may."""

    def authenticate(self, token: str) -> Account:
        """Returns whose a token is; it has to be for :data:`AUDIENCE`.

        Raises:
            AccessDeniedError: the API server does not accept it, as one of a pod that is gone.
            ProviderUnavailableError: it cannot be asked.
        """
        status = self._review("authentication.k8s.io", "TokenReview", {"token": token, "audiences": [AUDIENCE]})
        # An API server that knows no audiences names none, and would accept any token.
        if not status.get("authenticated") or AUDIENCE not in (status.get("audiences") or ()):
            raise AccessDeniedError(
                "proxy",
                f"the API server does not accept this token for the audience {AUDIENCE}",
                "Mount the pod's token for it, as examples/kubernetes shows",
            )
        user = status.get("user") or {}
        return Account(user.get("username", ""), user.get("uid", ""), user.get("groups") or (), user.get("extra") or {})

    def check_use(self, account: Account, project: str) -> None:
        """Checks that an account may use the secrets of a project.

        Raises:
            AccessDeniedError: it may not.
            ProviderUnavailableError: the API server cannot be asked.
        """
        secret, namespace = self._secret(project), self._target.namespace
        attributes = {"verb": USE, "resource": "secrets", "name": secret, "namespace": namespace}
        user = {"user": account.name, "uid": account.uid, "groups": account.groups, "extra": account.extra}
        status = self._review("authorization.k8s.io", "SubjectAccessReview", {**user, "resourceAttributes": attributes})
        if not status.get("allowed"):
            raise AccessDeniedError(
                project,
                f"{account.name} may not use the Secret {secret} in the namespace {namespace}",
                f"Ask an administrator for a Role that grants the verb {USE}",
            )

    def _review(self, group: str, kind: str, spec: Mapping[str, Any]) -> Mapping[str, Any]:
        review = {"apiVersion": f"{group}/v1", "kind": kind, "spec": spec}
        deadline = self._client.begin(_REVIEW)
        answer = self._client.request("POST", f"/apis/{group}/v1/{kind.lower()}s", review, deadline=deadline)
        if not answer.ok or answer.body.get("kind") != kind:
            raise ProviderUnavailableError(
                "proxy",
                f"the API server did not answer its {kind} (HTTP status {answer.status})",
                "Bind the proxy's ServiceAccount to the ClusterRole system:auth-delegator",
            )
        status: Mapping[str, Any] = answer.body.get("status") or {}
        return status
