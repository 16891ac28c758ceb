"""A workspace of the platform: an address and a token in the environment, and a cluster in which one may do nothing."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path

import nbformat
import pytest

from dh_secrets_jupyter.providers.digitalhub.entity import LOCK
from tests.cluster.server import Namespace
from tests.core.server import Core
from tests.magics.test_providers import SHOWN, SNIPPET
from tests.server.config import EVENTS
from tests.server.running import Server
from tests.support import kernels, notebooks
from tests.support.waiting import wait_until

QUICKSTART = Path(__file__).parents[3] / "notebooks" / "quickstart.ipynb"
NewKernel = Callable[..., kernels.Kernel]


@pytest.fixture
def workspace(core: Core, namespace: Namespace, tmp_path: Path) -> dict[str, str]:
    """The environment of a workspace whose user has one project."""
    core.logins.is_on = True
    core.logins.add("alice", "demo:ROLE_USER")
    core.entities.create_project({"name": "demo"}, "somebody")
    return {
        "DHCORE_ENDPOINT": core.url,
        "DHCORE_ACCESS_TOKEN": core.logins.access_token("alice"),
        "DH_CONFIG": str(tmp_path / "none.ini"),
        "KUBECONFIG": str(namespace.service_account("workspace")),
    }


def in_kernel(workspace: dict[str, str]) -> dict[str, str | None]:
    """Returns the same for kernels of tests, which have another provider unless they are told."""
    return {"DH_SECRETS_PROVIDER": None, **workspace}


@pytest.mark.kernel
def test_the_quickstart(core: Core, workspace: dict[str, str], tmp_path: Path) -> None:
    """The notebook's cells run unchanged, twice, in a project that its first secret creates; nothing saved has a
    value."""
    notebook = nbformat.read(QUICKSTART, as_version=4)  # type: ignore[no-untyped-call]  # it has no types
    again = deepcopy(notebook.cells)
    for cell in again:
        cell.id += "-again"
    notebook.cells += again
    inherited = {name: value for name, value in os.environ.items() if name != "PYTEST_CURRENT_TEST"}
    environment = {**inherited, "IPYTHONDIR": str(tmp_path / "ipython"), **workspace}
    saved = json.dumps([cell.get("outputs") for cell in notebooks.execute(notebook, tmp_path, environment).cells])
    assert saved.count("[secret:API_KEY]") >= 2
    assert not re.search(r"[\w-]{43}", saved)
    assert workspace["DHCORE_ACCESS_TOKEN"] not in saved
    assert core.entities.of("quickstart").keys() == {"API_KEY"}


def test_in_a_kernel(core: Core, workspace: dict[str, str], new_kernel: NewKernel) -> None:
    """``%secret`` says the login's project, the address, and once what another provider would see besides. The SDK's
    own lines run as they stand, and the value prints as its name."""
    kernel = new_kernel(env=in_kernel(workspace))
    kernel.ok("%load_ext dh_secrets_jupyter")
    first, second = kernel.ok("%secret").stdout, kernel.ok("%secret").stdout
    assert re.search(r"^project +demo$", first, re.MULTILINE)
    assert core.url in first
    assert "keys without an entity are seen by --provider kubernetes alone" in first
    assert "keys without an entity" not in second
    written = kernel.ok("core = 'sample-value'\n%secret set A --from-var core").stdout
    assert written.startswith("A: created in project demo, digitalhub.")
    cell = kernel.ok(SNIPPET)
    assert cell.stdout.splitlines() == [SHOWN, *["[secret:somesecret]"] * 2, f"[{SHOWN}]", "[]"]


def test_tokens_and_passwords_are_masked(core: Core, workspace: dict[str, str], new_kernel: NewKernel) -> None:
    """Those of every kind of login: also what a file holds, and what comes by a renewal; in outputs, in errors, and in
    the log at DEBUG."""
    core.logins.users["alice"].projects["demo"] = "ROLE_USER"
    refresh = core.logins.refresh_token("alice")
    expired = core.logins.access_token("alice", lasts=-60)
    text = f"[__default]\ndhcore_access_token = {expired}\ndhcore_refresh_token = {refresh}\ndhcore_client_id = admin\n"
    Path(workspace["DH_CONFIG"]).write_text(text)
    spare = {"SPARE_PERSONAL": core.logins.personal_token("alice"), "SPARE_PHRASE": core.logins.password}
    kernel = new_kernel(env={**in_kernel(workspace), **spare, "DHCORE_USER": "alice"})
    kernel.ok("import logging, os; logging.basicConfig(level=logging.DEBUG)")
    kernel.ok("%load_ext dh_secrets_jupyter")
    kernel.ok("%secret list")
    assert core.logins.renewals == 1
    shown = kernel.run("print(open(os.environ['DH_CONFIG']).read())\n1 / 0")
    assert "[secret:DHCORE_ACCESS_TOKEN]" in shown.stdout
    assert "[secret:DHCORE_REFRESH_TOKEN]" in shown.stdout
    kernel.ok("os.environ['DH_CONFIG'] += '.none'; del os.environ['DHCORE_ACCESS_TOKEN']")
    for name, held in zip(["DHCORE_PERSONAL_ACCESS_TOKEN", "DHCORE_PASSWORD"], spare, strict=True):
        kernel.ok(f"os.environ[{name!r}] = os.environ.pop({held!r})")
        kernel.ok("%secret project demo --provider digitalhub")
        kernel.ok("%secret list")
        assert kernel.run("%secret get NOWHERE").reply["status"] == "error"
        assert kernel.run(f"print(os.environ.pop({name!r}))").stdout == f"[secret:{name}]\n"
    sent = kernel.raw + kernel.log
    assert not [text for text in [*core.logins.secret_texts(), expired, refresh] if text.encode() in sent]


@pytest.mark.server
def test_the_routes(core: Core, workspace: dict[str, str], tmp_path: Path) -> None:
    """Create, list, change with If-Match, and delete over HTTP; each change is one event, as its user's, and what the
    console makes is one of somebody else. No token is in an event or in the log at DEBUG."""
    with Server(tmp_path / "server", workspace) as server:
        call = server.call
        status = call("GET", "status").body
        assert (status["project"], status["provider"], status["writable"]) == ("demo", "digitalhub", True)
        assert call("GET", "projects").body == {"projects": ["demo"]}
        created = call("POST", "projects/demo/secrets", {"name": "A", "value": "sample-a", "labels": ["b", "a"]})
        assert created.status == 201
        secrets = "projects/demo/secrets"
        [listed] = call("GET", secrets).body["secrets"]
        assert (listed["name"], listed["labels"], listed["created_by"]) == ("A", ["a", "b"], "alice")
        tag = call("GET", f"{secrets}/A").headers["ETag"]
        assert tag == created.headers["ETag"]
        changed = call("PATCH", f"{secrets}/A", {"value": "sample-b"}, headers={"If-Match": tag})
        assert changed.status == 200
        assert call("PATCH", f"{secrets}/A", {"value": "sample-c"}, headers={"If-Match": tag}).status == 412
        core.requests.clear()
        assert call("PATCH", f"{secrets}/A", {"description": "compares nothing"}).status == 200
        assert LOCK.encode() not in b"".join(one.content for one in core.requests)
        assert core.vault.read("demo", "A") == "sample-b"
        assert call("POST", secrets, {"name": "a.b", "value": "x"}).status == 400
        assert call("DELETE", f"{secrets}/A").status == 204
        assert call("GET", "projects/nobodys/secrets").body == {"secrets": []}
        spec = {"path": "secret://CONSOLE", "provider": "kubernetes"}
        body = {"name": "CONSOLE", "kind": "secret", "project": "demo", "spec": spec}
        core.entities.create("demo", body, "console")
        core.vault.write("demo", "CONSOLE", "sample-console")
        wait_until(lambda: (None, "demo", "CONSOLE", "created") in server.events(), "what the console made")
        # The watch that saw it has seen all that was done before, too, and taken none of it for somebody else's.
        actions = [action for user, _, _, action in server.events() if user]
        assert actions == ["created", "updated", "updated", "deleted"]
        assert len(server.events()) == 5
        written = server.log() + str(server.lines(EVENTS))
        assert not [text for text in [*core.logins.secret_texts(), "sample-"] if text in written]
