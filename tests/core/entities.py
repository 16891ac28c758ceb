"""Core's database: projects and secrets, of which a name is unique in its project, and an id everywhere."""

from __future__ import annotations

import threading
import uuid
from collections import deque
from collections.abc import Mapping
from typing import Any

from .answers import now, refused
from .rules import check_changed_secret, check_metadata, check_new_project, check_new_secret

MAX_NAME = 255
MAX_METADATA = 32_700
"""Bytes that a row has for metadata, about; more is said to be a duplicate."""
_STAMPS = ("created", "created_by", "updated", "updated_by")

Fields = dict[str, Any]


class Entities:
    """All of it.

    Attributes:
        ids: the ids that are given next, for a replay; where there is none they are random.
    """

    def __init__(self) -> None:
        self.ids: deque[str] = deque()
        self.projects: dict[str, Fields] = {}
        self.secrets: dict[str, Fields] = {}
        self._lock = threading.Lock()

    def create_project(self, body: Any, user: str) -> Fields:
        """Makes a project."""
        check_new_project(body)
        name = body["name"]
        with self._lock:
            if name in self.projects:
                raise refused(400, f"Duplicated entity project:{name}.")
            time = now()
            stamps = {"created": time, "updated": time, "created_by": user, "updated_by": user}
            self.projects[name] = {
                "id": name,
                "key": f"store://{name}",
                "kind": "project",
                "metadata": {**(body.get("metadata") or {}), "name": name, "project": name, "version": "any", **stamps},
                "name": name,
                "project": name,
                "spec": {"config": {}},
                "status": {"state": "CREATED"},
                "user": user,
            }
            return self.projects[name]

    def project(self, name: str) -> Fields:
        """Returns one project, with what is in it."""
        if name not in self.projects:
            raise refused(404, "No such project.")
        of_it: Fields = {"models": [], "dataitems": [], "functions": [], "workflows": [], "artifacts": []}
        return {**self.projects[name], "spec": {**of_it, "config": {}}}

    def of(self, project: str) -> dict[str, Fields]:
        """Returns a project's secrets by name; a project that was deleted has them still."""
        with self._lock:
            return {secret["name"]: secret for secret in self.secrets.values() if secret["project"] == project}

    def create(self, project: str, body: Any, user: str) -> Fields:
        """Makes a secret without a value. This alone tests something: the name."""
        check_new_secret(body)
        if project not in self.projects:
            raise refused(400, "invalid or missing project")
        name = body["name"]
        identity = body.get("id") or (self.ids.popleft() if self.ids else uuid.uuid4().hex)
        metadata = body.get("metadata") or {}
        with self._lock:
            taken = any(one["project"] == project and one["name"] == name for one in self.secrets.values())
            if taken:
                raise refused(400, f"Duplicated entity secret:{name}.")
            if identity in self.secrets or len(name) > MAX_NAME or _is_too_large(metadata):
                raise refused(400, f"Duplicated entity secret:{identity}.")
            time = now()
            stamps = {"created": time, "updated": time, "created_by": user, "updated_by": user}
            self.secrets[identity] = {
                "id": identity,
                "key": f"store://{project}/secret/secret/{name}",
                "kind": "secret",
                "metadata": _metadata(metadata, name, project, stamps),
                "name": name,
                "project": project,
                "spec": dict(body["spec"]),
                "status": {"state": "CREATED", **(body.get("status") or {})},
                "user": user,
            }
            return self.secrets[identity]

    def get(self, project: str, identity: str) -> Fields:
        """Returns one secret by its id."""
        secret = self.secrets.get(identity)
        if secret is None:
            raise refused(404, "No such secret.")
        if secret["project"] != project:
            raise refused(400, "invalid project")
        return secret

    def change(self, project: str, identity: str, body: Any, user: str) -> Fields:
        """Replaces metadata and status; what is not given of the metadata is gone."""
        check_changed_secret(body)
        old = self.get(project, identity)
        metadata = body.get("metadata") or {}
        if _is_too_large(metadata):
            raise ValueError("too large")
        kept = {key: old["metadata"][key] for key in _STAMPS}
        stamps = {**kept, "updated": now(), "updated_by": user}
        status = {**(body.get("status") or {"state": "CREATED"})}
        with self._lock:
            changed = {**old, "metadata": _metadata(metadata, old["name"], project, stamps), "status": status}
            self.secrets[identity] = changed
        return changed

    def delete(self, identity: str) -> None:
        """Deletes a secret's row."""
        with self._lock:
            self.secrets.pop(identity, None)


def _metadata(given: Mapping[str, Any], name: str, project: str, stamps: Mapping[str, str]) -> Fields:
    check_metadata({"metadata": given})
    found = {"embedded": False, "name": name, **given, "project": project, **stamps}
    if isinstance(labels := found.get("labels"), list):
        found["labels"] = sorted(set(labels), key=hash)  # a set, in no order that one could rely on
    return found


def _is_too_large(metadata: Mapping[str, Any]) -> bool:
    return len(repr(dict(metadata)).encode(errors="replace")) > MAX_METADATA
