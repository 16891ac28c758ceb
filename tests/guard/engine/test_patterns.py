"""Patterns that wait until they are used."""

from __future__ import annotations

import re
from importlib import import_module

import pytest

from dh_secrets_jupyter.guard import engine
from dh_secrets_jupyter.guard.engine.patterns import lazy_pattern

from .test_purity import MODULES, ROOM


def test_it_is_compiled_when_it_is_used() -> None:
    """Not before: so one that is wrong is no error until then."""
    wrong = lazy_pattern("(")
    with pytest.raises(re.error, match="unterminated"):
        wrong.match("")


def test_it_is_what_re_makes() -> None:
    """Of text and of bytes, with flags, by all methods, as often as they are called."""
    for _ in range(2):
        found = lazy_pattern("B(?P<c>.)", re.IGNORECASE)
        assert [match["c"] for match in found.finditer("abcb?")] == ["c", "?"]
        assert found.pattern == "B(?P<c>.)"
        assert re.sub(found.pattern, "", "BA") == found.sub("", "ba") == ""
    assert lazy_pattern(rb"\d+").findall(b"1 23") == [b"1", b"23"]


def test_every_pattern_of_the_engine_is_right() -> None:
    """Each compiles, also those that no test of a module happens to use."""
    names = [".".join(path.relative_to(ROOM).with_suffix("").parts) for path in MODULES]
    modules = [import_module(f"{engine.__name__}.{name.removesuffix('__init__')}".rstrip(".")) for name in names]
    kind = type(lazy_pattern(""))
    patterns = [one for module in modules for one in vars(module).values() if isinstance(one, kind)]
    assert len(patterns) > 40
    assert all(pattern.flags for pattern in patterns if isinstance(pattern.pattern, str))
