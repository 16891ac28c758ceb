"""The description of the API is the API: the same paths and methods, and answers as it says, whatever is sent."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

import dh_secrets_jupyter
from dh_secrets_jupyter import errors, models
from dh_secrets_jupyter.server import events
from dh_secrets_jupyter.server.routes import LIVE, NOTICES, READING, ROUTES

from .running import ROOT, Server

DOCUMENT = Path(dh_secrets_jupyter.__file__).parent / "server" / "openapi.yaml"
PLANTED = "planted-made-up-value"


@pytest.fixture(scope="module")
def described() -> dict[str, Any]:
    """The document."""
    found: dict[str, Any] = yaml.safe_load(DOCUMENT.read_text())
    return found


def operations(described: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    methods = ("get", "put", "post", "patch", "delete", "head")
    return {
        (path.lstrip("/"), method.upper()): content
        for path, item in described["paths"].items()
        for method, content in item.items()
        if method in methods
    }


def test_the_document_has_just_the_paths_that_are_served(described: dict[str, Any]) -> None:
    """Paths and methods of the document are those of the routes; each operation is named like its function."""
    served = {(path, method): operation for path, methods in ROUTES.items() for method, operation in methods.items()}
    documented = operations(described)
    assert documented.keys() == served.keys()
    for key, operation in served.items():
        assert documented[key]["operationId"] == operation.__name__
    assert {operation.__name__ for operation in READING} <= {found["operationId"] for found in documented.values()}


def test_the_document_has_the_rules_of_the_models(described: dict[str, Any]) -> None:
    """Limits, fields and error classes stand in the document as they do in the code."""
    schemas = described["components"]["schemas"]
    fields = {"name", *models.Metadata().to_dict()}
    assert set(schemas["Secret"]["required"]) == schemas["Secret"]["properties"].keys() == fields
    assert schemas["Description"]["maxLength"] == models.MAX_DESCRIPTION
    assert schemas["Labels"]["items"]["maxLength"] == models.MAX_LABEL
    classes = {name for name in vars(errors) if name.endswith("Error")}
    assert set(schemas["Error"]["properties"]["reason"]["enum"]) == classes
    for rule, check in (("SecretName", models.check_name), ("ProjectName", models.check_project)):
        limits = schemas[rule]
        for name in ("a", "a-", "-a", "ab", ".", "..", "..a", ".a", "a.", "A" * 38, "a" * 38, "a" * 39, "a" * 254, "ä"):
            fits = bool(re.search(limits["pattern"], name)) and len(name) <= limits["maxLength"]
            try:
                check(name)
            except errors.InvalidNameError:
                accepted = False
            else:
                accepted = True
            assert fits == accepted, (rule, name)


def test_the_documentation_names_what_there_is(described: dict[str, Any]) -> None:
    """The page for administrators names every path, event and header."""
    page = (ROOT / "docs" / "server.md").read_text()
    for path, _ in operations(described):
        assert f"dh-secrets/{path.replace('{project}', 'P').replace('{name}', 'NAME')}" in page
    for needed in (events.CHANGED, events.INJECTED, events.FOUND, events.NOT_SEARCHED, LIVE, NOTICES):
        assert needed in page
    for header in (LIVE, NOTICES):
        assert header in str(described)


@pytest.mark.server
@pytest.mark.parametrize(
    ("provider", "examples"),
    [
        ("local", 5),
        pytest.param("kubernetes", 2, marks=pytest.mark.cluster),
        pytest.param("local", 30, marks=pytest.mark.soak),
        pytest.param("kubernetes", 10, marks=[pytest.mark.cluster, pytest.mark.soak]),
    ],
)
@pytest.mark.timeout(600)
def test_whatever_is_sent_is_answered_as_described(
    request: pytest.FixtureRequest, tmp_path: Path, provider: str, examples: int
) -> None:
    """schemathesis, all checks: every answer is as the document says, none a 5xx, none with a value in it."""
    server: Server = request.getfixturevalue(provider)
    server.create("PLANTED", PLANTED, project="planted")
    command = [
        *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(Path(__file__).parent / "schemathesis.toml")),
        *("run", str(DOCUMENT), "--url", server.url.rstrip("/"), "--header", "Authorization: token writer-token"),
        *("--checks", "all", f"--max-examples={examples}", "--seed=7", "--no-color", "--generation-database=none"),
        # It insists on a 401 without a token, where Jupyter answers 403.
        *("--exclude-checks", "missing_required_header"),
    ]
    hooks = {"SCHEMATHESIS_HOOKS": "tests.server.no_value", "PLANTED": PLANTED}
    done = subprocess.run(
        command,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": f"{ROOT}:{os.environ['PYTHONPATH']}", **hooks},
        capture_output=True,
        timeout=560,
        check=False,
    )
    assert done.returncode == 0, done.stdout.decode()[-5000:] + done.stderr.decode()[-2000:]
