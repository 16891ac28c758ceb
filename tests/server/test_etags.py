"""Tags: one secret each, nothing to try values against, and a comparison that is part of the change."""

from __future__ import annotations

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from dh_secrets_jupyter.models import Metadata
from dh_secrets_jupyter.providers.base import Record
from dh_secrets_jupyter.server.etags import ETags, matches

from ..cluster.server import Namespace
from .running import Server

TAG = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E, exclude_characters='"'), max_size=30)
RECORD = st.builds(
    Record,
    value=st.binary(max_size=50),
    metadata=st.builds(
        Metadata,
        description=st.text(max_size=20),
        labels=st.lists(st.text(max_size=5), max_size=3),
        expires=st.none() | st.dates(),
        updated=st.none() | st.datetimes(timezones=st.just(UTC)),
        updated_by=st.none() | st.text(min_size=1, max_size=5),
    ),
)


@given(RECORD, RECORD)
def test_a_tag_is_that_of_value_and_metadata(one: Record, other: Record) -> None:
    """Two states of a secret have the same tag exactly where value and metadata are the same."""
    etags = ETags()
    same = etags.tag("p", "a", one) == etags.tag("p", "a", other)
    assert same == (one.value == other.value and one.metadata.to_dict() == other.metadata.to_dict())
    assert etags.tag("p", "a", one) != etags.tag("p", "b", one)
    assert etags.tag("p", "a", one) != etags.tag("q", "a", one)


@given(RECORD)
def test_a_tag_needs_the_key_of_its_process(record: Record) -> None:
    """No two processes give the same tag: without the key a value cannot be tried."""
    assert ETags().tag("p", "a", record) != ETags().tag("p", "a", record)


@given(st.lists(st.tuples(st.booleans(), TAG), max_size=5), TAG, st.sampled_from([",", ", ", " , "]))
def test_if_match_compares_strongly(sent: list[tuple[bool, str]], tag: str, comma: str) -> None:
    """A list passes where the tag itself is in it, not weak; the order and blanks around commas are of no account."""
    header = comma.join(f'{"W/" if weak else ""}"{text}"' for weak, text in sent)
    assert matches(header, tag) == ((False, tag) in sent)


def test_what_is_no_list_of_tags_passes_nothing() -> None:
    """``*`` passes any tag; what cannot be read passes none, so that nothing is overwritten by mistake."""
    assert matches(" * ", "t")
    for header in ("", "t", "'t'", '"t', '"t" "u"', '"t" x', "*, *", 'W/"t"', '"u", t'):
        assert not matches(header, "t"), header


def test_a_change_of_another_secret_leaves_the_tag(server: Server, project: str) -> None:
    """Other secrets come, change and go: the tag stays, until value or metadata of this one change."""
    first = server.create("A", "x", project=project).headers["ETag"]

    def tag() -> str:
        return server.secret("GET", "A", project=project).headers["ETag"]

    server.create("B", "x", project=project)
    server.secret("PATCH", "B", {"value": "y"}, project=project)
    server.secret("DELETE", "B", project=project)
    assert tag() == first
    second = server.secret("PATCH", "A", {"description": "d"}, project=project).headers["ETag"]
    assert tag() == second != first
    third = server.secret("PATCH", "A", {"value": "z"}, project=project).headers["ETag"]
    assert tag() == third not in (first, second)
    unchanged = server.secret("GET", "A", project=project, headers={"If-None-Match": third})
    assert (unchanged.status, unchanged.raw) == (304, b"")


def test_anyone_changes_the_tag(kubernetes: Server, server_namespace: Namespace, project: str) -> None:
    """A change by kubectl, of a key that has no metadata either, is another tag, and the old one no longer passes."""
    name = f"proj-secrets-{project}"
    server_namespace.kubectl("create", "secret", "generic", name, "--from-literal=A=made-up-1", "--from-literal=B=b")
    first = kubernetes.secret("GET", "A", project=project).headers["ETag"]
    patch = json.dumps({"stringData": {"A": "made-up-2"}})
    server_namespace.kubectl("patch", "secret", name, "-p", patch)
    assert kubernetes.secret("GET", "A", project=project).headers["ETag"] != first
    for method in ("PATCH", "DELETE"):
        reply = kubernetes.secret(method, "A", {"value": "mine"}, project=project, headers={"If-Match": first})
        assert (reply.status, reply.body["reason"]) == (412, "ConflictError")
    assert server_namespace.data(name) == {"A": b"made-up-2", "B": b"b"}


def test_the_tag_guards_the_change(server: Server, project: str) -> None:
    """With ``If-Match`` a change happens on the state that was seen, or not at all; a missing secret is a 404 first."""
    seen = server.create("A", "x", project=project).headers["ETag"]

    def change(tag: str, method: str = "PATCH", name: str = "A") -> int:
        return server.secret(method, name, {"value": "y"}, project=project, headers={"If-Match": tag}).status

    assert change('"other"') == change(f"W/{seen}") == change("") == 412
    empty = server.secret("PATCH", "A", {}, project=project, headers={"If-Match": '"other"'})
    assert empty.status == 412
    assert change(f'"other", {seen}') == 200
    assert change(seen) == change(seen, "DELETE") == 412
    assert change("*") == 200
    assert change("*", "DELETE") == 204
    assert change("*") == 404
    assert change(seen, name="GONE") == 404


def test_of_many_changes_to_one_state_one_wins(server: Server, project: str) -> None:
    """Twenty clients that saw the same state change it at once: one succeeds, the others hear that it has changed."""
    seen = server.create("A", "x", project=project).headers["ETag"]
    with ThreadPoolExecutor(20) as pool:
        statuses = list(
            pool.map(
                lambda n: (
                    server.secret(
                        "PATCH", "A", {"description": str(n)}, project=project, headers={"If-Match": seen}
                    ).status
                ),
                range(20),
            )
        )
    assert sorted(statuses) == [200] + [412] * 19


def test_no_answer_has_a_digest(revealing_local: Server, project: str) -> None:
    """Tornado's own tags, digests of the body, are not sent: with a value in it, it could be tried offline."""
    revealing_local.create("A", "made-up", project=project)
    shown = revealing_local.call("GET", f"projects/{project}/secrets/A/value")
    assert shown.status == 200
    for reply in (shown, *(revealing_local.call("GET", path) for path in ("status", "projects"))):
        assert "ETag" not in reply.headers
        assert hashlib.sha1(reply.raw).hexdigest() not in str(reply.headers)


def test_metadata_that_is_stored_is_metadata_that_is_seen(server: Server, project: str) -> None:
    """The tag that an answer to a change carries is that of the next request: providers keep metadata as they are."""
    texts = {"description": "\N{GRINNING FACE} \u2028 <b>", "labels": ["ü", "a b"], "expires": "2031-02-03"}
    created = server.create("A", "x", project=project, **texts)
    assert server.secret("GET", "A", project=project).headers["ETag"] == created.headers["ETag"]


def test_the_moment_is_part_of_it() -> None:
    """A value put back is another state: who saw the first does not overwrite the third unknowingly."""
    etags = ETags()
    before = Record(b"x", Metadata(updated=datetime(2026, 1, 1, tzinfo=UTC)))
    after = replace(before, metadata=Metadata(updated=datetime(2026, 1, 2, tzinfo=UTC)))
    assert etags.tag("p", "a", before) != etags.tag("p", "a", after)
