"""Questions: what is asked, what counts as an answer, and what is said where there is none."""

from __future__ import annotations

import getpass
import io
import sys
from collections.abc import Callable

import pytest
from IPython.core.error import StdinNotImplementedError

from dh_secrets_jupyter.commands.prompts import CancelledPromptError, InterruptedPromptError, Prompts, UnansweredError
from dh_secrets_jupyter.errors import SecretsError
from dh_secrets_jupyter.grammar import SET

PLACE = "project demo (local: secrets.db)"


class Answers:
    """Stands in for whoever sits there: gives one answer, or raises it, and keeps the prompts."""

    def __init__(self, answer: str | BaseException) -> None:
        self.answer = answer
        self.prompts: list[str] = []

    def __call__(self, prompt: str = "") -> str:
        self.prompts.append(prompt)
        if isinstance(self.answer, BaseException):
            raise self.answer
        return self.answer


Answer = Callable[[str | BaseException], Answers]


@pytest.fixture
def answer(monkeypatch: pytest.MonkeyPatch) -> Answer:
    """Has every question answered so."""

    def answer(text: str | BaseException) -> Answers:
        answers = Answers(text)
        monkeypatch.setattr(getpass, "getpass", answers)
        monkeypatch.setattr("builtins.input", answers)
        return answers

    return answer


@pytest.fixture
def prompts() -> Prompts:
    """The questions of a kernel, whose front end answers."""
    return Prompts(SET, by_front_end=True)


def test_a_value_is_asked_for_by_a_hidden_prompt_that_says_where_it_goes(answer: Answer, prompts: Prompts) -> None:
    """The secret, the project, its place, and what to do about several lines; the answer is the value as it is."""
    answers = answer(" sample-value ")
    assert prompts.ask_value("A", PLACE) == " sample-value "
    assert answers.prompts == [f"Value of A for {PLACE}. Your input is hidden; for several lines, use --from-file: "]


def test_a_value_that_a_notebook_needs_is_asked_for_with_its_purpose(answer: Answer, prompts: Prompts) -> None:
    """On one line, whatever the purpose holds."""
    answers = answer("sample-value")
    prompts.ask_needed("A", PLACE, "to read\nthe orders")
    prompts.ask_needed("A", PLACE, None)
    hidden = "Your input is hidden; for several lines, cancel and use %secret set A --from-file: "
    assert answers.prompts[1] == f"Value of A for {PLACE}. {hidden}"
    assert answers.prompts[0].startswith("Value of A (to read")
    assert "\n" not in answers.prompts[0]


@pytest.mark.parametrize("kind", ["PRIVATE KEY", "CERTIFICATE"])
def test_a_pem_that_lost_its_line_breaks_is_refused(answer: Answer, prompts: Prompts, kind: str) -> None:
    """A prompt that takes one line has cut it, or joined it; with its line breaks it is a value like any other."""
    lines = [f"-----BEGIN {kind}-----", "sample", f"-----END {kind}-----"]
    for text in (lines[0], " ".join(lines)):
        answer(text)
        with pytest.raises(SecretsError, match=r"^A: a PEM key has several lines.* Use --from-file for it\.$"):
            prompts.ask_value("A", PLACE)
    answer("\n".join(lines))
    assert prompts.ask_value("A", PLACE) == "\n".join(lines)


@pytest.mark.parametrize(
    ("typed", "meant"), [("y", True), (" YES ", True), ("n", False), ("", False), ("yep", False), ("j", False)]
)
def test_only_yes_is_a_yes(answer: Answer, prompts: Prompts, typed: str, meant: bool) -> None:
    """As a letter or a word, in any case."""
    answers = answer(typed)
    assert prompts.confirm("A", "Delete A?") is meant
    assert answers.prompts == ["Delete A? [y/N] "]


@pytest.mark.parametrize(
    ("stop", "kind"), [(KeyboardInterrupt(), InterruptedPromptError), (EOFError(), CancelledPromptError)]
)
def test_what_is_cancelled_is_said(answer: Answer, prompts: Prompts, stop: BaseException, kind: type) -> None:
    """Ctrl-C is told from the end of the input; neither goes on as an exception of its own."""
    answer(stop)
    with pytest.raises(UnansweredError) as caught:
        prompts.ask_value("A", PLACE)
    assert type(caught.value) is kind
    assert str(caught.value) == "A: cancelled; nothing was changed. Run it again when you are ready."
    assert caught.value.__context__ is None


def test_where_nobody_can_answer_an_option_is_named(answer: Answer, prompts: Prompts) -> None:
    """A front end that allows no input; any other failure of it is not taken for that."""
    answer(StdinNotImplementedError())
    with pytest.raises(UnansweredError, match=r"Use --from-file, --from-env or --from-var\.$"):
        prompts.ask_value("A", PLACE)
    with pytest.raises(UnansweredError, match=r"nobody can answer a prompt here\. Use --yes to skip the question\.$"):
        prompts.confirm("A", "Delete A?")
    with pytest.raises(SecretsError, match=r"^A: only a person can\."):
        prompts.confirm("A", "Change A?", SecretsError("A", "only a person can", "Type it"))
    answer(ZeroDivisionError())
    with pytest.raises(ZeroDivisionError):
        prompts.confirm("A", "Delete A?")


@pytest.mark.parametrize("stdin", [None, io.StringIO("sample-value\n")])
def test_a_value_is_never_read_from_what_is_no_terminal(
    answer: Answer, monkeypatch: pytest.MonkeyPatch, stdin: io.StringIO | None
) -> None:
    """getpass would read it from there, and show it: outside of a kernel there has to be a terminal."""
    answers = answer("sample-value")
    monkeypatch.setattr(sys, "stdin", stdin)
    for ask in (Prompts.ask_value, Prompts.confirm):
        with pytest.raises(UnansweredError, match="nobody can answer a prompt here"):
            ask(Prompts(SET, by_front_end=False), "A", PLACE)
    assert answers.prompts == []


@pytest.mark.parametrize("ask", [Prompts.ask_value, Prompts.confirm])
def test_below_a_kernel_nobody_is_asked(
    answer: Answer, monkeypatch: pytest.MonkeyPatch, ask: Callable[..., object]
) -> None:
    """``!`` gives a command a terminal into which nobody can type: a question would hold the kernel for ever."""
    answers = answer("y")
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    ask(Prompts(SET, by_front_end=False), "A", PLACE)
    monkeypatch.setenv("JPY_PARENT_PID", "1")
    with pytest.raises(UnansweredError, match="nobody can answer a prompt here"):
        ask(Prompts(SET, by_front_end=False), "A", PLACE)
    assert len(answers.prompts) == 1
    ask(Prompts(SET, by_front_end=True), "A", PLACE)
