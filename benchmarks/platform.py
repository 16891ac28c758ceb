"""What it takes to get secrets of sixty from the platform, by us and by its SDK, each in a process of its own, warm.

The server is the stand-in of the tests, over a real API server. Figures are milliseconds, the best of several.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.cluster.server import Cluster
from tests.core.sdk import Sdk
from tests.core.server import Core

PROJECT = "demo"
TIMES = 15
OURS = f"""
import sys, time
from dh_secrets_jupyter import get_or_create_project
project = get_or_create_project({PROJECT!r}, provider="digitalhub")
names = sys.argv[1:]
best = float("inf")
for _ in range({TIMES}):
    began = time.monotonic()
    project.read_secrets(names)
    best = min(best, time.monotonic() - began)
print(best)
"""


def fill(core: Core) -> None:
    """Makes the secrets."""
    core.entities.create_project({"name": PROJECT}, "somebody")
    for number in range(60):
        spec = {"path": f"secret://S{number}", "provider": "kubernetes"}
        body = {"name": f"S{number}", "kind": "secret", "project": PROJECT, "spec": spec}
        core.entities.create(PROJECT, body, "somebody")
        core.vault.write(PROJECT, f"S{number}", "sample-value")


def compare(sdk: Sdk, environment: dict[str, str], number: int) -> None:
    """Prints what so many secrets take."""
    names = [f"S{7 + index}" for index in range(number)]
    theirs = min(sdk("time", PROJECT, *names) for _ in range(TIMES))
    command, inherited = [sys.executable, "-c", OURS, *names], {**os.environ, **environment}
    ours = float(subprocess.run(command, env=inherited, check=True, capture_output=True, text=True).stdout)
    print(f"{number} of 60: SDK {theirs * 1000:.0f} ms, ours {ours * 1000:.0f} ms: {theirs / ours:.1f} times")


def main() -> None:
    """Prints the figures."""
    with (
        tempfile.TemporaryDirectory() as folder,
        Cluster(Path(folder)) as cluster,
        Core(cluster.namespace().kubeconfig) as core,
    ):
        fill(core)
        environment = {"DHCORE_ENDPOINT": core.url, "DH_CONFIG": f"{folder}/none.ini"}
        sdk = Sdk(environment)
        try:
            for number in (1, 5):
                compare(sdk, environment, number)
        finally:
            sdk.close()


if __name__ == "__main__":
    main()
