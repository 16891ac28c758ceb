"""What the panel's view can ask for: one function a method, from JSON to JSON, over the project layer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib.metadata import version
from typing import Any

from .. import current, injection
from ..errors import SecretsError
from ..ipython import running_shell
from ..project import KEEP, Project, Secret

Params = Mapping[str, Any]
JSON = dict[str, Any]

METADATA = ("description", "labels", "expires")


def answer(project: Project, method: str, params: Params, value: bytes | None) -> JSON:
    """Does what the view asked for and returns what to answer.

    Args:
        project: the project that the view shows.
        method: a key of ``METHODS``.
        params: ``name``, and of the metadata what is to be changed; an empty text or list clears.
        value: what was typed or chosen, to the byte.

    Raises:
        SecretsError: as the project layer does.
    """
    if method not in METHODS:
        raise SecretsError(method, "the panel cannot do this", "Run the cell again, with the current version")
    return METHODS[method](project, params, value)


def opened(name: str | None) -> Project:
    """Opens a project at the provider that the kernel uses, the kernel's own by default, which stays its own.

    Raises as :meth:`.settings.DHSecrets.open`.
    """
    own = current.project()
    return own if name in (None, own.name) else Project(str(name), own.provider, user=own.user)


def listing(secret: Secret) -> JSON:
    """Returns what the list shows of a secret, as the HTTP API does."""
    return {"name": secret.name, **secret.metadata.to_dict()}


def _status(project: Project, params: Params, value: bytes | None) -> JSON:
    status: JSON = {
        "project": project.name,
        "provider": project.provider.name,
        "place": project.place,
        "version": version("dh_secrets_jupyter"),
    }
    # A view that does not know its project yet is answered at once, without asking the provider.
    if params.get("project") is not None:
        status["writable"] = project.provider.writable(project.name)
    return status


def _projects(project: Project, params: Params, value: bytes | None) -> JSON:
    known = {project.name, current.project().name}
    return {"projects": sorted(known.union(project.provider.projects() or ()))}


def _create(project: Project, params: Params, value: bytes | None) -> JSON:
    return listing(project.new_secret(params["name"], value or b"", **_metadata(params)))


def _update(project: Project, params: Params, value: bytes | None) -> JSON:
    return listing(project.edit(params["name"], value=KEEP if value is None else value, **_metadata(params)))


def _remove(project: Project, params: Params, value: bytes | None) -> JSON:
    project.delete(params["name"])
    return {}


def _put(project: Project, params: Params, value: bytes | None) -> JSON:
    """Reads a secret into the kernel. Setting one variable or entry is one step, also while a cell runs."""
    name, shell = params["name"], running_shell()
    if shell is None:
        raise SecretsError(name, "there is no IPython to put it into", "Use read_secret_value in Python")
    destination = injection.Destination(params["into"])
    [target] = injection.targets(destination, [injection.SecretRef(name)])
    injection.for_namespace(shell.user_ns).put(destination, {target: project.read_values(name)[name]})
    return {"target": target}


def _metadata(params: Params) -> JSON:
    return {key: params[key] for key in METADATA if key in params}


METHODS: Mapping[str, Callable[[Project, Params, bytes | None], JSON]] = {
    "status": _status,
    "projects": _projects,
    "create": _create,
    "update": _update,
    "remove": _remove,
    "put": _put,
}
