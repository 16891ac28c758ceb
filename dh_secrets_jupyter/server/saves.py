"""Looks at each notebook before it is saved for the values of its projects; nothing is rewritten.

It stands before the contents manager's own ``save``, whichever manager that is. A ``pre_save_hook`` would not do:
managers of others need not call it, and Jupytext calls it for each file of a pair and makes of a refusal an error 500.
The look is on the server's event loop, so that it waits for nothing: the values are :mod:`.held_values`'.
"""

from __future__ import annotations

import inspect
import json
import logging
from collections.abc import Iterator
from functools import wraps
from typing import Any

from jupyter_server import CallContext
from tornado.web import HTTPError

from ..errors import trace
from ..needs.projects import projects_named
from ..scan.content import find_in_content
from ..scan.findings import Finding
from ..wire import JSON
from . import users
from .events import Events
from .held_values import HeldValues

log = logging.getLogger(__name__)


class SaveCheck:
    """What is done at each save.

    Args:
        values: those of the projects.
        events: takes what was found.
        refuses: whether a notebook with a value in it is not saved.
    """

    def __init__(self, values: HeldValues, events: Events, *, refuses: bool) -> None:
        self._values = values
        self._events = events
        self._refuses = refuses
        self._said: set[str] = set()  # the projects of which the log says that they could not be looked for

    def stand_before(self, manager: Any) -> None:
        """Has a contents manager ask here before it saves, and tell what it opens, whose projects are read then."""
        save, get = manager.save, manager.get

        @wraps(save)
        def checked_save(model: JSON, *args: Any, **kwargs: Any) -> Any:
            path = str(args[0] if args else kwargs.get("path", ""))
            self.check(model, path.strip("/"))
            return save(model, *args, **kwargs)

        @wraps(get)
        def noted_get(*args: Any, **kwargs: Any) -> Any:
            found = get(*args, **kwargs)
            return self._noted_later(found) if inspect.isawaitable(found) else self._noted(found)

        manager.save, manager.get = checked_save, noted_get
        self._values.follow()

    def check(self, model: JSON, path: str) -> None:
        """Looks at what is going to be saved.

        Raises:
            HTTPError: 400, there is a value in it, and it is to be refused.
        """
        try:
            found = self._look(model, path)
        except Exception as error:  # noqa: BLE001 - whatever it is, it must not cost anybody a notebook
            log.error("the look at what is saved failed: %s", trace(error))
            return
        if found and self._refuses:
            raise HTTPError(400, _refusal(path, found))

    def _look(self, model: JSON, path: str) -> list[Finding]:
        content = _notebook_of(model, path)
        if content is None:
            return []
        projects = self._projects_of(content)
        self._values.follow(*projects)
        found: list[Finding] = []
        missing = [] if projects else [""]
        for project in projects:
            if masker := self._values.get(project):
                found += find_in_content(path, content, masker)
            else:
                missing.append(project)
        user = _user()
        if missing:
            self._say_missing(user, path, missing)
        if found:
            self._events.value_found(user, path, list(map(to_json, found)), refused=self._refuses)
        return found

    def _projects_of(self, content: JSON) -> list[str]:
        """Returns the projects that the cells name, else the server's own; none while that is not known."""
        return projects_named(sources_of(content)) or list(filter(None, [self._values.own]))

    def _say_missing(self, user: str | None, path: str, missing: list[str]) -> None:
        self._events.not_searched(user, path, list(filter(None, missing)))
        for project in missing:
            if project not in self._said:
                self._said.add(project)
                whose = f"project {project}" if project else "the server's own project"
                log.warning("notebooks are saved without being searched: the values of %s are not there", whose)

    def _noted(self, model: JSON) -> JSON:
        try:
            if (content := _notebook_of(model, "")) is not None:
                self._values.follow(*self._projects_of(content))
        except Exception as error:  # noqa: BLE001 - as above
            log.error("the look at what is opened failed: %s", trace(error))
        return model

    async def _noted_later(self, model: Any) -> JSON:
        return self._noted(await model)


def to_json(finding: Finding) -> JSON:
    """Returns a finding as the event has it, and ``POST scrub``."""
    place = finding.place
    return {
        "cell": place.cell,
        "output": place.output,
        "mime": place.mime,
        "secret": finding.secret,
        "encoding": str(finding.encoding),
    }


def _notebook_of(model: JSON, path: str) -> JSON | None:
    """Returns the notebook in a model of the contents API, also one that is saved as a text."""
    content = model.get("content")
    if model.get("type") == "file" and path.endswith(".ipynb") and isinstance(content, str):
        try:
            content = json.loads(content)
        except ValueError:  # half of one, or base64
            return None
    elif model.get("type") != "notebook":
        return None
    return content if isinstance(content, dict) else None


def sources_of(content: JSON) -> Iterator[str]:
    """Yields the sources of a notebook's code cells; what is none, as a damaged notebook has, is passed over."""
    cells = content.get("cells")
    for cell in cells if isinstance(cells, list) else ():
        if isinstance(cell, dict) and cell.get("cell_type") == "code":
            source = cell.get("source")
            lines = source if isinstance(source, list) else [source]
            yield "".join(line for line in lines if isinstance(line, str))


def _refusal(path: str, found: list[Finding]) -> str:
    places: dict[str, list[str]] = {}
    for one in found:
        where = f"cell {one.place.cell}" if one.place.cell else "its metadata"
        if where not in places.setdefault(one.secret, []):
            places[one.secret].append(where)
    named = "; ".join(f"{secret} in {', '.join(where)}" for secret, where in places.items())
    return f"{path}: not saved, since it holds the value of {named}. Clear it there, save again, and rotate it."


def _user() -> str | None:
    """Returns who sent the request that is being answered, None where there is none."""
    handler = CallContext.get(CallContext.JUPYTER_HANDLER)
    user = getattr(handler, "current_user", None)
    return users.name_of(user) if user else None
