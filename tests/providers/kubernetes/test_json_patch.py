"""How changes are sent: every test and every change of a patch, against a model of what the API server does."""

from __future__ import annotations

import copy
import urllib.error
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from dh_secrets_jupyter.models import Metadata
from dh_secrets_jupyter.providers.base import Change, Put, Remove
from dh_secrets_jupyter.providers.kubernetes.client import JSON_PATCH, _encode
from dh_secrets_jupyter.providers.kubernetes.json_patch import Operation, creation, edits, operations
from dh_secrets_jupyter.providers.kubernetes.manifest import PREFIX, Look, annotation_of
from tests.cluster.server import Namespace

from .test_manifest import secret

NAMES = ["A", "B", "-c", "d" * 70]
DESCRIPTIONS = ["", "x", '<&>\u2028 \N{GRINNING FACE} \\ " \x7f \x01']


class TestFailedError(Exception):
    """A ``test`` of a patch failed."""

    __test__ = False


def apply(body: dict[str, Any], patch: list[Operation]) -> dict[str, Any]:
    """Applies a patch as the API server does: null tests for absence, a path below an absent map is an error."""
    after = copy.deepcopy(body)
    for operation in patch:
        *path, last = [part.replace("~1", "/") for part in operation["path"].split("/")[1:]]
        at = after
        for part in path:
            if part not in at:
                raise TestFailedError(part)
            at = at[part]
        match operation["op"]:
            case "test" if at.get(last) != operation["value"]:
                raise TestFailedError(operation["path"])
            case "add":
                at[last] = copy.copy(operation["value"])
            case "replace":
                assert last in at
                at[last] = operation["value"]
            case "remove":
                del at[last]
    return after


names = st.sampled_from(NAMES)
values = st.binary(max_size=3)
metadata = st.builds(Metadata, description=st.sampled_from(DESCRIPTIONS))
changes = st.lists(
    st.builds(Put, names, values, metadata) | st.builds(Remove, names),
    min_size=1,
    max_size=4,
    unique_by=lambda change: change.name,
)


@st.composite
def bodies(draw: st.DrawFn, *, whole: bool = False) -> dict[str, Any]:
    """Draws Secrets with keys and annotations of ours and of others, in step or not, with or without the maps.

    Args:
        whole: both maps are there, and no annotation without its key.
    """
    wanted = edits(draw(st.lists(st.builds(Put, names, values, metadata), max_size=4, unique_by=lambda put: put.name)))
    data = {edit.name: edit.value for edit in wanted}
    annotations = {annotation_of(edit.name): edit.metadata for edit in wanted if edit.metadata}
    for name in draw(st.sets(names)):
        annotations.pop(annotation_of(name), None)
    if not whole:
        for name in draw(st.sets(names)):
            data.pop(name, None)
    if whole or draw(st.booleans()):
        data["THEIRS"], annotations["other/A"] = "MQ==", "theirs"
    return secret(data, annotations, labels=draw(st.none() | st.just({"l": "x"})))


@given(bodies(), changes)
def test_a_patch_makes_just_these_changes(body: dict[str, Any], planned: list[Change]) -> None:
    """Applied to what was seen, every named secret is as planned, every other untouched, and nothing of ours stale."""
    before, wanted = Look.at(body), edits(planned)
    after_body = apply(body, operations(before, wanted))
    after = Look.at(after_body)
    assert all(edit.done(after) for edit in wanted)
    assert after.stale == {}
    named = {edit.name for edit in wanted}
    others = {name: record for name, record in before.records.items() if name not in named}
    assert {name: record for name, record in after.records.items() if name not in named} == others
    for foreign in ("other/A",):
        assert (after.annotations or {}).get(foreign) == (before.annotations or {}).get(foreign)
    assert after_body["metadata"].get("labels") == body["metadata"].get("labels")


@given(bodies(), bodies(), changes)
def test_a_patch_applies_only_to_what_was_seen(
    body: dict[str, Any], meanwhile: dict[str, Any], planned: list[Change]
) -> None:
    """Where a named secret's value or metadata is another by then, the patch fails as a whole."""
    before, now = Look.at(body), Look.at(meanwhile)
    differs = any(
        (before.value(change.name), before.metadata(change.name)) != (now.value(change.name), now.metadata(change.name))
        for change in planned
    )
    if differs:
        with pytest.raises(TestFailedError):
            apply(meanwhile, operations(before, edits(planned)))


@pytest.mark.slow
@given(bodies(whole=True), changes, st.sampled_from(NAMES))
def test_secrets_that_are_not_named_do_not_matter(body: dict[str, Any], planned: list[Change], other: str) -> None:
    """Another writer's change of another secret costs a patch nothing, but for what both make or sweep."""
    before = Look.at(body)
    assert before.data is not None
    assert before.annotations is not None
    assert not before.stale
    assume(other not in {change.name for change in planned})
    meanwhile = apply(body, operations(before, edits([Put(other, b"meanwhile", Metadata("meanwhile"))])))
    after = Look.at(apply(meanwhile, operations(before, edits(planned))))
    assert after.records[other].value == b"meanwhile"
    assert all(edit.done(after) for edit in edits(planned))


@given(bodies(), changes)
def test_a_terminating_secret_refuses_every_patch(body: dict[str, Any], planned: list[Change]) -> None:
    """Not one change gets into an object that is on its way out."""
    patch = operations(Look.at(body), edits(planned))
    body["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z"
    with pytest.raises(TestFailedError):
        apply(body, patch)


@given(st.lists(st.builds(Put, names, values, metadata), max_size=4, unique_by=lambda put: put.name))
def test_a_creation_holds_what_was_planned(planned: list[Put]) -> None:
    """A new Secret is Opaque and has the planned values and metadata, and nothing else."""
    body = creation("proj-secrets-demo", edits(planned))
    body["metadata"] |= {"uid": "u", "resourceVersion": "1"}
    look = Look.at(body)
    assert body["type"] == "Opaque"
    assert {name: (record.value, record.metadata) for name, record in look.records.items()} == {
        put.name: (put.value, put.metadata) for put in planned
    }
    assert not look.foreign


def test_an_unchanged_value_is_tested_but_not_sent_again() -> None:
    """A change of metadata alone has no operation that writes the value."""
    before = Look.at(secret({"A": "MQ=="}, {PREFIX + "A": "{}"}))
    patch = operations(before, edits([Put("A", b"1", Metadata("new"))]))
    assert [operation["path"] for operation in patch if operation["op"] != "test"] == [
        "/metadata/annotations/dh-secrets-jupyter~1A"
    ]
    assert {"op": "test", "path": "/data/A", "value": "MQ=="} in patch


def test_the_model_is_the_server(namespace: Namespace) -> None:
    """What the model above assumes of JSON Patch, asked of the real API server."""
    path = f"/api/v1/namespaces/{namespace.name}/secrets"
    namespace.cluster.api("POST", path, {"metadata": {"name": "model"}, "data": {"A": "MQ==", "E": ""}})

    def test(pointer: str, value: object) -> bool:
        body = _encode([{"op": "test", "path": pointer, "value": value}])
        try:
            namespace.cluster.api("PATCH", f"{path}/model", body, JSON_PATCH)
        except urllib.error.HTTPError as error:
            if error.code != 422:
                raise
            return False
        return True

    assert test("/data/A", "MQ==")
    assert not test("/data/A", "MQ")
    assert not test("/data/A", None)
    assert not test("/data/E", None)
    assert test("/data/Z", None)
    assert test("/metadata/annotations", None)
    assert not test("/metadata/annotations/a~1b", None)
    assert test("/metadata/deletionTimestamp", None)
    text = "".join(DESCRIPTIONS)
    namespace.kubectl("annotate", "secret", "model", f"a/b={text}")
    assert test("/metadata/annotations/a~1b", text)
    assert not test("/metadata/annotations/a~1b", text + "x")
