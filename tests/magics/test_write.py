"""``set``, ``edit``, ``import`` and ``delete`` in a real kernel."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from ..support.kernels import INTERRUPT, Kernel

PEM = "-----BEGIN PRIVATE KEY-----\ninvented+first\ninvented+second\n-----END PRIVATE KEY-----\n"


def stored(kernel: Kernel, name: str) -> bytes:
    """Returns what is stored, as the kernel reads it: through a file, for no message may have it."""
    kernel.ok(f"%secret file {name} as written\nimport shutil\nshutil.copy(written, 'copy')")
    return (kernel.home / "copy").read_bytes()


def metadata(kernel: Kernel, name: str) -> dict[str, Any]:
    """Returns a secret's metadata as ``describe`` shows it."""
    lines = kernel.ok(f"%secret describe {name}").stdout.splitlines()
    return {key: text.strip() for key, _, text in (line.partition(" ") for line in lines)}


def test_set_asks(project_kernel: Kernel) -> None:
    """The prompt names secret, project, provider and place, and says what to do with several lines."""
    cell = project_kernel.ok("%secret set NEW", answers=["  invented with blanks "])
    [prompt] = cell.prompts
    assert "Value of NEW for project t" in prompt
    assert f"(local: {project_kernel.home}/secrets.db" in prompt
    assert "--from-file" in prompt
    assert [m.content["password"] for m in cell.of("input_request")] == [True]
    assert re.fullmatch(r"NEW: created in project t\d+, local\.\n", cell.stdout)
    assert stored(project_kernel, "NEW") == b"  invented with blanks "
    assert project_kernel.ok("%secret set NEW", answers=["invented"]).stdout.startswith("NEW: updated in project t")
    project_kernel.ok("%secret delete NEW --yes")


def test_set_keeps_what_is_not_given(project_kernel: Kernel) -> None:
    """A new value leaves the metadata; ``--label`` replaces the set, empty texts clear."""
    project_kernel.ok("x = 7")
    project_kernel.ok(
        "%secret set API_KEY --description 'the {x} key of $HOME' --label b --label a --expires 2099-01-02",
        answers=["invented-second"],
    )
    project_kernel.ok("%secret set API_KEY", answers=["invented-third"])
    found = metadata(project_kernel, "API_KEY")
    assert found["description"] == "the {x} key of $HOME"
    assert (found["labels"], found["expires"]) == ("b, a", "2099-01-02")
    assert stored(project_kernel, "API_KEY") == b"invented-third"
    project_kernel.ok("%secret set API_KEY --label c --description '' --expires ''", answers=["invented-fourth"])
    found = metadata(project_kernel, "API_KEY")
    assert (found["labels"], found["description"], found["expires"]) == ("c", "", "")


def test_set_from_a_file(project_kernel: Kernel) -> None:
    """Files are stored to the byte: empty, with and without a last newline, and what is no text."""
    for value in (b"", PEM.encode(), PEM.encode()[:-1], "invented 🔑\r\n".encode(), b"invented\xff\0\xfe"):
        (project_kernel.home / "value").write_bytes(value)
        project_kernel.ok("%secret set FILE --from-file value")
        assert stored(project_kernel, "FILE") == value
    project_kernel.ok("%secret set FILE --from-file ~/value")
    project_kernel.ok("%secret delete FILE --yes")


def test_set_from_environment_and_variable(project_kernel: Kernel) -> None:
    """An entry's bytes, and a variable's text or bytes, are stored as they are."""
    project_kernel.ok(
        "import os\nos.environb[b'SOURCE'] = b'in' + b'vented\\xff'\ntext = 'in' + 'vented ü'\nraw = text.encode()"
    )
    project_kernel.ok("%secret set E --from-env SOURCE")
    project_kernel.ok("%secret set T --from-var text")
    project_kernel.ok("%secret set R --from-var raw")
    assert [stored(project_kernel, name) for name in "ETR"] == [b"invented\xff", *["invented ü".encode()] * 2]
    project_kernel.ok("%secret delete E T R --yes")


def test_metadata_is_checked_before_anybody_is_asked(project_kernel: Kernel) -> None:
    """A slip in an option does not cost the value that was typed for it."""
    cell = project_kernel.run("%secret set API_KEY --expires soon", answers=[])
    assert cell.error == "API_KEY: the expiry date is not valid. Write it as YYYY-MM-DD."
    assert cell.prompts == []


def test_set_refuses_a_key_on_one_line(project_kernel: Kernel) -> None:
    """A PEM that lost its line breaks in the prompt is refused, and nothing stored."""
    cell = project_kernel.run("%secret set KEY", answers=[PEM.replace("\n", "")])
    assert (
        cell.error == "KEY: a PEM key has several lines, but this one arrived on a single line. Use --from-file for it."
    )
    assert project_kernel.run("%secret describe KEY").error_name == "SecretNotFoundError"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("set", "set: NAME is missing. See %secret set --help."),
        ("set NEW", "NEW: nobody can answer a prompt here. Use --from-file, --from-env or --from-var."),
        ("set .. --from-env JUPYTERHUB_USER", "..: not a valid secret name."),
        ("set NEW --from-file nope", "NEW: cannot read the file 'nope' (No such file or directory)."),
        (
            "set NEW --from-file ~nobody-here/x",
            "NEW: cannot read the file '~nobody-here/x' (No such file or directory).",
        ),
        ("set NEW --from-file .", "NEW: cannot read the file '.' (Is a directory)."),
        ("set NEW --from-env NOPE", "NEW: there is no environment variable 'NOPE'."),
        ("set NEW --from-var nope", "NEW: no variable 'nope' holds text or bytes."),
        ("set NEW --from-var quit", "NEW: no variable 'quit' holds text or bytes."),
        ("set NEW --from-env JUPYTERHUB_USER --from-var x", "--from-env: it cannot be combined with --from-var."),
        (
            "set NEW --from-env JUPYTERHUB_USER --expires soon",
            "NEW: the expiry date is not valid. Write it as YYYY-MM-DD.",
        ),
        ("set NEW --from-env JUPYTERHUB_USER --label a,b", "NEW: a label cannot contain a comma."),
        ("set NEW --from-file /dev/zero", "its secrets would take "),
        ("edit API_KEY", "API_KEY: nothing to change. Use --description, --label, --expires or --hosts."),
        ("edit NOPE --label a", "NOPE: no such secret in project "),
        ("describe NOPE", "NOPE: no such secret in project "),
        ("describe API_KEY db-pass", "describe: only one NAME is allowed. See %secret describe --help."),
        ("delete", "delete: NAME is missing. See %secret delete --help."),
        ("delete API_KEY NOPE --yes", "NOPE: no such secret in project "),
        ("delete API_KEY", "API_KEY: nobody can answer a prompt here. Use --yes to skip the question."),
        ("import", "import: FILE is missing. See %secret import --help."),
        ("import nope", "import: cannot read the file 'nope' (No such file or directory)."),
        ("import ~nobody-here/x", "import: cannot read the file '~nobody-here/x' (No such file or directory)."),
        ("project", "project: NAME is missing. See %secret project --help."),
        ("project A", "A: not a valid project name."),
        ("project other --provider nope", "nope: no such provider. Use one of auto, "),
        ("panel demo", "panel: it shows this kernel's project, and takes no name. Run %secret project NAME first."),
        ("list [ ]", "list: only one GLOB is allowed."),
    ],
)
def test_errors(project_kernel: Kernel, line: str, said: str) -> None:
    """Each failure is one line, shown once as the cell's error output, and changes nothing."""
    cell = project_kernel.run(f"%secret {line}")
    assert cell.reply["status"] == "error"
    assert len(cell.of("error")) == 1
    assert cell.error is not None
    assert said in cell.error
    assert "\n" not in cell.error
    assert cell.error.endswith(".")
    assert cell.of("error")[0].content["evalue"] == cell.error
    assert cell.text == ""
    assert (
        project_kernel.ok("%secret get API_KEY db-pass").stdout == "Read into variables: API_KEY, db-pass as db_pass\n"
    )


@pytest.mark.parametrize("typed", ["set K in_vented", "set K=in_vented", "set K --Val9 in_vented", "set K 'in_vented"])
def test_a_typed_value_is_refused(project_kernel: Kernel, typed: str) -> None:
    """A value on the line is not stored, and the answer says to rotate it."""
    cell = project_kernel.run(f"%secret {typed}")
    assert cell.error is not None
    assert cell.error.startswith("K: a value must not be typed in a cell, and nothing was stored. Rotate it")
    assert "in_vented" not in cell.error
    assert project_kernel.run("%secret describe K").error_name == "SecretNotFoundError"


@pytest.mark.parametrize("typed", ["--value in_vented K", "K --fromvar in_vented", "K -label=in_vented"])
def test_a_value_behind_a_mistyped_option_is_refused(project_kernel: Kernel, typed: str) -> None:
    """The option is named; what stands behind it is neither stored nor shown, and goes back to no front end."""
    cell = project_kernel.run(f"%secret set {typed}")
    assert cell.error is not None
    assert re.match(
        r"--?(value|fromvar|label): unknown option for %secret set\. .*If that was a value, rotate", cell.error
    )
    assert b"in_vented" not in cell.raw
    assert project_kernel.run("%secret describe K").error_name == "SecretNotFoundError"


def test_a_value_as_a_cell_is_refused(project_kernel: Kernel) -> None:
    """The body of ``%%secret set`` would be a value that was typed, too."""
    cell = project_kernel.run("%%secret set K\nin_vented")
    assert cell.error is not None
    assert cell.error.startswith("K: a value must not be typed in a cell")


def test_a_prompt_that_is_cancelled(project_kernel: Kernel) -> None:
    """An interrupt at the prompt is one line, too, and nothing is stored."""
    cell = project_kernel.run("%secret set BROKEN", answers=[INTERRUPT])
    assert cell.error == "BROKEN: cancelled; nothing was changed. Run it again when you are ready."
    assert project_kernel.run("%secret describe BROKEN").error_name == "SecretNotFoundError"


def test_edit_leaves_the_value_alone(project_kernel: Kernel) -> None:
    """``edit`` changes what is given, takes texts literally, and says where."""
    cell = project_kernel.ok("%secret edit API_KEY --description '{x} $HOME' --label a")
    assert re.fullmatch(r"API_KEY: updated in project t\d+, local\.\n", cell.stdout)
    found = metadata(project_kernel, "API_KEY")
    assert (found["description"], found["labels"]) == ("{x} $HOME", "a")
    project_kernel.ok("%secret edit API_KEY --description '' --label ''")
    found = metadata(project_kernel, "API_KEY")
    assert (found["description"], found["labels"]) == ("", "")
    assert stored(project_kernel, "API_KEY") == b"invented-api-key"


def test_import(project_kernel: Kernel) -> None:
    """A dotenv file is stored as it stands; nothing in it is replaced by something else."""
    (project_kernel.home / "some.env").write_text(
        "# invented\n"
        "FIRST=invented-${HOME}-{x}\nexport SECOND='invented $1 # two'\n\nTHIRD=\"invented\\nlines\"\nEMPTY=\n"
    )
    cell = project_kernel.ok("%secret import some.env")
    assert re.fullmatch(r"FIRST, SECOND, THIRD, EMPTY: stored in project t\d+, local\.\n", cell.stdout)
    assert [stored(project_kernel, name) for name in ("FIRST", "SECOND", "THIRD", "EMPTY")] == [
        b"invented-${HOME}-{x}",
        b"invented $1 # two",
        b"invented\nlines",
        b"",
    ]
    project_kernel.ok("%secret delete FIRST SECOND THIRD EMPTY --yes")


def test_import_of_a_file_of_another_system(project_kernel: Kernel) -> None:
    """Its line ends are no part of a key, which OpenSSH then reads; a comment behind nothing is no value."""
    made = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "ours", "-f", str(project_kernel.home / "key")]
    subprocess.run(made, check=True)
    key = (project_kernel.home / "key").read_text()
    text = f'API_TOKEN=   # paste the invented key here\n\nSSH="{key}" # ours\n'
    (project_kernel.home / "some.env").write_bytes(text.replace("\n", "\r\n").encode())
    project_kernel.ok("%secret import some.env  # from a colleague")
    assert (stored(project_kernel, "API_TOKEN"), stored(project_kernel, "SSH")) == (b"", key.encode())
    project_kernel.ok("%secret file SSH as path\nimport subprocess")
    cell = project_kernel.ok("subprocess.run(['ssh-keygen', '-y', '-f', path], capture_output=True, text=True).stdout")
    assert str(cell.result).startswith("'ssh-ed25519 ")
    project_kernel.ok("%secret delete API_TOKEN SSH --yes")


def test_import_refuses_what_exists(project_kernel: Kernel) -> None:
    """Existing names are refused, all or none, without ``--replace``; with it they keep their metadata."""
    project_kernel.ok("%secret edit API_KEY --label mine")
    (project_kernel.home / "some.env").write_text("NEW=invented-new\nAPI_KEY=invented-replaced\n")
    cell = project_kernel.run("%secret import some.env")
    assert cell.error_name == "SecretExistsError"
    assert cell.error is not None
    assert cell.error.startswith("API_KEY: ")
    assert cell.error.endswith("Use --replace to overwrite.")
    assert project_kernel.run("%secret describe NEW").error_name == "SecretNotFoundError"
    project_kernel.ok("%secret import some.env --replace")
    assert stored(project_kernel, "API_KEY") == b"invented-replaced"
    assert metadata(project_kernel, "API_KEY")["labels"] == "mine"
    project_kernel.ok("%secret delete NEW --yes")


def test_import_tells_bad_lines_by_their_numbers(project_kernel: Kernel) -> None:
    """What is no ``NAME=VALUE`` is told without being shown, and nothing is stored."""
    (project_kernel.home / "bad.env").write_text('GOOD=invented\n\ninvented\nB="invented\n\nin vented=x\n..=invented\n')
    assert project_kernel.run("%secret import bad.env").error == (
        "import: bad.env has no valid NAME=VALUE in lines 3, 4, 6, 7."
        " Fix these lines and import again; nothing was stored."
    )
    assert project_kernel.run("%secret describe GOOD").error_name == "SecretNotFoundError"
    (project_kernel.home / "bad.env").write_bytes(b"A=\xff\xfe")
    assert (
        project_kernel.run("%secret import bad.env").error == "import: bad.env is not a UTF-8 file. Save it as UTF-8."
    )
    (project_kernel.home / "bad.env").write_text("# nothing\n")
    assert (
        project_kernel.ok("%secret import bad.env").stdout == "Nothing was stored: there are no entries in bad.env.\n"
    )


@pytest.mark.parametrize("answer", ["y", "yes", "Yes", " Y "])
def test_delete_asks(project_kernel: Kernel, answer: str) -> None:
    """Only a yes deletes; the question says what, and the whole place."""
    cell = project_kernel.ok("%secret delete API_KEY", answers=["n"])
    assert cell.prompts[0].startswith("Delete API_KEY from project t")
    assert f"(local: {project_kernel.home}/secrets.db" in cell.prompts[0]
    assert cell.stdout == "Nothing was deleted.\n"
    assert project_kernel.ok("%secret delete API_KEY", answers=[""]).stdout == "Nothing was deleted.\n"
    cell = project_kernel.ok("%secret delete API_KEY db-pass", answers=[answer])
    assert re.fullmatch(r"API_KEY, db-pass: deleted from project t\d+, local\.\n", cell.stdout)
    assert project_kernel.ok("%secret list").displays == []


def test_a_file_that_is_too_large(project_kernel: Kernel) -> None:
    """More than 1 MiB is refused, nothing is stored."""
    Path(project_kernel.home / "large").write_bytes(b"invented" * (2**17) + b"!")
    cell = project_kernel.run("%secret set LARGE --from-file large")
    assert cell.error_name == "TooLargeError"
    assert project_kernel.run("%secret describe LARGE").error_name == "SecretNotFoundError"
