"""Which of the cluster's own rules refused a change, told by how the API server words it. Pure.

Such a refusal comes before anything is stored, with whatever HTTP status the rule wants, and no other try helps. The
rule's name is all that is taken from the words: what else is in them is the rule's, and may repeat what was sent.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_NAME = r"([a-z0-9](?:[-.a-z0-9]{0,251}[a-z0-9])?)"
_OBJECT = r"secrets(?: \"[^\"]*\")? is forbidden: "
_DENIED = {
    "admission webhook": re.compile(rf'admission webhook "{_NAME}" denied the request'),
    "ValidatingAdmissionPolicy": re.compile(rf"{_OBJECT}ValidatingAdmissionPolicy '{_NAME}' with binding "),
    "ResourceQuota": re.compile(rf"{_OBJECT}(?:exceeded|failed) quota: {_NAME}[,:]"),
}
_AWAY = re.compile(rf'Internal error occurred: failed calling webhook "{_NAME}"')


@dataclass(frozen=True)
class Verdict:
    """A rule's refusal.

    Attributes:
        kind: what kind of rule it is, as Kubernetes calls it.
        name: its name.
        away: it did not answer, and the cluster makes no change without it.
    """

    kind: str
    name: str
    away: bool = False


def verdict(body: Mapping[str, Any]) -> Verdict | None:
    """Returns the rule that refused a request, by the body of the answer; None where none did."""
    message = body.get("message")
    if body.get("kind") != "Status" or not isinstance(message, str):
        return None
    for kind, wording in _DENIED.items():
        if found := wording.match(message):
            return Verdict(kind, found[1])
    found = _AWAY.match(message)
    return Verdict("admission webhook", found[1], away=True) if found else None
