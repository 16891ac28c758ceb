"""Stand-ins look like their value, and give nothing of it away."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dh_secrets_jupyter.proxy import stand_in

VALUES = st.text(string.ascii_letters + string.digits + "-_./+=", min_size=20, max_size=100)


@given(VALUES)
def test_its_look(value: str) -> None:
    """As long, of the same kinds in the same places, or all letters and digits where signs leave too little."""
    made = stand_in.make(value)
    assert len(made) == len(value)
    kept = sum(one == other for one, other in zip(made, value, strict=True))
    assert len(value) - kept >= 16 or sum(map(str.isalnum, value)) < 16
    if sum(map(str.isalnum, value)) >= 16:
        assert [one.isdigit() for one in made] == [one.isdigit() for one in value]
        assert [one.isupper() for one in made] == [one.isupper() for one in value]


@pytest.mark.parametrize("prefix", ["sk-proj-", "ghp_", "hf_", "sk-ant-api03-", "xoxb-"])
def test_a_vendors_prefix_stays(prefix: str) -> None:
    """Clients look at it, and people do."""
    assert stand_in.make(prefix + "a1B2" * 10).startswith(prefix)


def test_a_short_key_behind_a_prefix() -> None:
    """Where the prefix would leave fewer than 16 random characters it goes."""
    value = "sk-proj-" + "a" * 13
    assert sum(one != other for one, other in zip(stand_in.make(value), value, strict=True)) >= 16


def test_each_is_another() -> None:
    """Two stand-ins of one value differ."""
    assert stand_in.make("a1B2" * 10) != stand_in.make("a1B2" * 10)
