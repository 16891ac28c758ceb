"""A secret is copied and moved with all that belongs to it, within a project in one step."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from dh_secrets_jupyter.errors import (
    AccessDeniedError,
    ConflictError,
    InvalidNameError,
    SecretExistsError,
    SecretNotFoundError,
    SecretsError,
)
from dh_secrets_jupyter.models import Metadata
from dh_secrets_jupyter.project import HalfMovedError, Project
from dh_secrets_jupyter.providers.base import LazyRecords, Plan, Provider, Put, Record, Records

NEWER = '{"description":"what for","labels":["x"],"expires":"2031-05-06","created_by":"sam","tomorrow":{"a":1}}'
WHOLE = Record(b"sample-value", Metadata.from_json(NEWER))


class Watched:
    """A provider, the writes to it, and what happens just before one."""

    def __init__(self, provider: Provider) -> None:
        self._provider = provider
        self.writes: list[str] = []
        self.before: Callable[[str], None] = lambda project: None
        self.name = provider.name

    def place(self, project: str) -> str:
        return self._provider.place(project)

    def read(self, project: str) -> Records:
        return self._provider.read(project)

    def write(self, project: str, plan: Plan) -> Records:
        self.before(project)
        records = self._provider.write(project, plan)
        assert isinstance(records, LazyRecords)
        records.notices = [f"{project} was written."]
        self.writes.append(project)
        return records


@pytest.fixture
def watched(demo: Project) -> Watched:
    """The provider below the projects."""
    demo.provider.write("demo", lambda records: [Put("A", WHOLE.value, WHOLE.metadata)])
    return Watched(demo.provider)


@pytest.fixture
def here(watched: Watched) -> Project:
    """A project with one secret, which sam has made."""
    return Project("demo", watched, user="jo")  # type: ignore[arg-type]  # it has what is used


@pytest.fixture
def there(watched: Watched) -> Project:
    """Another project, without secrets."""
    return Project("other", watched, user="jo")  # type: ignore[arg-type]  # as above


def stored(project: Project) -> Records:
    return dict(project.provider.read(project.name))


def same(copied: Record) -> None:
    """Asserts value and metadata, those too that this version cannot read."""
    assert copied.value == WHOLE.value
    found, whole = copied.metadata, WHOLE.metadata
    assert (found.description, found.labels, found.expires) == (whole.description, whole.labels, whole.expires)
    assert found.unread == whole.unread == (("tomorrow", '{"a":1}'),)
    assert (found.updated_by, found.updated is not None) == ("jo", True)


def test_a_copy_has_all_that_belongs_to_it(here: Project, there: Project) -> None:
    """Under another name, in another project, or both; who made it, and when, is its own."""
    for project, name in ((here, "B"), (there, "A"), (there, "C")):
        copied = here.copy("A", name, to=project)
        record = stored(project)[name]
        assert (copied.name, copied.project, copied.metadata) == (name, project.name, record.metadata)
        same(record)
        assert (record.metadata.created_by, record.metadata.created) == ("jo", record.metadata.updated)
    assert stored(here)["A"] == WHOLE


def test_a_move_within_a_project_is_one_step(here: Project, watched: Watched) -> None:
    """The secret keeps who made it, and when; no moment has both or neither."""
    here.copy("A", "B", move=True)
    assert watched.writes == ["demo"]
    assert list(stored(here)) == ["B"]
    same(stored(here)["B"])
    assert (stored(here)["B"].metadata.created_by, stored(here)["B"].metadata.created) == ("sam", None)


def test_a_move_to_another_project_copies_first(here: Project, there: Project, watched: Watched) -> None:
    """The original goes last."""
    here.copy("A", "A", to=there, move=True)
    assert watched.writes == ["other", "demo"]
    assert (list(stored(here)), list(stored(there))) == ([], ["A"])
    same(stored(there)["A"])


def test_notices_are_those_of_all_that_was_written(here: Project, there: Project) -> None:
    """A copy to another project has that one's, a move both projects', and neither those of the change before it."""
    here.copy("A", "B")
    assert here.notices == ["demo was written."]
    here.copy("A", "A", to=there)
    assert here.notices == ["other was written."]
    here.copy("A", "C", to=there, move=True)
    assert here.notices == ["other was written.", "demo was written."]


@pytest.mark.parametrize("move", [True, False])
def test_what_is_in_the_way_leaves_all_as_it_was(here: Project, there: Project, move: bool) -> None:
    """No original, a name that is taken or none, itself, and a check that refuses."""
    for project in (here, there):
        project.new_secret("TAKEN", "sample-other")
    before = stored(here), stored(there)

    def refuse(record: Record) -> None:
        raise ConflictError("A", "it was changed", "Look again")

    for project in (here, there):
        with pytest.raises(SecretNotFoundError, match=r"^GONE: "):
            here.copy("GONE", "B", to=project, move=move)
        with pytest.raises(SecretExistsError, match=rf"^TAKEN: already exists in project {project.name}\."):
            here.copy("A", "TAKEN", to=project, move=move)
        with pytest.raises(InvalidNameError, match=r"^no blanks: "):
            here.copy("A", "no blanks", to=project, move=move)
        with pytest.raises(ConflictError):
            here.copy("A", "B", to=project, move=move, check=refuse)
    for itself in (None, here):
        with pytest.raises(SecretsError, match=r"^A: a secret cannot be copied onto itself\."):
            here.copy("A", "A", to=itself, move=move)
    assert before == (stored(here), stored(there))


def test_half_a_move_says_so(here: Project, there: Project, watched: Watched) -> None:
    """The original cannot be deleted: both are there, and both are named, with the reason."""

    def deny(project: str) -> None:
        if project == "demo":
            raise AccessDeniedError("demo", "you may not patch here", "Ask for it")

    watched.before = deny
    with pytest.raises(HalfMovedError) as caught:
        here.copy("A", "B", to=there, move=True)
    assert str(caught.value) == (
        "A: copied to project other as B, but not deleted from project demo: you may not patch here."
        " Look at both, and delete the one that is not wanted."
    )
    assert caught.value.__context__ is None
    same(stored(there)["B"])
    assert stored(here)["A"] == WHOLE


def test_what_changed_after_the_copy_is_not_deleted(
    here: Project, there: Project, sam: Project, watched: Watched
) -> None:
    """Somebody's new value is kept; one that somebody has deleted is gone, as it should be."""
    watched.before = lambda project: (sam.put("A", "sample-newer"), None)[1] if project == "demo" else None
    with pytest.raises(HalfMovedError, match="it was changed meanwhile"):
        here.copy("A", "B", to=there, move=True)
    assert stored(here)["A"].value == b"sample-newer"
    watched.before = lambda project: sam.delete("A") if project == "demo" else None
    assert here.copy("A", "C", to=there, move=True).name == "C"
    assert stored(here) == {}
    assert stored(there)["C"].value == b"sample-newer"


def test_the_guard_learns_no_value_that_only_moves(
    here: Project, there: Project, learned: list[tuple[str, str | bytes]]
) -> None:
    """None is given to the kernel."""
    here.copy("A", "B")
    here.copy("A", "B", to=there, move=True)
    assert learned == []
