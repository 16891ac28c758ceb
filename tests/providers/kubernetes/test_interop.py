"""Others work on the same Secret: kubectl, the platform, pods."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

from dh_secrets_jupyter.errors import SecretNotFoundError, TooLargeError
from dh_secrets_jupyter.project import Project
from tests.cluster.server import Namespace

from .conftest import CANARY, SECRET, shown

PEM = f"-----BEGIN TEST-----\n{base64.b64encode(CANARY.encode()).decode()}\n-----END TEST-----"
VALUES = {
    "empty": b"",
    "one byte": b"x",
    "100 kB": bytes(range(250)) * 400,
    "a PEM": PEM.encode() + b"\n",
    "a PEM without the last newline": PEM.encode(),
    "emoji": f"{CANARY} \N{GRINNING FACE}".encode(),
    "no UTF-8": b"\xff\xfe" + CANARY.encode(),
}


@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
def test_kubectl_shows_what_we_wrote(demo: Project, namespace: Namespace, value: bytes) -> None:
    """What is set here is what ``kubectl get -o jsonpath`` prints, byte for byte."""
    demo.put("A", value)
    assert base64.b64decode(namespace.kubectl("get", "secret", SECRET, "-o=jsonpath={.data.A}")) == value


@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
def test_we_read_what_kubectl_wrote(demo: Project, namespace: Namespace, value: bytes, tmp_path: Path) -> None:
    """A Secret that kubectl made of a file is read byte for byte."""
    (tmp_path / "A").write_bytes(value)
    namespace.kubectl("create", "secret", "generic", SECRET, f"--from-file={tmp_path / 'A'}")
    read = demo.read_values("A")["A"].reveal()
    assert (read.encode() if isinstance(read, str) else read) == value


def test_a_key_of_kubectl_is_like_our_own(demo: Project, namespace: Namespace) -> None:
    """A Secret made by kubectl is listed, read, described, changed and deleted, key by key."""
    namespace.kubectl("create", "secret", "generic", SECRET, "--from-literal=A=1", "--from-literal=B=2")
    assert [secret.name for secret in demo.list_secrets()] == ["A", "B"]
    assert demo.read_all() == {"A": "1", "B": "2"}
    assert demo.get_secret("A").metadata.created is None
    demo.edit("A", description="theirs")
    demo.put("B", "3")
    assert namespace.data(SECRET) == {"A": b"1", "B": b"3"}
    demo.delete("A")
    assert namespace.data(SECRET) == {"B": b"3"}
    demo.delete("B")
    assert namespace.secret(SECRET) is None


def test_a_new_secret_is_what_the_platform_expects(demo: Project, namespace: Namespace) -> None:
    """It is Opaque, has no labels, only annotations of ours, and our field manager."""
    demo.put("A", CANARY, description="first")
    made = namespace.secret(SECRET)
    assert made
    assert made["type"] == "Opaque"
    assert "labels" not in made["metadata"]
    assert list(made["metadata"]["annotations"]) == ["dh-secrets-jupyter/A"]
    assert {entry["manager"] for entry in made["metadata"]["managedFields"]} == {"dh-secrets-jupyter"}
    demo.put("A", f"{CANARY} 2")
    made = namespace.secret(SECRET)
    assert made
    assert {entry["manager"] for entry in made["metadata"]["managedFields"]} == {"dh-secrets-jupyter"}
    changes = [entry["requestURI"] for entry in namespace.requests() if entry["verb"] in ("create", "patch")]
    assert all("fieldManager=dh-secrets-jupyter" in address for address in changes)


def test_what_is_of_others_survives_everything(demo: Project, namespace: Namespace) -> None:
    """Labels, annotations and keys of others are there, unchanged, after every operation of ours."""
    namespace.kubectl("create", "secret", "generic", SECRET, "--from-literal=THEIRS=1")
    namespace.kubectl("label", "secret", SECRET, "team=x")
    namespace.kubectl("annotate", "secret", SECRET, "example.org/note=<theirs> & more", "plain=y")

    def check() -> None:
        found = namespace.secret(SECRET)
        assert found
        assert found["metadata"]["labels"] == {"team": "x"}
        annotations = found["metadata"]["annotations"]
        theirs = {key: text for key, text in annotations.items() if not key.startswith("dh-secrets-jupyter/")}
        assert theirs == {"example.org/note": "<theirs> & more", "plain": "y"}
        assert namespace.data(SECRET)["THEIRS"] == b"1"

    secret = demo.new_secret("A", CANARY, description="ours", labels=["a"])
    check()
    secret.set_secret_value(f"{CANARY} 2")
    check()
    secret.metadata.description = "<b>"
    demo.update_secret(secret)
    check()
    demo.import_values({"B": CANARY, "A": CANARY}, replace_existing=True)
    check()
    demo.delete("A", "B")
    check()


def test_the_last_key_leaves_what_is_of_others(demo: Project, namespace: Namespace) -> None:
    """Where a label is on it, the Secret stays without data, and the next write fills it again."""
    demo.put("A", CANARY, description="ours")
    namespace.kubectl("label", "secret", SECRET, "team=x")
    demo.delete("A")
    left = namespace.secret(SECRET)
    assert left
    assert not left.get("data")
    assert not left["metadata"].get("annotations")
    assert left["metadata"]["labels"] == {"team": "x"}
    assert demo.list_secrets() == []
    demo.put("B", CANARY)
    assert set(demo.read_all()) == {"B"}


def test_an_applied_secret_goes_with_its_last_key(demo: Project, namespace: Namespace) -> None:
    """kubectl's own note of what it applied does not keep an empty Secret."""
    manifest = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": SECRET}, "stringData": {"A": "1"}}
    namespace.kubectl("apply", "-f", "-", stdin=json.dumps(manifest).encode())
    demo.delete("A")
    assert namespace.secret(SECRET) is None


def test_metadata_of_a_key_that_others_deleted(demo: Project, namespace: Namespace) -> None:
    """It is not shown, dropped by our next write of whatever key, and not taken over by a new one."""
    demo.put("A", CANARY, description="left behind")
    demo.put("x" * 100, CANARY, description="left behind")
    demo.put("B", CANARY)
    for name in ("A", "x" * 100):
        namespace.kubectl("patch", "secret", SECRET, "--type=json", f'-p=[{{"op":"remove","path":"/data/{name}"}}]')
    assert [secret.name for secret in demo.list_secrets()] == ["B"]
    with pytest.raises(SecretNotFoundError):
        demo.get_secret("A")
    assert demo.put("A", CANARY).metadata.description == ""
    left = namespace.secret(SECRET)
    assert left
    assert set(left["metadata"]["annotations"]) == {"dh-secrets-jupyter/A", "dh-secrets-jupyter/B"}


def test_metadata_has_the_room_of_annotations(demo: Project) -> None:
    """Descriptions that would not fit into a Secret's annotations are refused in one line, and nothing is written."""
    values = {f"K{number:03}": CANARY for number in range(100)}
    demo.import_values(values)
    secrets = demo.list_secrets()

    def describe_all() -> None:
        for secret in secrets:
            secret.metadata.description = "\N{GRINNING FACE}" * 1000
            demo.update_secret(secret)

    with pytest.raises(TooLargeError, match="256 KiB") as caught:
        describe_all()
    assert "\n" not in str(caught.value)
    assert CANARY not in shown(caught.value)
    assert demo.read_all() == values


def test_any_description_can_be_changed_again(demo: Project) -> None:
    """Whatever characters a description has, the next change of it still finds it as it was."""
    awkward = '<&>\u2028\u2029 \x00\x01\x08\x0c\x1f\x7f \\ " / \N{GRINNING FACE} é e\u0301 \ufeff \uffff'
    for text in (awkward, awkward + "2", ""):
        assert demo.put("A", CANARY, description=text, labels=["<&>"]).metadata.description == text
    demo.delete("A")
