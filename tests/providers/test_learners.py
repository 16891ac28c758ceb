"""Who is told of a provider's credentials."""

from __future__ import annotations

from dh_secrets_jupyter.providers.learners import Learners


def test_each_is_told_of_all() -> None:
    """Of what was found before it came, too; whoever comes twice is told once."""
    learners, first, second = Learners(), list[tuple[str, str]](), list[tuple[str, str]]()

    def tell_first(name: str, text: str) -> None:
        first.append((name, text))

    learners.add(tell_first)
    learners.tell("token", "sample-old")
    learners.add(lambda name, text: second.append((name, text)))
    learners.add(tell_first)
    learners.tell("token", "sample-new")
    assert first == second == [("token", "sample-old"), ("token", "sample-new")]


def test_what_is_known_is_not_told_again() -> None:
    """Only another text of the same name is news."""
    learners, heard = Learners(), list[str]()
    learners.add(lambda _, text: heard.append(text))
    for text in ("sample-a", "sample-a", "sample-b", "sample-a"):
        learners.tell("token", text)
    assert heard == ["sample-a", "sample-b", "sample-a"]
