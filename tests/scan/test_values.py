"""Which values a scan looks for: all that a project has, but for those that are in every text."""

from __future__ import annotations

import pytest

from dh_secrets_jupyter.errors import SecretsError
from dh_secrets_jupyter.models import Metadata
from dh_secrets_jupyter.project import Project
from dh_secrets_jupyter.providers.base import Record, Records
from dh_secrets_jupyter.scan.findings import NotSearched, Report
from dh_secrets_jupyter.scan.values import load, masker_of

from ..server.scripted import ScriptedProvider

LONG = b"tk-4f9QzL7mWx2vB8nR5jK1cY6hD3sG0pTa"
DAMAGED = Record(b"", Metadata(), SecretsError("BAD", "its record is damaged", "Restore a backup"))


class Holding(ScriptedProvider):
    """Has these records."""

    def __init__(self, **records: Record | bytes) -> None:
        super().__init__()
        self.records = {
            name: record if isinstance(record, Record) else Record(record, Metadata())
            for name, record in records.items()
        }

    def read(self, project: str) -> Records:
        return self.records


def load_from(report: Report, **records: Record | bytes) -> list[str]:
    """Returns the names of what is looked for."""
    return sorted(load(Project("demo", Holding(**records), user="ada"), report).names())


def test_what_cannot_be_looked_for_is_reported() -> None:
    """A short value with the guard's own reason, and one that cannot be read; the others are looked for."""
    report = Report()
    assert load_from(report, GOOD=LONG, SHORT=b"abc", BAD=DAMAGED, BYTES=bytes(range(128, 192))) == ["BYTES", "GOOD"]
    assert report.unread == [NotSearched("BAD", "its value cannot be read: its record is damaged")]
    [short] = report.unmaskable
    assert short.name == "SHORT"


@pytest.mark.parametrize(
    ("records", "said"),
    [
        ({}, "demo: there is no value to look for."),
        ({"SHORT": b"abc"}, "demo: none of its values can be looked for."),
        ({"BAD": DAMAGED}, "demo: none of its values can be looked for."),
    ],
)
def test_a_scan_that_looks_for_nothing_is_an_error(records: dict[str, Record | bytes], said: str) -> None:
    """It would find nothing, and look like one that is clean."""
    with pytest.raises(SecretsError) as caught:
        load_from(Report(), **records)
    assert str(caught.value).startswith(said)


def test_a_value_that_secrets_share_bears_the_first_name() -> None:
    """In the order of their names, whatever order the provider has."""
    masker = masker_of({name: Record(LONG, Metadata()) for name in ("ZED", "ABLE", "MIKE")})
    assert "[secret:ABLE]" in masker.mask(f"a {LONG.decode()} b")[0]
