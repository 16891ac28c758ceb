"""The forms of Core's answers: what succeeds, and its three forms of an error."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

NO_CACHE = {"Cache-Control": "no-cache, no-store, max-age=0, must-revalidate"}
PUBLIC = {"Cache-Control": "public, max-age=900, must-revalidate, no-transform"}
VERSION = {"X-Api-Version": "0.15.1-SNAPSHOT", "X-Api-Level": "15"}
PAGE = 25
LARGEST_PAGE = 1000


@dataclass(frozen=True)
class Answer:
    """One answer; without a body it is empty."""

    status: int = 200
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=lambda: NO_CACHE)


class Refusal(Exception):
    """Ends a request with an answer."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


def found(body: Any) -> Answer:
    """What was asked for, or made."""
    return Answer(200, body, {"Content-Type": "application/json;charset=UTF-8", **VERSION, **NO_CACHE})


def plain(body: Any, *, status: int = 200, cache: Mapping[str, str] = NO_CACHE, versioned: bool = False) -> Answer:
    """JSON that is no entity's."""
    return Answer(status, body, {"Content-Type": "application/json", **(VERSION if versioned else {}), **cache})


def refused(status: int, message: str) -> Refusal:
    """An error of Core's own."""
    return Refusal(plain({"status": status, "message": message, "errorCode": None}, status=status))


def failed(status: int, path: str, **headers: str) -> Refusal:
    """An error of what Core is built on."""
    stamp = datetime.now(UTC).isoformat(timespec="milliseconds")
    body = {"timestamp": stamp, "status": status, "error": HTTPStatus(status).phrase, "path": path}
    return Refusal(Answer(status, body, {"Content-Type": "application/json", **NO_CACHE, **headers}))


def unauthorized(why: str) -> Refusal:
    """A bearer token that is not accepted."""
    uri = "https://tools.ietf.org/html/rfc6750#section-3.1"
    said = f'Bearer error="invalid_token", error_description="{why}", error_uri="{uri}"'
    return Refusal(Answer(401, None, {"WWW-Authenticate": said, **NO_CACHE}))


def now() -> str:
    """The time as an entity has it: without the zeros at its end."""
    text = datetime.now(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00")
    return text.rstrip("0").rstrip(".") + "Z"


def page(
    items: Sequence[Mapping[str, Any]], query: Mapping[str, Sequence[str]], *, kind: str = "", size: int = PAGE
) -> dict[str, Any]:
    """Returns one page of a list; ``kind`` is the type that can be sorted, by name where nothing else is asked for."""
    asked = int(query.get("size", ["0"])[0])
    if asked > LARGEST_PAGE:
        raise refused(400, "max page size exceeded")
    size, number = asked if asked > 0 else size, int(query.get("page", ["0"])[0])
    ordered = list(items)
    for order in reversed(query.get("sort", ["name,asc"]) if kind else []):
        key, _, direction = order.partition(",")
        if key not in ("name", "created", "updated"):
            raise refused(400, f"No property '{key}' found for type '{kind}'")
        ordered.sort(key=lambda item: _sort_key(item, key), reverse=direction == "desc")
    part = ordered[number * size : (number + 1) * size]
    pages = math.ceil(len(ordered) / size)
    sort = {"empty": not kind, "sorted": bool(kind), "unsorted": not kind}
    return {
        "content": part,
        "pageable": {
            "pageNumber": number,
            "pageSize": size,
            "sort": sort,
            "offset": number * size,
            "paged": True,
            "unpaged": False,
        },
        "totalElements": len(ordered),
        "totalPages": pages,
        "last": number + 1 >= pages,
        "size": size,
        "number": number,
        "numberOfElements": len(part),
        "sort": sort,
        "first": number == 0,
        "empty": not part,
    }


def _sort_key(item: Mapping[str, Any], key: str) -> Any:
    if key == "name":
        return item["name"]
    return datetime.fromisoformat(item["metadata"][key])
