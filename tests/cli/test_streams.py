"""Standard streams: what is read from them, what is printed for programs, and what becomes of a failure."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from dh_secrets_jupyter import cli
from dh_secrets_jupyter.project import Project
from dh_secrets_jupyter.wire import secret_to_json

from ..support.processes import wait_until_it_waits
from .run.at_terminal import VALUE, AtTerminal

pytestmark = pytest.mark.slow

COMMAND = [sys.executable, "-m", "dh_secrets_jupyter.cli"]


def test_json(demo: Project, capsys: pytest.CaptureFixture[str]) -> None:
    """``list`` and ``describe`` print what the REST interface answers, and never a value."""
    demo.put("db-pass", "other-invented", labels=["x"], expires="2099-01-01")
    assert cli.main(["list", "--json"]) == 0
    listed = capsys.readouterr().out
    found = {secret.name: secret.metadata for secret in demo.list_secrets()}
    assert json.loads(listed) == {"secrets": [secret_to_json(name, found[name]) for name in sorted(found)]}
    assert cli.main(["list", "db*", "--json"]) == 0
    assert [one["name"] for one in json.loads(capsys.readouterr().out)["secrets"]] == ["db-pass"]
    assert cli.main(["list", "none*", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"secrets": []}
    assert cli.main(["describe", "db-pass", "--json"]) == 0
    described = capsys.readouterr().out
    assert json.loads(described) == secret_to_json("db-pass", found["db-pass"])
    assert "invented" not in listed + described


@pytest.mark.parametrize("value", [b"", b" a line\r\n\x00\xff\n"])
def test_a_value_from_standard_input(demo: Project, value: bytes) -> None:
    """``set NAME --from-file -`` stores what comes, to the byte."""
    done = subprocess.run([*COMMAND, "set", "NEW", "--from-file", "-"], input=value, capture_output=True, check=True)
    assert done.stdout.startswith(b"NEW: created in project demo, local.\n")
    read = demo.read_values("NEW")["NEW"]
    assert (read if isinstance(read, bytes) else read.encode()) == value


@pytest.mark.posix
def test_interrupted_at_a_prompt(demo: Project) -> None:
    """Ctrl-C changes nothing, and the status is 130."""
    for words, prompt in ((["set", "NEW"], b"--from-file: "), (["delete", "API_KEY"], b"[y/N] ")):
        terminal = AtTerminal(lambda words=words: os.execv(sys.executable, [*COMMAND, *words]))  # type: ignore[misc]
        try:
            terminal.expect(prompt)
            terminal.interrupt()
            assert terminal.status() == 130
            assert b": cancelled; nothing was changed." in terminal.shown
        finally:
            terminal.close()
    assert [secret.name for secret in demo.list_secrets()] == ["API_KEY"]


@pytest.mark.posix
def test_interrupted_at_work(demo: Project) -> None:
    """So it is where a command is at work, without a traceback."""
    with subprocess.Popen(
        [*COMMAND, "set", "NEW", "--from-file", "-"], stdin=subprocess.PIPE, stderr=subprocess.PIPE
    ) as it:
        assert it.stdin
        it.stdin.write(bytes(300_000))  # more than a pipe holds: when all is written, somebody reads it
        it.stdin.flush()
        wait_until_it_waits(it.pid)
        it.send_signal(signal.SIGINT)
        assert it.wait(60) == 130
        assert it.stderr
        assert it.stderr.read() == b""
    assert [secret.name for secret in demo.list_secrets()] == ["API_KEY"]


@pytest.mark.posix
@pytest.mark.parametrize("words", [["get", "API_KEY"], ["--help"], ["scan", "--format", "json", "."]])
def test_a_full_disk(demo: Project, words: list[str]) -> None:
    """Where standard output cannot be written one line says so, and the status is 2."""
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run([*COMMAND, *words], stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    problem = "jupyter secrets: standard output cannot be written (No space left on device). Check where it goes."
    assert (done.returncode, done.stderr.splitlines()[-1:]) == (2, [problem])
    assert "Traceback" not in done.stderr


@pytest.mark.posix
@pytest.mark.parametrize(
    ("words", "closed", "problem"),
    [
        (["get", "API_KEY"], ">&-", "jupyter secrets: standard output is closed."),
        (["list"], ">&-", "jupyter secrets: standard output is closed."),
        (["scan", "--allow-empty", "."], ">&-", "jupyter secrets: standard output is closed."),
        (["set", "NEW", "--from-file", "-"], "<&-", "--from-file: standard input is closed."),
        (["set", "NEW"], "<&-", "NEW: nobody can answer a prompt here."),
    ],
)
def test_a_closed_stream(demo: Project, words: list[str], closed: str, problem: str) -> None:
    """A stream that the caller has closed is said to be, and nothing is stored."""
    script = ["sh", "-c", f'exec "$@" {closed}', "sh", *COMMAND, *words]
    done = subprocess.run(script, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith(problem)
    assert done.stderr.count("\n") == 1
    assert [secret.name for secret in demo.list_secrets()] == ["API_KEY"]


@pytest.mark.posix
def test_closed_standard_error(demo: Project, tmp_path: Path) -> None:
    """What is said there is lost, and does not get among what a program reads."""
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)
    for words in (["scan", "--format", "json", "."], ["scan", "--format", "json", "--history"]):
        script = ["sh", "-c", 'exec "$@" 2>&-', "sh", *COMMAND, *words]
        done = subprocess.run(script, cwd=tmp_path, capture_output=True, check=False)
        assert done.returncode == 0
        assert json.loads(done.stdout)["findings"] == []


def test_an_encoding_that_has_not_every_character(demo: Project) -> None:
    """What it cannot write is escaped, as where output goes into a file on Windows; JSON has such escapes anyway."""
    demo.edit("API_KEY", description="für 日本")
    environment = {**os.environ, "PYTHONIOENCODING": "cp1252"}
    for words, wanted in ((["list"], b"f\xfcr \\u65e5\\u672c"), (["list", "--json"], b"f\\u00fcr \\u65e5\\u672c")):
        assert wanted in subprocess.run([*COMMAND, *words], capture_output=True, env=environment, check=True).stdout


_AUDITED = """
import json, logging, sys
started = []
events = {"subprocess.Popen", "os.exec", "os.posix_spawn", "os.spawn", "os.system"}
sys.addaudithook(lambda event, args: started.append(repr(args)) if event in events else None)
logging.basicConfig(level=logging.DEBUG, stream=sys.stderr)
from dh_secrets_jupyter import cli
for words in json.loads(sys.argv[1]):
    print("status", cli.main(words), flush=True)
print(*started, sep="\\n")
"""


@pytest.mark.posix
def test_no_value_is_shown_or_handed_on(demo: Project, tmp_path: Path) -> None:
    """In all that the commands start, log and print there is none; nor, while one runs, in any argument list."""
    (tmp_path / "leak.txt").write_text(VALUE)
    for git in (["init", "-q"], ["add", "leak.txt"]):
        subprocess.run(["git", *git], cwd=tmp_path, check=True)
    lines = [
        ["list"], ["describe", "API_KEY", "--json"], ["edit", "API_KEY", "--label", "x"], ["set", "API_KEY", "--wrong"],
        ["scan", "leak.txt"], ["scan", "--staged"], ["scan", "--history"], ["scrub", "--check", "--sources"],
        ["set", "NEW", "--from-file", "leak.txt"], ["need", "leak.txt"], ["delete", "NEW", "--yes"],
    ]  # fmt: skip
    arguments = [sys.executable, "-c", _AUDITED, json.dumps(lines)]
    done = subprocess.run(arguments, capture_output=True, text=True, check=True)
    assert done.stdout.count("status ") == len(lines)
    assert "cat-file" in done.stdout
    assert VALUE not in done.stdout + done.stderr
    count = (
        "import os, pathlib; value = os.environb[b'API_KEY']\n"
        "def read(path):\n"
        "    try: return path.read_bytes()\n"
        "    except OSError: return b''\n"
        "print(len(value), sum(value in read(path) for path in pathlib.Path('/proc').glob('[0-9]*/cmdline')))"
    )
    done = subprocess.run(
        [*COMMAND, "run", "API_KEY", "--", sys.executable, "-c", count], capture_output=True, text=True, check=True
    )
    assert (done.stdout, done.stderr) == (f"{len(VALUE)} 0\n", "")
