"""What a project's Secret looks like."""

from __future__ import annotations

import re
import string
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dh_secrets_jupyter.models import Metadata
from dh_secrets_jupyter.providers.kubernetes.manifest import PREFIX, Look, annotation_of, metadata_text

# https://kubernetes.io/docs/concepts/overview/working-with-objects/annotations/#syntax-and-character-set
QUALIFIED = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?/([A-Za-z0-9][-A-Za-z0-9_.]{0,61})?[A-Za-z0-9]")
names = st.text(string.ascii_letters + string.digits + "-._", min_size=1, max_size=253)
texts = st.text(st.characters(codec="utf-16"), max_size=60)
metadata = st.builds(
    Metadata,
    description=texts,
    labels=st.lists(texts, max_size=3),
    expires=st.none() | st.dates(),
    created=st.none() | st.datetimes(timezones=st.just(UTC)),
    created_by=st.none() | st.text(min_size=1, max_size=20),
)


def secret(data: object = None, annotations: object = None, **more: Any) -> dict[str, Any]:
    """Returns a Secret as the API server sends it."""
    about = {"name": "proj-secrets-demo", "uid": "u", "resourceVersion": "1", "annotations": annotations, **more}
    body = {"kind": "Secret", "metadata": {key: value for key, value in about.items() if value}}
    return body | {"data": data} if data else body


@given(names)
def test_every_name_has_an_annotation(name: str) -> None:
    """Whatever a secret is called, its annotation's name is one that Kubernetes takes."""
    assert QUALIFIED.fullmatch(annotation_of(name))


@pytest.mark.parametrize("name", ["API_KEY", "a", "0", "a.b-c_d", "x" * 63])
def test_a_name_that_fits_is_kept(name: str) -> None:
    """kubectl shows most secrets' metadata under their own names."""
    assert annotation_of(name) == PREFIX + name


@pytest.mark.parametrize("name", ["-a", "a-", "_", ".a", "x" * 64, "x" * 253])
def test_other_names_become_a_digest(name: str) -> None:
    """A name that no annotation can have stands for itself in the text, and no other name has its digest."""
    assert annotation_of(name).startswith(PREFIX + "sha256.")
    assert annotation_of(annotation_of(name).removeprefix(PREFIX)) != annotation_of(name)


@pytest.mark.slow
@given(names, metadata)
def test_metadata_is_kept(name: str, known: Metadata) -> None:
    """What is written is read again, whatever characters it has, and nothing at all takes no room."""
    text = metadata_text(name, known)
    annotations = {annotation_of(name): text} if text else None
    assert Look.at(secret({name: ""}, annotations)).records[name].metadata == known
    assert metadata_text(name, Metadata()) is None


@pytest.mark.parametrize("text", ["", "{", "null", "[]", '"x"'])
def test_a_broken_annotation_is_empty_metadata(text: str) -> None:
    """What others wrote into an annotation of ours costs nobody the value."""
    record = Look.at(secret({"A": "MQ=="}, {PREFIX + "A": text})).records["A"]
    assert (record.value, record.metadata) == (b"1", Metadata())


@pytest.mark.parametrize("name", ["A", "-a", "x" * 100])
def test_fields_of_newer_versions_are_kept(name: str) -> None:
    """They are in the annotation that is written, to the letter; a digest's name of its own stands there once."""
    text = metadata_text(name, Metadata.from_json('{"description":"x","name":"y","more":[1, 2.50]}'))
    assert text is not None
    own = name == "A"
    assert text.count('"name"') == 1 if own else text.startswith(f'{{"name":"{name}",')
    found = Look.at(secret({name: ""}, {annotation_of(name): text})).records[name].metadata
    assert metadata_text(name, found) == (text if own else text.replace('"name":"y",', ""))
    assert found.unread[-1] == ("more", "[1, 2.50]")


HOSTILE_NAMES = ("{", "[]", '{"name":5}', '{"name":"\\ud800"}', '{"name":["a"]}', '{"name":"a/b"}', '{"name":"GONE"}')


def test_metadata_of_a_deleted_key_is_stale() -> None:
    """Annotations of ours whose key is gone are no secrets, and are known by the name that they were for.

    One whose text names nothing that it could be for is left alone.
    """
    long = "x" * 100
    texts = {name: metadata_text(name, Metadata(description="left")) for name in ("GONE", "HERE", long)}
    annotations = {annotation_of(name): text for name, text in texts.items()} | {
        PREFIX + "sha256." + "0" * 56: "{}",
        **{PREFIX + "sha256." + str(n) * 56: text for n, text in enumerate(HOSTILE_NAMES)},
        "other/GONE": "theirs",
    }
    look = Look.at(secret({"HERE": ""}, annotations))
    assert list(look.records) == ["HERE"]
    assert look.stale == {PREFIX + "GONE": "GONE", annotation_of(long): long}


def test_a_terminating_secret_shows_nothing() -> None:
    """What is still in a Secret that is being deleted is not there any more."""
    look = Look.at(secret({"A": "MQ=="}, {PREFIX + "A": "{}"}, deletionTimestamp="2026-01-01T00:00:00Z"))
    assert look.terminating
    assert (dict(look.records), look.stale, look.value("A"), look.metadata("A")) == ({}, {}, None, None)


@pytest.mark.parametrize(
    ("about", "foreign"),
    [
        ({}, False),
        ({"annotations": {PREFIX + "A": "{}"}}, False),
        ({"annotations": {"kubectl.kubernetes.io/last-applied-configuration": "{}"}}, False),
        ({"annotations": {"other/A": ""}}, True),
        ({"labels": {"a": "b"}}, True),
        ({"finalizers": ["example.org/keep"]}, True),
        ({"ownerReferences": [{"name": "x"}]}, True),
    ],
)
def test_what_is_of_others(about: dict[str, Any], foreign: bool) -> None:
    """Labels, annotations, finalizers and owners of others keep the object; kubectl's own note does not."""
    assert Look.at(secret(None, **about)).foreign is foreign


def test_a_look_prints_no_value() -> None:
    """The repr of what is passed around has no value in it, not in base64 either."""
    assert "bm90" not in repr(Look.at(secret({"A": "bm90LWEtcmVhbC12YWx1ZQ=="})))


def test_dates_are_readable() -> None:
    """An administrator reads the annotation as it is."""
    text = metadata_text("A", Metadata("x <y> ü", ["l"], date(2031, 2, 3), datetime(2026, 1, 2, tzinfo=UTC)))
    assert text == (
        '{"description":"x <y> ü","labels":["l"],"expires":"2031-02-03","created":"2026-01-02T00:00:00.000000Z"}'
    )
