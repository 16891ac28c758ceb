"""What a provider keeps: to the byte, as a whole, and apart from other projects."""

from __future__ import annotations

import random
import traceback
from dataclasses import replace

import pytest

from ..errors import InvalidNameError, SecretExistsError, SecretsError, TooLargeError
from ..models import MAX_TOTAL, Metadata
from ..providers.base import (
    BYTES,
    DOTTED_NAMES,
    Change,
    Provider,
    Put,
    Records,
    Remove,
    abilities,
    has_own_register,
)
from .samples import FULL, VALUES, given, just, names_of, newer_of, put, values, values_of


class Storing:
    """One after the other."""

    def test_an_unknown_project_has_no_secrets(self, provider: Provider, project: str) -> None:
        """A project that nobody has written to reads as empty, and reading does not make it."""
        assert dict(provider.read(project)) == {}
        assert has_own_register(provider) or project not in (provider.projects() or ())

    def test_it_says_its_name_and_place(self, provider: Provider, project: str) -> None:
        """Name and place are one line of text each, before anything was written and after; a warning at most one."""
        before = provider.place(project)
        provider.write(project, just(put("A")))
        for text in (provider.name, before, provider.place(project)):
            assert text.strip()
            assert text.isprintable()
        assert provider.warning(project).isprintable()

    @pytest.mark.parametrize("name", VALUES)
    def test_values_are_kept_to_the_byte(self, provider: Provider, another: Provider, project: str, name: str) -> None:
        """What was written is what another reads, byte for byte; what is not promised is refused, and changes
        nothing."""
        value = values_of(provider).get(name)
        if value is None:
            assert BYTES not in abilities(provider)
            provider.write(project, just(put("A")))
            with pytest.raises(SecretsError):
                provider.write(project, just(put("A", VALUES[name]), put("B")))
            assert values(another.read(project)) == {"A": b"contract-value"}
        else:
            written = provider.write(project, just(put("A", value)))
            assert values(written) == values(another.read(project)) == {"A": value}

    def test_names_of_all_shapes(self, provider: Provider, another: Provider, project: str) -> None:
        """Every valid name holds its own value and metadata, and can be deleted by itself."""
        names = names_of(provider)
        wanted = {name: f"value of {name}".encode() for name in names}

        def fill(records: Records) -> list[Change]:
            return [put(name, value, Metadata(description=name)) for name, value in wanted.items()]

        provider.write(project, fill)
        read = another.read(project)
        assert values(read) == wanted
        assert {name: record.metadata.description for name, record in read.items()} == {name: name for name in names}
        for name in names:
            provider.write(project, just(Remove(name)))
            del wanted[name]
            assert values(another.read(project)) == wanted

    def test_names_that_it_does_not_promise_are_refused(self, provider: Provider, project: str) -> None:
        """Where dotted names are no ability, one is an error that says so, and nothing is written."""
        if DOTTED_NAMES not in abilities(provider):
            with pytest.raises(InvalidNameError):
                provider.write(project, just(put("A"), put("a.b")))
            assert dict(provider.read(project)) == {}

    def test_metadata_is_kept(self, provider: Provider, another: Provider, project: str) -> None:
        """Every field of the metadata comes back as it was, and empty metadata as empty."""
        provider.write(project, just(put("FULL", metadata=FULL), put("BARE")))
        read = another.read(project)
        assert given(provider, read["FULL"].metadata) == given(provider, FULL)
        assert given(provider, read["BARE"].metadata) == Metadata()

    def test_metadata_of_newer_versions_is_kept(self, provider: Provider, another: Provider, project: str) -> None:
        """Fields that this version does not know come back to the letter, and stay when another field changes."""
        newer = Metadata.from_json(newer_of(provider))
        provider.write(project, just(put("A", metadata=newer)))
        assert given(provider, another.read(project)["A"].metadata) == newer

        def describe(records: Records) -> list[Change]:
            return [
                Put(name, record.value, replace(record.metadata, description="x")) for name, record in records.items()
            ]

        changed = another.write(project, describe)["A"].metadata
        assert changed == provider.read(project)["A"].metadata
        assert given(provider, changed) == replace(newer, description="x")
        provider.write(project, just(Remove("A")))
        assert given(provider, provider.write(project, just(put("A")))["A"].metadata) == Metadata()

    def test_a_put_replaces_value_and_metadata_together(self, provider: Provider, project: str) -> None:
        """A second put leaves nothing of the first."""
        provider.write(project, just(put("A", b"old", FULL)))
        provider.write(project, just(put("A", b"new", Metadata(labels=["new"]))))
        record = provider.read(project)["A"]
        assert (record.value, given(provider, record.metadata)) == (b"new", Metadata(labels=["new"]))

    def test_metadata_goes_with_its_secret(self, provider: Provider, project: str) -> None:
        """A secret that is deleted and made again has nothing of the old one's metadata."""
        provider.write(project, just(put("A", metadata=FULL), put("B")))
        provider.write(project, just(Remove("A")))
        provider.write(project, just(put("A")))
        assert given(provider, provider.read(project)["A"].metadata) == Metadata()

    def test_a_write_returns_the_secrets_after_it(self, provider: Provider, another: Provider, project: str) -> None:
        """A write's answer is the whole project as it is now, also where others changed it in between."""
        provider.write(project, just(put("A", metadata=FULL)))
        another.write(project, just(put("B")))
        assert dict(provider.write(project, just(put("C")))) == dict(another.read(project))
        assert set(provider.write(project, just(Remove("A")))) == {"B", "C"}

    def test_what_was_read_stays_as_it_was(self, provider: Provider, project: str) -> None:
        """Records are a look at one moment; later writes do not change them."""
        before = provider.write(project, just(put("A", b"old")))
        provider.write(project, just(put("A", b"new"), put("B")))
        assert values(before) == {"A": b"old"}

    def test_a_plan_sees_the_secrets_as_they_are(self, provider: Provider, another: Provider, project: str) -> None:
        """A plan is asked with what another just wrote."""
        looks: list[Records] = []

        def look(records: Records) -> list[Change]:
            looks.append(records)
            return []

        another.write(project, just(put("A", metadata=FULL)))
        answer = provider.write(project, look)
        assert dict(looks[-1]) == dict(answer) == dict(another.read(project))

    def test_a_plan_without_changes_changes_nothing(self, provider: Provider, project: str) -> None:
        """An empty plan answers with what is there, and makes no project."""
        assert dict(provider.write(project, just())) == {}
        assert has_own_register(provider) or project not in (provider.projects() or ())

    def test_a_plan_is_applied_as_a_whole(self, provider: Provider, another: Provider, project: str) -> None:
        """One plan creates, replaces and deletes together."""
        provider.write(project, just(put("OLD"), put("KEPT"), put("CHANGED", b"old")))
        provider.write(project, just(put("NEW"), put("CHANGED", b"new"), Remove("OLD")))
        assert values(another.read(project)) == {"KEPT": b"contract-value", "CHANGED": b"new", "NEW": b"contract-value"}

    def test_a_plan_that_raises_changes_nothing(self, provider: Provider, another: Provider, project: str) -> None:
        """What a plan raises comes out as it is, and nothing was changed; the provider goes on working."""
        provider.write(project, just(put("A")))
        refusal = SecretExistsError("A", "it is there", "Use another name")

        def refuse(records: Records) -> list[Change]:
            raise refusal

        with pytest.raises(SecretExistsError) as caught:
            provider.write(project, refuse)
        assert caught.value is refusal
        assert values(another.read(project)) == {"A": b"contract-value"}
        provider.write(project, just(put("B")))

    def test_the_last_secret_can_go_and_come_back(self, provider: Provider, another: Provider, project: str) -> None:
        """A project without its last secret reads as empty, is listed no more, and can be written again."""
        for _ in range(3):
            provider.write(project, just(put("A")))
            assert dict(provider.write(project, just(Remove("A")))) == {}
            assert dict(another.read(project)) == {}
            assert has_own_register(another) or project not in (another.projects() or ())

    def test_projects_are_apart(self, provider: Provider, project: str) -> None:
        """Projects with the same names of secrets have nothing to do with each other, and are listed."""
        other = f"{project}-b"
        provider.write(project, just(put("A", b"one")))
        provider.write(other, just(put("A", b"two"), put("B")))
        listed = provider.projects()
        assert listed is None or {project, other} <= set(listed)
        provider.write(other, just(Remove("A"), Remove("B")))
        assert values(provider.read(project)) == {"A": b"one"}

    def test_it_says_that_it_is_writable(self, provider: Provider, project: str) -> None:
        """A user who may write is told so, before the first write and after."""
        assert provider.writable(project)
        provider.write(project, just(put("A")))
        assert provider.writable(project)

    def test_a_project_holds_one_mebibyte(self, provider: Provider, another: Provider, project: str) -> None:
        """All values together may have 1 MiB, to the byte; a replaced value no longer counts."""
        half = MAX_TOTAL // 2
        provider.write(project, just(put("A", bytes(half))))
        provider.write(project, just(put("B", bytes(MAX_TOTAL - half))))
        provider.write(project, just(put("B", b"\1" * (MAX_TOTAL - half))))
        assert sum(map(len, values(another.read(project)).values())) == MAX_TOTAL

    def test_more_than_a_mebibyte_is_refused_as_a_whole(
        self, provider: Provider, another: Provider, project: str
    ) -> None:
        """A plan that would exceed it by a byte raises and leaves nothing, whatever else is in it."""
        provider.write(project, just(put("A", bytes(MAX_TOTAL - 10))))
        before = dict(another.read(project))
        plans: list[list[Change]] = [
            [put("B", b"contract-va"), put("C", b"")],
            [put("A", bytes(MAX_TOTAL + 1))],
            [put("B", b"contract"), put("C", b"val")],
        ]
        for changes in plans:
            with pytest.raises(TooLargeError) as caught:
                provider.write(project, just(*changes))
            shown = "".join(traceback.format_exception(caught.value, chain=True)) + repr(caught.value.args)
            assert "contract-va" not in shown
            assert "\\x00\\x00" not in shown
            assert caught.value.__cause__ is None
            assert caught.value.__context__ is None
            assert dict(another.read(project)) == before

    def test_records_and_changes_print_no_value(self, provider: Provider, project: str) -> None:
        """The repr of what the protocol passes around never has a value in it."""
        answer = provider.write(project, just(put("A", b"contract-value")))
        for shown in (repr(answer), repr(provider.read(project)), repr(put("A")), repr(provider)):
            assert "contract-value" not in shown

    def test_a_random_history_ends_as_expected(self, provider: Provider, another: Provider, project: str) -> None:
        """After sixty random plans through two providers, every secret is as a plain dict has it."""
        chance, wanted = random.Random(20260101), dict[str, tuple[bytes, Metadata]]()
        for _ in range(60):
            changes: list[Change] = []
            for name in chance.sample(names_of(provider), chance.randint(1, 4)):
                if name in wanted and chance.random() < 0.5:
                    del wanted[name]
                    changes.append(Remove(name))
                else:
                    metadata = replace(FULL, description=chance.choice(["", "x", "\N{GRINNING FACE}"]))
                    value = chance.randbytes(chance.randint(0, 40))
                    wanted[name] = (value if BYTES in abilities(provider) else value.hex().encode(), metadata)
                    changes.append(Put(name, *wanted[name]))
            writer, reader = chance.sample([provider, another], 2)
            writer.write(project, just(*changes))
            read = {name: (found.value, given(reader, found.metadata)) for name, found in reader.read(project).items()}
            assert read == {name: (value, given(reader, metadata)) for name, (value, metadata) in wanted.items()}
