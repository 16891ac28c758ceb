"""How a front end asks a kernel: one envelope and one table of methods, over whatever comm it has.

A request is ``{"id", "method", "params"}``, its response ``{"id", "result"}`` or ``{"id", "error"}``, the error as
:func:`.wire.error_to_json` writes it. A value that is sent is the message's only buffer: the kernel's own log, even at
DEBUG, shows the content of a message before anything of ours sees it, but not its buffers. No response holds a value.

Two carriers bring requests here: :mod:`.comm` those of the side panel, :mod:`.panel.widget` those of its own views.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from . import current, guard, injection, using, wire
from .errors import SecretsError
from .ipython import running_shell
from .models import check_name
from .project import Project, Secret
from .wire import JSON


@dataclass(frozen=True)
class Request:
    """What a front end asks.

    Attributes:
        method: what is to be done.
        params: with what; the metadata among them as :func:`.wire.parse_metadata` takes them.
        value: what was typed or chosen, to the byte; of an import all values; None where no value was sent.
    """

    method: str
    params: Mapping[str, Any]
    value: bytes | None = field(default=None, repr=False)

    @property
    def name(self) -> str:
        """The secret's name. Raises :class:`SecretsError`."""
        return check_name(wire.parse_text(self.params, "name", self.method))

    def values(self, subject: str) -> dict[str, str]:
        """Returns what was sent as the value where that is many values: an object of texts in JSON.

        Raises:
            SecretsError: it is not one; the error is about ``subject``.
        """
        try:
            sent = json.loads(self.value or b"null")
        except ValueError:  # UnicodeDecodeError is one; neither goes on: it holds what was sent
            sent = None
        return wire.parse_texts({"values": sent}, "values", subject)


def respond(content: Mapping[str, Any], buffers: Sequence[Any], handle: Callable[[Request], JSON]) -> JSON:
    """Returns the response to a message, whatever becomes of it: a front end without one would wait for ever.

    Args:
        content: the envelope.
        buffers: the message's binary parts.
        handle: does what is asked and returns the result.
    """
    envelope = {"id": content.get("id")}
    try:
        value = bytes(buffers[0]) if buffers else None
        return {**envelope, "result": handle(Request(content["method"], content["params"], value))}
    except SecretsError as error:
        failure = error
    except Exception as error:  # noqa: BLE001 - only its class is reported: its text and its traceback may hold the value
        failure = SecretsError("kernel", f"this failed with {type(error).__name__}", "Use %secret in a cell instead")
    return {**envelope, "error": wire.error_to_json(failure)}


def call(project: Project, request: Request) -> JSON:
    """Does what is asked of a project and returns the result, with ``notices`` where the user should know something of
    what was changed, a sentence each.

    Raises:
        SecretsError: as the project layer does; or the kernel does not know the method.
    """
    if request.method not in METHODS:
        raise unknown(f"method {request.method}")
    own = Project(project.name, project.provider, user=project.user)  # its notices are those of this request alone
    result = METHODS[request.method](own, request)
    return {**result, "notices": wire.shown_notices(own.notices)} if own.notices else result


def unknown(what: str) -> SecretsError:
    """Returns the error of a request that is meant for another version."""
    return SecretsError(
        "kernel", f"it does not know the {what}", "Restart the kernel, or install the same version there"
    )


def _status(project: Project, request: Request) -> JSON:
    status: JSON = {
        "project": project.name,
        "provider": project.provider.name,
        "place": project.place,
        "version": wire.package_version(),
    }
    # A view that does not know its project yet gets its response at once, without asking the provider.
    if request.params.get("project") is not None:
        status["writable"] = project.provider.writable(project.name)
    return status


def _projects(project: Project, request: Request) -> JSON:
    """Lists what the provider lists and the kernel's own; where it lists none, those that were worked with here."""
    listed = project.provider.projects()
    known = current.known_projects(project.provider.name) if listed is None else listed
    return {"projects": sorted({current.project().name, *known})}


def _create(project: Project, request: Request) -> JSON:
    name = request.name
    if request.value is None:
        raise SecretsError(name, "the request has no value", "Reload the page")
    secret = project.new_secret(name, request.value, **wire.parse_metadata(request.params, name))
    return wire.secret_to_json(secret.name, secret.metadata)


def _update(project: Project, request: Request) -> JSON:
    name = request.name
    secret = project.edit(name, value=request.value, **wire.parse_metadata(request.params, name), by_person=True)
    return wire.secret_to_json(secret.name, secret.metadata)


def _remove(project: Project, request: Request) -> JSON:
    project.delete(request.name)
    return {}


def _import(project: Project, request: Request) -> JSON:
    """Stores many values, all or none."""
    replaces = wire.parse_flag(request.params, "replace", project.name)
    imported = project.import_values(request.values(project.name), replace_existing=replaces, by_person=True)
    return {"created": imported.created, "replaced": imported.replaced}


def _copy(project: Project, request: Request) -> JSON:
    """Copies a secret to another name or project of this provider, or moves it there; its value stays in the kernel."""
    name, params = request.name, request.params
    target = wire.parse_text(params, "target", name) if "target" in params else project.name
    new_name = wire.parse_text(params, "new_name", name) if "new_name" in params else name
    to = Project(target, project.provider, user=project.user)
    secret = project.copy(name, new_name, to=to, move=wire.parse_flag(params, "move", name))
    current.remember(to)
    return wire.secret_to_json(secret.name, secret.metadata)


def _put(project: Project, request: Request) -> JSON:
    """Reads a secret into the kernel. Setting one variable or entry is one step, also while a cell runs.

    Says where it is, whether something of the user's was replaced there, and what :func:`_warnings` says.
    """
    name = request.name
    destination = DESTINATIONS.get(wire.parse_text(request.params, "destination", name))
    if destination is None:
        raise unknown("destination")
    into = _injection(name)
    [target] = injection.targets(destination, [injection.SecretRef(name)])
    secret, value = project.read_secrets([name])[name]
    replaced = into.put(destination, {target: value}, project.source, undoable=True)
    return {"target": target, "replaced": bool(replaced), **_warnings(secret)}


def _use(project: Project, request: Request) -> JSON:
    """Puts a stand-in of a secret that is only to be used into a variable.

    Says where it is, whether something of the user's was replaced there, and for which hosts it is.
    """
    name = request.name
    into = _injection(name)
    [target] = injection.targets(injection.Destination.VARIABLE, [injection.SecretRef(name)])
    [stand_in] = using.use_secrets([name], project)
    replaced = into.put(injection.Destination.VARIABLE, {target: stand_in}, project.source, undoable=True)
    return {"target": target, "replaced": bool(replaced), "hosts": list(stand_in.hosts)}


def _used(project: Project, request: Request) -> JSON:
    """Says which values were put into requests since this was asked last, of any project, for the trail of events."""
    return {"uses": [asdict(one) for one in using.current_stand_ins().take_uses()]}


def _put_again(project: Project, request: Request) -> JSON:
    """Reads a secret anew into every place of the kernel where it is."""
    name, into = request.name, _injection(request.name)
    secret, value = project.read_secrets([name])[name]
    places = [one for one in into.held(project.source) if one.name == name]
    for one in places:
        into.put(one.destination, {one.target: value}, project.source)
    return {"targets": [one.target for one in places], **_warnings(secret)}


def _warnings(secret: Secret) -> JSON:
    """Returns what ``%secret get`` warns of: the last valid day of a secret that expired, and why it is not masked."""
    expires = secret.metadata.expires if secret.metadata.is_expired else None
    return {"expired": expires and expires.isoformat(), "unmasked": guard.why_not(secret.name)}


def _undo(project: Project, request: Request) -> JSON:
    """Brings back what the last put replaced."""
    done = _injection("undo").undo()
    if not done:
        raise SecretsError("undo", "there is nothing to bring back", "It was changed since, or ten minutes are over")
    [(destination, target)] = done
    return {"destination": destination.value, "target": target}


def _forget(project: Project, request: Request) -> JSON:
    """Takes a secret of this project out of the kernel."""
    gone = _injection(request.name).forget(request.name, source=project.source)
    using.current_stand_ins().forget([request.name], project.source)
    return {"targets": [target for _, target, _ in gone]}


def _held(project: Project, request: Request) -> JSON:
    """Says what of a project is in the kernel, and how it compares with the store, by one request to the provider.

    ``project`` is the kernel's own: None where it has none, ``switched`` where somebody has chosen it here.
    """
    into = _injection("held")
    held = into.held(project.source)
    stored = project.read_existing(*{one.name: None for one in held})
    uses = using.current_stand_ins().report().uses

    def state(one: injection.Held) -> str:
        if one.name not in stored:
            return "gone"
        if one.is_stand_in:
            return "same"
        value = stored[one.name]
        return "same" if value is not None and into.is_same(one, value) else "old"

    secrets = [
        {
            "name": one.name,
            "destination": one.destination.value,
            "target": one.target,
            "state": state(one),
            "stand_in": one.is_stand_in,
            "uses": uses.get((project.name, one.name), 0),
        }
        for one in held
    ]
    return {"secrets": secrets, "project": _own_project(), "switched": current.is_switched()}


def _own_project() -> str | None:
    try:
        return current.project().name
    except SecretsError:
        return None


def _injection(subject: str) -> injection.Injection:
    shell = running_shell()
    if shell is None:
        raise SecretsError(subject, "there is no IPython to put it into", "Use read_secret_value in Python")
    return injection.for_namespace(shell.user_ns)


DESTINATIONS = {kind.value: kind for kind in (injection.Destination.VARIABLE, injection.Destination.ENVIRONMENT)}
"""Where a front end can have a value put."""
STATES = ("same", "old", "gone")
"""How what a kernel holds compares with the store: the same value, another one, or none any more."""
METHODS: Mapping[str, Callable[[Project, Request], JSON]] = {
    "status": _status,
    "projects": _projects,
    "create": _create,
    "update": _update,
    "remove": _remove,
    "import": _import,
    "copy": _copy,
    "put": _put,
    "put_again": _put_again,
    "use": _use,
    "used": _used,
    "undo": _undo,
    "forget": _forget,
    "held": _held,
}
