"""What is read, and by how many requests."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from dh_secrets_jupyter.backoff import Deadline
from dh_secrets_jupyter.errors import ProviderUnavailableError, SecretNotFoundError, SecretsError
from dh_secrets_jupyter.models import Metadata
from dh_secrets_jupyter.project import Project
from dh_secrets_jupyter.providers.digitalhub import DigitalHubProvider, lock, watching
from dh_secrets_jupyter.providers.digitalhub.entity import new_lock
from dh_secrets_jupyter.testing import just, put, values
from tests.cluster.server import Namespace
from tests.core.server import Core

from .conftest import PROJECT

SECRETS = f"/api/v1/-/{PROJECT}/secrets"


def make(core: Core, *names: str, provider: str = "kubernetes", **metadata: Any) -> None:
    """Makes entities as the console does, without values."""
    for name in names:
        spec = {"path": f"secret://{name}", "provider": provider}
        body = {"name": name, "kind": "secret", "project": PROJECT, "spec": spec, "metadata": metadata}
        core.entities.create(PROJECT, body, "console")


def asked(core: Core, *methods: str) -> list[str]:
    """Returns the requests since the last call."""
    found = core.counted(*methods)
    core.requests.clear()
    return found


def test_requests_of_a_reader(on_platform: Core, provider: DigitalHubProvider, demo: Project) -> None:
    """To list is one request, to read all values two, also while somebody holds the lock, which is no secret."""
    provider.write(PROJECT, just(*(put(f"S{number}", b"sample-value") for number in range(30))))
    asked(on_platform)
    with lock.held(provider._client, PROJECT, Deadline(20)):
        assert asked(on_platform) == [f"POST {SECRETS}"]
        assert len(demo.list_secrets()) == 30
        assert demo.get_secret("S3").name == "S3"
        assert asked(on_platform) == [f"GET {SECRETS}"] * 2
        assert len(demo.read_all()) == 30
        assert demo.read_values("S1") == {"S1": "sample-value"}
        assert {"S1"} in [set(call.query.get("keys", ())) for call in on_platform.requests]
        assert sorted(asked(on_platform)) == [f"GET {SECRETS}"] * 2 + [f"GET {SECRETS}/data"] * 2


def test_what_the_console_made(on_platform: Core, provider: DigitalHubProvider) -> None:
    """It is listed with its metadata; fields of others are kept by a change of ours, and not shown."""
    more: dict[str, Any] = {"x-nested": {"a": [1, None]}, "name": "other", "version": "v"}
    make(on_platform, "A", description="Über ☕", labels=["b", "a"], expires="2030-01-31", **more)
    on_platform.vault.write(PROJECT, "A", "sample-value")
    found = provider.list_metadata(PROJECT)["A"]
    assert (found.description, found.labels, found.expires) == ("Über ☕", ["a", "b"], date(2030, 1, 31))
    assert (found.created_by, found.updated_by) == ("console", "console")
    assert found.created
    assert datetime.now(UTC) - found.created < timedelta(minutes=5)
    assert "x-nested" not in found.to_dict()
    Project(PROJECT, provider, user="not-written-down").edit("A", description="new")
    [entity] = on_platform.entities.of(PROJECT).values()
    assert entity["metadata"] | more == entity["metadata"]
    assert (entity["metadata"]["description"], entity["metadata"]["updated_by"]) == ("new", "anonymous")
    assert entity["metadata"]["expires"] == "2030-01-31"


def test_a_secret_without_a_value(on_platform: Core, provider: DigitalHubProvider, demo: Project) -> None:
    """It is listed; reading it says so; the others are read, and it is named where all are."""
    provider.write(PROJECT, just(put("A", b"sample-a"), put("B", b"sample-b")))
    make(on_platform, "EMPTY")
    assert [secret.name for secret in demo.list_secrets()] == ["A", "B", "EMPTY"]
    with pytest.raises(SecretNotFoundError, match=r"^EMPTY: has no value yet\. "):
        demo.read_values("EMPTY")
    assert demo.read_values("A", "B") == {"A": "sample-a", "B": "sample-b"}
    left_out: list[SecretsError] = []
    assert set(demo.read_secrets([], others=left_out.append)) == {"A", "B"}
    assert [str(error).partition(".")[0] for error in left_out] == ["EMPTY: has no value yet"]
    demo.edit("EMPTY", description="still without")
    with pytest.raises(SecretNotFoundError):
        demo.read_values("EMPTY")
    demo.edit("EMPTY", value="")
    assert demo.read_values("EMPTY") == {"EMPTY": ""}


def test_nothing_but_secrets_without_values(on_platform: Core, demo: Project) -> None:
    """Core answers as if it could not reach its cluster: both are said, and a deletion is not claimed."""
    make(on_platform, "EMPTY")
    with pytest.raises(ProviderUnavailableError, match=r"^EMPTY: has no value yet, or the platform cannot read"):
        demo.read_values("EMPTY")
    with pytest.raises(ProviderUnavailableError):
        demo.delete("EMPTY")
    demo.put("EMPTY", "sample-value")
    demo.delete("EMPTY")
    assert demo.list_secrets() == []


def test_an_entity_of_another_provider(on_platform: Core, provider: DigitalHubProvider, demo: Project) -> None:
    """What Core itself cannot read is said as that, and holds up nothing else."""
    provider.write(PROJECT, just(put("A", b"sample-a")))
    make(on_platform, "ELSEWHERE", provider="vault")
    assert demo.read_values("A") == {"A": "sample-a"}
    with pytest.raises(SecretsError, match=r"^ELSEWHERE: is kept by the provider 'vault'"):
        demo.read_values("ELSEWHERE")


def test_a_name_whose_key_is_another(on_platform: Core, demo: Project) -> None:
    """The SDK takes a name with a dot where the path has none: its value is found under the path's key."""
    body = {"name": "d.ot", "kind": "secret", "project": PROJECT}
    spec = {"path": "secret://d_ot", "provider": "kubernetes"}
    on_platform.entities.create(PROJECT, {**body, "spec": spec}, "sdk")
    on_platform.vault.write(PROJECT, "d_ot", "sample-dotted")
    assert demo.read_values("d.ot") == {"d.ot": "sample-dotted"}
    demo.edit("d.ot", value="sample-new")
    assert on_platform.vault.read(PROJECT, "d_ot") == "sample-new"


def test_many_and_long_names(on_platform: Core, provider: DigitalHubProvider) -> None:
    """Addresses stay under 6 kB or so: long names take more requests, and every value arrives."""
    names = [f"{number:03}" + "n" * 247 for number in range(60)]
    for name in names:
        make(on_platform, name)
        on_platform.vault.write(PROJECT, name, f"sample-{name[:3]}")
    found = values(provider.read(PROJECT))
    assert found == {name: f"sample-{name[:3]}".encode() for name in names}
    assert on_platform.counted("GET").count(f"GET {SECRETS}/data") == 3


def test_a_foreign_lock_is_no_secret(on_platform: Core, provider: DigitalHubProvider) -> None:
    """Whoever made it."""
    on_platform.entities.create(PROJECT, new_lock(PROJECT, "0" * 32), "another client")
    assert dict(provider.read(PROJECT)) == {}
    assert provider.list_metadata(PROJECT) == {}


def test_what_a_watch_asks(on_platform: Core, provider: DigitalHubProvider, monkeypatch: pytest.MonkeyPatch) -> None:
    """The list again and again, the values where the list has changed and now and then: a value that the console sets,
    which leaves no trace in the list, is seen, too."""
    monkeypatch.setattr(watching, "LIST_INTERVAL", 0.1)
    monkeypatch.setattr(watching, "VALUES_INTERVAL", 1.0)
    provider.write(PROJECT, just(put("A", b"sample-old")))
    asked(on_platform)
    stop = threading.Event()
    watch = provider.watch(PROJECT, stop)
    assert values(next(watch)) == {"A": b"sample-old"}
    on_platform.vault.write(PROJECT, "A", "sample-console")
    assert values(next(watch)) == {"A": b"sample-console"}
    lists, reads = (on_platform.counted().count(f"GET {SECRETS}{rest}") for rest in ("", "/data"))
    assert 2 <= reads < lists / 2
    provider.write(PROJECT, just(put("A", b"sample-console", Metadata(description="only"))))
    assert next(watch)["A"].metadata.description == "only"
    stop.set()
    assert list(watch) == []


def test_bytes_that_are_no_text_come_as_core_gives_them(on_platform: Core, namespace: Namespace, demo: Project) -> None:
    """A key with bytes, made by others in the cluster, is text with replacement characters here."""
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": f"proj-secrets-{PROJECT}"}}
    path = f"/api/v1/namespaces/{namespace.name}/secrets"
    namespace.cluster.api("POST", path, {**secret, "type": "Opaque", "data": {"BIN": "//4AAQ=="}})
    make(on_platform, "BIN")
    assert demo.read_values("BIN")["BIN"].reveal() == "\N{REPLACEMENT CHARACTER}" * 2 + "\0\1"
