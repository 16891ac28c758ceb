"""What the API server refused, as one line that says what to do. Its own words are never repeated."""

from __future__ import annotations

import os

from ...errors import AccessDeniedError, ProviderUnavailableError, SecretsError, TooLargeError
from .admission import Verdict, verdict
from .client import Answer
from .connection import Target

ON_PLATFORM = "DHCORE_ENDPOINT"
"""The variable that says that this is a workspace or a run of the platform."""


def refusal(answer: Answer, verb: str, project: str, secret: str, target: Target) -> SecretsError:
    """Returns the error for an answer that is no success.

    Args:
        verb: what was asked, as Roles call it.
        secret: the Secret's name.
    """
    if found := verdict(answer.body):
        return _ruled(found, answer.status, verb, project, f"the Secret {secret} in the namespace {target.namespace}")
    if answer.status == 401:
        hint = "Restart the pod" if target.in_pod else "Log in to the cluster again, or renew the kubeconfig's token"
        return AccessDeniedError(project, "the API server does not accept your credentials", hint)
    if answer.status == 404 and verb == "create":
        return ProviderUnavailableError(
            project, f"the namespace {target.namespace} does not exist", "Set DH_SECRETS_NAMESPACE to one that does"
        )
    causes = _causes(answer)
    if any(reason == "NamespaceTerminating" for _, reason in causes):
        return ProviderUnavailableError(
            project, f"the namespace {target.namespace} is being deleted", "Set DH_SECRETS_NAMESPACE to another one"
        )
    if answer.status == 403:
        return _forbidden(answer, verb, project, secret, target)
    if answer.status == 413 or ("data", "FieldValueTooLong") in causes:
        return TooLargeError(project, "its secrets would be too large together", "Delete some, or write fewer at once")
    if ("metadata.annotations", "FieldValueTooLong") in causes:
        return TooLargeError(
            project,
            "descriptions, labels and names of its secrets would exceed the 256 KiB of a Secret's annotations",
            "Shorten descriptions, or delete secrets",
        )
    if any(reason == "FieldValueForbidden" for _, reason in causes):
        return SecretsError(project, f"the Secret {secret} is immutable", "Use another project")
    return SecretsError(
        project,
        f"the API server refused to {verb} the Secret {secret} with HTTP status {answer.status}",
        "Ask an administrator which rule of the cluster forbids it",
    )


def _ruled(found: Verdict, status: int, verb: str, project: str, where: str) -> SecretsError:
    rule = f"the {found.kind} {found.name}"
    if found.away:
        return ProviderUnavailableError(
            project,
            f"{rule} does not answer, and without it the API server refused to {verb} {where}: nothing was changed",
            "Try again later, or ask an administrator to look at the webhook",
        )
    if found.kind == "ResourceQuota":
        return AccessDeniedError(
            project,
            f"{rule} does not let you {verb} {where} (HTTP status {status})",
            "Ask an administrator to raise it",
        )
    return AccessDeniedError(
        project,
        f"{rule} denied the request to {verb} {where} (HTTP status {status})",
        "Ask an administrator what it allows; kubectl shows its own words",
    )


def _forbidden(answer: Answer, verb: str, project: str, secret: str, target: Target) -> AccessDeniedError:
    where = f"the Secret {secret} in the namespace {target.namespace}"
    message = answer.body.get("message")
    if isinstance(message, str) and message and " cannot " not in message:  # a quota, or an admission rule
        return AccessDeniedError(
            project,
            f"a rule of the cluster does not let you {verb} {where}",
            "Ask an administrator for quotas and policies",
        )
    if os.environ.get(ON_PLATFORM):
        return AccessDeniedError(
            project,
            f"you may not {verb} {where}",
            "Use --provider digitalhub, which needs no right in the cluster. Ask for no Role: all workspaces of the "
            "platform share one account, and every user and run would have the project's secrets",
        )
    # https://kubernetes.io/docs/reference/access-authn-authz/rbac/#referring-to-resources: no Role can name what is
    # to be created.
    only = "" if verb == "create" else f" --resource-name={secret}"
    role = f"kubectl create role {project}-secrets -n {target.namespace} --verb={verb} --resource=secrets{only}"
    return AccessDeniedError(
        project, f"you may not {verb} {where}", f"Ask an administrator for a Role that grants it: {role}"
    )


def _causes(answer: Answer) -> list[tuple[str, str]]:
    """Returns what a validation found wrong, as (field, reason). A failed ``test`` of a patch has no causes."""
    details = answer.body.get("details") or {}
    return [(str(cause.get("field")), str(cause.get("reason"))) for cause in details.get("causes") or ()]


def lost_race(answer: Answer) -> bool:
    """Returns whether somebody else came first, so that a new look helps."""
    if verdict(answer.body):
        return False
    # 422 without a cause is how a failed test of a JSON Patch is said.
    return answer.status in (404, 409) or (answer.status == 422 and not _causes(answer))
