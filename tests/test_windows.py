"""On Windows the package can be imported, and the tests be collected.

It is played here by a process in which our own code finds no module, and no function, that only POSIX has.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from .support.processes import run

ROOT = Path(__file__).parent.parent
WITHOUT_POSIX = """
import builtins, importlib, os, pathlib, signal, sys, time, types

def without(module, names):
    there = {name: value for name, value in vars(module).items() if name not in names.split()}
    made = types.ModuleType(module.__name__)
    vars(made).update(there)
    return made

missing = {"fcntl", "grp", "posix", "pty", "pwd", "resource", "syslog", "termios", "tty"}
reduced = {
    "os": without(os, "WNOHANG chown environb fork geteuid getgid getpgrp getuid killpg mkfifo register_at_fork"),
    "signal": without(signal, "SIGALRM SIGCONT SIGHUP SIGKILL SIGSTOP alarm pause setitimer"),
    "time": without(time, "tzset"),
}

def find(name, namespace=None, *rest, find=builtins.__import__, **options):
    if not str((namespace or {}).get("__name__")).startswith(("dh_secrets_jupyter", "tests")):
        return find(name, namespace, *rest, **options)
    if name in missing:
        raise ModuleNotFoundError(f"No module named {name!r}", name=name)
    return reduced.get(name) or find(name, namespace, *rest, **options)

builtins.__import__ = find
root, package, *names = pathlib.Path(sys.argv[1]), *sys.argv[2:]
sys.path.insert(0, str(root))
for path in sorted(path for name in names for path in (root / package).rglob(name)):
    if path.stem != "__main__":
        importlib.import_module(".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__"))
"""


@pytest.mark.slow
def test_every_module_can_be_imported() -> None:
    """No module of the package needs what Windows does not have, unless it is called."""
    run(WITHOUT_POSIX, ROOT, "dh_secrets_jupyter", "*.py")


@pytest.mark.slow
def test_every_test_can_be_collected() -> None:
    """Nor does a module that pytest reads, or what it imports."""
    run(WITHOUT_POSIX, ROOT, "tests", "conftest.py", "test_*.py")
