"""Names of projects and secrets."""

from __future__ import annotations

import re
import string
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dh_secrets_jupyter.errors import InvalidNameError
from dh_secrets_jupyter.models import (
    check_name,
    check_names,
    check_project,
)

project_names = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,36})[a-z0-9]", fullmatch=True)
secret_names = st.text(string.ascii_letters + string.digits + "-._", min_size=1, max_size=253).filter(
    lambda name: name != "." and not name.startswith("..")
)


@given(project_names)
def test_good_projects(name: str) -> None:
    """A name by the platform's rule is taken as it is."""
    assert check_project(name) == name


@given(st.one_of(st.text(max_size=45), st.text("ab-\n", max_size=45)))
def test_projects_are_as_the_rule_says(name: str) -> None:
    """Any other text is refused, in one printable line."""
    rule = re.fullmatch(r"[a-z0-9-]{2,38}", name) and not name.startswith("-") and not name.endswith("-")
    if rule:
        assert check_project(name) == name
    else:
        with pytest.raises(InvalidNameError) as caught:
            check_project(name)
        assert str(caught.value).isprintable()


@given(secret_names)
def test_good_names(name: str) -> None:
    """A name by Kubernetes' rule is taken as it is."""
    assert check_name(name) == name


@given(st.one_of(st.text(max_size=10), st.text("a.-_/\n ", max_size=8), st.sampled_from(["a" * 254, "a\n", ".", ".."])))
def test_names_are_as_the_rule_says(name: str) -> None:
    """Any other text is refused, in one printable line."""
    if re.fullmatch(r"[-._a-zA-Z0-9]{1,253}", name) and name != "." and not name.startswith(".."):
        assert check_name(name) == name
    else:
        with pytest.raises(InvalidNameError) as caught:
            check_name(name)
        assert str(caught.value).isprintable()
        assert len(str(caught.value)) < 250


@pytest.mark.parametrize("check", [check_name, check_project])
@pytest.mark.parametrize("name", [None, 5, b"abc", ["abc"]])
def test_a_name_is_text(check: Callable[[Any], str], name: object) -> None:
    """Anything but text is an InvalidNameError, too."""
    with pytest.raises(InvalidNameError):
        check(name)


def test_all_bad_names_are_said_together() -> None:
    """In one line, in their order; the good ones among them are left out."""
    check_names(["A", "b.c"])
    with pytest.raises(InvalidNameError, match=r"^\.\., \(empty\), a b: not valid secret names\. "):
        check_names(["A", "..", "", "a b"])
