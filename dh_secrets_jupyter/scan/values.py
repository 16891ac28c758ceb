"""The values that are looked for: all that a project has now."""

from __future__ import annotations

from ..errors import SecretsError
from ..guard.engine import Masker
from ..models import decode
from ..project import Project
from ..providers.base import Records
from .findings import NotSearched, Report


def load(project: Project, report: Report) -> Masker:
    """Reads a project's values in one request, and returns what finds them; what it cannot look for is reported.

    It reads them for this process alone: nothing of it is meant for a kernel.

    Raises:
        SecretsError: there is nothing to look for, or the provider cannot be used.
    """
    records = project.provider.read(project.name)
    masker = masker_of(records)
    for name, record in sorted(records.items()):
        if record.error:
            report.unread.append(NotSearched(name, f"its value cannot be read: {record.error.problem}"))
    report.unmaskable += [NotSearched(name, reason) for name, reason in masker.unmaskable().items()]
    if not masker.names():
        many = bool(report.unmaskable or report.unread)
        problem = "none of its values can be looked for" if many else "there is no value to look for"
        raise SecretsError(project.name, problem, "Name another project, or pass --allow-empty to jupyter secrets scan")
    return masker


def masker_of(records: Records) -> Masker:
    """Returns what finds the values that can be read, in files: one that secrets share bears the first name."""
    masker = Masker(urls_are_common=True)
    for name, record in sorted(records.items()):
        if not record.error:
            masker.add(name, decode(name, record.value))
    masker.prepare()
    return masker
