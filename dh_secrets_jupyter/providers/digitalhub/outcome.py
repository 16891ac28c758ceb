"""What became of a change of which not every step was taken, in one sentence."""

from __future__ import annotations

from collections.abc import Sequence

from ...errors import ProviderUnavailableError, SecretsError
from ..base import Change, PartlyMadeError, Put
from .look import Look, Missing


def halfway(
    changes: Sequence[Change], before: Look, now: Look | None, failure: SecretsError, *, unknown: bool
) -> SecretsError:
    """Returns the error that names what is changed, what is not, and what could not be put back.

    Args:
        now: the project as it is; None where that cannot be seen.
        failure: why a step was not taken.
        unknown: an answer was lost, so that a step which is not seen may be taken yet.
    """
    found: dict[str, list[str]] = {}
    for change in changes:
        found.setdefault(_state(change, before, now), []).append(change.name)
    rest = found.pop(_NOTHING, [])
    if not found and not unknown:
        if not isinstance(failure, ProviderUnavailableError):
            return failure
        said = f"{failure.problem}, and nothing was changed"
        return ProviderUnavailableError(failure.subject, said, failure.hint.removesuffix("."))
    if rest:
        found[UNKNOWN if unknown else _NOTHING] = rest
    kind = PartlyMadeError if found.keys() - {UNKNOWN} - {_NOTHING} else ProviderUnavailableError
    parts = [f"{state}: {', '.join(names)}" for state, names in found.items()]
    return kind(
        ", ".join(change.name for change in changes),
        f"{failure.problem}, so the change was not made as a whole ({'; '.join(parts)})",
        "See what is there with %secret list before you repeat it",
    )


_NOTHING = "not changed"
UNKNOWN = "it may or may not have been made"


def _state(change: Change, before: Look, now: Look | None) -> str:
    if now is None:
        return UNKNOWN
    old, new = before.entities.get(change.name), now.entities.get(change.name)
    if not isinstance(change, Put):
        return "deleted" if new is None or (old and new.id != old.id) else _NOTHING
    if new is None:
        return _NOTHING
    value = now.values.get(change.name)
    has_value = value == change.value or (isinstance(value, Missing) and change.value == b"" and old is not None)
    if old is None:
        return "created" if has_value else "could not be put back, and is listed without a value"
    described = new.version != old.version
    if has_value and described:
        return "changed"
    if has_value and change.value != before.values.get(change.name):
        return "changed, but for its metadata"
    return "changed, but for its value" if described else _NOTHING
