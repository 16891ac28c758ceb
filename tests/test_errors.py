"""Errors: one line each, in one tree, safe to pass on."""

from __future__ import annotations

import copy
import pickle

import pytest

import dh_secrets_jupyter
from dh_secrets_jupyter import errors

KINDS = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.SecretsError)]


def test_the_tree_is_whole() -> None:
    """Every error that users meet is there, and at the top of the package."""
    wanted = "SecretNotFound SecretExists InvalidName TooLarge Conflict AccessDenied ProviderUnavailable Secrets"
    assert {kind.__name__ for kind in KINDS} == {f"{name}Error" for name in wanted.split()}
    assert all(getattr(dh_secrets_jupyter, kind.__name__) is kind for kind in KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_the_line(kind: type[errors.SecretsError]) -> None:
    """``str`` is the whole line, ``hint`` its last sentence, and the traceback that IPython shows is the line alone."""
    error = kind("NAME", "this is wrong", "Do that")
    assert str(error) == "NAME: this is wrong. Do that."
    assert error.hint == "Do that."
    assert error._render_traceback_() == ["NAME: this is wrong. Do that."]


def test_an_empty_name_is_said() -> None:
    """A line does not begin with a colon, whatever was given."""
    assert str(errors.SecretsError("", "this is wrong", "Do that")) == "(empty): this is wrong. Do that."


@pytest.mark.parametrize("kind", KINDS)
def test_errors_cross_processes(kind: type[errors.SecretsError]) -> None:
    """A pickled or copied error says the same."""
    error = kind("NAME", "this is wrong", "Do that")
    for other in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):
        assert type(other) is kind
        assert (str(other), other.hint, other.args) == (str(error), error.hint, error.args)
