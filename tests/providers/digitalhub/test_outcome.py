"""What is said of a change of which not every step was taken: from two looks at the project, without a server."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from dh_secrets_jupyter.errors import AccessDeniedError, ProviderUnavailableError, SecretsError
from dh_secrets_jupyter.models import Metadata
from dh_secrets_jupyter.providers.base import Change, PartlyMadeError, Put, Remove
from dh_secrets_jupyter.providers.digitalhub.entity import Entity
from dh_secrets_jupyter.providers.digitalhub.look import Look, Missing
from dh_secrets_jupyter.providers.digitalhub.outcome import halfway

AWAY = ProviderUnavailableError("digitalhub", "the platform's server does not answer", "Try again later")
DENIED = AccessDeniedError("demo", "alice has no right on this project", "Ask its owner")
NOTHING = Missing(SecretsError("A", "has no value yet", "Give it one"), proven=True)


def look(**secrets: tuple[str, int, bytes | Missing]) -> Look:
    """Returns a look at secrets, each with the id and the version of its entity, and its value."""
    entities = {
        name: Entity(identity, name, name, {"metadata": {"updated": version}})
        for name, (identity, version, _) in secrets.items()
    }
    return Look(entities, {name: value for name, (_, _, value) in secrets.items()})


def put(name: str, value: bytes = b"sample-new") -> Put:
    return Put(name, value, Metadata())


OLD = ("a", 1, b"sample-old")
EMPTY = look()
CASES: list[tuple[Sequence[Change], Look, Look, str]] = [
    ([put("A"), put("B")], EMPTY, look(A=("a", 1, b"sample-new")), "created: A; not changed: B"),
    ([put("A")], EMPTY, look(A=("a", 1, NOTHING)), "could not be put back, and is listed without a value: A"),
    ([put("A")], look(A=OLD), look(A=("a", 1, b"sample-new")), "changed, but for its metadata: A"),
    ([put("A")], look(A=OLD), look(A=("a", 2, b"sample-old")), "changed, but for its value: A"),
    ([put("A"), Remove("B")], look(A=OLD, B=("b", 1, b"x")), look(A=("a", 2, b"sample-new")), "changed: A; deleted: B"),
    (
        [Remove("A"), Remove("B")],
        look(A=OLD, B=("b", 1, b"x")),
        look(A=("another", 1, b"y"), B=("b", 1, b"x")),
        "deleted: A; not changed: B",
    ),
]


@pytest.mark.parametrize(("changes", "before", "now", "said"), CASES)
def test_what_is_changed_and_what_is_not_is_named(
    changes: Sequence[Change], before: Look, now: Look, said: str
) -> None:
    """Every secret of the change, by what became of it; the failure comes first, and no value is said."""
    error = halfway(changes, before, now, AWAY, unknown=False)
    names = ", ".join(change.name for change in changes)
    assert type(error) is PartlyMadeError
    assert str(error).startswith(
        f"{names}: the platform's server does not answer, so the change was not made as a whole ({said})."
    )
    assert "sample" not in str(error)


@pytest.mark.parametrize(("changes", "before"), [([put("A")], EMPTY), ([put("A"), Remove("A")], look(A=OLD))])
def test_where_nothing_is_changed_the_failure_is_the_error(changes: Sequence[Change], before: Look) -> None:
    """Of one that says nothing of the change it is said that nothing was changed."""
    assert halfway(changes, before, before, DENIED, unknown=False) is DENIED
    said = halfway(changes, before, before, AWAY, unknown=False)
    assert str(said) == "digitalhub: the platform's server does not answer, and nothing was changed. Try again later."


def test_what_may_come_yet_is_not_called_unchanged() -> None:
    """Where an answer was lost, and where the project cannot be seen."""
    lost = halfway([put("A"), put("B")], EMPTY, look(A=("a", 1, b"sample-new")), AWAY, unknown=True)
    assert "(created: A; it may or may not have been made: B)" in str(lost)
    for now, unknown in ((EMPTY, True), (None, False), (None, True)):
        error = halfway([put("A")], EMPTY, now, AWAY, unknown=unknown)
        assert type(error) is ProviderUnavailableError
        assert "(it may or may not have been made: A)" in str(error)


def test_bytes_without_a_value_are_what_an_entity_without_one_has() -> None:
    """A change of the metadata alone of a secret that has no value leaves it without one, and is made."""
    before, now = look(A=("a", 1, NOTHING)), look(A=("a", 2, NOTHING))
    assert "(changed: A)" in str(halfway([put("A", b"")], before, now, AWAY, unknown=False))
