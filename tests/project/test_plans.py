"""Plans look at what is stored and say what to change; asked again, they look again."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from dh_secrets_jupyter.errors import ConflictError, SecretExistsError, SecretNotFoundError
from dh_secrets_jupyter.models import Metadata, metadata_edit
from dh_secrets_jupyter.project.plans import ImportPlan, Plans
from dh_secrets_jupyter.providers.base import Plan, Put, Record, Remove

PLANS = Plans("demo", "jo")
NOTHING = metadata_edit("A")
STORED = {"A": Record(b"one", Metadata("what for", created_by="sam")), "B": Record(b"two", Metadata())}
MAKE: dict[str, Callable[[], Plan]] = {
    "create": lambda: PLANS.create("C", b"new", NOTHING),
    "put": lambda: PLANS.put("A", b"new", NOTHING),
    "edit": lambda: PLANS.edit("A", None, NOTHING, None),
    "delete": lambda: PLANS.delete(["A", "B", "A"], None),
    "import": lambda: ImportPlan(PLANS, {"A": b"new", "C": b"new"}, replace_existing=True),
    "copy": lambda: PLANS.copy("A", "C", move=False, check=None),
    "move": lambda: PLANS.copy("A", "C", move=True, check=None),
}


@pytest.mark.parametrize("make", MAKE.values(), ids=MAKE)
def test_a_plan_may_be_asked_again(make: Callable[[], Plan]) -> None:
    """The second time it says the same of the same, and leaves what it was shown as it was."""
    plan = make()
    before = dict(STORED)
    first, second = plan(STORED), plan(STORED)
    assert [(type(change), change.name) for change in first] == [(type(change), change.name) for change in second]
    assert before == STORED


def test_what_is_created_bears_its_author() -> None:
    """Created and updated are the same moment, by the user."""
    (change,) = PLANS.create("C", b"new", metadata_edit("C", description="x"))(STORED)
    assert isinstance(change, Put)
    found = change.metadata
    assert (found.description, found.created_by, found.updated_by) == ("x", "jo", "jo")
    assert found.created == found.updated is not None


def test_what_is_put_keeps_what_was_there() -> None:
    """Another value leaves the metadata but for when and by whom; the second look decides whether one is new."""
    plan = PLANS.put("A", b"new", NOTHING)
    (change,) = plan(STORED)
    assert isinstance(change, Put)
    assert (change.value, change.metadata.description) == (b"new", "what for")
    assert (change.metadata.created_by, change.metadata.updated_by) == ("sam", "jo")
    (change,) = plan({})
    assert isinstance(change, Put)
    assert change.metadata.created_by == "jo"


def test_what_cannot_be_done_changes_nothing() -> None:
    """All names that are in the way, or missing, are in the error, and one of them is singular."""
    with pytest.raises(SecretExistsError, match=r"^A: already exists in project demo\."):
        PLANS.create("A", b"", NOTHING)(STORED)
    with pytest.raises(
        SecretExistsError, match=r"^A, B: already exist in project demo\. Use --replace to overwrite\.$"
    ):
        ImportPlan(PLANS, {"B": b"", "A": b"", "C": b""}, replace_existing=False)(STORED)
    with pytest.raises(SecretNotFoundError, match=r"^C: no such secret in project demo\."):
        PLANS.edit("C", b"", NOTHING, None)(STORED)
    with pytest.raises(SecretNotFoundError, match=r"^X, C: no such secrets in project demo\."):
        PLANS.delete(["X", "A", "C"], None)(STORED)


def test_a_check_decides_last() -> None:
    """It sees the records as they are stored, each once, and what it raises comes through."""
    seen: list[bytes] = []

    def refuse(record: Record) -> None:
        seen.append(record.value)
        if record.value == b"two":
            raise ConflictError("B", "it is another", "Look again")

    assert PLANS.edit("A", None, NOTHING, refuse)(STORED)
    with pytest.raises(ConflictError):
        PLANS.delete(["A", "B"], refuse)(STORED)
    assert seen == [b"one", b"one", b"two"]
    assert PLANS.delete(["A", "A"], None)(STORED) == [Remove("A")]
