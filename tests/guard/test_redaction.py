"""What ``%secret guard`` says of what was masked."""

from __future__ import annotations

from dh_secrets_jupyter.guard.redaction import NEWEST, Redaction, Status


def status(*redactions: Redaction, on: bool = True, unmaskable: dict[str, str] | None = None) -> Status:
    """What a guarded kernel says that masked this."""
    return Status(on, "this kernel", ["A"], [], [], unmaskable or {}, [*redactions], [])


def test_a_record_says_how_often_where_and_when() -> None:
    """Once is "1 time"."""
    assert str(Redaction("A", "stdout", "base64", cell=3, times=1)) == "1 time in stdout as base64, last in cell 3"
    assert str(Redaction("A", "history", "text", cell=9, times=2)) == "2 times in history as text, last in cell 9"


def test_a_secret_has_one_line_with_the_newest_of_its_marks() -> None:
    """The marks of all kinds are added up; ``--all`` has a line for each kind."""
    kinds = Redaction("A", "stdout", "text", cell=7, times=2), Redaction("A", "display_data", "hex", cell=5, times=3)
    assert "[secret:A] 5 times, last in stdout as text, cell 7" in status(*kinds).text().splitlines()
    assert status(*kinds).text(everything=True).splitlines()[2:] == [f"[secret:A] {kind}" for kind in kinds]


def test_only_the_newest_secrets_are_named() -> None:
    """What else there is, is counted; ``--all`` names them all."""
    many = [Redaction(f"S{number}", "stdout", "text", cell=1, times=1) for number in range(NEWEST + 2)]
    assert "S9]" in status(*many).text()
    assert "S10]" not in status(*many).text()
    assert status(*many).text().endswith("and 2 more, see %secret guard --all")
    assert "S11]" in status(*many).text(everything=True)


def test_off_and_what_cannot_be_masked_are_said() -> None:
    """Whether it is off, and of a value that is shown as it is, why."""
    said = status(on=False, unmaskable={"PIN": "it is short"}).text()
    assert said.startswith("guard: off, values are shown as they are\n")
    assert "not masked: PIN (it is short)" in said
