"""What the package needs of IPython without importing it."""

from __future__ import annotations

import types

import pytest

from dh_secrets_jupyter.ipython import Patch

from .support.processes import run


class Speaker:
    """Something whose method is replaced."""

    def speak(self) -> str:
        return "plain"


SHELL = """
import sys
from dh_secrets_jupyter.ipython import running_shell
print(running_shell(), "IPython" in sys.modules)
from IPython.core.interactiveshell import InteractiveShell
print(running_shell())
print(InteractiveShell.instance() is running_shell())
"""


@pytest.mark.slow
def test_the_shell_is_the_one_that_runs_and_ipython_is_not_imported_for_it() -> None:
    """None in a plain process, without importing IPython; the shell where there is one."""
    assert run(SHELL).splitlines() == ["None False", "None", "True"]


def test_a_method_is_replaced_on_the_instance_and_put_back_by_taking_it_away() -> None:
    """The class's own method is called again, and the instance has no attribute of ours."""
    speaker = Speaker()
    patch = Patch(speaker, "speak", lambda: "new")
    assert (speaker.speak(), patch.original(), patch.is_in_place) == ("new", "plain", True)
    patch.undo()
    assert (speaker.speak(), patch.is_in_place, vars(speaker)) == ("plain", False, {})


def test_an_attribute_of_its_own_is_put_back_as_it_was() -> None:
    """What the object itself had before it has again."""
    module = types.ModuleType("module")
    vars(module)["level"] = 1
    Patch(module, "level", 2).undo()
    assert vars(module)["level"] == 1


def test_what_somebody_put_over_ours_stays() -> None:
    """Ours is taken out below it."""
    speaker = Speaker()
    patch = Patch(speaker, "speak", lambda: "ours")
    other = Patch(speaker, "speak", lambda: "theirs")
    patch.undo()
    assert (speaker.speak(), patch.is_in_place) == ("theirs", False)
    other.undo()
    assert speaker.speak() == "ours"


def test_what_is_not_there_cannot_be_replaced() -> None:
    """It is an AttributeError."""
    with pytest.raises(AttributeError):
        Patch(Speaker(), "sing", lambda: "new")
