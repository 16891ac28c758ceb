"""The Kubernetes provider that keeps Core's register up to date, where Core and we keep the same Secret.

A change is made in Kubernetes as everywhere. Then Core is told: what is new gets an entity by one POST, which sends
nothing to Kubernetes; the entity of what was changed is noted by a PUT; that of what is gone is deleted. For the last
two Core has to give the value that is in Kubernetes; for what is to be deleted it is asked just before. The change is
made, whatever becomes of all that.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property, partial

from ...backoff import Deadline
from ...errors import SecretsError
from ..base import LazyRecords, Learn, Plan, Put
from ..digitalhub.entity import Entity
from ..digitalhub.login import ENDPOINT
from ..exchange import OutcomeUnknownError
from ..kubernetes import KubernetesProvider
from ..kubernetes.coexistence import keep
from ..kubernetes.json_patch import Edit
from ..kubernetes.manifest import Look
from ..learners import Learners
from .asking import Asked, AskingPlan
from .register import Register, only_in_file
from .write_backs import History, put_back, undone

DEADLINE = 29.0
"""Seconds after which a write ends, whatever Core does; the protocol allows 30."""
CORE = 8.0
"""Seconds for all that Core is asked and told after a change."""
ASK = 3.0
"""Seconds for what it is asked before one."""
NOT_SET = f"{ENDPOINT} is not in the environment"
NOT_NAMED = "the Secret does not have the name that the platform gives it"


class RegisteringProvider(KubernetesProvider):
    """The Kubernetes provider, beside Core.

    Without ``DHCORE_ENDPOINT`` in the environment it is the Kubernetes provider and nothing else.

    Raises:
        ProviderUnavailableError: as :class:`.kubernetes.KubernetesProvider`.
    """

    def __init__(self) -> None:
        super().__init__()
        self._learners = Learners()
        self._registers = ""

    def place(self, project: str) -> str:
        """Names Secret, namespace and cluster; once it is known, whether changes are registered at the platform."""
        return super().place(project) + self._registers

    def find_register(self) -> None:
        """See :class:`.base.HasRegister`."""
        endpoint = os.environ.get(ENDPOINT) or only_in_file()
        if not endpoint:
            self._registers = ""
            return
        try:
            why = self._hindrance(Deadline(ASK))
        except SecretsError as error:
            why = error.problem
        self._registers = f"; changes are registered at the platform {endpoint}"
        if why:
            self._registers = f"; nothing is registered at the platform {endpoint}, because {why}"

    def writable(self, project: str) -> bool:
        """See :meth:`.base.Provider.writable`; who asks this shows the place next."""
        self.find_register()
        return super().writable(project)

    def on_credential(self, learn: Learn) -> None:
        """See :class:`.base.HoldsCredentials`."""
        self._learners.add(learn)

    def write(self, project: str, plan: Plan) -> LazyRecords[str]:
        """See :meth:`.base.Provider.write`; what was changed is made known to Core afterwards."""
        deadline = Deadline(DEADLINE)
        asking = AskingPlan(plan, lambda names: self._ask(project, names, Deadline(ASK)))
        records = super().write(project, asking)
        deadline = deadline.ending(min(deadline.at, time.monotonic() + CORE))
        records.notices = [
            *records.notices,
            *self._tell_put(project, asking, deadline),
            *self._tell_removed(project, asking, deadline),
        ]
        return records

    @cached_property
    def _register(self) -> Register:
        return Register(self._target.namespace, self._learners.tell)

    def _hindrance(self, deadline: Deadline) -> str:
        """Returns why nothing is registered, ``""`` where it is. Raises :class:`SecretsError` where nobody knows."""
        if not os.environ.get(ENDPOINT):
            return NOT_SET
        if self._template != self.PLATFORMS:
            return NOT_NAMED
        return self._register.hindrance(deadline)

    def _ask(self, project: str, names: Sequence[str], deadline: Deadline) -> Asked:
        """Asks Core for some secrets."""
        try:
            if why := self._hindrance(deadline):
                return Asked(hindrance=why, is_meant=False)
            return Asked(self._register.look_at(project, names, deadline))
        except SecretsError as error:
            return Asked(hindrance=error.problem)

    def _tell_put(self, project: str, done: AskingPlan, deadline: Deadline) -> Iterator[str]:
        """Registers what is new, and has noted what was changed; yields what the user should know, a sentence each.

        Where Core gives another value than the one that was just stored, it is another cluster's.
        """
        asked = self._ask(project, [put.name for _, put in done.puts], deadline) if done.puts else Asked()
        if not asked.is_meant:
            return  # %secret says why
        same = asked.same({put.name: put.value for _, put in done.puts})
        for old, put in done.puts:
            why = asked.hindrance
            if put.name in same:
                if old:
                    self._register.change(project, same[put.name], old.metadata, put.metadata, deadline)
            elif put.name in asked.look.entities:
                yield f"The platform lists {put.name} with another value: nothing was changed there."
            elif not old and (why or (why := self._create(project, put, deadline))):
                yield f"The platform does not list {put.name}: {why}."

    def _create(self, project: str, put: Put, deadline: Deadline) -> str:
        try:
            return self._register.create(project, put, deadline)
        except SecretsError as error:
            return error.problem

    def _tell_removed(self, project: str, done: AskingPlan, deadline: Deadline) -> Iterator[str]:
        """Deletes the entities of what is gone, as far as Core has shown that it keeps the same Secret."""
        removed, asked = done.removed, done.asked
        if asked.hindrance and removed and (os.environ.get(ENDPOINT) or only_in_file()):
            listed = ", ".join(removed)
            yield f"The platform may still list {listed}: nothing was changed there, because {asked.hindrance}."
        same = asked.same(removed)
        if others := [name for name in removed if name in asked.look.entities and name not in same]:
            yield f"The platform still lists {', '.join(others)}, with another value: nothing was changed there."
        if same:
            try:
                left, why = self._unregister(project, same, deadline), "its server did not delete it"
            except (SecretsError, OutcomeUnknownError) as error:
                left = list(same)
                why = error.problem if isinstance(error, SecretsError) else "the answer to a change was lost"
            if left:
                yield f"The platform may still list {', '.join(left)}, because {why}."

    def _unregister(self, project: str, entities: Mapping[str, Entity], deadline: Deadline) -> Sequence[str]:
        """Deletes entities, and puts back what Core undoes by that; returns the names of those that are left.

        Raises:
            AccessDeniedError: one may not watch the Secret, and nothing was deleted.
        """
        look = partial(self._look, project, deadline)
        first = look()
        with History(first, self._open_watch(project, first.resource_version, deadline)) as history:
            left = [name for name, one in entities.items() if not self._register.delete(project, one, deadline)]
            last = look()
            versions = history.until(last, deadline)
        if versions is None:
            raise SecretsError(project, "what the platform wrote could not be watched", "See whether all is there")

        def send(now: Look, edits: list[Edit]) -> Look | None:
            return self._send(project, now, edits, deadline)

        if done := put_back(undone(versions, entities.keys()), look, send, deadline):
            last = keep(*done, look, send, deadline) or last
        for name in entities:
            # Another one of ours has made it anew meanwhile, and found the entity that was just deleted.
            if last.value(name) is not None and last.metadata(name) is not None:
                self._create(project, Put(name, b"", last.records[name].metadata), deadline)
        return left
