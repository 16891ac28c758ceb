"""Which projects cells work with."""

from __future__ import annotations

import pytest

from dh_secrets_jupyter.needs.projects import projects_named


@pytest.mark.parametrize(
    ("source", "named"),
    [
        ("%secret project demo", ["demo"]),
        ("x = 1\n  %secret  project 'my-demo' --provider local  # ours", ["my-demo"]),
        ("done = %secret project demo\n%secret project demo\n%secret project other", ["demo", "other"]),
        ('p = dhcore.get_or_create_project(\n  "demo", provider="local")', ["demo"]),
        ("get_or_create_project(name='demo')", ["demo"]),
        ("# %secret project demo", []),
        ("%secret project -demo", []),
        ("%secret projects demo\n%secret list demo\nget_or_create_project(name)", []),
    ],
)
def test_projects(source: str, named: list[str]) -> None:
    """A magic or a call names its project, each once; nothing else does, nor a name that no project can have."""
    assert projects_named([source]) == named
