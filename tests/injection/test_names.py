"""Which variable or environment entry a secret goes to."""

from __future__ import annotations

import keyword
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dh_secrets_jupyter.errors import SecretsError
from dh_secrets_jupyter.injection import Destination, SecretRef, targets


@pytest.mark.parametrize(
    ("name", "variable"),
    [("db-pass", "db_pass"), ("2fa", "_2fa"), ("class", "class_"), ("a.b", "a_b"), ("None", "None_"), ("-", "_")],
)
def test_what_an_identifier_cannot_have_is_changed(name: str, variable: str) -> None:
    """Without ``as``, a secret's name becomes the nearest name for a variable."""
    assert targets(Destination.VARIABLE, [SecretRef(name)]) == {variable: name}


@given(st.text(string.ascii_letters + string.digits + "-._", min_size=1, max_size=253))
def test_every_name_has_a_variable(name: str) -> None:
    """Whatever a secret may be called, its variable is one that Python accepts."""
    [variable] = targets(Destination.VARIABLE, [SecretRef(name)])
    assert variable.isidentifier()
    assert not keyword.iskeyword(variable)


def test_two_names_do_not_meet_in_one_variable() -> None:
    """Two secrets that would go to one variable are refused, both named."""
    with pytest.raises(
        SecretsError,
        match=r"^a-b, a\.b: both would go into a_b\. Give one of them another name, for example: a\.b as OTHER",
    ):
        targets(Destination.VARIABLE, [SecretRef("a-b"), SecretRef("a.b")])
    assert targets(Destination.VARIABLE, [SecretRef("a-b"), SecretRef("a.b", "other")]) == {
        "a_b": "a-b",
        "other": "a.b",
    }


def test_one_secret_may_be_named_twice() -> None:
    """The same secret given twice is no collision, and may go to two variables."""
    assert targets(Destination.VARIABLE, [SecretRef("A"), SecretRef("A"), SecretRef("A", "B")]) == {"A": "A", "B": "A"}


@pytest.mark.parametrize("target", ["a-b", "2a", "class", "", "a b", "a.b"])
def test_a_target_that_is_no_identifier_is_refused(target: str) -> None:
    """What is given after ``as`` has to be a name for a variable."""
    with pytest.raises(SecretsError, match="is not a valid variable name"):
        targets(Destination.VARIABLE, [SecretRef("A", target)])


def test_a_target_is_found_by_the_name_that_python_reads() -> None:
    """Python normalises identifiers: a ligature in a source is looked up as the letters it stands for."""
    assert targets(Destination.VARIABLE, [SecretRef("A", "ﬁle")]) == {"file": "A"}


def test_the_environment_keeps_names() -> None:
    """An environment entry has the secret's name as it is, or the one that was asked for."""
    wanted = [SecretRef("db-pass"), SecretRef("2fa"), SecretRef("class"), SecretRef("A", "MY.VAR")]
    assert list(targets(Destination.ENVIRONMENT, wanted)) == ["db-pass", "2fa", "class", "MY.VAR"]


@pytest.mark.parametrize("target", ["", "A=B", "=", "A\0B"])
def test_what_the_environment_cannot_name_is_refused(target: str) -> None:
    """An entry's name has no ``=`` and no NUL byte, and is not empty."""
    with pytest.raises(SecretsError, match="is not a valid name for an environment variable"):
        targets(Destination.ENVIRONMENT, [SecretRef("A", target)])
