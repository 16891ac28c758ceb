"""What Core has of a project: the list of its entities in one request, their values in one more."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from ...backoff import Deadline
from ...errors import ProviderUnavailableError, SecretNotFoundError, SecretsError
from .client import Answer, Client, unavailable
from .entity import LOCK, Entity
from .look import Look, Missing, Value
from .permissions import UnknownProjectError, forbidden
from .sizes import Sizes

PAGE = 1000
"""Entities of one page, the most that Core gives."""
ADDRESS = 6000
"""Bytes of names in one address."""
UNREACHED = "error with k8s"
"""What Core says where it cannot read its cluster, or finds no Secret there."""
NOT_CORE = "Check that DHCORE_ENDPOINT is the platform's own server"


@dataclass(frozen=True)
class Listing:
    """The entities of a project.

    Attributes:
        entities: all secrets, by name.
        lock: the entity by which somebody holds others off.
        date: Core's clock as it answered.
        unknown: what to say where Core has no such project.
    """

    entities: dict[str, Entity]
    lock: Entity | None = None
    date: datetime | None = None
    unknown: UnknownProjectError | None = None


def path(project: str, rest: str = "") -> str:
    """Returns the path of a project's secrets at Core."""
    return f"/api/v1/-/{project}/secrets{rest}"


def unexpected(answer: Answer) -> ProviderUnavailableError:
    """Returns the error for an answer that no Core gives."""
    hint = NOT_CORE if answer.status < 500 else "Try again later"
    return unavailable(f"answers with HTTP status {answer.status}", hint)


def listing(client: Client, project: str, deadline: Deadline) -> Listing:
    """Reads the list, in one request up to 1,000 secrets; a project that does not exist yet has none.

    Raises:
        AccessDeniedError: no right on the project.
    """
    entities: dict[str, Entity] = {}
    lock, date = None, None
    for page in range(PAGE):
        query = {"size": str(PAGE), "sort": "name,asc", **({"page": str(page)} if page else {})}
        answer = client.request("GET", path(project), deadline=deadline, query=query)
        if answer.status == 403:
            error = forbidden(client, project, deadline)
            if isinstance(error, UnknownProjectError):
                return Listing({}, unknown=error)
            raise error
        content = answer.body.get("content") if answer.ok and isinstance(answer.body, dict) else None
        if not isinstance(content, list):
            raise unexpected(answer)
        date = date or answer.date
        for found in map(Entity.of, content):
            if found and found.name == LOCK:
                lock = found
            elif found:
                entities[found.name] = found
        if answer.body.get("last", True):
            break
    return Listing(entities, lock, date)


def look(client: Client, project: str, deadline: Deadline) -> Look:
    """Reads all of a project's secrets, in two requests. Raises as :func:`listing`."""
    found = look_at_list(client, project, deadline)
    found.read(found.entities)
    kept = {name: entity for name, entity in found.entities.items() if name in found.values}
    return replace(found, entities=kept)


def look_at_list(client: Client, project: str, deadline: Deadline, sizes: Sizes | None = None) -> Look:
    """Reads the list, and each value when it is asked for, with the first one those of which ``sizes`` does not know.

    Raises as :func:`listing`.
    """
    listed = listing(client, project, deadline)
    return Look(
        listed.entities,
        is_locked=listed.lock is not None,
        ask=lambda entities: values(client, project, entities, deadline),
        along=sizes.unknown(listed.entities) if sizes else (),
    )


def look_at(client: Client, project: str, names: Collection[str], deadline: Deadline) -> Look:
    """Reads some of a project's secrets. Raises as :func:`listing`, and where there is no such project."""
    if sum(map(len, names)) > ADDRESS - len(names):
        return look(client, project, deadline)
    with ThreadPoolExecutor(1) as pool:  # the values are asked for by name, so that neither has to wait for the other
        asked = pool.submit(_ask, client, project, names, deadline)
        listed = listing(client, project, deadline)
    if listed.unknown:
        raise listed.unknown
    wanted = [one for one in listed.entities.values() if one.name in names]
    answer = asked.result()
    found = _given(wanted, answer.body) if answer.ok else values(client, project, wanted, deadline)
    return Look({name: listed.entities[name] for name in found}, found)


def values(client: Client, project: str, entities: Iterable[Entity], deadline: Deadline) -> dict[str, Value]:
    """Reads the values of these entities; one that is gone by now is left out."""
    found: dict[str, Value] = {}
    for some in _batches(entities):
        answer = _get(client, project, some, deadline)
        if answer.ok:
            found |= _given(some, answer.body)
        elif answer.status == 500:
            found |= _one_by_one(client, project, some, deadline, answer if len(some) == 1 else None)
        else:
            raise unexpected(answer)
    return found


def _one_by_one(
    client: Client, project: str, entities: list[Entity], deadline: Deadline, known: Answer | None
) -> dict[str, Value]:
    """Core reads several or none, and does not say which one it cannot read."""
    answers = [known or _get(client, project, [one], deadline) for one in entities]
    # Where the Secret is not there at all, Core answers as it does where it cannot reach its cluster.
    reached = any(not answer.says(UNREACHED) for answer in answers)
    found: dict[str, Value] = {}
    for entity, answer in zip(entities, answers, strict=True):
        if reached and answer.says(UNREACHED):  # the Secret was made meanwhile
            answer = _get(client, project, [entity], deadline)
            if answer.says(UNREACHED):
                raise unavailable("could not read all of the project's secrets in its cluster")
        if answer.ok:
            found |= _given([entity], answer.body)
        elif answer.status == 500:
            found[entity.name] = _missing(entity, answer)
        else:
            raise unexpected(answer)
    return found


def _missing(entity: Entity, answer: Answer) -> Missing:
    spec = entity.fields.get("spec")
    provider = spec.get("provider") if isinstance(spec, dict) else None
    if answer.says("invalid or unavailable provider"):
        problem = f"is kept by the provider {provider!a}, which the platform cannot read"
        return Missing(SecretsError(entity.name, problem, "Read it where it is kept"), proven=True)
    hint = f"Give it one: %secret set {entity.name}"
    if answer.says(UNREACHED):
        problem = "has no value yet, or the platform cannot read its cluster now"
        return Missing(ProviderUnavailableError(entity.name, problem, hint), proven=False)
    return Missing(SecretNotFoundError(entity.name, "has no value yet", hint), proven=True)


def _ask(client: Client, project: str, names: Iterable[str], deadline: Deadline) -> Answer:
    return client.request("GET", path(project, "/data"), deadline=deadline, query={"keys": ",".join(names)})


def _get(client: Client, project: str, entities: list[Entity], deadline: Deadline) -> Answer:
    answer = _ask(client, project, [entity.name for entity in entities], deadline)
    if answer.status == 403:
        raise forbidden(client, project, deadline)
    return answer


def _given(entities: list[Entity], body: Any) -> dict[str, Value]:
    """Returns the values of an answer, which names each by its key."""
    if not isinstance(body, dict):
        raise unavailable("did not answer with values", NOT_CORE)
    return {
        entity.name: text.encode(errors="surrogatepass")
        for entity in entities
        if isinstance(text := body.get(entity.key, body.get(entity.name)), str)
    }


def _batches(entities: Iterable[Entity]) -> list[list[Entity]]:
    """Cuts a list where the address would get too long."""
    batches: list[list[Entity]] = []
    size = ADDRESS
    for entity in entities:
        size += len(entity.name) + 1
        if size > ADDRESS:
            batches.append([])
            size = len(entity.name)
        batches[-1].append(entity)
    return batches
