"""``get``, ``env``, ``file`` and ``forget`` in a real kernel."""

from __future__ import annotations

import os
from pathlib import Path

from ..support.kernels import Kernel


def test_get(project_kernel: Kernel) -> None:
    """Values go into variables; one line says which."""
    cell = project_kernel.ok("%secret get API_KEY db-pass")
    assert cell.stdout == "Read into variables: API_KEY, db-pass as db_pass\n"
    assert project_kernel.ok("len(API_KEY), len(db_pass), API_KEY").result == "(16, 17, <secret API_KEY>)"


def test_get_as(project_kernel: Kernel) -> None:
    """``as`` names the variable."""
    assert (
        project_kernel.ok("%secret get API_KEY as key db-pass").stdout
        == "Read into variables: API_KEY as key, db-pass as db_pass\n"
    )
    assert project_kernel.ok("len(key)").result == "16"


def test_get_is_all_or_none(project_kernel: Kernel) -> None:
    """With one name missing, no variable is set."""
    cell = project_kernel.run("%secret get API_KEY as first NOPE")
    assert cell.error_name == "SecretNotFoundError"
    assert cell.error is not None
    assert cell.error.startswith("NOPE: no such secret in project t")
    assert cell.error.endswith(". Run %secret list to see what is there.")
    assert project_kernel.ok("'first' in globals()").result == "False"


def test_get_refuses_what_would_meet(project_kernel: Kernel) -> None:
    """Two names that would meet in one variable are an error, before anything is set; also under ``--all``."""
    said = "db-pass, db.pass: both would go into db_pass. Give one of them another name, for example: db.pass as OTHER."
    assert project_kernel.run("%secret get db-pass db.pass").error == said
    project_kernel.ok("%secret set db.pass", answers=["invented-other"])
    assert project_kernel.run("%secret get --all").error == said
    assert project_kernel.ok("'db_pass' in globals()").result == "False"
    assert project_kernel.ok("%secret get db.pass as other --all").stdout == (
        "Read into variables: db.pass as other, API_KEY, db-pass as db_pass\n"
    )
    project_kernel.ok("%secret delete db.pass --yes")


def test_get_errors(project_kernel: Kernel) -> None:
    """What cannot be read is one line each."""
    assert project_kernel.run("%secret get").error == "get: NAME is missing. See %secret get --help."
    assert (
        project_kernel.run("%secret get API_KEY as").error
        == 'API_KEY: "as" needs a variable name after it. For example: %secret get API_KEY as TOKEN.'
    )
    assert project_kernel.run("%secret get API_KEY as a-b").error == (
        "API_KEY: 'a-b' is not a valid variable name. Use letters, digits and _ after \"as\"."
    )
    cell = project_kernel.run("%secret get ../x")
    assert cell.error_name == "InvalidNameError"


def test_all_of_nothing(secrets_kernel: Kernel) -> None:
    """A project without secrets has none to put anywhere, which is no error."""
    secrets_kernel.ok("%secret project empty")
    assert secrets_kernel.ok("%secret get --all").stdout == "There are no secrets in project empty, local.\n"


def test_an_expired_secret_is_read_and_said(project_kernel: Kernel) -> None:
    """An expired secret can be read; it is said that it has expired."""
    project_kernel.ok("%secret edit API_KEY --expires 2020-02-03")
    assert project_kernel.ok("%secret get API_KEY").stdout.splitlines() == [
        "API_KEY: this secret has expired; its last valid day was 2020-02-03.",
        "Read into variables: API_KEY",
    ]


def test_what_the_guard_cannot_mask_is_said(project_kernel: Kernel) -> None:
    """A value that is too short or too common is put into the kernel all the same, and one line says why it shows."""
    project_kernel.ok("%secret set short", answers=["ab1"])
    assert project_kernel.ok("%secret get short API_KEY").stdout.splitlines() == [
        "short: the guard does not mask this value, because it has fewer than 4 characters.",
        "Read into variables: short, API_KEY",
    ]
    assert project_kernel.ok("print(API_KEY, short)").stdout == "[secret:API_KEY] ab1\n"
    project_kernel.ok("%secret delete short --yes")


def test_env(project_kernel: Kernel) -> None:
    """Names are kept as they are, as the platform does in its runs; children see the value."""
    assert (
        project_kernel.ok("%secret env API_KEY db-pass as PASS").stdout
        == "Read into environment variables: API_KEY, db-pass as PASS\n"
    )
    assert project_kernel.ok("import os; len(os.environ['API_KEY']), len(os.environ['PASS'])").result == "(16, 17)"
    assert project_kernel.ok("!python3 -c \"import os; print(len(os.environ['PASS']))\"").stdout.strip() == "17"
    assert project_kernel.ok("%secret env --all").stdout == "Read into environment variables: API_KEY, db-pass\n"
    assert project_kernel.ok("len(os.environ['db-pass'])").result == "17"
    assert project_kernel.run("%secret env API_KEY as A=B").error == (
        "API_KEY: 'A=B' is not a valid name for an environment variable. "
        "Use a name without =, for example: API_KEY as OTHER."
    )


def test_env_cannot_hold_a_nul_byte(project_kernel: Kernel) -> None:
    """It is an error where the secret was named, and left out and said where all were meant."""
    project_kernel.ok("nul = 'in' + 'vented' + chr(0) + 'nul'")
    project_kernel.ok("%secret set nul --from-var nul")
    assert project_kernel.run("%secret env API_KEY as FIRST nul").error == (
        "nul: an environment variable cannot hold a NUL byte. Use %secret get or %secret file for it."
    )
    assert project_kernel.ok("'FIRST' in __import__('os').environ").result == "False"
    assert project_kernel.ok("%secret env --all").stdout.splitlines() == [
        "nul: skipped, because an environment variable cannot hold a NUL byte.",
        "Read into environment variables: API_KEY, db-pass",
    ]
    project_kernel.ok("%secret delete nul --yes")


def test_file(project_kernel: Kernel) -> None:
    """The variable is the path of a private file with the value, to the byte."""
    assert project_kernel.ok("%secret file API_KEY as path db-pass").stdout == (
        "Written to private files: API_KEY as path, db-pass as db_pass\n"
    )
    path = Path(str(project_kernel.ok("path").result).strip("'"))
    assert path.read_bytes() == b"invented-api-key"
    assert path.stat().st_mode & 0o777 == 0o600
    if os.access("/dev/shm", os.W_OK):
        assert path.is_relative_to("/dev/shm")
    project_kernel.ok("%secret forget API_KEY")
    assert not path.exists()


def test_forget(project_kernel: Kernel) -> None:
    """What was put in is taken out; names choose, and nothing comes back."""
    project_kernel.ok("API_KEY = 'mine'")
    project_kernel.ok("%secret get API_KEY db-pass")
    project_kernel.ok("%secret env API_KEY")
    assert project_kernel.ok("%secret forget API_KEY").stdout == "Removed: API_KEY (variable), API_KEY (environment)\n"
    assert project_kernel.ok("'API_KEY' in globals(), 'API_KEY' in __import__('os').environ").result == "(False, False)"
    assert project_kernel.ok("len(db_pass)").result == "17"
    assert project_kernel.ok("%secret forget").stdout == "Removed: db-pass as db_pass (variable)\n"
    assert project_kernel.ok("%secret forget").stdout == "Nothing to remove from this kernel.\n"
    assert project_kernel.ok("%secret forget API_KEY").stdout == "Nothing to remove from this kernel.\n"


def test_forget_leaves_what_the_user_changed(project_kernel: Kernel) -> None:
    """A variable that holds something else by now stays."""
    project_kernel.ok("%secret get API_KEY\nAPI_KEY = 7")
    assert project_kernel.ok("%secret forget").stdout == "Nothing to remove from this kernel.\n"
    assert project_kernel.ok("API_KEY").result == "7"
    project_kernel.ok("del API_KEY")


def test_braces_and_dollars_are_nothing_special(project_kernel: Kernel) -> None:
    """IPython's expansion of ``{x}`` and ``$x`` is off: no variable's content gets into a command."""
    project_kernel.ok("name = 'API_KEY'")
    assert project_kernel.run("%secret get {name}").error_name == "InvalidNameError"
    assert project_kernel.run("%secret get $name").error_name == "InvalidNameError"
