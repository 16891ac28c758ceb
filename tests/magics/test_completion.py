"""``Tab`` after ``%secret``."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from IPython.core.completer import CompletionContext

from dh_secrets_jupyter.errors import SecretsError
from dh_secrets_jupyter.magics import completion
from dh_secrets_jupyter.magics.completion import PATIENCE, Names

from ..support.kernels import Kernel


def complete(kernel: Kernel, code: str) -> list[str]:
    """Returns the line as it would stand with each completion, where the cursor is at the end."""
    reply = kernel.request("complete_request", {"code": code, "cursor_pos": len(code)}).reply
    assert reply["cursor_end"] == len(code)
    return [code[: reply["cursor_start"]] + match for match in reply["matches"]]


@pytest.mark.parametrize(
    ("code", "lines"),
    [
        ("%secret de", ["%secret delete", "%secret describe"]),
        ("%secret get A", ["%secret get API_KEY"]),
        ("%secret get API_KEY as x db-p", ["%secret get API_KEY as x db-pass"]),
        ("%secret get --", ["%secret get --all"]),
        ("%secret set NEW --from-", [f"%secret set NEW --from-{source}" for source in ("env", "file", "var")]),
        ("%%secret API_KEY --", ["%%secret API_KEY --env"]),
        ("%%secret d", ["%%secret db-pass"]),
        ("x = %secret get A", ["x = %secret get API_KEY"]),
        ("1\n  %secret describe A", ["1\n  %secret describe API_KEY"]),
        ("%secret project x --provider k", ["%secret project x --provider kubernetes"]),
    ],
)
def test_tab(project: Kernel, code: str, lines: list[str]) -> None:
    """Commands, options, names of secrets and providers are offered where they can stand, and nothing else."""
    assert complete(project, code) == lines


@pytest.mark.parametrize(
    "code", ["%secret get API_KEY as A", "%secret nope A", "%secret set K --description A", "print('%secret get A"]
)
def test_tab_offers_nothing_where_anything_can_stand(code: str) -> None:
    """Where a variable, a text or no known command stands, no name of a secret is offered."""
    context = CompletionContext("A", code, len(code), 0, None)
    assert completion.complete(context)["completions"] == []


def test_tab_knows_projects_and_files(project: Kernel) -> None:
    """Projects that have secrets, and files, are offered, too."""
    name = project.ok("%secret describe API_KEY").stdout.split("\nproject")[1].split()[0]
    assert f"%secret project {name}" in complete(project, f"%secret project {name[:-1]}")
    (project.home / "some").mkdir()
    (project.home / "some" / "file.env").touch()
    assert complete(project, "%secret import so") == ["%secret import some/"]
    assert complete(project, "%secret import some/f") == ["%secret import some/file.env"]
    assert complete(project, "%secret set K --from-file some/") == ["%secret set K --from-file some/file.env"]


def test_other_lines_are_left_to_others(project: Kernel) -> None:
    """Python is completed as ever, also a line with the word in it."""
    project.ok("secret_thing = 1\n%config IPCompleter.use_jedi = False")
    assert complete(project, "secret_th") == ["secret_thing"]
    assert "%secret" in complete(project, "%secr")


def test_tab_asks_a_cluster_that_does_not_answer_once(new_kernel: Callable[..., Kernel]) -> None:
    """Where nobody answers, Tab gives up soon, offers what needs no cluster, and raises nothing."""
    kernel = new_kernel(env={"DH_SECRETS_PROVIDER": "kubernetes", "KUBECONFIG": "kubeconfig"})
    # Addresses kept for documentation (RFC 5737): nobody answers there, and nobody refuses.
    (kernel.home / "kubeconfig").write_text(
        "{clusters: [{name: c, cluster: {server: 'https://192.0.2.1'}}], users: [{name: u, user: {}}],"
        " contexts: [{name: x, context: {cluster: c, user: u}}], current-context: x}"
    )
    kernel.ok("%load_ext dh_secrets_jupyter")
    complete(kernel, "%secret get A")  # imports the client
    started = time.monotonic()
    assert complete(kernel, "%secret get --") == ["%secret get --all"]
    assert time.monotonic() - started < PATIENCE + 5


def test_names_are_asked_for_in_the_background() -> None:
    """A slow answer is there the next time; only one question is open at once; an error is no names."""
    names, asked = Names(), []

    def slow() -> list[str]:
        asked.append(1)
        time.sleep(PATIENCE + 0.5)
        return ["b", "a"]

    assert names.get("key", slow) == []
    assert names.get("key", slow) == ["a", "b"]
    assert names.get("key", slow) == ["a", "b"]
    assert len(asked) == 1

    def failing() -> list[str]:
        raise SecretsError("K", "no", "No")

    assert names.get("other", failing) == []
