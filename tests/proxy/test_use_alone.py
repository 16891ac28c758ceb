"""A kernel, and a server, whose ServiceAccount has the verb use and no other: magics and both panels, each as it is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import MappingProxyType

import pytest

from tests.cluster.server import Namespace
from tests.panel.view import shown
from tests.server.running import Server
from tests.support import kernels
from tests.ui.lab import build_front_end

from .fixtures import NAME, VALUE
from .hosts import Host, Loop, TestAuthority
from .in_cluster import Place, begun

DENIED = "demo: you may not get the Secret proj-secrets-demo"
TO_USE = "KEY: only to be used, not read. Type %secret use KEY."
PROVIDER = MappingProxyType({"DH_SECRETS_PROVIDER": "kubernetes", "DH_SECRETS_PROJECT": "demo"})


@pytest.fixture(scope="module")
def key_server(loop: Loop, authority: TestAuthority) -> Host:
    """The host that KEY is for."""
    return Host(loop, authority, NAME)


@pytest.fixture(scope="module")
def place(
    prepared: Namespace,
    loop: Loop,
    authority: TestAuthority,
    key_server: Host,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Place]:
    """See :func:`.in_cluster.begun`."""
    with begun(prepared, loop, authority, key_server, tmp_path_factory.mktemp("pod")) as made:
        yield made


@pytest.fixture(scope="module")
def kernel(place: Place, tmp_path_factory: pytest.TempPathFactory) -> Iterator[kernels.Kernel]:
    """A kernel of the pod. At its end the value is in nothing that it sent, kept or logged."""
    build_front_end()
    environment = {**PROVIDER, "DH_SECRETS_LOCAL_PATH": None, **place.environment()}
    with kernels.start(tmp_path_factory.mktemp("kernel"), env=environment) as started:
        started.ok("%load_ext dh_secrets_jupyter")
        yield started
        assert VALUE.encode() not in started.raw + started.history + started.stop()


def test_what_may_be_used_is_listed(kernel: kernels.Kernel) -> None:
    """``list`` and ``describe`` have names, hosts and descriptions, as the proxy gives them, and nothing else."""
    listed = kernel.ok("%secret list").text
    assert "KEY" in listed
    assert "for the model" in listed
    assert NAME in listed
    assert "OPEN" not in listed
    assert "for the model" in kernel.ok("%secret describe KEY").stdout
    assert "the cluster's proxy localhost: no code in this kernel can read the value" in kernel.ok("%secret").stdout


@pytest.mark.parametrize(
    "code",
    [
        "%secret use KEY as key",
        "%secret need KEY as key --use",
        "%secret need KEY as key --optional OTHER --use",
        "%secret need KEY as key",
        "%%secret KEY as leased --use\nkey = leased",
        "import dh_secrets_jupyter\nkey = dh_secrets_jupyter.use('KEY')",
    ],
)
def test_it_is_used(kernel: kernels.Kernel, key_server: Host, code: str) -> None:
    """Each way gives a stand-in; a request with it brings the value to the host, and none back."""
    asked = (
        f"import urllib.request\nrequest = urllib.request.Request('https://{NAME}:{key_server.port}/', "
        "headers={'X-Api-Key': KEY})\nassert KEY in urllib.request.urlopen(request).read().decode()"
    )
    before = len(key_server.arrived)
    if code.startswith("%%"):
        kernel.ok(f"{code}\n{asked.replace('KEY', 'leased')}")
    else:
        kernel.ok(code)
        kernel.ok(asked.replace("KEY", "key"))
    assert [VALUE.encode() in one for one in key_server.arrived[before:]] == [True]
    kernel.ok("%secret forget")


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("%secret get KEY", TO_USE),
        ("%secret env KEY", TO_USE),
        ("%%secret KEY\nprint(KEY)", TO_USE),
        ("import dh_secrets_jupyter\ndh_secrets_jupyter.get('KEY')", TO_USE),
        ("%secret get OPEN", "OPEN: no such secret in project demo."),
        ("%secret set NEW --from-env PATH", DENIED),
        ("%secret edit KEY --description other", DENIED),
        ("%secret delete KEY --yes", DENIED),
        ("%secret need NEW --use", "NEW: missing from"),
        ("%secret use OPEN", "OPEN: it is for no host yet."),
        ("%secret use NEW", "NEW: no such secret in project demo."),
    ],
)
def test_everything_else_says_why_not(kernel: kernels.Kernel, code: str, error: str) -> None:
    """One line, which names the secret or the right that is missing."""
    said = kernel.run(code).error
    assert said is not None
    assert said.startswith(error)
    assert len(said.splitlines()) == 1


def test_the_widgets_panel(kernel: kernels.Kernel) -> None:
    """It lists and uses; its writes and *Put* are refused with the same lines, and it knows that it cannot write."""
    view = shown(kernel)
    [listed] = view.result("list", project="demo", view=view.name)["secrets"]
    assert (listed["name"], listed["description"]) == ("KEY", "for the model")
    assert listed["hosts"][0].startswith(NAME)
    assert view.result("status", project="demo")["writable"] is False
    assert view.result("use", project="demo", name="KEY")["target"] == "KEY"
    [held] = view.result("held", project="demo")["secrets"]
    assert (held["name"], held["stand_in"], held["state"]) == ("KEY", True, "same")
    assert view.ask("put", project="demo", name="KEY", destination="variable")["error"]["message"] in TO_USE
    for method in ("create", "update"):
        refused = view.ask(method, b"sample-value-for-a-write", project="demo", name="KEY")["error"]
        assert refused["reason"] == "AccessDeniedError"
        assert refused["message"].startswith(DENIED)
    assert view.ask("remove", project="demo", name="KEY")["error"]["reason"] == "AccessDeniedError"
    assert view.result("forget", project="demo", name="KEY")["targets"] == ["KEY"]


def test_the_side_panel(place: Place, tmp_path: Path) -> None:
    """A server in the pod lists what may be used; each write is a 403 that names the missing right."""
    with Server(tmp_path / "server", {**PROVIDER, **place.environment()}) as server:
        listed = server.call("GET", "projects/demo/secrets")
        assert [one["name"] for one in listed.body["secrets"]] == ["KEY"]
        assert server.secret("GET", "KEY", project="demo").body["description"] == "for the model"
        assert server.call("GET", "status?project=demo").body["writable"] is False
        written = [
            server.create("NEW", "sample-value-for-a-write", project="demo"),
            server.secret("PATCH", "KEY", {"description": "other"}, project="demo"),
            server.secret("DELETE", "KEY", project="demo"),
        ]
        assert {reply.status for reply in written} == {403}
        assert all(DENIED in reply.body["message"] for reply in written)
        assert server.secret("GET", "OPEN", project="demo").status == 404
        assert VALUE not in server.log()
