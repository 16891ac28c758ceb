"""``%secret`` alone, ``project``, ``guard`` and ``panel``: what there is in this kernel, never a value."""

from __future__ import annotations

from .. import current, guard, using
from ..commands import show
from ..errors import SecretsError
from ..grammar import overview
from ..grammar.parsing import Line
from ..rendering import whole_place
from .front import ShellFront


def status(front: ShellFront) -> None:
    """``%secret``"""
    guarding = str(guard.status()).splitlines()[0].removeprefix("guard: ")
    more = {"guard": guarding, "use": f"by {using.protection()}"}
    show.status(front.project(), more, [*overview(), "", "%secret COMMAND --help explains a command."])


def project(front: ShellFront, line: Line) -> None:
    """``%secret project NAME [--provider P]``"""
    switched = current.switch(line.single_word("NAME"), line.options.provider)
    print(f"Switched to {whole_place(switched)}.")


def switch_guard(front: ShellFront, line: Line) -> None:
    """``%secret guard [on|off [NAME …]] [--all]``"""
    if not line.words:
        print(guard.status().text(everything=line.options.all), *using.current_stand_ins().lines(), sep="\n")
        return
    state, *names = line.words
    switch = {"on": guard.on, "off": guard.off}.get(state)
    if switch is None:
        raise SecretsError("guard", '"on" or "off" is needed', "For example: %secret guard off API_KEY")
    now = guard.status()
    for name in names:
        if name not in {*now.held, *now.variables, *now.off, *now.unmaskable}:
            raise SecretsError(name, "the guard holds no value of this name", "Run %secret guard to see what it holds")
    print(switch(*names))


def show_panel(front: ShellFront, line: Line) -> None:
    """``%secret panel``"""
    if line.words:
        raise SecretsError(
            "panel", "it shows this kernel's project, and takes no name", "Run %secret project NAME first"
        )
    from .. import panel  # with ipywidgets, which few kernels need

    panel.show()
