"""Writes a report as text, as JSON, or in the Static Analysis Results Interchange Format (SARIF) 2.1.0."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from ..wire import package_version
from .findings import Finding, Report

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def _to_text(report: Report) -> str:
    lines = []
    for finding in report.findings:
        commit = f"{finding.commits.first[:12]}:" if finding.commits else ""
        line = f"{commit}{finding.file}  {finding.where}  {finding.secret}  {finding.encoding}"
        lines.append("".join(c if c.isprintable() else ascii(c)[1:-1] for c in line) + "\n")
    return "".join(lines)


def _to_json(report: Report) -> str:
    not_searched = [*report.unmaskable, *report.unread]
    document = {
        "findings": [finding.to_json() for finding in report.findings],
        "searched": report.searched,
        "not_searched": [{"name": one.name, "reason": one.reason} for one in not_searched],
    }
    return json.dumps(document, indent=2) + "\n"


def _to_sarif(report: Report) -> str:
    names = sorted({finding.secret for finding in report.findings})
    driver = {
        "name": "jupyter-secrets",
        "version": package_version(),
        "rules": [{"id": name, "shortDescription": {"text": f"The value of the secret {name}"}} for name in names],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "utf16CodeUnits",
        "results": [_result(finding, names.index(finding.secret)) for finding in report.findings],
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _result(finding: Finding, rule: int) -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": {"uri": quote(finding.file.encode("utf-8", "surrogateescape"))}}
    if finding.line:
        physical["region"] = {"startLine": finding.line}
    return {
        "ruleId": finding.secret,
        "ruleIndex": rule,
        "level": "error",
        "message": {"text": f"The value of {finding.secret} as {finding.encoding}, in {finding.where}. Rotate it."},
        "locations": [{"physicalLocation": physical, "logicalLocations": [{"fullyQualifiedName": finding.where}]}],
        "properties": {name: known for name, known in finding.to_json().items() if known is not None},
    }


FORMATS: dict[str, Callable[[Report], str]] = {"text": _to_text, "json": _to_json, "sarif": _to_sarif}
"""By the names that ``--format`` takes."""
