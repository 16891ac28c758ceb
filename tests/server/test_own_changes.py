"""Whose change it was: reported once, whether the write's end or the watch comes first, and however much is skipped."""

from __future__ import annotations

import time

from hypothesis import given
from hypothesis import strategies as st

from dh_secrets_jupyter.server.own_changes import OwnChange, OwnChanges, Write

from .scripted import ScriptedProvider

Reported = tuple[str | None, str | None, str | None]


class Project:
    """One secret of one project, its own changes, and what was reported of it."""

    def __init__(self) -> None:
        self.reported: list[Reported] = []
        self.own = OwnChanges(lambda user, name, before, after: self.reported.append((user, before, after)))
        self._seen: str | None = None

    def attempt(self, before: str | None, after: str | None, write: Write | None = None) -> Write:
        write = write or Write(ScriptedProvider(), "demo", "me")
        self.own.announce(write, [OwnChange(write.user, "A", before, after)])
        return write

    def done(self, write: Write, after: str | None) -> None:
        self.own.done(write, {} if after is None else {"A": after})

    def show(self, tag: str | None, *, began: float = 0.0) -> None:
        """The watch shows the secret so."""
        self.own.explain("A", self._seen, tag, began)
        self._seen = tag
        self.own.forget({} if tag is None else {"A": tag}, began)


def test_the_watch_may_come_first() -> None:
    """It shows a change before the write has returned: reported with its user, once, when the write ends."""
    project = Project()
    write = project.attempt(None, "x")
    project.show("x")
    assert project.reported == []
    project.done(write, "x")
    project.show(None)
    assert project.reported == [("me", None, "x"), (None, "x", None)]


def test_a_refused_deletion_hides_no_other() -> None:
    """What another has deleted is the other's, whether the watch shows it before or after ours is refused."""
    for first in (True, False):
        project = Project()
        project.show("x")
        write = project.attempt("x", None)
        if first:
            project.show(None)
        project.own.refused(write)
        project.show(None)
        assert project.reported == [(None, None, "x"), (None, "x", None)]


def test_of_two_deletions_of_ours_one_is_reported() -> None:
    """Two users delete the same secret at once: the event is that of the one who did, in whatever order they end."""
    for winner_first in (True, False):
        project = Project()
        project.show("x")
        loser, winner = project.attempt("x", None), project.attempt("x", None)
        winner.attempts[0][0].user = "winner"
        project.show(None)
        if winner_first:
            project.done(winner, None)
            project.own.refused(loser)
        else:
            project.own.refused(loser)
            project.done(winner, None)
        assert project.reported[1:] == [("winner", "x", None)]


def test_what_the_watch_skips_is_reported_all_the_same() -> None:
    """Ours deleted and created between two snapshots, then another's deletion: three events, each with its user."""
    project = Project()
    project.show("x")
    project.done(project.attempt("x", None), None)
    project.done(project.attempt(None, "y"), "y")
    project.show("y")
    project.show(None)
    assert project.reported[1:] == [("me", "x", None), ("me", None, "y"), (None, "y", None)]


def test_a_way_that_leads_back_is_reported() -> None:
    """Ours created, and another deleted between two snapshots: nothing has changed, but a watch that began later
    proves it."""
    project = Project()
    project.done(project.attempt(None, "x"), "x")
    project.show(None)
    assert project.reported == [("me", None, "x")]
    project.show(None, began=time.monotonic() + 1)
    project.show(None, began=time.monotonic() + 1)
    assert project.reported == [("me", None, "x"), (None, "x", None)]


def test_others_before_and_after_ours_are_told_apart() -> None:
    """One snapshot shows what another changed before ours, and one what another changed after it."""
    project = Project()
    project.show("x")
    project.done(project.attempt("y", "z"), "z")
    project.show("z")
    project.done(project.attempt("z", None), None)
    project.show("other")
    assert project.reported[1:] == [("me", "y", "z"), (None, "x", "y"), ("me", "z", None), (None, None, "other")]


def test_only_the_attempt_that_was_made_counts() -> None:
    """A plan that was asked again: the first answer was never stored, and what it would have made is not reported."""
    project = Project()
    project.show("x")
    write = project.attempt("x", "mine-1")
    project.show("other")
    project.attempt("other", "mine-2", write)
    project.done(write, "mine-2")
    project.show("mine-2")
    assert project.reported[1:] == [(None, "x", "other"), ("me", "other", "mine-2")]


def test_an_unknown_outcome_is_found_out() -> None:
    """What happened is reported with its user; what the next snapshot does not show has not happened."""
    for happened in (True, False):
        project = Project()
        project.show("x")
        project.own.unknown(project.attempt("x", None))
        assert project.own.undecided
        project.show(None if happened else "x", began=time.monotonic() + 1)
        assert not project.own.undecided
        project.show(None)
        assert project.reported[1:] == [("me" if happened else None, "x", None)]


def test_a_value_that_comes_late_is_known() -> None:
    """A value stored after the snapshot that decided is reported by its tag; it holds up nothing meanwhile."""
    project = Project()
    project.show("x")
    project.own.unknown(project.attempt("x", "mine"))
    project.show("x", began=time.monotonic() + 1)
    assert not project.own.is_awaiting
    project.show("mine")
    assert project.reported[1:] == [("me", "x", "mine")]


STEPS = st.lists(
    st.tuples(st.booleans(), st.sampled_from(["put", "remove"]), st.booleans(), st.booleans()), max_size=30
)


@given(STEPS)
def test_each_change_is_reported_once(steps: list[tuple[bool, str, bool, bool]]) -> None:
    """Each change is shown, before or after its write returns: it is reported once, as whose it is."""
    project = Project()
    state: str | None = None
    expected: list[Reported] = []
    for number, (ours, kind, watch_first, unknown) in enumerate(steps):
        after = None if kind == "remove" else f"tag-{number}"
        if state == after:
            continue
        if ours:
            write = project.attempt(state, after)
            if watch_first:
                project.show(after)
            if unknown:
                project.own.unknown(write)
            else:
                project.done(write, after)
            if not watch_first:
                project.show(after)
        else:
            project.show(after)
        expected.append(("me" if ours else None, state, after))
        state = after
    assert project.reported == expected


@given(STEPS)
def test_snapshots_that_skip_lose_none_of_ours(steps: list[tuple[bool, str, bool, bool]]) -> None:
    """A watch that shows only some states: each change of ours is reported once, and no change of others twice."""
    project, others = Project(), 0
    state: str | None = None
    our_changes: list[Reported] = []
    for number, (ours, kind, shown, _) in enumerate(steps):
        after = None if kind == "remove" else f"tag-{number}"
        if state == after:
            continue
        if ours:
            project.done(project.attempt(state, after), after)
            our_changes.append(("me", state, after))
        else:
            others += 1
        if shown:
            project.show(after)
        state = after
    for _ in range(2):
        project.show(state, began=time.monotonic() + 1)
    assert [change for change in project.reported if change[0]] == our_changes
    assert len(project.reported) - len(our_changes) <= others
