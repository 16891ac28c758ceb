"""What users read, as they read it: every transcript comes out as it stands in its file.

A change of words is a change of these files: ``UPDATE_TRANSCRIPTS=1 pytest tests/transcripts`` writes them anew.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from dh_secrets_jupyter.grammar import COMMANDS, LEASE, TERMINAL

from ..cluster.server import Namespace
from ..core.server import Core
from ..support import terminals
from ..support.kernels import Kernel
from .fronts import InShell, InTerminal, in_kernel
from .player import Play, Step, parse, played

HERE = Path(__file__).parent
ELSEWHERE = {"terminal", "kubernetes", "command-line"}
IN_A_KERNEL = sorted(path.stem for path in HERE.glob("*.txt") if path.stem not in ELSEWHERE)
IN_BOTH = ["listing", "storing"]
"""Whose commands a kernel and the command line both have; they leave an empty project."""
PROJECT = {"DH_SECRETS_PROJECT": "demo"}
STORE = "HOME/secrets.db, with its key in secrets.db.key beside it"
"""The place of the local provider once something was stored."""


@dataclass(frozen=True)
class Elsewhere:
    """A provider other than the local one: its name, the place of the project demo, and what makes a process use it."""

    provider: str
    place: str
    env: dict[str, str]


def check(name: str, play: Play, *volatile: tuple[str, str], elsewhere: Elsewhere | None = None) -> None:
    """Plays a transcript, and compares it with its file, or writes that anew."""
    path = HERE / f"{name}.txt"
    written = path.read_text()
    if elsewhere:
        written = written.replace(STORE, "HOME/secrets.db")
        volatile = (*volatile, (elsewhere.place, "HOME/secrets.db"), (elsewhere.provider, "local"))
    now = played(written, play, volatile)
    if os.environ.get("UPDATE_TRANSCRIPTS") and not elsewhere:
        path.write_text(now)
    else:
        assert now == written


@pytest.mark.parametrize("name", IN_A_KERNEL)
def test_in_a_kernel(name: str, new_kernel: Callable[..., Kernel]) -> None:
    """The commands, their help, their common errors and prompts, and the guard's report, on the local provider."""
    kernel = new_kernel(env=PROJECT)
    kernel.ok("%load_ext dh_secrets_jupyter")
    check(name, lambda step: in_kernel(kernel, step), (str(kernel.home), "HOME"))


@pytest.mark.kernel
def test_in_a_terminal(tmp_path: Path) -> None:
    """What differs in IPython in a terminal."""
    arguments = [*terminals.IPYTHON, "--simple-prompt"]
    with terminals.start(arguments, tmp_path / "home", **PROJECT, TERM="dumb", LANG="C.UTF-8") as terminal:
        check("terminal", InTerminal(terminal).play, (str(tmp_path / "home"), "HOME"))


def test_on_kubernetes(new_kernel: Callable[..., Kernel], namespace: Namespace) -> None:
    """Where the secrets are in a cluster: the place, and who may not do what."""
    nobody = namespace.service_account("nobody")
    kernel = new_kernel(env=PROJECT | {"DH_SECRETS_PROVIDER": "kubernetes", "KUBECONFIG": str(namespace.kubeconfig)})
    kernel.ok(f"%load_ext dh_secrets_jupyter\nNOBODY = {str(nobody)!r}")
    volatile = (str(kernel.home), "HOME"), (str(nobody.parent), "KUBECONFIGS"), (namespace.name, "NAMESPACE")
    check("kubernetes", lambda step: in_kernel(kernel, step), *volatile)


@pytest.mark.slow
@pytest.mark.posix
@pytest.mark.parametrize("name", [*IN_BOTH, "command-line"])
def test_on_the_command_line(name: str, tmp_path: Path) -> None:
    """What is typed in a notebook says the same there, where both have the command; and what a terminal alone has."""
    with _shell(tmp_path) as shell:
        check(name, shell.play, (str(tmp_path), "HOME"))


@pytest.fixture(params=["kubernetes", "digitalhub"])
def elsewhere(request: pytest.FixtureRequest, namespace: Namespace, tmp_path: Path) -> Elsewhere:
    """Each other provider, with an empty project."""
    env = {"DH_SECRETS_PROVIDER": request.param, "KUBECONFIG": str(namespace.kubeconfig)}
    if request.param == "kubernetes":
        secret = f"Secret proj-secrets-demo in namespace {namespace.name} (context test)"
        return Elsewhere(request.param, secret, env)
    core: Core = request.getfixturevalue("core")
    for project in ("demo", "other"):
        core.entities.create_project({"name": project}, "somebody")
    core.logins.is_on = True
    core.logins.add("ada", "demo:ROLE_USER", "other:ROLE_USER")
    env |= {"DHCORE_ENDPOINT": core.url, "DHCORE_ACCESS_TOKEN": core.logins.access_token("ada")}
    env["DH_CONFIG"] = str(tmp_path / "dhcore.ini")
    return Elsewhere(request.param, f"the platform at {core.url}", env)


@pytest.mark.posix
def test_on_the_command_line_elsewhere(elsewhere: Elsewhere, tmp_path: Path) -> None:
    """On every provider the command line says the same, but for the place."""
    with _shell(tmp_path, **elsewhere.env) as shell:
        for name in (*IN_BOTH, "command-line"):
            check(name, shell.play, (str(tmp_path), "HOME"), elsewhere=elsewhere)


def test_in_a_kernel_elsewhere(elsewhere: Elsewhere, new_kernel: Callable[..., Kernel]) -> None:
    """And so does a kernel."""
    kernel = new_kernel(env=PROJECT | elsewhere.env)
    kernel.ok("%load_ext dh_secrets_jupyter")
    for name in IN_BOTH:
        check(name, lambda step: in_kernel(kernel, step), (str(kernel.home), "HOME"), elsewhere=elsewhere)


@contextmanager
def _shell(home: Path, **env: str) -> Iterator[InShell]:
    root = str(Path(__file__).parents[2])
    path = os.pathsep.join([root, os.environ["PYTHONPATH"]])
    arguments = ["-m", f"{__package__}.shell"]
    with terminals.start(arguments, home, **PROJECT, TERM="dumb", PYTHONPATH=path, **env) as terminal:
        yield InShell(terminal)


def test_every_command_is_played() -> None:
    """Each command of the table is typed in some transcript; of a notebook's its help, too."""
    steps = [part for path in HERE.glob("*.txt") for part in parse(path.read_text()) if isinstance(part, Step)]
    lines = [line for step in steps for line in step.code.split("\n")]
    for command in (*COMMANDS.values(), LEASE):
        typed = [line for line in lines if re.match(rf"{command.call}(\s|$)", line) and "<TAB>" not in line]
        assert any(line.endswith((" --help", " -h")) for line in typed), command.call
        assert any(not line.endswith((" --help", " -h")) for line in typed), command.call
    shared = [part for name in IN_BOTH for part in parse((HERE / f"{name}.txt").read_text()) if isinstance(part, Step)]
    lines += [line.replace("%secret", "jupyter secrets") for step in shared for line in step.code.split("\n")]
    for command in TERMINAL.values():
        assert any(re.match(rf"{command.call}\s", line) for line in lines), command.call


class TestPlayer:
    """How a transcript is read."""

    TEXT = "# A remark.\n\n>>> a\n... b\n??? name\n<<< c\nd\n\ne\n\n>>> f\n\n# Another.\n# More.\n\n>>> g\n!!! h\n"

    def test_it_is_parsed(self) -> None:
        """Steps, their further lines and answers, and remarks; what came of a step is left out."""
        found = list(parse(self.TEXT))
        assert found == ["# A remark.", Step("a\nb", ["c"]), Step("f"), "# Another.", "# More.", Step("g")]

    def test_it_is_written_as_it_was(self) -> None:
        """A transcript of which the same comes is the same text."""
        said = {"a\nb": "??? name\n<<< c\nd\n\ne\n", "f": "", "g": "!!! h"}
        assert played(self.TEXT, lambda step: said[step.code]) == self.TEXT

    def test_what_differs_each_time_is_replaced(self) -> None:
        """Times and places have names in a transcript."""
        text = played(">>> a\n", lambda step: "at 2026-01-02 03:04 in /tmp/x/y  ", [("/tmp/x", "HOME")])
        assert text == ">>> a\nat YYYY-MM-DD hh:mm in HOME/y\n"

    def test_any_other_word_fails(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """What comes out and what is written have to be the same; only on request the file is written anew."""
        monkeypatch.setattr(f"{__name__}.HERE", tmp_path)
        monkeypatch.delenv("UPDATE_TRANSCRIPTS", raising=False)
        (tmp_path / "some.txt").write_text(">>> a\nold\n")
        with pytest.raises(AssertionError):
            check("some", lambda step: "new")
        monkeypatch.setenv("UPDATE_TRANSCRIPTS", "1")
        check("some", lambda step: "new")
        assert (tmp_path / "some.txt").read_text() == ">>> a\nnew\n"
