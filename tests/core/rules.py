"""What Core checks of an entity before it takes it, in its own words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from .answers import Refusal, refused

_PACKAGE = "it.smartcommunitylabdhub"
_SECRET = f"{_PACKAGE}.commons.models.secret.Secret"
_PROJECT = f"{_PACKAGE}.commons.models.project.Project"
_CONTEXT = f"{_PACKAGE}.core.controllers.v1.context.SecretContextController"
_ERRORS = (
    f"java.lang.IllegalArgumentException,{_PACKAGE}.commons.exceptions.SystemException,"
    "org.springframework.validation.BindException"
)
_CREATE = (
    f"Validation failed for argument [1] in public {_SECRET} {_CONTEXT}.createSecret(java.lang.String,{_SECRET}) "
    f"throws {_PACKAGE}.commons.exceptions.DuplicatedEntityException,{_ERRORS}"
)
_UPDATE = (
    f"Validation failed for argument [2] in public {_SECRET} {_CONTEXT}.updateSecretById(java.lang.String,"
    f"java.lang.String,{_SECRET}) throws {_PACKAGE}.commons.exceptions.NoSuchEntityException,{_ERRORS}"
)
_CREATE_PROJECT = (
    f"Validation failed for argument [0] in public {_PROJECT} {_PACKAGE}.core.controllers.v1.base.ProjectController."
    f"createProject({_PROJECT}) throws {_PACKAGE}.commons.exceptions.DuplicatedEntityException,{_ERRORS}"
)
_VALIDATE_SPEC = (
    f"Validation failed for argument [0] in public void {_PACKAGE}.core.components.infrastructure.specs."
    f"SpecValidatorImpl.validateSpec({_PACKAGE}.commons.models.specs.Spec) throws java.lang.IllegalArgumentException"
)
_STATES = ("CREATED", "CREATING", "DELETED", "ERROR", "PENDING", "READY", "RUNNING", "COMPLETED", "STOPPED")
_PATH = re.compile(r"secret://[A-Za-z0-9_-]+")


def check_new_secret(body: Any) -> None:
    """Raises for what cannot be made a secret."""
    _check_fields(body, _CREATE)
    spec = body.get("spec") or {}
    if not isinstance(spec.get("path"), str) or not _PATH.fullmatch(spec["path"]):
        raise refused(400, "invalid or missing path in spec")
    if spec.get("provider") is None:
        raise _invalid(_VALIDATE_SPEC, [_missing("target", "provider")])
    check_metadata(body)


def check_changed_secret(body: Any) -> None:
    """Raises for what cannot take a secret's place."""
    _check_fields(body, _UPDATE)
    check_metadata(body)


def check_metadata(body: Any) -> None:
    """Raises for metadata of another type, and for a state that there is not."""
    metadata = body.get("metadata") or {}
    where = f'(through reference chain: {_PACKAGE}.commons.models.metadata.BaseMetadata["%s"])'
    source = "\n at [Source: UNKNOWN; byte offset: #UNKNOWN] "
    if isinstance(labels := metadata.get("labels"), str):
        said = "Cannot construct instance of `java.util.HashSet` (although at least one Creator exists): "
        said += f"no String-argument constructor/factory method to deserialize from String value ('{labels}')"
        raise refused(400, f"{said}{source}{where % 'labels'}")
    if isinstance(metadata.get("description"), dict):
        said = "Cannot deserialize value of type `java.lang.String` from Object value (token `JsonToken.START_OBJECT`)"
        raise refused(400, f"{said}{source}{where % 'description'}")
    state = (body.get("status") or {}).get("state")
    if state is not None and state not in _STATES:
        raise refused(400, f"No enum constant {_PACKAGE}.commons.models.enums.State.{state}")


def check_new_project(body: Any) -> None:
    """Raises for what cannot be made a project."""
    name = body["name"]
    found = []
    if not re.fullmatch("[a-z0-9-]+", name):
        found.append(_pattern("project", name, "^[a-z0-9-]+$"))
    if not 2 <= len(name) <= 38:
        codes = "[Size.project.name,Size.name,Size.java.lang.String,Size]"
        found.append(_field("project", "name", name, codes, ",38,2", "size must be between 2 and 38"))
    if found:
        raise _invalid(_CREATE_PROJECT, found)


def _check_fields(body: Mapping[str, Any], where: str) -> None:
    found = []
    for name in ("name", "kind", "project"):
        if body.get(name) is None:
            found.append(_missing("secret", name))
        elif name == "name" and not re.fullmatch("[a-zA-Z0-9._+-]+", body[name]):
            found.append(_pattern("secret", body[name], "^[a-zA-Z0-9._+-]+$"))
    if found:
        raise _invalid(where, found)


def _invalid(where: str, errors: list[str]) -> Refusal:
    count = f" with {len(errors)} errors" if len(errors) > 1 else ""
    return refused(400, f"{where}{count}: {' '.join(errors)} ")


def _missing(what: str, name: str) -> str:
    codes = f"[NotNull.{what}.{name},NotNull.{name},NotNull.java.lang.String,NotNull]"
    return _field(what, name, "null", codes, "", "must not be null")


def _pattern(what: str, value: str, pattern: str) -> str:
    codes = f"[Pattern.{what}.name,Pattern.name,Pattern.java.lang.String,Pattern]"
    flags = f",[Ljakarta.validation.constraints.Pattern$Flag;@449f420c,{pattern}"
    return _field(what, "name", value, codes, flags, f'must match "{pattern}"')


def _field(what: str, name: str, value: str, codes: str, arguments: str, message: str) -> str:
    return (
        f"[Field error in object '{what}' on field '{name}': rejected value [{value}]; codes {codes}; arguments "
        f"[org.springframework.context.support.DefaultMessageSourceResolvable: codes [{what}.{name},{name}]; "
        f"arguments []; default message [{name}]{arguments}]; default message [{message}]]"
    )
