"""What each path does, on top of the project layer. The shape of requests and responses is ``openapi.yaml``'s."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from http import HTTPStatus
from urllib.parse import quote

from ..errors import AccessDeniedError, ProviderUnavailableError, SecretExistsError, SecretsError
from ..models import SecretBytes, check_name, check_project
from ..project import Secret
from ..wire import (
    METADATA,
    package_version,
    parse_flag,
    parse_list_of_texts,
    parse_metadata,
    parse_text,
    parse_texts,
    secret_to_json,
)
from . import request_body
from .request_provider import RequestProvider
from .routing import Request, Response, Route, in_thread

WRITABLE_TIMEOUT = 5.0
"""Seconds for the question whether one may write: the rest of the status is worth showing without it. On a busy
machine the first one takes nearly two, since the client is imported for it."""
LIVE = "DH-Secrets-Live"
"""The header of a list: ``true`` where changes by others come as events, ``false`` where one has to ask again."""
NOTICES = "DH-Secrets-Notices"
"""The header of a change of which the user should know something: a list of sentences, JSON in ASCII."""


async def status(request: Request) -> Response:
    """``GET status``; responds also while the provider hangs."""
    default = await request.service.opened()
    project = default.name if request.project is None else check_project(request.project)
    try:
        writable = await request.service.writable.get(project, timeout=WRITABLE_TIMEOUT)
    except SecretsError:  # unknown; what is wrong shows when the secrets are listed
        writable = True
    return Response(
        {
            "project": project,
            "provider": default.provider.name,
            "place": default.provider.place(project),
            "writable": writable,
            "version": package_version(),
        }
    )


@in_thread
def list_projects(request: Request) -> Response:
    """``GET projects``"""
    return Response({"projects": request.service.projects()})


async def list_secrets(request: Request) -> Response:
    """``GET projects/{project}/secrets``; from now on the project is watched for a while.

    A crowd is shown what the watch has seen: it hears of each change right after that.
    """
    service, name = request.service, check_project(request.path[0])
    provider = (await service.opened()).provider
    found = service.watches.latest(name) if service.lists.is_crowded(name) else None
    if found is None:
        try:
            found = await service.lists.get(name)
        except ProviderUnavailableError:
            service.watches.provider_lost(name)
            raise
    live = service.watches.keep_watching(provider, name)
    return Response({"secrets": found}, headers={LIVE: str(live).lower()})


@in_thread
def create_secret(request: Request) -> Response:
    """``POST projects/{project}/secrets``"""
    project, provider = request.open()
    found = request_body.parse(request.body, project.name, frozenset({"name", "value", *METADATA}))
    name = check_name(parse_text(found, "name", project.name))
    secret = project.new_secret(name, parse_text(found, "value", name), **parse_metadata(found, name))
    request.service.remember(project.name)
    place = {"Location": f"secrets/{quote(name)}"}
    return Response(
        secret_to_json(secret.name, secret.metadata),
        HTTPStatus.CREATED,
        {"ETag": provider.etag(project.name, name), **place},
    )


@in_thread
def get_secret(request: Request) -> Response:
    """``GET projects/{project}/secrets/{name}``"""
    project, provider = request.open()
    secret = project.get_secret(request.path[1])
    return _tagged(secret, provider)


@in_thread
def change_secret(request: Request) -> Response:
    """``PATCH projects/{project}/secrets/{name}``"""
    project, provider = request.open()
    name = check_name(request.path[1])
    found = request_body.parse(request.body, name, frozenset({"value", *METADATA}))
    changes = parse_metadata(found, name)
    if "value" in found:
        changes["value"] = parse_text(found, "value", name)
    check = provider.check(project.name, name, request.if_match)
    if changes:
        secret = project.edit(name, **changes, check=check, by_person=True)
    else:
        secret = project.get_secret(name)
        if check:
            check(provider.seen(name))
    return _tagged(secret, provider)


@in_thread
def delete_secret(request: Request) -> Response:
    """``DELETE projects/{project}/secrets/{name}``"""
    project, provider = request.open()
    name = check_name(request.path[1])
    project.delete(name, check=provider.check(project.name, name, request.if_match))
    return Response(status=HTTPStatus.NO_CONTENT)


@in_thread
def import_secrets(request: Request) -> Response:
    """``POST projects/{project}/import``"""
    project, _ = request.open()
    found = request_body.parse(request.body, project.name, frozenset({"values", "replace"}))
    values = parse_texts(found, "values", project.name)
    try:
        imported = project.import_values(
            values, replace_existing=parse_flag(found, "replace", project.name), by_person=True
        )
    except SecretExistsError as error:
        taken = error
    else:
        request.service.remember(project.name)
        return Response({"created": imported.created, "replaced": imported.replaced})
    raise SecretExistsError(taken.subject, taken.problem, "Send `replace` as true to overwrite")


@in_thread
def copy_secret(request: Request) -> Response:
    """``POST projects/{project}/secrets/{name}/copy``"""
    project, provider = request.open()
    name = check_name(request.path[1])
    found = request_body.parse(request.body, name, frozenset({"name", "project", "move"}))
    if not found.keys() & {"name", "project"}:
        raise SecretsError(name, "neither `name` nor `project` is sent", "Send one of them, or both")
    move = parse_flag(found, "move", name)
    new_name = parse_text(found, "name", name) if "name" in found else name
    target_name = parse_text(found, "project", name) if "project" in found else project.name
    target, target_provider = request.open(target_name)
    check = provider.check(project.name, name, request.if_match)
    secret = project.copy(name, new_name, to=target, move=move, check=check)
    request.service.remember(target_name)
    place = f"../../../{target_name}/secrets/{quote(new_name)}"
    within = target_name == project.name
    return _tagged(secret, provider if within else target_provider, HTTPStatus.CREATED, Location=place)


async def reveal_value(request: Request) -> Response:
    """``GET projects/{project}/secrets/{name}/value``"""
    if not request.service.settings.allow_reveal:
        raise AccessDeniedError(
            check_name(request.path[1]),
            "this server does not send values to the browser",
            "Read it in a kernel by %secret get, or ask the administrator for c.DHSecrets.allow_reveal",
        )
    return await _disclose(request)


@in_thread
def _disclose(request: Request) -> Response:
    project, _ = request.open()
    name = request.path[1]
    value = project.read_values(name)[name]
    if isinstance(value, SecretBytes):
        return Response({"name": name, "value_base64": base64.b64encode(value).decode()})
    return Response({"name": name, "value": value})


@in_thread
def read_needs(request: Request) -> Response:
    """``POST needs``; reads the code that it is sent, without running it, and asks no provider."""
    from ..needs.reader import read_cells  # with IPython's parser

    cells = parse_list_of_texts(request_body.parse(request.body, "needs", frozenset({"cells"})), "cells", "needs")
    found = read_cells(enumerate(cells, 1)).merged()
    fields = ("name", "cell", "optional", "about")
    return Response({"needs": [{field: getattr(need, field) for field in fields} for need in found]})


@in_thread
def scrub(request: Request) -> Response:
    """``POST scrub``; the engine is imported when it is asked for."""
    from .scrubbing import scrub_notebook

    return scrub_notebook(request)


async def report_injected(request: Request) -> Response:
    """``POST projects/{project}/secrets/{name}/injected``; takes the client's word, and asks no provider."""
    project, name = check_project(request.path[0]), check_name(request.path[1])
    found = request_body.parse(request.body, name, frozenset({"into", "kernel"}))
    into, kernel = found.get("into"), found.get("kernel")
    if into not in ("variable", "environment") or not (kernel is None or isinstance(kernel, str)):
        raise SecretsError(name, "`into` or `kernel` is wrong", "Send variable or environment, and the kernel's id")
    request.service.events.injected(request.user, project, name, into, kernel)
    return Response(status=HTTPStatus.NO_CONTENT)


async def report_used(request: Request) -> Response:
    """``POST projects/{project}/secrets/{name}/used``; as :func:`report_injected`."""
    project, name = check_project(request.path[0]), check_name(request.path[1])
    found = request_body.parse(request.body, name, frozenset({"host", "method", "status", "kernel"}))
    kernel, status = found.get("kernel"), found.get("status")
    if not (kernel is None or isinstance(kernel, str)) or not isinstance(status, int) or isinstance(status, bool):
        raise SecretsError(name, "`status` or `kernel` is wrong", "Send the answer's status, and the kernel's id")
    use = {key: parse_text(found, key, name) for key in ("host", "method")}
    request.service.events.used(request.user, project, name, {**use, "status": status, "kernel": kernel})
    return Response(status=HTTPStatus.NO_CONTENT)


def _tagged(secret: Secret, provider: RequestProvider, status: HTTPStatus = HTTPStatus.OK, **headers: str) -> Response:
    """Responds with a secret's metadata and its tag."""
    tag = provider.etag(secret.project, secret.name)
    return Response(secret_to_json(secret.name, secret.metadata), status, {"ETag": tag, **headers})


ROUTES: Mapping[str, Mapping[str, Route]] = {
    "status": {"GET": status},
    "projects": {"GET": list_projects},
    "scrub": {"POST": scrub},
    "projects/{project}/secrets": {"GET": list_secrets, "POST": create_secret},
    "projects/{project}/secrets/{name}": {"GET": get_secret, "PATCH": change_secret, "DELETE": delete_secret},
    "projects/{project}/import": {"POST": import_secrets},
    "projects/{project}/secrets/{name}/copy": {"POST": copy_secret},
    "projects/{project}/secrets/{name}/value": {"GET": reveal_value},
    "projects/{project}/secrets/{name}/injected": {"POST": report_injected},
    "projects/{project}/secrets/{name}/used": {"POST": report_used},
    "needs": {"POST": read_needs},
}
"""Paths under the base, as ``openapi.yaml`` writes them, and what each method does."""
READING = frozenset({read_needs, report_injected, report_used})
"""Routes that need the right to read though they are no GET: one changes nothing; the others report what a reader may
do, put secrets into a kernel or use them there, and a trail that only writers leave would miss most of it."""
