"""What many writers of one project reach together, on a real API server: each writes a secret of its own, repeatedly.

Beside it, the same by the official client: bare JSON Patches of one key, which test nothing and read nothing. Figures
are writes a second, and the share of what one writer of the same kind reaches alone; the longest wait of any write.
"""

from __future__ import annotations

import os
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

from tests.cluster.server import Cluster, Namespace
from tests.support.processes import run_together

SECONDS = 6.0
CROWDS = [("one writer", 1, 1), ("32 threads of one process", 1, 32), ("4 processes of 8 threads", 4, 8)]
Write = Callable[[str, int], object]


def ours() -> Write:
    """Returns how a project writes."""
    from dh_secrets_jupyter import get_or_create_project

    project = get_or_create_project("demo", provider="kubernetes")
    return lambda name, turn: project.put(name, f"sample-value {turn}")


def bare() -> Write:
    """Returns how the official client patches."""
    import base64

    from kubernetes import client, config

    config.load_kube_config()
    api = client.CoreV1Api()
    namespace = os.environ["DH_SECRETS_NAMESPACE"]

    def write(name: str, turn: int) -> object:
        value = base64.b64encode(f"sample-value {turn}".encode()).decode()
        patch = [{"op": "add", "path": f"/data/{name}", "value": value}]
        while True:
            try:
                return api.patch_namespaced_secret("proj-secrets-demo", namespace, patch)
            except client.ApiException as error:
                if error.status != 409:  # the API server gave up for the crowd
                    raise

    return write


def crowd(kind: str, threads: int, ready: Callable[[], None]) -> tuple[int, float]:
    """Writes for a while from so many threads; returns how many writes were made, and the longest one's seconds."""
    writer = {"ours": ours, "bare": bare}[kind]()
    me = os.getpid()
    writer(f"P{me}", 0)
    ready()
    over = time.monotonic() + SECONDS
    counts: list[int] = []
    longest: list[float] = []

    def work(number: int) -> None:
        turn, most = 0, 0.0
        while (began := time.monotonic()) < over:
            writer(f"P{me}-{number}", turn)
            turn, most = turn + 1, max(most, time.monotonic() - began)
        counts.append(turn)
        longest.append(most)

    running = [threading.Thread(target=work, args=(number,)) for number in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    return sum(counts), max(longest)


def measure(namespace: Namespace, kind: str, processes: int, threads: int) -> tuple[float, float]:
    """Returns writes a second of all processes together, and the longest write's seconds."""
    namespace.kubectl("delete", "secret", "proj-secrets-demo", "--ignore-not-found")
    namespace.kubectl("create", "secret", "generic", "proj-secrets-demo", "--from-literal=FIRST=sample-value")
    code = f"from benchmarks.writers import crowd\nprint(*crowd({kind!r}, {threads}, ready))"
    environment = {
        "KUBECONFIG": str(namespace.kubeconfig),
        "DH_SECRETS_NAMESPACE": namespace.name,
        "PYTHONPATH": str(Path(__file__).parents[1]),
    }
    with tempfile.TemporaryDirectory() as folder:
        said = run_together(code, processes, Path(folder) / "gate", environment)
    figures = [line.split() for line in said]
    return sum(int(count) for count, _ in figures) / SECONDS, max(float(seconds) for _, seconds in figures)


def main() -> None:
    """Prints the figures."""
    with tempfile.TemporaryDirectory() as folder, Cluster(Path(folder)) as cluster:
        namespace = cluster.namespace()
        alone: dict[str, float] = {}
        for what, processes, threads in CROWDS:
            for kind in ("ours", "bare"):
                rate, longest = measure(namespace, kind, processes, threads)
                share = rate / alone.setdefault(kind, rate)
                print(
                    f"{what:26} {kind}: {rate:5.0f}/s, {share:4.0%} of one alone; longest {longest:.2f} s", flush=True
                )


if __name__ == "__main__":
    main()
