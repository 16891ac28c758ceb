"""``need``: says what notebooks need, for whoever has read the line; text goes to the streams that are given."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TextIO

from ..errors import SecretsError
from ..project import Project
from .lines import Mention
from .reader import Needs, read_file

MISSING = 1
"""The exit status of ``--check`` where something is missing."""


def run_need(
    open_project: Callable[[], Project],
    paths: Sequence[str],
    out: TextIO,
    err: TextIO,
    *,
    check: bool = False,
    example: bool = False,
    as_json: bool = False,
) -> int:
    """Says what notebooks and scripts need and what of it the project lacks, and returns the exit status.

    Args:
        check: fail where something is missing that is not optional.
        example: print a ``.env.example`` of names instead.
        as_json: print it as JSON.

    Raises:
        SecretsError: a notebook cannot be read, or, with ``check``, the provider cannot be used.
    """
    if not paths:
        hint = "For example: jupyter secrets need analysis.ipynb"
        raise SecretsError("need", "a notebook or script is missing", hint)
    found = {name: read_file(Path(name)) for name in paths}
    if example:
        out.write(_example(found))
        if not check:
            return 0
    try:
        stored: set[str] | None = {secret.name for secret in open_project().list_secrets()}
    except SecretsError as error:
        if check:
            raise
        stored = None
        print(f"Could not check what is missing: {error}", file=err)
    if as_json and not example:
        out.write(_to_json(found, stored))
    elif not example:
        out.writelines(_to_text(name, needs, stored) for name, needs in found.items())
    if check and any(_is_lacking(needs, stored or set()) for needs in found.values()):
        return MISSING
    return 0


def _is_lacking(needs: Needs, stored: set[str]) -> bool:
    return needs.lacks_extension or any(not one.optional and one.name not in stored for one in needs.merged())


def _to_text(name: str, needs: Needs, stored: set[str] | None) -> str:
    merged = needs.merged()
    missing = [one for one in merged if stored is not None and one.name not in stored]
    head = f"{name}: needs {len(merged)}" if merged else f"{name}: needs nothing"
    lines = [head + (f", {len(missing)} missing" if missing else "")]
    width = max((len(one.name) for one in merged), default=0)
    for one in sorted(merged, key=lambda one: one not in missing):
        said = ["missing"] * (one in missing) + ["optional"] * one.optional + [one.about] * bool(one.about)
        lines.append(f"  {one.name:{width}}  {', '.join(filter(None, said))}".rstrip())
    if needs.lacks_extension:
        lines.append("  no %load_ext dh_secrets_jupyter before the first %secret")
    return "\n".join(lines) + "\n"


def _to_json(found: dict[str, Needs], stored: set[str] | None) -> str:
    def entry(one: Mention) -> dict[str, object]:
        missing = None if stored is None else one.name not in stored
        return {"name": one.name, "optional": one.optional, "about": one.about, "env": one.env, "missing": missing}

    document = {name: [entry(one) for one in needs.merged()] for name, needs in found.items()}
    return json.dumps(document, indent=2) + "\n"


def _example(found: dict[str, Needs]) -> str:
    """Returns a dotenv file to fill in: what is optional stands in comments."""
    every = Needs([mention for needs in found.values() for mention in needs.mentions])
    lines = []
    for one in every.merged():
        lines += [f"# {one.about}"] if one.about else []
        lines += ["# optional", f"# {one.name}="] if one.optional else [f"{one.name}="]
    return "".join(f"{line}\n" for line in lines)
