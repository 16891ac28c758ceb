"""``set``, ``edit`` and ``import`` of a secret with hosts: what a person is asked, and what nobody can answer."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dh_secrets_jupyter.commands.handlers import HANDLERS
from dh_secrets_jupyter.commands.prompts import CancelledPromptError, UnansweredError
from dh_secrets_jupyter.errors import AccessDeniedError, SecretsError
from dh_secrets_jupyter.grammar import COMMANDS
from dh_secrets_jupyter.grammar.parsing import parse_words
from dh_secrets_jupyter.project import Project
from dh_secrets_jupyter.providers.local import LocalProvider
from dh_secrets_jupyter.rendering import Table

VALUE = "sk-proj-invented-0123456789"
OTHER = "sk-proj-invented-9876543210"


class Desk:
    """Where commands are typed, and somebody may sit.

    Args:
        answers: what is answered, in turn; nobody answers what is asked beyond.
    """

    def __init__(self, project: Project, *answers: str) -> None:
        self._project = project
        self._answers = list(answers)
        self.questions: list[str] = []
        self.unanswered: type[UnansweredError] = UnansweredError

    def type(self, *words: str) -> None:
        """Types a command."""
        name, *rest = words
        HANDLERS[name](self, parse_words(COMMANDS[name], rest))

    def project(self) -> Project:
        return self._project

    def show_table(self, table: Table) -> None:
        print(table)

    def ask_value(self, name: str, place: str) -> str:
        return self._answer(f"value of {name}", self.unanswered(name, "nobody can answer", "Do"))

    def confirm(self, what: str, question: str, unanswered: SecretsError | None = None) -> bool:
        return self._answer(question, unanswered or UnansweredError(what, "nobody can answer", "Do")) in ("y", "yes")

    def read_stdin(self, at_most: int) -> bytes | None:
        return None

    def variable(self, name: str) -> object:
        return OTHER

    def _answer(self, question: str, unanswered: SecretsError) -> str:
        if not self._answers:
            raise unanswered
        self.questions.append(question)
        return self._answers.pop(0)


@pytest.fixture
def demo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A project with KEY, which is for one host."""
    monkeypatch.setenv("DH_SECRETS_LOCAL_PATH", str(tmp_path / "secrets.db"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FROM", OTHER)
    Path("value").write_text(OTHER)
    Path(".env").write_text(f"KEY={OTHER}\n")
    project = Project("demo", LocalProvider(), user="jo")
    project.new_secret("KEY", VALUE, hosts=["api.example.com"])
    return project


def state(project: Project) -> tuple[str, list[str]]:
    """Returns value and hosts of KEY."""
    record = project.provider.read("demo")["KEY"]
    return record.value.decode(), record.metadata.hosts


ASKED = {
    "clear": (["edit", "KEY", "--hosts", ""], "Make it readable", (VALUE, [])),
    "another": (
        ["edit", "KEY", "--hosts", "b.test,*.C.test"],
        "only for b.test, *.c.test",
        (VALUE, ["b.test", "*.c.test"]),
    ),
    "value": (["set", "KEY", "--from-file", "value"], "Give it another value", (OTHER, ["api.example.com"])),
}


@pytest.mark.parametrize("case", ASKED)
@pytest.mark.parametrize("answer", ["y", "yes", "n", "", None])
def test_a_person_is_asked(demo: Project, case: str, answer: str | None, capsys: pytest.CaptureFixture[str]) -> None:
    """Only y and yes change it; the question says what for; where nobody can answer, access is denied."""
    words, question, changed = ASKED[case]
    desk = Desk(demo, *([] if answer is None else [answer]))
    if answer is None:
        with pytest.raises(AccessDeniedError, match=r"^KEY: only a person can"):
            desk.type(*words)
    else:
        desk.type(*words)
        [asked] = desk.questions
        assert asked.startswith("KEY is only for api.example.com. ")
        assert question in asked
    assert state(demo) == (changed if answer in ("y", "yes") else (VALUE, ["api.example.com"]))
    assert ("Nothing was changed." in capsys.readouterr().out) is (answer in ("n", ""))


@pytest.mark.parametrize(
    "words",
    [
        ["set", "KEY", "--from-env", "FROM"],
        ["set", "KEY", "--from-var", "v"],
        ["set", "KEY", "--from-var", "v", "--hosts", "b.test"],
        ["import", ".env", "--replace"],
    ],
)
def test_no_answer_is_enough(demo: Project, words: list[str]) -> None:
    """A value that code could have made is refused, and nobody is asked."""
    desk = Desk(demo, "y", "y")
    with pytest.raises(AccessDeniedError, match=r"^KEY: only a person can"):
        desk.type(*words)
    assert (desk.questions, state(demo)) == ([], (VALUE, ["api.example.com"]))


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["set", "KEY"], "KEY: only a person can give it another value. Use the panel, or type %secret set KEY"),
        (["set", "KEY", "--hosts", "api.example.com"], "KEY: only a person can give it another value."),
        (["set", "KEY", "--hosts", "b.test"], "KEY: only a person can change its hosts. Use the panel, or type"),
        (["set", "KEY", "--hosts", ""], "KEY: only a person can change its hosts."),
    ],
)
def test_nobody_types_a_value(demo: Project, words: list[str], problem: str) -> None:
    """Where nobody can be asked for it, access is denied: the options that a prompt names would be refused as well."""
    with pytest.raises(AccessDeniedError) as caught:
        Desk(demo).type(*words)
    assert str(caught.value).startswith(problem)
    assert state(demo) == (VALUE, ["api.example.com"])
    demo.new_secret("PLAIN", VALUE)
    for name in ("PLAIN", "NEW"):
        with pytest.raises(UnansweredError, match=f"^{name}: nobody can answer"):
            Desk(demo).type("set", name, *words[2:])


def test_somebody_does_not_want_to_answer(demo: Project) -> None:
    """Cancelling is said as such, not as if nobody had been there."""
    desk = Desk(demo)
    desk.unanswered = CancelledPromptError
    with pytest.raises(CancelledPromptError, match=r"^KEY: nobody can answer"):
        desk.type("set", "KEY")


def test_a_typed_value_is_a_persons(demo: Project) -> None:
    """It needs no second question, but where the hosts are given as well."""
    desk = Desk(demo, OTHER)
    desk.type("set", "KEY")
    assert (desk.questions, state(demo)) == (["value of KEY"], (OTHER, ["api.example.com"]))
    desk = Desk(demo, VALUE, "n")
    desk.type("set", "KEY", "--hosts", "b.test")
    assert len(desk.questions) == 2
    assert state(demo) == (OTHER, ["api.example.com"])


def test_hosts_are_given_and_shown(demo: Project, capsys: pytest.CaptureFixture[str]) -> None:
    """A new secret, and one without hosts, get them without a question; ``list`` and ``describe`` show them."""
    desk = Desk(demo)
    desk.type("set", "NEW", "--from-var", "v", "--hosts", "B.test, *.c.test:8443")
    desk.type("set", "LATER", "--from-var", "v")
    desk.type("edit", "LATER", "--hosts", "b.test")
    capsys.readouterr()
    desk.type("list")
    head, *rows = capsys.readouterr().out.splitlines()
    assert [row[head.index("  use") + 2 :] for row in rows] == ["api.example.com", "b.test", "b.test, *.c.test:8443"]
    desk.type("describe", "NEW")
    assert "only for     b.test, *.c.test:8443\n" in capsys.readouterr().out


@pytest.mark.parametrize(
    "hosts", ["localhost", "*", "*.com", "10.0.0.1", "a.test:0", "https://a.test/", "a.test,,b.test"]
)
def test_bad_hosts(demo: Project, hosts: str) -> None:
    """They are refused before anybody is asked for a value."""
    desk = Desk(demo, OTHER)
    with pytest.raises(SecretsError, match="NEW: "):
        desk.type("set", "NEW", "--hosts", hosts)
    assert desk.questions == []


def test_keys_that_sign(demo: Project, capsys: pytest.CaptureFixture[str]) -> None:
    """A secret whose name or value is one that clients sign with is said to be of no use with hosts."""
    for name in ("AWS_SECRET_ACCESS_KEY", "hmac", "TOKEN"):
        Desk(demo).type("set", name, "--from-var", "v", "--hosts", "b.test")
    Path("aws").write_text("Sample/Invented+Sample/Invented+Sample/A")
    Desk(demo).type("set", "BY_ITS_VALUE", "--from-file", "aws", "--hosts", "b.test")
    said = capsys.readouterr().out
    for name in ("AWS_SECRET_ACCESS_KEY", "hmac", "BY_ITS_VALUE"):
        assert f"{name}: looks like a key that clients sign with. A stand-in signs nothing" in said
    assert "TOKEN: looks" not in said


@pytest.mark.parametrize("name", ["ACCOUNT_KEY", "BY_ITS_VALUE", "TOKEN"])
def test_keys_that_sign_get_hosts(demo: Project, capsys: pytest.CaptureFixture[str], name: str) -> None:
    """``edit`` says so, too, when it gives hosts, and when ``set`` gives such a value to a secret that has them."""
    Path("aws").write_text("Sample/Invented+Sample/Invented+Sample/A")
    source = ["--from-file", "aws"] if name == "BY_ITS_VALUE" else ["--from-var", "v"]
    desk = Desk(demo, "y")
    desk.type("set", name, *source)
    desk.type("edit", name, "--description", "sample")
    assert "sign with" not in capsys.readouterr().out
    desk.type("edit", name, "--hosts", "b.test")
    assert ("looks like a key that clients sign with" in capsys.readouterr().out) == (name != "TOKEN")
    desk.type("set", name, "--from-file", "aws")
    assert f"{name}: looks like a key that clients sign with" in capsys.readouterr().out


@pytest.mark.parametrize("indent", [None, 2])
def test_a_key_with_blanks_is_for_no_hosts(demo: Project, indent: int | None) -> None:
    """A service account's key, on one line or on many: it is refused, and nothing is stored."""
    key = "-----BEGIN PRIVATE KEY-----\ninvented\n-----END PRIVATE KEY-----\n"
    account = {"type": "service_account", "private_key": key, "client_email": "a@sample.test"}
    Path("account.json").write_text(json.dumps(account, indent=indent, separators=(",", ":")))
    with pytest.raises(SecretsError, match=r"^GOOGLE: only a value of 20 to 4,096 printable ASCII characters without"):
        Desk(demo).type("set", "GOOGLE", "--from-file", "account.json", "--hosts", "storage.googleapis.com")
    assert list(demo.provider.read("demo")) == ["KEY"]
