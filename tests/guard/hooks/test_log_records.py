"""Log records: masked wherever a handler takes them, and otherwise just as they were."""

from __future__ import annotations

import copy
import logging
import pickle
from collections.abc import Iterator

import pytest

from dh_secrets_jupyter.guard.hooks.log_records import LogRecordHooks
from dh_secrets_jupyter.guard.redactor import Redactor

VALUE = "tk-5hN2vQ8sLw4xR7yB1mZ9"


class Numbered(logging.LogRecord):
    """A record of a kind of somebody else's."""

    number = 7


@pytest.fixture
def redactor() -> Redactor:
    redactor = Redactor()
    redactor.masker.add("TOKEN", VALUE)
    redactor.is_on = True
    return redactor


@pytest.fixture(params=[logging.LogRecord, Numbered, lambda *args, **options: Numbered(*args, **options)])
def hooks(request: pytest.FixtureRequest, redactor: Redactor) -> Iterator[LogRecordHooks]:
    before = logging.getLogRecordFactory()
    logging.setLogRecordFactory(request.param)
    hooks = LogRecordHooks(redactor)
    hooks.install()
    yield hooks
    hooks.uninstall()
    assert logging.getLogRecordFactory() is request.param
    logging.setLogRecordFactory(before)


def _record(text: str, *args: object) -> logging.LogRecord:
    return logging.getLogger("test").makeRecord("test", logging.INFO, "f.py", 1, text, args, None)


@pytest.mark.usefixtures("hooks")
def test_a_copy_is_masked_as_the_record_is() -> None:
    """The message and the text of an exception hold marks in both."""
    record = _record("token %s", VALUE)
    for one in (record, copy.copy(record)):
        assert one.getMessage() == "token [secret:TOKEN]"
        one.exc_text = f"Error: {VALUE}"
        assert one.exc_text == "Error: [secret:TOKEN]"


@pytest.mark.usefixtures("hooks")
def test_another_process_gets_a_masked_record_of_the_kind_before() -> None:
    """A pickled record has marks, and is of the class that was set before ours."""
    record = _record("token %s", VALUE)
    sent = pickle.dumps(record)
    assert VALUE.encode() not in sent
    got = pickle.loads(sent)  # our own
    assert type(got) in (logging.LogRecord, Numbered)
    assert got.getMessage() == "token [secret:TOKEN]"


@pytest.mark.usefixtures("hooks")
def test_a_record_without_a_value_keeps_its_arguments_on_the_way_to_another_process() -> None:
    """Only where something was masked do the arguments become a part of the message."""
    got = pickle.loads(pickle.dumps(_record("%d lines", 3)))  # our own
    assert (got.msg, got.args, got.getMessage()) == ("%d lines", (3,), "3 lines")
