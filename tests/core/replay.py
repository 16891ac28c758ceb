"""Plays what a real Core was asked again, one conversation after another, and compares the answers.

What was there before a conversation and was not recorded is prepared: projects, users, entities that a conversation
names by an id nobody was recorded to get, values in the cluster. Ids are given as they were recorded; times and tokens
are made alike before the comparison.
"""

from __future__ import annotations

import base64
import json
import re
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from .server import Core

RECORDINGS = Path(__file__).with_name("recordings.jsonl")
HEADERS = ("Content-Type", "X-Api-Version", "X-Api-Level", "Cache-Control", "Allow", "WWW-Authenticate")
AT_ONCE = ("secret/create/one of sixteen at once", "token/refresh, four at once")
"""Conversations of one name that were held at the same time: which of them won is chance."""

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)")
_ID = re.compile(r"[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}")
_PLACEHOLDER = re.compile(r"<(\w+)( \d+)?>")


@dataclass(frozen=True)
class Conversation:
    """One request, and what a real Core answered."""

    case: str
    request: Mapping[str, Any]
    response: Mapping[str, Any]

    @property
    def project(self) -> str:
        """The project that it is about, ``""`` if none."""
        found = re.match(r"/api/v1/-/([^/?]+)", self.request["path"])
        return found[1] if found else ""


def recorded() -> list[Conversation]:
    """Returns all of them, in their order; texts that were cut are whole again."""
    with RECORDINGS.open(encoding="utf-8") as file:
        found = [json.loads(line, object_hook=_whole) for line in file]
    return [Conversation(one["case"], one["request"], one["response"]) for one in found]


def _whole(found: dict[str, Any]) -> Any:
    cut = found.get("__elided__")
    return cut["starts"][0] * cut["length"] if cut else found


@dataclass
class Player:
    """Asks a Core what was asked.

    Attributes:
        authorization: says what a conversation's kind of login stands for.
        tokens: the tokens of this run, by the recorded one's placeholder.
    """

    core: Core
    authorization: Callable[[Conversation], str | None]
    tokens: dict[str, str] = field(default_factory=dict)

    def play(self, conversations: Sequence[Conversation]) -> Iterator[tuple[Conversation, dict[str, Any]]]:
        """Yields each conversation with this Core's answer; those that were held at once are again."""
        for case, group in groupby(conversations, lambda one: one.case):
            several = list(group)
            if case in AT_ONCE:
                self.core.logins.meeting = threading.Barrier(len(several)) if case.startswith("token/") else None
                with ThreadPoolExecutor(len(several)) as pool:
                    answers = list(pool.map(self.ask, several))
                self.core.logins.meeting = None
                answers.sort(key=lambda answer: answer["status"])
                several.sort(key=lambda one: one.response["status"])
                yield from zip(several, answers, strict=True)
            else:
                yield from ((one, self.ask(one)) for one in several)

    def ask(self, one: Conversation) -> dict[str, Any]:
        """Returns this Core's answer, in the form of a recorded one."""
        self.core.entities.ids.clear()
        if one.case not in AT_ONCE and (identity := _id_given(one)):
            self.core.entities.ids.append(identity)
        headers = {name: value for name, value in one.request["headers"].items() if name != "Authorization"}
        if authorization := self.authorization(one):
            headers["Authorization"] = authorization
        body = one.request["body"]
        content = None
        if body is not None:
            body = json.loads(self._filled(json.dumps(body)))
            if "urlencoded" in headers.get("Content-Type", ""):
                content = urlencode(body).encode()
            else:
                content = (body if isinstance(body, str) else json.dumps(body)).encode()
        request = urllib.request.Request(
            self.core.url + self._filled(one.request["path"]), content, headers, method=one.request["method"]
        )
        try:
            response = urllib.request.urlopen(request, timeout=60)
        except urllib.error.HTTPError as error:
            response = error
        with response:
            text = response.read().decode()
            answer = {
                "status": response.status,
                "headers": {name: response.headers[name] for name in HEADERS if name in response.headers},
                "body": _body(text),
            }
        self._learn(one.response["body"], answer["body"])
        return answer

    def _filled(self, text: str) -> str:
        return _PLACEHOLDER.sub(lambda found: self.tokens.get(found[0], found[0]), text)

    def _learn(self, recorded: Any, answered: Any) -> None:
        if isinstance(recorded, dict) and isinstance(answered, dict):
            for name, text in recorded.items():
                if isinstance(text, str) and _PLACEHOLDER.fullmatch(text) and isinstance(answered.get(name), str):
                    self.tokens[text] = answered[name]


def alike(core: Core, one: Conversation, answer: Mapping[str, Any]) -> Any:
    """Returns an answer without what differs in each run: times, tokens, addresses, and the order of sets."""
    text = json.dumps(answer, sort_keys=True, ensure_ascii=False)
    text = _TIME.sub("<time>", text).replace(core.url, "<url>").replace(core.vault.namespace, "default")
    text = re.sub(r"http://127\.0\.0\.1:\d+", "<url>", text)
    found = json.loads(text)
    if one.case in AT_ONCE or one.case.startswith(("project/", "token/")):
        text = re.sub(r'"by \d+"', '"by the first"', json.dumps(found))  # whoever that is
        found = json.loads(_ID.sub("<id>", text.replace("secret:RACE.", "secret:<id>.")))
    return _unordered(found)


def _unordered(found: Any, name: str = "") -> Any:
    if isinstance(found, dict):
        return {key: _unordered(value, key) for key, value in found.items()}
    if isinstance(found, list):
        items = [_unordered(value) for value in found]
        is_set = name in ("labels", "permissions") or name.endswith(("_supported", "_methods"))
        return sorted(items, key=str) if is_set else items
    is_token = isinstance(found, str) and name in ("access_token", "id_token", "refresh_token", "version")
    return f"<{name}>" if is_token else found


def _id_given(one: Conversation) -> str | None:
    """Returns the id that Core gave to what was created here, if it says it."""
    if one.request["method"] != "POST" or not isinstance(one.response["body"], dict):
        return None
    found = _ID.search(str(one.response["body"].get("id") or one.response["body"].get("message")))
    return found[0] if found else None


def _body(text: str) -> Any:
    if not text:
        return None
    try:
        return json.loads(text)
    except ValueError:
        return text


def basic(user: str, password: str) -> str:
    """Returns the header of a user and a password."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
