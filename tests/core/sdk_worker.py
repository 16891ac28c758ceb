"""Runs in the SDK's own Python: reads what to do, a JSON list a line, and answers a JSON object a line."""

from __future__ import annotations

import json
import sys
import time
from typing import Any

import digitalhub as dh  # type: ignore[import-not-found]  # it is in another virtual environment alone


def _view(project: Any) -> dict[str, Any]:
    """Returns all secrets as the SDK sees them: values and metadata."""
    found = {}
    for secret in project.list_secrets():
        metadata = secret.metadata.to_dict()
        found[secret.name] = {"value": secret.read_secret_value(), "metadata": metadata}
    return found


def _find(project: Any, name: str) -> Any:
    return next(secret for secret in project.list_secrets() if secret.name == name)


def _edit(project: Any, name: str, **fields: Any) -> None:
    secret = project.get_secret(name)
    for field, value in fields.items():
        setattr(secret.metadata, field, value)
    project.update_secret(secret)


def _time_to_read(project: Any, *names: str) -> float:
    began = time.monotonic()
    for name in names:
        project.get_secret(name).read_secret_value()
    return time.monotonic() - began


ACTIONS: dict[str, Any] = {
    "view": _view,
    "new": lambda project, name, value, **more: project.new_secret(name=name, secret_value=value, **more) and None,
    "set": lambda project, name, value: _find(project, name).set_secret_value(value=value),
    "edit": _edit,
    "delete": lambda project, name: project.delete_secret(_find(project, name).key) and None,
    "time": _time_to_read,
}


def main() -> None:
    """Answers until nobody asks any more; what the SDK prints goes elsewhere."""
    answers, sys.stdout = sys.stdout, sys.stderr
    for line in sys.stdin:
        action, (project, *arguments), options = json.loads(line)
        try:
            answer = {"result": ACTIONS[action](dh.get_or_create_project(project), *arguments, **options)}
        except Exception as error:  # noqa: BLE001 (it is for whoever asked)
            answer = {"error": f"{type(error).__name__}: {error}"}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


main()
