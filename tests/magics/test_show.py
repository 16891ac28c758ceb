"""``%secret`` alone, ``project``, ``list``, ``describe``, help and settings in a real kernel."""

from __future__ import annotations

from collections.abc import Callable

from dh_secrets_jupyter.grammar import COMMANDS, LEASE

from ..support.kernels import Kernel

ROWS = {"project", "list", "get", "env", "file", "import", "set", "describe", "edit", "delete", "forget", "guard"}
FIELDS = ["name", "project", "key", "description", "labels", "expires", "created", "updated"]


def test_secret_alone(project_kernel: Kernel) -> None:
    """It says where this kernel is, and every command, a line each."""
    said = project_kernel.ok("%secret").stdout.splitlines()
    rows = dict(line.split(maxsplit=1) for line in said[: said.index("")])
    assert rows["project"].startswith("t")
    assert rows["provider"] == "local"
    assert rows["place"].startswith(f"{project_kernel.home}/secrets.db")
    assert rows["secrets"] == "2"
    commands = said[said.index("") + 1 :]
    assert {line.split()[1] for line in commands if line.startswith("%secret ")} >= ROWS
    assert sum(line.startswith("%%secret ") for line in commands) == 1


def test_project(secrets_kernel: Kernel) -> None:
    """Switching says where one is now; where it fails the kernel stays where it was."""
    cell = secrets_kernel.ok("%secret project one --provider local")
    assert cell.stdout.startswith(f"Switched to project one (local: {secrets_kernel.home}/secrets.db")
    assert secrets_kernel.run("%secret project -x").reply["status"] == "error"
    assert secrets_kernel.run("%secret project two --provider nope").reply["status"] == "error"
    assert "project one" in secrets_kernel.ok("%secret list").stdout


def test_list(project_kernel: Kernel) -> None:
    """A table in both forms, by name; a pattern chooses."""
    project_kernel.ok("%secret edit API_KEY --description 'a <b>' --label x --expires 2020-01-02")
    [shown] = project_kernel.ok("%secret list").displays
    assert shown.keys() == {"text/plain", "text/html"}
    head, first, second = shown["text/plain"].splitlines()
    assert head.split() == ["name", "description", "labels", "updated", "by", "expires", "use"]
    assert first.split()[:4] == ["API_KEY", "a", "<b>", "x"]
    assert first.endswith("ada  2020-01-02 (expired)")
    assert second.startswith("db-pass")
    assert "a &lt;b&gt;" in shown["text/html"]
    assert "API_KEY" not in project_kernel.ok("%secret list db*").displays[0]["text/plain"]
    assert "No secrets match nope* in project t" in project_kernel.ok("%secret list nope*").stdout


def test_describe(project_kernel: Kernel) -> None:
    """All that is known of a secret but its value."""
    said = project_kernel.ok("%secret describe API_KEY").stdout.splitlines()
    assert [line.split()[0] for line in said] == [
        "name",
        "project",
        "key",
        "description",
        "labels",
        "expires",
        "only",
        "created",
        "updated",
    ]
    assert said[2].split()[1].endswith("/secret/secret/API_KEY")
    assert said[-1].endswith(" by ada")


def test_guard(project_kernel: Kernel) -> None:
    """It says what is masked; off and on mean all values, or those of some names."""
    project_kernel.ok("%secret get API_KEY db-pass")
    assert "masked: " in project_kernel.ok("%secret guard").stdout
    assert project_kernel.ok("%secret guard off API_KEY").stdout.startswith(
        "Guard off for API_KEY: its value is now shown"
    )
    assert project_kernel.ok("print(db_pass)").stdout == "[secret:db-pass]\n"
    assert (
        project_kernel.ok("%secret guard on API_KEY\nprint(API_KEY)").stdout
        == "Guard on for API_KEY.\n[secret:API_KEY]\n"
    )
    assert project_kernel.ok("%secret guard off").stdout.startswith("Guard off: ")
    assert project_kernel.ok("%secret").stdout.splitlines()[4].startswith("guard     off")
    assert project_kernel.ok("%secret guard on").stdout == "Guard on.\n"
    assert project_kernel.ok("%secret").stdout.splitlines()[4].startswith("guard     on")
    assert project_kernel.run("%secret guard off NOPE").error == (
        "NOPE: the guard holds no value of this name. Run %secret guard to see what it holds."
    )
    assert project_kernel.run("%secret guard maybe").error == (
        'guard: "on" or "off" is needed. For example: %secret guard off API_KEY.'
    )


def test_help(secrets_kernel: Kernel) -> None:
    """Each command says how it is typed; IPython's own help knows them, too."""
    for flag in ("--help", "-h"):
        assert secrets_kernel.ok(f"%secret set {flag}").stdout == f"{COMMANDS['set'].help}\n"
        assert secrets_kernel.ok(f"%%secret {flag}\nprint('ran')").stdout == f"{LEASE.help}\n"
    assert secrets_kernel.ok("%secret --help").stdout.startswith("project ")
    [page] = secrets_kernel.ok("%secret?").reply["payload"]
    assert "%secret import FILE [--replace]" in page["data"]["text/plain"]


def test_a_comment_may_stand_behind_each_command(project_kernel: Kernel) -> None:
    """It names nothing; one with a value in it is kept out of the history where a value might be typed."""
    project_kernel.ok("%secret set NEW --description 'a # b'  # for the model", answers=["invented-new"])
    assert "a # b" in project_kernel.ok("%secret describe NEW # API_KEY").stdout
    assert project_kernel.ok("%secret get API_KEY  # for the model").stdout == "Read into variables: API_KEY\n"
    assert (
        project_kernel.ok("%secret env db-pass as PASS # x").stdout
        == "Read into environment variables: db-pass as PASS\n"
    )
    assert project_kernel.ok("%%secret API_KEY as K # x\nprint(K)").stdout == "[secret:API_KEY]\n"
    assert "a # c" in project_kernel.ok("%secret edit NEW --description 'a # c' #x\n%secret describe NEW").stdout
    assert project_kernel.ok("%secret list NEW # API_KEY").displays
    for line in ("file NEW", "forget NEW", "guard off NEW", "guard on NEW", "guard", "delete NEW --yes", ""):
        assert "API_KEY:" not in project_kernel.ok(f"%secret {line}  # API_KEY").text
    assert project_kernel.run("%secret describe A#B").error_name == "InvalidNameError"
    cell = project_kernel.ok("%secret set API_KEY # in_vented-typed", answers=["invented-2"])
    assert cell.stdout.startswith("API_KEY: updated")
    assert [message.content["code"] for message in cell.of("execute_input")] == [
        "%secret set API_KEY # [secret:API_KEY]"
    ]
    assert "_vented" not in project_kernel.ok("print(In[-2])").stdout


def test_the_settings_that_hold(new_kernel: Callable[..., Kernel]) -> None:
    """The environment wins over traitlets, a switch over both; ``%config`` and ``%env`` hold at once."""
    kernel = new_kernel(arguments=["--DHSecrets.project=from-traitlets"])
    kernel.ok("%load_ext dh_secrets_jupyter")
    assert "project from-traitlets" in kernel.ok("%secret list").stdout
    kernel.ok("%config DHSecrets.project = 'from-config'")
    assert "project from-config" in kernel.ok("%secret list").stdout
    assert "Current: 'from-config'" in kernel.ok("%config DHSecrets").text
    kernel.ok("%env DH_SECRETS_PROJECT=from-env")
    assert "project from-env" in kernel.ok("%secret list").stdout
    kernel.ok("%secret project switched")
    assert "project switched" in kernel.ok("%secret list").stdout
