"""``use``, the lease ``%%secret`` and ``forget``: secrets, or stand-ins for them, for a while."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager

from .. import injection, using
from ..grammar.parsing import Line
from ..injection import Destination
from ..models import StandIn
from . import lease as leases
from . import read
from .front import ShellFront
from .line import refs_of

_DONE = {
    Destination.VARIABLE: "Stand-ins in variables",
    Destination.ENVIRONMENT: "Stand-ins in environment variables",
}


def use(front: ShellFront, line: Line) -> None:
    """``%secret use NAME [as VAR] … [--env]``"""
    destination = destination_of(line)
    put(front, stand_ins(front, _targets(line, destination)), destination)


def put(front: ShellFront, found: Mapping[str, StandIn], destination: Destination) -> None:
    """Puts stand-ins, by their targets, into the kernel, and says for which hosts they are, and what puts values in."""
    if not found:
        return
    injection.for_namespace(front.shell.user_ns).put(destination, found, front.project().source)
    names = [f"{read.as_target(one.name, target)} (for {', '.join(one.hosts)})" for target, one in found.items()]
    print(f"{_DONE[destination]}: {', '.join(names)}", *using.current_stand_ins().news(), sep="\n")


def lease(front: ShellFront, line: Line, body: str) -> None:
    """``%%secret NAME [as VAR] … [--env | --use]``; the body is empty where :mod:`.lease` moved it behind the call."""
    running = _leased(front, line)
    if body.strip():
        with running:
            leases.run(front.shell, body)
    else:
        leases.until_end_of_cell(running)


def forget(front: ShellFront, line: Line) -> None:
    """``%secret forget [NAME …]``"""
    removed = injection.for_namespace(front.shell.user_ns).forget(*line.words)
    gone = [f"{read.as_target(name, target)} ({destination.value})" for destination, target, name in removed]
    shown = {name for _, _, name in removed}
    gone += [f"{name} (stand-in)" for name in using.current_stand_ins().forget(line.words) if name not in shown]
    print(f"Removed: {', '.join(gone)}" if gone else "Nothing to remove from this kernel.")


def destination_of(line: Line) -> Destination:
    """Returns whether variables or the environment are meant."""
    return Destination.ENVIRONMENT if line.options.env else Destination.VARIABLE


def _targets(line: Line, destination: Destination) -> dict[str, str]:
    """Returns the secrets that a line names, by their targets: a bad name fails before the proxy is asked."""
    refs = refs_of(line)
    if not refs:
        raise line.missing("NAME")
    return injection.targets(destination, refs)


def stand_ins(front: ShellFront, targets: Mapping[str, str]) -> dict[str, StandIn]:
    """Returns stand-ins of secrets of the current project, for all or none, by the targets that are given."""
    found = {one.name: one for one in using.use_secrets(targets.values(), front.project())} if targets else {}
    return {target: found[name] for target, name in targets.items()}


def _leased(front: ShellFront, line: Line) -> AbstractContextManager[None]:
    destination, into = destination_of(line), injection.for_namespace(front.shell.user_ns)
    if not line.options.use:
        return into.lease(destination, read.read(front, line, destination))
    targets, of_process, source = _targets(line, destination), using.current_stand_ins(), front.project().source
    held = of_process.held(source)
    found = stand_ins(front, targets)

    @contextmanager
    def leased() -> Iterator[None]:
        try:
            with into.lease(destination, found):
                yield
        finally:
            if new := sorted({*targets.values()} - held):
                of_process.forget(new, source)

    return leased()
