"""The platform's real SDK, in a virtual environment of its own, made once a machine: the second judge."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import venv
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from platformdirs import user_cache_path

VERSION = "0.15.11"


def python(say: Callable[[str], None] = print) -> Path:
    """Returns the Python that has it; makes it where it is missing, and says so first."""
    folder = user_cache_path("dh-secrets-jupyter") / "sdk" / VERSION
    found, ready = folder / "bin" / "python", folder / "ready"
    if ready.exists():
        return found
    folder.parent.mkdir(parents=True, exist_ok=True)
    import fcntl  # Windows has none, and collects the tests all the same

    with folder.with_suffix(".lock").open("w") as lock:  # two runs at once: the second waits, and finds it there
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not ready.exists():
            say(f"Installing digitalhub {VERSION} into {folder}: a minute or two, once a machine.")
            venv.create(folder, with_pip=True, clear=True)
            pip = [
                str(found),
                "-m",
                "pip",
                "install",
                "--quiet",
                "--disable-pip-version-check",
                f"digitalhub=={VERSION}",
            ]
            subprocess.run(pip, check=True)
            ready.touch()
    return found


class Sdk:
    """One process of the SDK, which does one thing after another.

    Args:
        environment: what it has in addition, its address and its login for example.
    """

    def __init__(self, environment: Mapping[str, str]) -> None:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("DH_", "DHCORE_"))}
        self._process = subprocess.Popen(
            [python(), Path(__file__).with_name("sdk_worker.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**inherited, **environment},
            text=True,
        )

    def __call__(self, action: str, *arguments: Any, **options: Any) -> Any:
        """Has it do something; returns what that returned, as JSON. Raises where it failed."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps([action, arguments, options]) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline() or '{"error": "it has ended"}')
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer["result"]

    def close(self) -> None:
        """Ends it."""
        self._process.kill()
        self._process.wait()


if __name__ == "__main__":
    sys.stdout.write(f"{python()}\n")
