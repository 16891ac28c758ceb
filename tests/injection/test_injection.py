"""What is put into the kernel, and what is taken out again."""

from __future__ import annotations

import os
import weakref
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest

from dh_secrets_jupyter.errors import SecretsError
from dh_secrets_jupyter.injection import (
    Destination,
    Injection,
    fits_environment,
    for_namespace,
    replaced,  # the module
)
from dh_secrets_jupyter.models import SecretBytes, SecretValue
from tests.support.waiting import wait_until

ONE, TWO = SecretValue("invented-one", "A"), SecretValue("invented-two", "B")
NUL = SecretValue("invented\0three", "C")


class Unequal:
    """Compares as an array does: to no bool."""

    def __eq__(self, other: object) -> bool:
        raise ValueError("ambiguous")

    __hash__ = None  # type: ignore[assignment]  # as an array


@pytest.fixture
def user_ns() -> dict[str, Any]:
    return {"mine": 1}


@pytest.fixture
def injection(user_ns: dict[str, Any]) -> Iterator[Injection]:
    before = os.environ.copy()
    yield for_namespace(user_ns)
    for_namespace(user_ns).forget()
    for name in os.environ.keys() - before.keys():
        del os.environ[name]


def test_variables_hold_the_value_itself(injection: Injection, user_ns: dict[str, Any]) -> None:
    """A variable is the value as it was read: its repr shows nothing."""
    injection.put(Destination.VARIABLE, {"A": ONE, "other": TWO})
    assert user_ns == {"mine": 1, "A": "invented-one", "other": "invented-two"}
    assert repr(user_ns) == "{'mine': 1, 'A': <secret A>, 'other': <secret B>}"


@pytest.mark.posix
def test_environment_takes_text_and_bytes(injection: Injection) -> None:
    """The entry has the secret's bytes, also where they are not UTF-8 or not of the locale."""
    injection.put(Destination.ENVIRONMENT, {"DHS_T": SecretValue("ü🔑", "T"), "DHS-B": SecretBytes(b"\xff\xfe", "B")})
    assert os.environb[b"DHS_T"] == "ü🔑".encode()
    assert os.environb[b"DHS-B"] == b"\xff\xfe"


def test_environment_is_all_or_none(injection: Injection) -> None:
    """A value with a NUL byte is refused, and nothing else set either."""
    assert [fits_environment(value) for value in (ONE, NUL, SecretBytes(b"\xff\0", "D"))] == [True, False, False]
    with pytest.raises(SecretsError, match=r"^C: an environment variable cannot hold a NUL byte"):
        injection.put(Destination.ENVIRONMENT, {"DHS_A": ONE, "DHS_C": NUL})
    assert "DHS_A" not in os.environ


def test_files_are_all_or_none(
    injection: Injection, user_ns: dict[str, Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Where the second file cannot be written, the first is gone and no variable is set."""
    injection.put(Destination.FILE, {"a": ONE})
    home = Path(user_ns["a"]).parents[1]
    write, calls = os.fdopen, iter([True, False])

    def full(*arguments: Any) -> Any:
        if next(calls):
            return write(*arguments)
        os.close(arguments[0])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("dh_secrets_jupyter.private_files.os.fdopen", full)
    with pytest.raises(SecretsError, match=r"^C: its private file could not be written \(No space left on device\)"):
        injection.put(Destination.FILE, {"b": TWO, "c": NUL})
    assert user_ns.keys() == {"mine", "a"}
    assert [path.name for path in home.rglob("*") if path.is_file() and not path.name.startswith(".")] == ["A"]


def test_a_variable_of_another_secret_takes_its_file_along(injection: Injection, user_ns: dict[str, Any]) -> None:
    """A file that no variable leads to any more is removed."""
    injection.put(Destination.FILE, {"path": ONE})
    first = Path(user_ns["path"])
    injection.put(Destination.FILE, {"path": TWO})
    assert not first.exists()
    assert Path(user_ns["path"]).read_text() == TWO


def test_forget_takes_out_what_was_put_in(injection: Injection, user_ns: dict[str, Any]) -> None:
    """Variables, environment entries and files are gone; what was the user's stays."""
    injection.put(Destination.VARIABLE, {"A": ONE, "B": TWO})
    injection.put(Destination.ENVIRONMENT, {"DHS_A": ONE})
    injection.put(Destination.FILE, {"path": ONE})
    path = Path(user_ns["path"])
    gone = injection.forget()
    assert user_ns == {"mine": 1}
    assert "DHS_A" not in os.environ
    assert not path.exists()
    assert gone == [
        (Destination.VARIABLE, "A", "A"),
        (Destination.VARIABLE, "B", "B"),
        (Destination.ENVIRONMENT, "DHS_A", "A"),
        (Destination.FILE, "path", "A"),
    ]
    assert injection.forget() == []


def test_forget_leaves_what_was_changed(injection: Injection, user_ns: dict[str, Any]) -> None:
    """A variable that holds something else by now is the user's; a plain copy of the value is not."""
    injection.put(Destination.VARIABLE, {"A": ONE, "B": TWO, "C": NUL})
    injection.put(Destination.ENVIRONMENT, {"DHS_A": ONE})
    user_ns["A"], user_ns["B"], user_ns["C"] = "mine now", Unequal(), str(NUL)
    os.environ["DHS_A"] = "mine now"
    assert injection.forget() == [(Destination.VARIABLE, "C", "C")]
    assert user_ns.keys() == {"mine", "A", "B"}
    assert os.environ["DHS_A"] == "mine now"


def test_forget_goes_by_the_secret_that_is_there_now(injection: Injection, user_ns: dict[str, Any]) -> None:
    """A name means the secret, not the variable; a variable belongs to the last that was put there."""
    injection.put(Destination.VARIABLE, {"x": ONE})
    injection.put(Destination.VARIABLE, {"x": TWO})
    assert injection.forget("A") == []
    assert injection.forget("B") == [(Destination.VARIABLE, "x", "B")]
    assert "x" not in user_ns


@pytest.mark.parametrize("raised", [None, ValueError, KeyboardInterrupt, SystemExit, GeneratorExit])
def test_a_lease_ends_however_its_body_ends(
    injection: Injection, user_ns: dict[str, Any], raised: type[BaseException] | None
) -> None:
    """What stood there before is back, also over what the body did to it; what else the body set stays."""
    user_ns |= {"A": "before", "gone": "before"}
    with pytest.raises(raised) if raised else nullcontext():  # noqa: SIM117 the order is the point
        with injection.lease(Destination.VARIABLE, {"A": ONE, "B": TWO, "gone": ONE, "new": TWO}):
            assert user_ns["A"] == ONE
            user_ns |= {"A": 7, "result": 42}
            del user_ns["gone"], user_ns["B"]
            if raised:
                raise raised
    assert user_ns == {"mine": 1, "A": "before", "gone": "before", "result": 42}


def test_a_lease_of_the_environment(injection: Injection, monkeypatch: pytest.MonkeyPatch) -> None:
    """An entry that was there is back, one that was not is gone; what cannot go there fails before anything is set."""
    monkeypatch.setenv("DHS_A", "before")
    with injection.lease(Destination.ENVIRONMENT, {"DHS_A": ONE, "DHS_B": TWO}):
        assert os.environ["DHS_A"] == ONE
        assert os.environ["DHS_B"] == TWO
    assert os.environ["DHS_A"] == "before"
    assert "DHS_B" not in os.environ
    with pytest.raises(SecretsError), injection.lease(Destination.ENVIRONMENT, {"DHS_A": ONE, "DHS_C": NUL}):
        raise AssertionError("the body must not run")
    assert os.environ["DHS_A"] == "before"


def test_one_namespace_has_one_ledger(user_ns: dict[str, Any]) -> None:
    """All surfaces of a kernel share what was put in; another namespace has its own."""
    assert for_namespace(user_ns) is for_namespace(user_ns)
    assert for_namespace(user_ns) is not for_namespace({"mine": 1})


DEMO, OTHER = ("local", "demo"), ("local", "other")


def places(injection: Injection, source: tuple[str, str] = DEMO) -> list[str]:
    return [f"{held.name} {held.destination.value} {held.target}" for held in injection.held(source)]


def test_what_is_held_is_what_is_still_there_of_one_project(injection: Injection, user_ns: dict[str, Any]) -> None:
    """A variable that the user changed or deleted is held no more, and neither is another project's secret."""
    injection.put(Destination.VARIABLE, {"a": ONE, "b": TWO, "c": NUL}, DEMO)
    injection.put(Destination.ENVIRONMENT, {"DHS_A": ONE}, DEMO)
    injection.put(Destination.VARIABLE, {"d": ONE}, OTHER)
    user_ns["b"] = 1
    del user_ns["c"]
    assert places(injection) == ["A variable a", "A environment DHS_A"]
    assert places(injection, OTHER) == ["A variable d"]
    assert injection.forget("A", source=DEMO) == [
        (Destination.VARIABLE, "a", "A"),
        (Destination.ENVIRONMENT, "DHS_A", "A"),
    ]
    assert (places(injection), places(injection, OTHER)) == ([], ["A variable d"])


def test_what_is_held_is_compared_wherever_it_is(injection: Injection) -> None:
    """A variable, an environment entry and a file have the value that they were given, and no other."""
    injection.put(Destination.VARIABLE, {"a": ONE}, DEMO)
    injection.put(Destination.ENVIRONMENT, {"DHS_A": ONE}, DEMO)
    injection.put(Destination.FILE, {"path": ONE}, DEMO)
    assert [injection.is_same(held, ONE) for held in injection.held(DEMO)] == [True] * 3
    for other in (TWO, NUL, SecretBytes(b"invented-one\xff", "A")):
        assert [injection.is_same(held, other) for held in injection.held(DEMO)] == [False] * 3


def test_an_undo_brings_back_what_one_put_replaced(injection: Injection, user_ns: dict[str, Any]) -> None:
    """The user's own object, once; what a secret replaced was none of the user's."""
    user_ns["A"] = mine = Unequal()
    assert injection.put(Destination.VARIABLE, {"A": ONE, "new": TWO}, DEMO, undoable=True) == ["A"]
    assert injection.undo() == [(Destination.VARIABLE, "A")]
    assert user_ns["A"] is mine
    assert places(injection) == ["B variable new"]
    assert injection.undo() == []
    os.environ["DHS_A"] = "mine"
    assert injection.put(Destination.ENVIRONMENT, {"DHS_A": ONE}, DEMO, undoable=True) == ["DHS_A"]
    assert injection.put(Destination.ENVIRONMENT, {"DHS_A": TWO}, DEMO, undoable=True) == []
    assert injection.undo() == []


def test_an_undo_takes_nothing_that_came_later(injection: Injection, user_ns: dict[str, Any]) -> None:
    """What the user assigned since then stays, and the next put lets go of what was kept."""
    user_ns["A"] = 1
    injection.put(Destination.VARIABLE, {"A": ONE}, DEMO, undoable=True)
    user_ns["A"] = 2
    assert (injection.undo(), user_ns["A"]) == ([], 2)
    injection.put(Destination.VARIABLE, {"A": ONE}, DEMO, undoable=True)
    injection.put(Destination.VARIABLE, {"B": TWO}, DEMO, undoable=True)
    assert injection.undo() == []
    assert user_ns["A"] == "invented-one"


def test_what_was_replaced_is_kept_for_a_while(
    injection: Injection, user_ns: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may be large: it goes after ten minutes, here after none."""
    assert replaced.UNDO_SECONDS == 600
    monkeypatch.setattr(replaced, "UNDO_SECONDS", 0.0)
    user_ns["A"] = mine = Unequal()
    gone = weakref.ref(mine)
    injection.put(Destination.VARIABLE, {"A": ONE}, DEMO, undoable=True)
    del mine
    wait_until(lambda: gone() is None, "the end of what was replaced")
    assert injection.undo() == []
