"""The same notebook on both providers: the embedded store, and a real Kubernetes API server."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ..cluster.server import Namespace
from ..support.kernels import Kernel
from ..support.processes import run

SNIPPET = """\
import dh_secrets_jupyter as dhcore
project = dhcore.get_or_create_project("project-secrets")
secret0 = project.new_secret(name="somesecret", secret_value="value1")
print(secret0)
secret0 = project.get_secret(entity_name="somesecret")
print(secret0.read_secret_value())
secret0.set_secret_value(value="value1")
print(secret0.read_secret_value())
secrets = project.list_secrets()
print(secrets)
project.delete_secret(entity_name="somesecret")
secrets = project.list_secrets()
print(secrets)
"""
SHOWN = "Secret(name='somesecret', project='project-secrets', key='store://project-secrets/secret/secret/somesecret')"
PEM = b"-----BEGIN PRIVATE KEY-----\ninvented+first\n-----END PRIVATE KEY-----\n"


@pytest.fixture(params=["local", pytest.param("kubernetes", marks=pytest.mark.cluster)])
def on(request: pytest.FixtureRequest, new_kernel: Callable[..., Kernel]) -> Kernel:
    """A kernel on the provider."""
    if request.param == "local":
        return new_kernel()
    return new_kernel(env=cluster_environment(request.getfixturevalue("namespace")))


def cluster_environment(namespace: Namespace) -> dict[str, str | None]:
    """Returns what makes a kernel use this namespace by ``auto``, as it would for its user."""
    return {"DH_SECRETS_PROVIDER": None, "KUBECONFIG": str(namespace.kubeconfig)}


def test_the_snippet_of_the_manual(on: Kernel) -> None:
    """It runs as it stands, in one cell, and prints no value: the guard comes with the first one."""
    assert on.ok(SNIPPET).stdout.splitlines() == [SHOWN, *["[secret:somesecret]"] * 2, f"[{SHOWN}]", "[]"]


@pytest.mark.slow
def test_the_snippet_in_a_script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Outside of a notebook it runs as it stands too, twice in a row."""
    monkeypatch.setenv("DH_SECRETS_LOCAL_PATH", str(tmp_path / "secrets.db"))
    for _ in range(2):
        assert run(SNIPPET).splitlines() == [SHOWN, "value1", "value1", f"[{SHOWN}]", "[]"]


def test_a_first_session(on: Kernel) -> None:
    """Store, list, read, use, lease, forget and delete, with what every command that writes says."""
    on.ok("%load_ext dh_secrets_jupyter")
    cell = on.ok("%secret set API_KEY --description 'a {key}' --label a", answers=["invented-on-both"])
    rows = dict(line.split(maxsplit=1) for line in on.ok("%secret").stdout.splitlines()[:5])
    assert f"Value of API_KEY for project default ({rows['provider']}: " in cell.prompts[0]
    where = f"project default, {rows['provider']}"
    assert cell.stdout == f"API_KEY: created in {where}.\n"
    shown = on.ok("%secret list").displays[0]["text/plain"].splitlines()[1]
    assert shown.split()[:4] == ["API_KEY", "a", "{key}", "a"]
    assert on.ok("%secret get API_KEY\nf'Bearer {API_KEY}'").result == "'Bearer [secret:API_KEY]'"
    assert on.ok("%%secret API_KEY as leased\nlen(leased)").result == "16"
    assert on.ok("%secret forget").stdout == "Removed: API_KEY (variable)\n"
    assert on.ok("%secret delete API_KEY", answers=["y"]).stdout == f"API_KEY: deleted from {where}.\n"
    assert on.run("%secret get API_KEY").error_name == "SecretNotFoundError"
    assert b"invented-on-both" not in on.raw + on.log + on.history


def test_what_set_wrote_is_what_kubectl_shows(new_kernel: Callable[..., Kernel], namespace: Namespace) -> None:
    """Byte for byte, whatever the value; and what kubectl wrote is listed and read."""
    namespace.kubectl("create", "secret", "generic", "proj-secrets-demo", "--from-literal=THEIRS=by kubectl, invented")
    kernel = new_kernel(env=cluster_environment(namespace) | {"DH_SECRETS_PROJECT": "demo"})
    kernel.ok("%load_ext dh_secrets_jupyter")
    values = {
        "EMPTY": b"",
        "ONE": b"1",
        "PEM": PEM,
        "PEM-CUT": PEM[:-1],
        "EMOJI": "invented 🔑\r\n".encode(),
        "BYTES": b"invented\xff\x00\xfe",
        "LONG": b"invented-%06d\n" * 7143 % tuple(range(7143)),
    }
    for name, value in values.items():
        (kernel.home / name).write_bytes(value)
    kernel.ok("\n".join(f"%secret set {name} --from-file {name}" for name in values))
    assert namespace.data("proj-secrets-demo") == {**values, "THEIRS": b"by kubectl, invented"}
    assert [line.split()[0] for line in kernel.ok("%secret list").displays[0]["text/plain"].splitlines()[1:]] == sorted(
        [*values, "THEIRS"]
    )
    assert kernel.ok("%secret get THEIRS\nlen(THEIRS), str(THEIRS)").result == "(20, '[secret:THEIRS]')"
    kernel.ok(
        "%secret file --help\n%secret file BYTES as path\nassert open(path, 'rb').read() == open('BYTES', 'rb').read()"
    )


def test_a_lost_cluster_is_one_line(new_kernel: Callable[..., Kernel], namespace: Namespace) -> None:
    """Where nobody answers, and where one may not read, the cell fails with one line and nothing is put anywhere."""
    nobody = namespace.service_account("nobody")
    kernel = new_kernel(env=cluster_environment(namespace) | {"KUBECONFIG": str(nobody)})
    kernel.ok("%load_ext dh_secrets_jupyter")
    cell = kernel.run("%secret get A")
    assert cell.error_name == "AccessDeniedError"
    assert cell.error is not None
    assert len(cell.of("error")) == 1
    assert "\n" not in cell.error
    shown = kernel.run("%secret")
    assert shown.error_name == "AccessDeniedError"
    assert "secrets   unknown" in shown.stdout
    assert "%secret get NAME" in shown.stdout
