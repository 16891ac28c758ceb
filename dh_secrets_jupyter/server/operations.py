"""What each path does, on top of the project layer. The shape of requests and answers is ``openapi.yaml``'s."""

from __future__ import annotations

import base64
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import cache, partial, wraps
from http import HTTPStatus
from importlib.metadata import version
from typing import Any
from urllib.parse import quote

from ..errors import AccessDeniedError, ProviderUnavailableError, SecretsError
from ..models import SecretBytes, check_name, check_project
from ..project import Project, Secret
from . import bodies
from .listing import described
from .service import Service
from .tags import Witness

WRITABLE_LIMIT = 2.0
"""Seconds for the question whether one may write: the rest of the status is worth showing without it."""
LIVE = "DH-Secrets-Live"
"""The header of a list: ``true`` where changes by others come as events, ``false`` where one has to ask again."""


@dataclass(frozen=True)
class Call:
    """One request, as an operation needs it.

    Attributes:
        service: the server's.
        user: who asks.
        path: what stands in the path's places, decoded: the project, then the secret's name.
        project: the query's ``project``, where one is given.
        body: the body's bytes.
        if_match: the header of that name.
    """

    service: Service
    user: str
    path: tuple[str, ...]
    project: str | None = None
    body: bytes = field(default=b"", repr=False)
    if_match: str | None = None

    def open(self) -> tuple[Project, Witness]:
        """Opens the project of the path."""
        return self.service.project(self.path[0], self.user)


@dataclass(frozen=True)
class Answer:
    """What goes back.

    Attributes:
        body: sent as JSON; None sends nothing.
        status: the HTTP status.
        headers: more headers.
    """

    body: Mapping[str, Any] | None = field(default=None, repr=False)
    status: HTTPStatus = HTTPStatus.OK
    headers: Mapping[str, str] = field(default_factory=dict)


Operation = Callable[[Call], Awaitable[Answer]]


def off_loop(operation: Callable[[Call], Answer]) -> Operation:
    """Makes an operation of a function that blocks."""

    @wraps(operation)
    async def run(call: Call) -> Answer:
        return await call.service.run(partial(operation, call))

    return run


async def status(call: Call) -> Answer:
    """``GET status``; answers also while the provider hangs."""
    default = await call.service.opened()
    project = default.name if call.project is None else check_project(call.project)
    try:
        writable = await call.service.writable.ask(project, limit=WRITABLE_LIMIT)
    except SecretsError:  # unknown; what is wrong shows when the secrets are listed
        writable = True
    return Answer(
        {
            "project": project,
            "provider": default.provider.name,
            "place": default.provider.place(project),
            "writable": writable,
            "version": package_version(),
        }
    )


@off_loop
def list_projects(call: Call) -> Answer:
    """``GET projects``"""
    return Answer({"projects": call.service.projects()})


async def list_secrets(call: Call) -> Answer:
    """``GET projects/{project}/secrets``; from now on the project is watched for a while.

    A crowd is shown what the watch has seen: it hears of each change right after that.
    """
    service, name = call.service, check_project(call.path[0])
    provider = (await service.opened()).provider
    found = service.live.shown(name) if service.lists.crowded(name) else None
    if found is None:
        try:
            found = await service.lists.ask(name)
        except ProviderUnavailableError:
            service.live.lost(name)
            raise
    live = service.live.look(provider, name)
    return Answer({"secrets": found}, headers={LIVE: str(live).lower()})


@off_loop
def create_secret(call: Call) -> Answer:
    """``POST projects/{project}/secrets``"""
    project, witness = call.open()
    found = bodies.fields(call.body, project.name, frozenset({"name", "value", *bodies.METADATA}))
    name = check_name(bodies.text(found, "name", project.name))
    secret = project.new_secret(name, bodies.text(found, "value", name), **bodies.metadata(found, name))
    call.service.used(project.name)
    place = {"Location": f"secrets/{quote(name)}"}
    return Answer(
        described(secret.name, secret.metadata), HTTPStatus.CREATED, {"ETag": witness.etag(project.name, name), **place}
    )


@off_loop
def get_secret(call: Call) -> Answer:
    """``GET projects/{project}/secrets/{name}``"""
    project, witness = call.open()
    secret = project.get_secret(call.path[1])
    return _tagged(secret, witness)


@off_loop
def change_secret(call: Call) -> Answer:
    """``PATCH projects/{project}/secrets/{name}``"""
    project, witness = call.open()
    name = check_name(call.path[1])
    found = bodies.fields(call.body, name, frozenset({"value", *bodies.METADATA}))
    changes = bodies.metadata(found, name)
    if "value" in found:
        changes["value"] = bodies.text(found, "value", name)
    check = witness.check(project.name, name, call.if_match)
    if changes:
        secret = project.edit(name, **changes, check=check)
    else:
        secret = project.get_secret(name)
        if check:
            check(witness.seen(name))
    return _tagged(secret, witness)


@off_loop
def delete_secret(call: Call) -> Answer:
    """``DELETE projects/{project}/secrets/{name}``"""
    project, witness = call.open()
    name = check_name(call.path[1])
    project.delete(name, check=witness.check(project.name, name, call.if_match))
    return Answer(status=HTTPStatus.NO_CONTENT)


async def reveal_value(call: Call) -> Answer:
    """``GET projects/{project}/secrets/{name}/value``"""
    if not call.service.settings.allow_reveal:
        raise AccessDeniedError(
            check_name(call.path[1]),
            "this server does not send values to the browser",
            "Read it in a kernel by %secret get, or ask the administrator for c.DHSecrets.allow_reveal",
        )
    return await _disclose(call)


@off_loop
def _disclose(call: Call) -> Answer:
    project, _ = call.open()
    name = call.path[1]
    value = project.read_values(name)[name]
    if isinstance(value, SecretBytes):
        return Answer({"name": name, "value_base64": base64.b64encode(value).decode()})
    return Answer({"name": name, "value": value})


async def report_injected(call: Call) -> Answer:
    """``POST projects/{project}/secrets/{name}/injected``; takes the client's word, and asks no provider."""
    project, name = check_project(call.path[0]), check_name(call.path[1])
    found = bodies.fields(call.body, name, frozenset({"into", "kernel"}))
    into, kernel = found.get("into"), found.get("kernel")
    if into not in ("variable", "environment") or not (kernel is None or isinstance(kernel, str)):
        raise SecretsError(name, "`into` or `kernel` is wrong", "Send variable or environment, and the kernel's id")
    call.service.events.injected(call.user, project, name, into, kernel)
    return Answer(status=HTTPStatus.NO_CONTENT)


def _tagged(secret: Secret, witness: Witness, status: HTTPStatus = HTTPStatus.OK, **headers: str) -> Answer:
    """Answers with a secret's metadata and its tag."""
    tag = witness.etag(secret.project, secret.name)
    return Answer(described(secret.name, secret.metadata), status, {"ETag": tag, **headers})


@cache
def package_version() -> str:
    """Returns the version of this package, read once."""
    return version("dh_secrets_jupyter")


ROUTES: Mapping[str, Mapping[str, Operation]] = {
    "status": {"GET": status},
    "projects": {"GET": list_projects},
    "projects/{project}/secrets": {"GET": list_secrets, "POST": create_secret},
    "projects/{project}/secrets/{name}": {"GET": get_secret, "PATCH": change_secret, "DELETE": delete_secret},
    "projects/{project}/secrets/{name}/value": {"GET": reveal_value},
    "projects/{project}/secrets/{name}/injected": {"POST": report_injected},
}
"""Paths under the base, as ``openapi.yaml`` writes them, and what each method does."""
READING = frozenset({report_injected})
"""Operations that need the right to read though they are no GET: a reader may put secrets into a kernel, and a
trail that only writers leave would miss most of it."""
