"""``Tab`` after ``%secret``, and in the name of a secret that Python code asks for.

Names come first, options only after a hyphen, and what cannot be undone is never in the first place, which a front end
preselects. IPython keeps the order of a matcher that says so, ipykernel passes it on, and JupyterLab keeps it where
nothing of the word is typed yet; else it sorts by the alphabet. So ``delete`` is not offered beside ``describe`` for
``de``, and ``--``, which changes nothing, is offered before ``--all``.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from IPython.core.completer import CompletionContext, SimpleCompletion, SimpleMatcherResult, context_matcher

from .. import current
from ..errors import SecretsError
from ..grammar import COMMANDS, END_OF_OPTIONS, HELP, LEASE, Command, Completes
from ..guard.engine.patterns import lazy_pattern
from ..ipython import running_shell

if TYPE_CHECKING:
    from ..project import Project

_PACKAGE = __package__.partition(".")[0]
_LINE = lazy_pattern(r"\s*(?:[\w.]+\s*=\s*)?(?P<magic>%%?)secret\s+(?P<rest>.*)", re.DOTALL)
_CALL = lazy_pattern(
    r"""
    (?<!\w) (?P<owner>(?:[^\W\d]\w*\s*\.\s*)*) (?P<function>get|use|get_secret|read_values|delete_secret) \s* \( \s*
    (?: (?:name|entity_name|identifier) \s* = \s* )?
    (?: (?:"[^"\n]*"|'[^'\n]*') \s* , \s* )*
    (?: "(?P<double>[^"\n]*) | '(?P<single>[^'\n]*) ) \Z
    """,
    re.VERBOSE,
)


@context_matcher(identifier=_PACKAGE, priority=100)  # type: ignore[untyped-decorator]  # IPython's is
def complete(context: CompletionContext) -> SimpleMatcherResult:
    """Completes lines that begin with ``%secret`` or ``%%secret``, and names in a call; all else is left to others."""
    text = context.text_until_cursor
    if line := _LINE.fullmatch(text):
        *before, fragment = re.split(r"\s+", line["rest"])
        found = _on_line(line["magic"] == "%%", before, fragment)
    elif call := _CALL.search(text):
        fragment = call["single"] if call["double"] is None else call["double"]
        found = _in_call(call["owner"].strip(" ."), call["function"], text[: call.start()], context.full_text)
    else:
        return {"completions": []}
    return {
        "completions": [SimpleCompletion(name, type=kind) for name, kind in found if _matches(name, fragment)],
        "matched_fragment": fragment,
        "suppress": True,
        "ordered": True,
    }


def _matches(text: str, fragment: str) -> bool:
    return text.lower().startswith(fragment.lower())


def _on_line(is_cell: bool, before: list[str], fragment: str) -> Iterable[tuple[str, str]]:
    """Returns what could stand after these words, and its kind; the fragment says whether options can."""
    if is_cell:
        return _of_command(LEASE, before, fragment)
    if not before:
        matching = [row for row in COMMANDS.values() if _matches(row.name, fragment)]
        is_clear = not fragment or all(row.is_final for row in matching)
        offered = _final_last((row.name, row.is_final) for row in matching if is_clear or not row.is_final)
        return [(name, "command") for name in offered]
    command = COMMANDS.get(before[0])
    return _of_command(command, before[1:], fragment) if command else []


def _of_command(command: Command, before: list[str], fragment: str) -> Iterable[tuple[str, str]]:
    last = before[-1] if before else ""
    option = command.option(last)
    if last == "as":
        return []
    if option and option.metavar:
        return _values(option.completes, fragment)
    if fragment.startswith("-"):
        left = [option for option in command.options if option.is_repeatable or option.flag not in before]
        offered = _final_last([*((option.flag, option.is_final) for option in left), (HELP[0], False)])
        offered.append(END_OF_OPTIONS)
        return [(flag, "option") for flag in offered]
    if command.completes is Completes.GUARD and not before:
        return [("on", "command"), ("off", "command")]
    return _values(command.completes, fragment)


def _final_last(offered: Iterable[tuple[str, bool]]) -> list[str]:
    """Returns the texts in their order, those that are final behind the others."""
    return [text for text, is_final in sorted(offered, key=lambda each: each[1])]


def _values(completes: Completes, fragment: str) -> Iterable[tuple[str, str]]:
    from ..commands.candidates import candidates

    return [(name, completes.value) for name in candidates(completes, fragment, current.project)]


def _in_call(owner: str, function: str, before: str, code: str) -> Iterable[tuple[str, str]]:
    """Returns the secrets of the project that a call in Python asks; none where it asks something else.

    Args:
        owner: what the function is an attribute of, as it is written; empty where that is not a plain name.
        before: the line up to it.
        code: the whole cell.
    """
    from ..commands.candidates import secrets_of

    project = _project_of_call(owner, function, chained=before.rstrip().endswith("."), code=code)
    return [(name, Completes.SECRETS.value) for name in secrets_of(project)] if project else []


def _project_of_call(owner: str, function: str, *, chained: bool, code: str) -> Project | None:
    from ..project import Project

    shell = running_shell()
    namespace = shell.user_ns if shell else {}
    try:
        if function not in ("get", "use"):  # a method of a project, or of somebody's class
            found = namespace.get(owner)
            return found if isinstance(found, Project) else None if owner in namespace else current.project()
        if owner:
            here = namespace.get(owner) is sys.modules[_PACKAGE]
            soon = owner == _PACKAGE or re.search(rf"\bimport\s+{_PACKAGE}\s+as\s+{re.escape(owner)}\b", code)
            is_ours = here or (owner not in namespace and bool(soon))
        else:
            named = namespace.get(function)
            is_ours = not chained and (named is None or named is getattr(sys.modules[_PACKAGE], function))
        return current.project() if is_ours else None
    except SecretsError:
        return None


def load(shell: Any) -> None:
    """Adds the completion to a shell."""
    shell.Completer.custom_matchers.append(complete)


def unload(shell: Any) -> None:
    """Takes it out again."""
    shell.Completer.custom_matchers.remove(complete)
