"""Who wrote a value, by what the API server notes of each field."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dh_secrets_jupyter.models import Metadata
from dh_secrets_jupyter.providers.kubernetes.managers import OURS, PLATFORM, Manager, attributed, owner

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
LATER = NOON + timedelta(minutes=1)
OUR_CHANGE = Metadata(created=NOON, created_by="ada", updated=NOON + timedelta(milliseconds=400), updated_by="ada")


def entry(manager: str, *keys: str, time: datetime | None = NOON, operation: str = "Update", **more: Any) -> Any:
    """Returns an entry of ``managedFields`` as the API server writes it."""
    fields = {"f:metadata": {}, "f:data": {".": {}, **{f"f:{key}": {} for key in keys}}, **more}
    return {"manager": manager, "operation": operation, "fieldsV1": fields, "time": time and time.isoformat()}


def manager(name: str, *keys: str, time: datetime | None = NOON, declares: bool = False) -> Manager:
    return Manager(name, frozenset(keys), time, declares)


def test_the_notes_are_read_as_far_as_they_are_of_values() -> None:
    """Keys of ``data`` and ``stringData``, a name with a colon too; what has neither has no keys."""
    noted = [
        entry("a", "KEY", "f:odd"),
        entry("b", operation="Apply", time=None, **{"f:stringData": {"f:TEXT": {}}}),
        {"manager": "c"},
    ]
    assert Manager.noted({"managedFields": noted}) == [
        manager("a", "KEY", "f:odd"),
        manager("b", "TEXT", time=None, declares=True),
        manager("c", time=None),
    ]
    assert Manager.noted({}) == []


@pytest.mark.parametrize(
    ("managers", "expected"),
    [
        ([], OUR_CHANGE.updated),
        ([manager(OURS, "A", time=LATER)], OUR_CHANGE.updated),
        ([manager(PLATFORM, "B", time=LATER)], OUR_CHANGE.updated),
        ([manager(PLATFORM, "A", time=None)], OUR_CHANGE.updated),
        ([manager(PLATFORM, "A", time=NOON - timedelta(seconds=1))], OUR_CHANGE.updated),
        ([manager(PLATFORM, "A", time=LATER)], LATER),
        ([manager("kubectl-edit", "A"), manager(PLATFORM, "A", time=LATER)], LATER),
        ([manager(PLATFORM, "A")], NOON),
    ],
)
def test_a_later_change_by_others_is_not_shown_as_ours(managers: list[Manager], expected: datetime) -> None:
    """Its time is theirs, and no name is; of the same second it is theirs where the value was ours before."""
    found = attributed(managers, "A", OUR_CHANGE)
    assert found.updated == expected
    assert found.updated_by == ("ada" if expected == OUR_CHANGE.updated else None)
    assert (found.created, found.created_by) == (NOON, "ada")


def test_a_value_of_theirs_that_we_have_described_stays_described() -> None:
    """Within one second that says nothing of who came last."""
    described = Metadata(updated=NOON, updated_by="ada")
    assert attributed([manager(PLATFORM, "A")], "A", described) is described
    assert attributed([manager(PLATFORM, "A")], "A", Metadata()) == Metadata()


@pytest.mark.parametrize(
    ("references", "managers", "who"),
    [
        ([], [], None),
        ([{"kind": "ExternalSecret", "name": "demo"}], [], "ExternalSecret demo"),
        ([], [manager("external-secrets", "A")], "external-secrets"),
        ([], [manager("external-secrets", "B")], None),
        ([], [manager(OURS, "A", declares=True), manager(PLATFORM, "A")], None),
        ([], [manager("kubectl-create", "A")], None),
        ([], [manager("kubectl", "A", declares=True)], "kubectl"),
        ([], [manager("a\nb", "A"), manager("x" * 200, "A"), manager("argocd", "A")], "argocd"),
    ],
)
def test_who_keeps_a_secret_as_it_is_declared_elsewhere(
    references: list[dict[str, str]], managers: list[Manager], who: str | None
) -> None:
    """An owner, or a program that wrote the key; not we, the platform, or somebody at kubectl. Odd names are not
    repeated."""
    assert owner(references, managers, ["A"]) == who
