"""``Tab`` after ``%secret``."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest
from IPython.core.completer import CompletionContext

from dh_secrets_jupyter.commands.candidates import BackgroundNames
from dh_secrets_jupyter.errors import SecretsError
from dh_secrets_jupyter.magics import completion

from ..support.kernels import Kernel
from ..support.waiting import PATIENCE, wait_until


def complete(kernel: Kernel, code: str) -> list[str]:
    """Returns the line as it would stand with each completion, where the cursor is at the end."""
    reply = kernel.request("complete_request", {"code": code, "cursor_pos": len(code)}).reply
    assert reply["cursor_end"] == len(code)
    return [code[: reply["cursor_start"]] + match for match in reply["matches"]]


def kinds(kernel: Kernel, code: str) -> set[str]:
    """Returns the kinds of the completions, as the front end shows them."""
    reply = kernel.request("complete_request", {"code": code, "cursor_pos": len(code)}).reply
    return {match["type"] for match in reply["metadata"]["_jupyter_types_experimental"]}


@pytest.mark.parametrize(
    ("code", "lines"),
    [
        ("%secret de", ["%secret describe"]),
        ("%secret DEL", ["%secret delete"]),
        ("%secret get ", ["%secret get API_KEY", "%secret get db-pass"]),
        ("%secret get a", ["%secret get API_KEY"]),
        ("%secret get API_KEY as x DB", ["%secret get API_KEY as x db-pass"]),
        ("%secret get --", ["%secret get --help", "%secret get --all", "%secret get --"]),
        ("%secret delete -", ["%secret delete --help", "%secret delete --yes", "%secret delete --"]),
        ("%secret delete ", ["%secret delete API_KEY", "%secret delete db-pass"]),
        ("%secret set NEW --from-", [f"%secret set NEW --from-{source}" for source in ("file", "env", "var")]),
        ("%%secret API_KEY --", [f"%%secret API_KEY --{option}" for option in ("env", "use", "help", "")]),
        ("%%secret d", ["%%secret db-pass"]),
        ("x = %secret get A", ["x = %secret get API_KEY"]),
        ("1\n  %secret describe A", ["1\n  %secret describe API_KEY"]),
        ("%secret project x --provider k", ["%secret project x --provider kubernetes"]),
        ("%secret guard o", ["%secret guard on", "%secret guard off"]),
    ],
)
def test_tab(project_kernel: Kernel, code: str, lines: list[str]) -> None:
    """Commands, names and, behind a hyphen, options are offered where they can stand, in any case, and nothing else."""
    assert complete(project_kernel, code) == lines


@pytest.mark.parametrize("typed", ["", "d", "de", "get -", "env --", "delete --", "import f -", "guard --"])
def test_what_cannot_be_undone_is_never_first(project_kernel: Kernel, typed: str) -> None:
    """Neither as the completions come nor by the alphabet, as JupyterLab sorts them where a part is typed."""
    offered = [line.split()[-1] for line in complete(project_kernel, f"%secret {typed}")]
    final = {"delete", "--all", "--yes", "--replace"}
    assert offered[0] not in final
    if typed:
        assert min(offered) not in final
    else:
        assert offered[-1] == "delete"


def test_kinds(project_kernel: Kernel) -> None:
    """A front end shows what each completion is."""
    assert kinds(project_kernel, "%secret ") == {"command"}
    assert kinds(project_kernel, "%secret get ") == {"secret"}
    assert kinds(project_kernel, "%secret set -") == {"option"}


def test_names_in_a_call(project_kernel: Kernel) -> None:
    """Names are completed in the calls that read secrets, by the project that is asked; other code is left alone."""
    project_kernel.ok("import dh_secrets_jupyter as dhcore\nfrom dh_secrets_jupyter import get\nmine = {'API_X': 1}")
    project_kernel.ok("empty = dhcore.get_or_create_project('empty')")
    for code in (
        'dhcore.get("A',
        'dhcore.use("A',
        "get('a",
        'value = len(dhcore.get("api',
        'dhcore.get_or_create_project("x").get_secret(entity_name="A',
        "p.read_values('db-pass', 'A",
        'import dh_secrets_jupyter as soon; soon.get("A',
    ):
        assert [line.removeprefix(code[: -len("API_KEY")]) for line in complete(project_kernel, code)] != []
        assert all(line.endswith("API_KEY") for line in complete(project_kernel, code))
    assert kinds(project_kernel, 'dhcore.get("A') == {"secret"}
    for code in ('mine.get("A', 'empty.get_secret("A', 'mine.get_secret("A', 'os.environ.get("A', 'print("A'):
        assert not any(line.endswith("API_KEY") for line in complete(project_kernel, code))


@pytest.mark.parametrize(
    "code", ["%secret get API_KEY as A", "%secret nope A", "%secret set K --description A", "print('%secret get A"]
)
def test_tab_offers_nothing_where_anything_can_stand(code: str) -> None:
    """Where a variable, a text or no known command stands, no name of a secret is offered."""
    context = CompletionContext("A", code, len(code), 0, None)
    assert completion.complete(context)["completions"] == []


def test_tab_knows_projects_and_files(project_kernel: Kernel) -> None:
    """Projects that have secrets, and files, are offered, too."""
    name = project_kernel.ok("%secret describe API_KEY").stdout.split("\nproject")[1].split()[0]
    assert f"%secret project {name}" in complete(project_kernel, f"%secret project {name[:-1]}")
    (project_kernel.home / "some").mkdir()
    (project_kernel.home / "some" / "file.env").touch()
    assert complete(project_kernel, "%secret import so") == ["%secret import some/"]
    assert complete(project_kernel, "%secret import some/f") == ["%secret import some/file.env"]
    assert complete(project_kernel, "%secret set K --from-file some/") == ["%secret set K --from-file some/file.env"]


def test_other_lines_are_left_to_others(project_kernel: Kernel) -> None:
    """Python is completed as ever, also a line with the word in it."""
    project_kernel.ok("secret_thing = 1\n%config IPCompleter.use_jedi = False")
    assert complete(project_kernel, "secret_th") == ["secret_thing"]
    assert "%secret" in complete(project_kernel, "%secr")


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
    complete(kernel, "%secret get A")
    assert complete(kernel, "%secret get --a") == ["%secret get --all"]
    assert time.monotonic() - started < 20, "the client itself gives up after 25 s"


def test_names_are_asked_for_in_the_background() -> None:
    """A slow answer is there the next time; only one question is open at once; an error is no names."""
    names, asked, answered = BackgroundNames(), [], threading.Event()

    def slow() -> list[str]:
        asked.append(1)
        answered.wait(PATIENCE)
        return ["b", "a"]

    assert names.get("key", slow) == []
    assert names.get("key", slow) == []
    answered.set()
    assert wait_until(lambda: names.get("key", slow)) == ["a", "b"]
    assert names.get("key", slow) == ["a", "b"]
    assert len(asked) == 1

    def failing() -> list[str]:
        raise SecretsError("K", "no", "No")

    assert names.get("other", failing) == []
