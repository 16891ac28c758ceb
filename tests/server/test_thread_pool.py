"""A provider that hangs or is slow holds up what asked it, and nothing else."""

from __future__ import annotations

import asyncio
import statistics
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from dh_secrets_jupyter.errors import ProviderUnavailableError
from dh_secrets_jupyter.server.http_errors import TimedOutError
from dh_secrets_jupyter.server.thread_pool import REQUEST_TIMEOUT, ThreadPool

from ..cluster.server import Cluster, Namespace
from ..support.waiting import PATIENCE, wait_until
from . import config
from .conftest import kubernetes_environment
from .running import Server
from .scripted import ANSWER, install

MANY = 200


@pytest.fixture(scope="module")
def scripted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server on the provider that answers after 5 ms, or hangs; it gives up early."""
    environment = install(tmp_path_factory.mktemp("installed")) | {config.IMPATIENT: "1"}
    with Server(tmp_path_factory.mktemp("home"), environment) as server:
        yield server


@pytest.fixture
def patient_server(tmp_path: Path) -> Iterator[Server]:
    """The same, which gives up as late as any other."""
    with Server(tmp_path / "home", install(tmp_path / "installed")) as server:
        yield server


@pytest.mark.server
def test_many_requests_at_once_are_all_answered(patient_server: Server) -> None:
    """200 at once, of all kinds: each is answered, and not much later than Jupyter's own status."""
    patient_server.create("A", "x", project="demo")
    port = int(patient_server.root.split(":")[2].split("/")[0])

    async def one(path: str, begin: asyncio.Event) -> tuple[int, float]:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        await begin.wait()
        start = time.perf_counter()
        head = f"GET /some/base/{path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
        writer.write(f"{head}Authorization: token writer-token\r\n\r\n".encode())
        answer = await reader.read()
        writer.close()
        return int(answer.split()[1]), time.perf_counter() - start

    async def burst(*paths: str) -> float:
        begin = asyncio.Event()
        tasks = [asyncio.create_task(one(paths[n % len(paths)], begin)) for n in range(MANY)]
        await asyncio.sleep(0.5)
        begin.set()
        answers = await asyncio.gather(*tasks)
        assert [status for status, _ in answers] == [200] * MANY
        return statistics.quantiles((took for _, took in answers), n=100)[98]

    secrets = "dh-secrets/projects/demo/secrets"
    ours = asyncio.run(burst(secrets, f"{secrets}/A", "dh-secrets/status", "dh-secrets/projects"))
    jupyter = asyncio.run(burst("api/status"))
    figures = f"99th percentile {ours:.3f} s, of Jupyter's own status {jupyter:.3f} s"
    print(f"{MANY} requests at once, the provider answering in {ANSWER * 1000:.0f} ms: {figures}")
    assert ours < max(10, 10 * jupyter)  # a quiet machine needs half a second


def test_a_provider_that_hangs_for_good_holds_up_nothing_else(scripted: Server) -> None:
    """While 60 requests hang, more than there are threads, other paths and the rest of the server answer; each of
    them is answered with a 504 in the end, and the server ends when it is told to."""
    assert REQUEST_TIMEOUT < 30
    with ThreadPoolExecutor(60) as pool:
        hanging = [pool.submit(scripted.call, "GET", "projects/hang-1/secrets") for _ in range(60)]
        for path, status in (
            ("status?project=hang-1", 200),
            ("nothing", 404),
            ("projects/hang-1/secrets/A/value", 403),
            ("../api/status", 200),
            ("../api/contents", 200),
        ):
            reply = scripted.call("GET", path, token="owner-token")
            assert reply.status == status, path
        for answer in hanging:
            reply = answer.result()
            assert (reply.status, reply.body["reason"]) == (504, "ProviderUnavailableError")
    assert scripted.kill(gently=True) == 0
    scripted.start()


@pytest.mark.server
def test_an_api_server_that_stands_still(cluster: Cluster, namespace: Namespace, tmp_path: Path, project: str) -> None:
    """A stopped API server: reads and writes fail in time, the rest answers; afterwards everything works again."""
    environment = kubernetes_environment(namespace) | {config.IMPATIENT: "1"}
    with Server(tmp_path / "home", environment) as server:
        wait_until(lambda: server.create("A", "x", project=project).status in (201, 409), "it is there")
        with cluster.suspended(), ThreadPoolExecutor(10) as pool:
            reads = [pool.submit(server.call, "GET", f"projects/{project}/secrets") for _ in range(5)]
            writes = [pool.submit(server.create, f"W{n}", "made-up", project=project) for n in range(5)]
            assert server.call("GET", "status").status == 200
            assert server.call("GET", "../api/status", token="owner-token").status == 200
            for answer in (*reads, *writes):
                reply = answer.result()
                assert (reply.status // 100, reply.body["reason"]) == (5, "ProviderUnavailableError")
                assert reply.status in (503, 504)
                assert "made-up" not in str(reply.body)
        wait_until(lambda: server.secret("GET", "A", project=project).status == 200, "it works again")


def test_calls_are_bounded_and_given_up() -> None:
    """A call that takes too long is given up, one too many is refused, and a result that nobody awaits is dropped."""

    async def test() -> None:
        pool = ThreadPool(threads=2, waiting=2)
        release, hangs, ran = threading.Event(), threading.Barrier(3), []

        def hang() -> None:
            hangs.wait(PATIENCE)
            release.wait(PATIENCE)

        hanging = [asyncio.create_task(pool.run(hang, timeout=PATIENCE)) for _ in range(2)]
        await asyncio.to_thread(hangs.wait, PATIENCE)
        with pytest.raises(TimedOutError):
            await pool.run(lambda: ran.append("given up"), timeout=0.1)
        waiting = [asyncio.create_task(pool.run(lambda: ran.append("waited"), timeout=PATIENCE)) for _ in range(2)]
        await asyncio.sleep(0)
        with pytest.raises(ProviderUnavailableError, match="too many"):
            await pool.run(hang)
        release.set()
        await asyncio.gather(*hanging, *waiting)
        assert ran == ["waited", "waited"]
        assert await pool.run(lambda: 5) == 5
        with pytest.raises(ZeroDivisionError):
            await pool.run(lambda: 1 / 0)

    asyncio.run(test())


def test_one_thread_serves_calls_that_follow_each_other() -> None:
    """Threads are started as they are needed."""

    async def test() -> set[int]:
        pool = ThreadPool(threads=8)
        return {await pool.run(threading.get_ident) for _ in range(20)}

    assert len(asyncio.run(test())) == 1


@pytest.mark.server
def test_a_kill_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    """The server is killed in the midst of writes: what it had acknowledged is there afterwards; old tags are void."""
    environment = {"DH_SECRETS_PROVIDER": "local", "DH_SECRETS_LOCAL_PATH": str(tmp_path / "secrets.db")}
    with Server(tmp_path / "home", environment) as server:
        tag = server.create("FIRST", "x").headers["ETag"]
        acknowledged: list[str] = []

        def write(writer: int) -> None:
            for number in range(1000):
                name = f"S{writer}-{number}"
                if server.create(name, "x").status == 201:
                    acknowledged.append(name)

        with ThreadPoolExecutor(4) as pool:
            writing = [pool.submit(write, writer) for writer in range(4)]
            wait_until(lambda: len(acknowledged) > 20, "some writes")
            server.kill()
            assert all(answer.exception() for answer in writing)
        server.start()
        listed = {secret["name"] for secret in server.call("GET", "projects/demo/secrets").body["secrets"]}
        assert listed >= set(acknowledged)
        assert server.secret("PATCH", "FIRST", {"value": "y"}, headers={"If-Match": tag}).status == 412
