"""The provider: looks at a project's Secret, asks the plan, and sends what changes in one request."""

from __future__ import annotations

import contextlib
import os
import re
import threading
import time
from collections.abc import Iterator, Sequence
from functools import cached_property, partial
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from ...backoff import Deadline, pauses
from ...errors import AccessDeniedError, ConflictError, ProviderUnavailableError, SecretsError
from ..base import LazyRecords, Plan, Records, check_total
from ..exchange import OutcomeUnknownError
from . import managers, secrets_proxy
from .api_errors import lost_race, refusal
from .client import BUSY, JSON_PATCH, READ_TIMEOUT, RETRY_TIMEOUT, Answer, Client
from .coexistence import keep, notices
from .connection import NAMESPACE, Target, address_of, find_target
from .json_patch import Edit, creation, done, edits, empties, operations, others_changed, untouched, values_after
from .manifest import Look
from .watch import EXPIRY, follow
from .write_queue import Turn, turn

if TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse

LONGEST = 25.0
"""Seconds after which every call gives up; the protocol allows 30."""
TERMINATING = 15.0
"""Seconds for which a write waits until a Secret that is being deleted is gone."""
OURS = {"fieldManager": managers.OURS}

_OBJECT_NAME = re.compile(r"[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?")


class KubernetesProvider:
    """Keeps each project in one Secret, named by ``DH_SECRETS_SECRET_NAME``, by default ``proj-secrets-{project}``.

    The namespace is ``DH_SECRETS_NAMESPACE``, else the pod's, else the kubeconfig context's, else ``default``.

    Raises:
        ProviderUnavailableError: one of the two settings cannot be used.
    """

    name = "kubernetes"
    PLATFORMS = "proj-secrets-{project}"
    """The name that the platform gives a project's Secret."""

    def __init__(self) -> None:
        self._template = os.environ.get("DH_SECRETS_SECRET_NAME") or self.PLATFORMS
        if "{project}" not in self._template or not _OBJECT_NAME.fullmatch(self._secret("a-project")):
            raise ProviderUnavailableError(
                "DH_SECRETS_SECRET_NAME",
                "it has to be a Secret's name with {project} in it, or all projects would share one",
                "Write it like proj-secrets-{project}",
            )
        self._namespace = os.environ.get("DH_SECRETS_NAMESPACE") or None
        if self._namespace and not NAMESPACE.fullmatch(self._namespace):
            raise ProviderUnavailableError(
                "DH_SECRETS_NAMESPACE", "not a valid namespace name", "Use lower case letters, digits and -"
            )

    def place(self, project: str) -> str:
        """Names Secret, namespace and cluster."""
        return f"Secret {self._secret(project)} in namespace {self._target}"

    @property
    def address(self) -> str:
        """See :class:`.base.HasAddress`."""
        return address_of(self._target)

    def warning(self, project: str) -> str:
        """Says that the API server's certificate is not verified, where the kubeconfig has it so."""
        if self._target.verified:
            return ""
        return "insecure-skip-tls-verify: the API server is not verified, and anybody on the way could read the secrets"

    def projects(self) -> Sequence[str] | None:
        """Returns None: to list them takes a right over all Secrets, which nobody should have to give."""
        return None

    def read(self, project: str) -> Records:
        """See :meth:`.base.Provider.read`; of a project whose secrets may only be used all but their values."""
        try:
            return self._look(project).records
        except AccessDeniedError as error:
            denied = error
        return secrets_proxy.records_instead(project, denied)

    def write(self, project: str, plan: Plan) -> LazyRecords[str]:
        """See :meth:`.base.Provider.write`: one look and one request, again where somebody else came first."""
        deadline = self._client.begin(LONGEST)
        with turn(self._client, self._target, self._secret(project), deadline) as ours:
            before, wanted, after = self._write(project, plan, deadline, ours)
        return self._kept(project, before, wanted, after, deadline)

    def _write(self, project: str, plan: Plan, deadline: Deadline, ours: Turn) -> tuple[Look, list[Edit], Look]:
        """Returns what the change was made of, the change, none where nothing was left to do, and what it has made."""
        wanted: list[Edit] = []
        for pause in pauses():
            look, ours.look = ours.look or self._look(project, deadline), None
            # A gateway may have repeated a request of ours by itself, and then it came second to itself.
            if wanted and done(wanted, look) and all(edit.stamped(look) for edit in wanted):
                return look, [], look
            changes = plan(look.records)
            wanted = edits(changes)
            if done(wanted, look):
                return look, [], look
            check_total(project, map(len, values_after(look, changes).values()))
            if look.terminating:
                self._await_end(project, deadline)
                continue
            ours.send()
            if after := self._change(project, look, wanted, deadline):
                ours.wrote(after, others_changed(wanted, look, after))
                return look, wanted, after
            if not (deadline.pause(pause) or deadline.wait(BUSY)):
                break
        raise ConflictError(
            project, f"others kept changing the same secrets for {LONGEST:.0f} s", "Try again when they are done"
        )

    def writable(self, project: str) -> bool:
        """Returns what a SelfSubjectAccessReview says of patching the project's Secret."""
        group, kind = "authorization.k8s.io/v1", "SelfSubjectAccessReview"
        secret = {"resource": "secrets", "name": self._secret(project), "namespace": self._target.namespace}
        review = {"apiVersion": group, "kind": kind, "spec": {"resourceAttributes": {"verb": "patch", **secret}}}
        ask = partial(self._client.request, "POST", f"/apis/{group}/{kind.lower()}s", review)
        try:
            answer = ask(deadline=self._client.begin(LONGEST))
        except ProviderUnavailableError:
            return True
        return not answer.ok or bool((answer.body.get("status") or {}).get("allowed", True))

    def watch(self, project: str, stop: threading.Event) -> Iterator[Records]:
        """See :meth:`.base.Provider.watch`."""
        return follow(partial(self._look, project), partial(self._open_watch, project), stop)

    @cached_property
    def _target(self) -> Target:
        return find_target(self._namespace)

    @cached_property
    def _client(self) -> Client:
        return Client(self._target)

    def _secret(self, project: str) -> str:
        return self._template.replace("{project}", project)

    def _path(self, project: str | None = None, **query: str) -> str:
        path = f"/api/v1/namespaces/{self._target.namespace}/secrets"
        if project:
            path += f"/{self._secret(project)}"
        return f"{path}?{urlencode(query)}" if query else path

    def _look(self, project: str, deadline: Deadline | None = None) -> Look:
        ends = deadline or self._client.begin(LONGEST)
        answer = self._client.request("GET", self._path(project), deadline=ends)
        absent = answer.status == 404 and answer.body.get("kind") == "Status"
        return Look() if absent else self._seen(answer, "get", project)

    def _change(self, project: str, look: Look, wanted: list[Edit], deadline: Deadline) -> Look | None:
        """Makes a change, once; returns the Secret after it, or None where somebody else came first.

        Where the answer was lost, the next look decides. It shows what is wanted: done. It shows what the attempt had
        tested: sent again, and tested again, in case the first one comes yet. Anything else, a refusal too, may have
        come before the change or after it, and nobody knows.

        Raises:
            ProviderUnavailableError: the outcome is unknown, among other reasons.
        """
        with contextlib.suppress(OutcomeUnknownError):
            return self._send(project, look, wanted, deadline)
        patient_until = time.monotonic() + RETRY_TIMEOUT
        for pause in pauses():
            now = None
            with contextlib.suppress(SecretsError):
                now = self._look(project, deadline)
            if now and done(wanted, now):
                return now
            patient = time.monotonic() + pause <= patient_until
            if not (now and untouched(wanted, look, now) and patient and deadline.pause(pause)):
                break
            try:
                after = self._send(project, now, wanted, deadline, again=True)
            except OutcomeUnknownError:
                continue
            except SecretsError:
                break
            if after:
                return after
        raise ProviderUnavailableError(
            project,
            "the answer to the change was lost, and it may or may not have been made",
            "See what is there before you repeat it",
        )

    def _send(
        self, project: str, look: Look, wanted: list[Edit], deadline: Deadline, *, again: bool = False
    ) -> Look | None:
        """Sends the change; returns the Secret after it, or None where somebody else came first.

        Raises:
            OutcomeUnknownError: it may have happened.
        """
        if not look.exists:
            verb, body = "create", creation(self._secret(project), wanted)
            answer = self._client.request("POST", self._path(**OURS), body, deadline=deadline, changes=True)
        elif empties(wanted, look) and not look.foreign:
            verb, answer = "delete", self._delete(project, look, deadline)
        else:
            verb, patch = "patch", operations(look, wanted, again=again)
            answer = self._client.request(
                "PATCH", self._path(project, **OURS), patch, deadline=deadline, content_type=JSON_PATCH, changes=True
            )
        kinds = {"Status"} if not answer.ok else {"Secret", "Status"} if verb == "delete" else {"Secret"}
        if answer.body.get("kind") not in kinds:
            raise OutcomeUnknownError  # something in between has answered, whatever it did with the request
        # Without the namespace a creation is answered 404, which no new look would change.
        if lost_race(answer) and not (verb == "create" and answer.status == 404):
            return None
        if verb == "delete" and answer.ok:
            return Look()
        after = self._seen(answer, verb, project)
        if not after.data and not after.foreign:
            # Two have deleted the last two secrets at once. The change itself is done, whatever becomes of this.
            with contextlib.suppress(SecretsError, OutcomeUnknownError):
                self._delete(project, after, deadline)
        # What is written to a Secret that is being deleted goes with it.
        return None if after.terminating else after

    def _kept(
        self, project: str, before: Look, wanted: list[Edit], after: Look, deadline: Deadline
    ) -> LazyRecords[str]:
        """Sees to it that a change stays beside the platform's; returns the secrets, and what is to be said."""
        kept: Look | None = after
        with contextlib.suppress(SecretsError, OutcomeUnknownError):  # the change was made, whatever is seen of it now
            look = partial(self._look, project, deadline)
            kept = keep(
                before, wanted, after, look, lambda now, lost: self._send(project, now, lost, deadline), deadline
            )
        if kept is None:
            raise ConflictError(project, "the platform kept undoing the change", "Try again when it is done")
        records = kept.records
        records.notices = notices(before, wanted, self._secret(project))
        return records

    def _delete(self, project: str, look: Look, deadline: Deadline) -> Answer:
        """Deletes the Secret, if it is still just as it was seen."""
        options = {
            "apiVersion": "v1",
            "kind": "DeleteOptions",
            "propagationPolicy": "Background",
            "preconditions": {"uid": look.uid, "resourceVersion": look.resource_version},
        }
        return self._client.request("DELETE", self._path(project), options, deadline=deadline, changes=True)

    def _await_end(self, project: str, deadline: Deadline) -> None:
        """Waits until a Secret that is being deleted is gone."""
        patient_until = time.monotonic() + TERMINATING
        for pause in pauses():
            if not self._look(project, deadline).terminating:
                return
            if time.monotonic() > patient_until or not deadline.wait(pause):
                break
        secret, namespace = self._secret(project), self._target.namespace
        raise ProviderUnavailableError(
            project,
            f"the Secret {secret} is being deleted, and still there after {TERMINATING:.0f} s",
            f"See what holds it: kubectl get secret {secret} -n {namespace} -o jsonpath={{.metadata.finalizers}}",
        )

    def _open_watch(self, project: str, version: str, deadline: Deadline | None = None) -> BaseHTTPResponse:
        selector = f"metadata.name={self._secret(project)}"  # what a Role with resourceNames allows to watch
        begin = {"resourceVersion": version} if version else {}
        path = self._path(
            watch="1", fieldSelector=selector, timeoutSeconds=str(EXPIRY), allowWatchBookmarks="true", **begin
        )
        opened = self._client.open(path, EXPIRY + READ_TIMEOUT, deadline)
        if isinstance(opened, Answer):
            raise refusal(opened, "watch", project, self._secret(project), self._target)
        return opened

    def _seen(self, answer: Answer, verb: str, project: str) -> Look:
        if not answer.ok and answer.body.get("kind") == "Status":
            raise refusal(answer, verb, project, self._secret(project), self._target)
        if not answer.ok or answer.body.get("kind") != "Secret":
            raise ProviderUnavailableError(
                "kubernetes",
                "the address does not answer like a Kubernetes API server",
                "Check whether kubectl works here",
            )
        return Look.at(answer.body)
