"""A secret with hosts: never read, changed by a person alone, and only a value that a header can hold may have any."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from dh_secrets_jupyter.errors import AccessDeniedError, SecretsError
from dh_secrets_jupyter.project import PersonNeededError, Project, Secret

VALUE = "sk-proj-invented-0123456789"
OTHER = "sk-proj-invented-9876543210"
HOSTS = ["api.example.com"]

Change = Callable[[Project], object]


@pytest.fixture
def restricted(demo: Project) -> Project:
    """The project with KEY, which has hosts, and PLAIN, which has none."""
    demo.new_secret("KEY", VALUE, hosts=HOSTS, description="kept")
    demo.new_secret("PLAIN", "a plain value")
    return demo


def value_of(project: Project, name: str = "KEY") -> bytes:
    """Returns what is stored, past all rules."""
    return project.provider.read(project.name)[name].value


READS: dict[str, Change] = {
    "read_values": lambda project: project.read_values("PLAIN", "KEY"),
    "read_all": lambda project: project.read_all(),
    "read_secret_value": lambda project: project.get_secret("KEY").read_secret_value(),
    "read_secrets": lambda project: project.read_secrets(["KEY"]),
    "optional": lambda project: project.read_secrets([], optional=["KEY"]),
    "named beside all others": lambda project: project.read_secrets(["KEY"], others=print),
}
CHANGES: dict[str, Change] = {
    "no hosts": lambda project: project.edit("KEY", hosts=[]),
    "other hosts": lambda project: project.edit("KEY", hosts=["example.org"]),
    "one host more": lambda project: project.put("KEY", OTHER, hosts=[*HOSTS, "example.org"]),
    "another value": lambda project: project.put("KEY", OTHER),
    "the same value": lambda project: project.edit("KEY", value=VALUE),
    "set_secret_value": lambda project: project.get_secret("KEY").set_secret_value(OTHER),
    "import": lambda project: project.import_values({"NEW": "new", "KEY": OTHER}, replace_existing=True),
}


@pytest.mark.parametrize("way", READS)
def test_it_is_never_read(restricted: Project, learned: list[object], way: str) -> None:
    """Each way to a value is refused with the same sentence, and the guard is told of none."""
    learned.clear()
    with pytest.raises(AccessDeniedError, match=r"^KEY: only to be used, not read\. Type %secret use KEY\.$"):
        READS[way](restricted)
    assert learned == []


def test_all_others_are_read(restricted: Project) -> None:
    """What is asked for all secrets gets those that can be read, and is told once of those that cannot."""
    restricted.new_secret("SECOND", OTHER, hosts=["example.org"])
    said: list[SecretsError] = []
    assert list(restricted.read_secrets([], others=said.append)) == ["PLAIN"]
    assert [str(error) for error in said] == ["KEY, SECOND: only to be used, not read. Type %secret use NAME."]
    assert restricted.read_existing("KEY", "PLAIN") == {"KEY": None, "PLAIN": "a plain value"}


@pytest.mark.parametrize("way", CHANGES)
def test_only_a_person_changes_it(restricted: Project, way: str) -> None:
    """Hosts and value stay as they are; whether a value is the one that is stored is not to be found out."""
    with pytest.raises(PersonNeededError, match=r"^KEY: only a person can (change its hosts|give it another value)\."):
        CHANGES[way](restricted)
    assert restricted.get_secret("KEY").metadata.hosts == HOSTS
    assert value_of(restricted) == VALUE.encode()
    assert [secret.name for secret in restricted.list_secrets()] == ["KEY", "PLAIN"]


def test_python_is_no_person(restricted: Project) -> None:
    """``update_secret`` with other hosts names what a person may do; other metadata it saves."""
    secret = restricted.get_secret("KEY")
    secret.metadata.description = "changed"
    assert restricted.update_secret(secret).metadata.description == "changed"
    secret.metadata.hosts.clear()
    with pytest.raises(AccessDeniedError) as raised:
        restricted.update_secret(secret)
    assert str(raised.value) == (
        "KEY: only a person can change its hosts. Use the panel, or type %secret edit KEY and answer."
    )


def test_a_person_changes_it(restricted: Project) -> None:
    """Value and hosts; without hosts it is read as any other."""
    assert restricted.edit("KEY", value=OTHER, by_person=True).metadata.hosts == HOSTS
    restricted.edit("KEY", hosts=["*.Example.ORG:443"], by_person=True)
    assert restricted.get_secret("KEY").metadata.hosts == ["*.example.org"]
    restricted.edit("KEY", hosts=None, by_person=True)
    assert restricted.read_values("KEY") == {"KEY": OTHER}


@pytest.mark.parametrize(
    "value", ["short", "x" * 4097, "with a space, and long", "ümläut" * 5, b"\xff" * 30, "x\n" * 20]
)
def test_values_without_hosts(demo: Project, value: str | bytes) -> None:
    """What no header can hold, or is too short to be hidden, gets no hosts, on no way; without them it is stored."""
    demo.new_secret("PLAIN", value)
    demo.new_secret("KEY", VALUE, hosts=HOSTS)
    changes: list[Callable[[], object]] = [
        lambda: demo.new_secret("NEW", value, hosts=HOSTS),
        lambda: demo.edit("PLAIN", hosts=HOSTS),
        lambda: demo.put("KEY", value, by_person=True),
        lambda: demo.import_values({"KEY": "short"}, replace_existing=True, by_person=True),
    ]
    for change in changes:
        with pytest.raises(SecretsError, match="only a value of 20 to 4,096 printable ASCII characters"):
            change()
    assert value_of(demo) == VALUE.encode()


def test_a_copy_keeps_them(restricted: Project) -> None:
    """Under another name or in another project, copied or moved, it is for the same hosts alone."""
    other = Project("other", restricted.provider, user="jo")
    ways: list[Callable[[], Secret]] = [
        lambda: restricted.copy("KEY", "COPY"),
        lambda: restricted.copy("KEY", "KEY", to=other),
        lambda: restricted.copy("KEY", "RENAMED", move=True),
        lambda: restricted.copy("RENAMED", "MOVED", to=other, move=True),
    ]
    for copied in (way() for way in ways):
        assert copied.metadata.hosts == HOSTS
        with pytest.raises(AccessDeniedError):
            copied.read_secret_value()


def test_what_takes_its_place_is_new(restricted: Project) -> None:
    """A secret that was deleted may be made anew by anybody: its value is gone."""
    restricted.delete("KEY")
    restricted.new_secret("KEY", "a new value")
    assert restricted.read_values("KEY") == {"KEY": "a new value"}


def test_the_proxy_reads_it(restricted: Project) -> None:
    """Value and hosts, of a secret that has any."""
    assert restricted.read_to_use("KEY") == (VALUE, HOSTS)
    with pytest.raises(SecretsError) as raised:
        restricted.read_to_use("PLAIN")
    assert str(raised.value) == "PLAIN: it is for no host yet. Set them: %secret edit PLAIN --hosts api.example.com."
