"""Many write to one project at once, each in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.cluster.server import Namespace

from .conftest import SECRET

PROCESSES = 16
WRITES = 50

WRITER = """
import sys
import dh_secrets_jupyter as dhcore
project = dhcore.get_or_create_project("demo", provider="kubernetes")
number, writes = sys.argv[1:]
print("ready", flush=True)
sys.stdin.readline()
for turn in range(int(writes)):
    unknown = False
    while True:
        try:
            project.new_secret(f"KEY-{number}-{turn}", f"not-a-real-value {number} {turn}", description="made together")
        except dhcore.ProviderUnavailableError as error:
            # On a machine with much else to do the API server may keep one patch waiting behind the others for 25 s.
            unknown = "may or may not have been made" in str(error)
            if not unknown:
                raise
            continue
        except dhcore.SecretExistsError:
            if not unknown:
                raise
        break
"""

CREATOR = """
import sys
import dh_secrets_jupyter as dhcore
project = dhcore.get_or_create_project("demo", provider="kubernetes")
print("ready", flush=True)
sys.stdin.readline()
try:
    project.new_secret("ONE", f"not-a-real-value {sys.argv[1]}")
    print("won")
except dhcore.SecretExistsError:
    print("lost")
"""


def run_together(namespace: Namespace, script: str, *arguments: str) -> list[str]:
    """Starts all processes, lets them begin at once, and returns what each said; none may fail."""
    environment = {**os.environ, "KUBECONFIG": str(namespace.kubeconfig)}
    pipe = subprocess.PIPE
    commands = [[sys.executable, "-c", script, str(number), *arguments] for number in range(PROCESSES)]
    running = [
        subprocess.Popen(command, env=environment, text=True, stdin=pipe, stdout=pipe, stderr=pipe)
        for command in commands
    ]
    try:
        for process in running:
            assert process.stdout
            assert process.stdout.readline() == "ready\n"
        for process in running:
            assert process.stdin
            process.stdin.write("go\n")
            process.stdin.flush()
        said = [process.communicate(timeout=550) for process in running]
    finally:
        for process in running:
            process.kill()
    assert [error for _, error in said if error] == []
    return [out.strip() for out, _ in said]


@pytest.mark.timeout(600)
def test_different_keys_all_arrive(namespace: Namespace) -> None:
    """Sixteen processes write fifty keys each: 800 keys are there, each with its value and metadata."""
    run_together(namespace, WRITER, str(WRITES))
    wanted = {
        f"KEY-{number}-{turn}": f"not-a-real-value {number} {turn}".encode()
        for number in range(PROCESSES)
        for turn in range(WRITES)
    }
    assert namespace.data(SECRET) == wanted
    found = namespace.secret(SECRET)
    assert found
    assert set(found["metadata"]["annotations"]) == {f"dh-secrets-jupyter/{name}" for name in wanted}


def test_of_sixteen_creators_one_wins(namespace: Namespace) -> None:
    """Of sixteen processes that create one key, one succeeds and its value is there; the others see that it exists."""
    said = run_together(namespace, CREATOR)
    assert sorted(said) == ["lost"] * (PROCESSES - 1) + ["won"]
    assert namespace.data(SECRET) == {"ONE": f"not-a-real-value {said.index('won')}".encode()}
