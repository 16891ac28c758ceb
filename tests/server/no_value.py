"""A check for schemathesis: no answer repeats a value, neither the planted one nor that of its own request."""

from __future__ import annotations

import os
from typing import Any

import schemathesis

LONG = 12
"""Characters from which a generated value can stand in an answer only because it was repeated."""


@schemathesis.check
def no_value(ctx: schemathesis.CheckContext, response: schemathesis.Response, case: schemathesis.Case[Any]) -> None:
    """Looks for the values in the answer's text and headers."""
    body = case.body if isinstance(case.body, dict) else {}
    sent = body.get("value")
    values = [os.environ["PLANTED"], *([sent] if isinstance(sent, str) and len(sent) >= LONG else [])]
    # A caller may write one text into two fields; what the other shows is no repetition of the value.
    others = str({field: other for field, other in body.items() if field != "value"}) + str(case.path_parameters)
    shown = response.text + str(response.headers)
    for value in values:
        assert value not in shown or value in others, "a value came back"
