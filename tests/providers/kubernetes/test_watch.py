"""Changes made elsewhere are seen as they happen; the contract's watches run on the same server."""

from __future__ import annotations

import contextlib
import itertools
import json
import queue
import threading
import time
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dh_secrets_jupyter.backoff import watch_pauses
from dh_secrets_jupyter.errors import AccessDeniedError, ProviderUnavailableError
from dh_secrets_jupyter.project import Project
from dh_secrets_jupyter.providers.base import Records
from dh_secrets_jupyter.providers.kubernetes import KubernetesProvider, watch
from tests.cluster.server import Cluster, Namespace
from tests.support.fault_proxy import CHUNKED, CUT, PASS, Fault, FaultProxy, Framing, Request, always
from tests.support.waiting import PATIENCE, wait_until

from .conftest import CANARY, SECRET, Connect
from .test_deletion import finish, platform_deletes
from .test_rights import role

SOON = 50.0
"""Seconds for what takes a moment on a machine that does nothing else."""


@contextlib.contextmanager
def watching(provider: KubernetesProvider) -> Iterator[queue.Queue[Records]]:
    """Watches the project ``demo`` in a thread; gives the news."""
    news: queue.Queue[Records] = queue.Queue()
    stop = threading.Event()

    def follow() -> None:
        for records in provider.watch("demo", stop):
            news.put(records)

    thread = threading.Thread(target=follow)
    thread.start()
    try:
        yield news
    finally:
        stop.set()
        thread.join(SOON)
    assert not thread.is_alive()


def expect(news: queue.Queue[Records], *names: str, within: float = SOON) -> None:
    """Waits until the project has just these secrets."""
    deadline = time.monotonic() + within
    while set(seen := news.get(timeout=max(0.1, deadline - time.monotonic()))) != set(names):
        assert time.monotonic() < deadline, f"still {sorted(seen)}"


def test_kubectls_changes_are_seen(provider: KubernetesProvider, namespace: Namespace) -> None:
    """What kubectl creates, changes and deletes arrives, each by itself."""
    with watching(provider) as news:
        expect(news)
        namespace.kubectl("create", "secret", "generic", SECRET, "--from-literal=A=1")
        expect(news, "A")
        namespace.kubectl("patch", "secret", SECRET, '-p={"stringData":{"B":"2"}}')
        expect(news, "A", "B")
        namespace.kubectl("delete", "secret", SECRET)
        expect(news)


def test_what_is_not_of_the_project_is_no_news(provider: KubernetesProvider, namespace: Namespace) -> None:
    """A label is no change of a secret, and other Secrets are not watched."""
    namespace.kubectl("create", "secret", "generic", SECRET, "--from-literal=A=1")
    with watching(provider) as news:
        expect(news, "A")
        namespace.kubectl("label", "secret", SECRET, "team=x")
        namespace.kubectl("create", "secret", "generic", "other", "--from-literal=X=1")
        namespace.kubectl("patch", "secret", SECRET, '-p={"stringData":{"B":"2"}}')
        assert set(news.get(timeout=SOON)) == {"A", "B"}


def test_a_deletion_that_is_not_over_shows_nothing(demo: Project, namespace: Namespace) -> None:
    """From the moment on at which the platform deletes the Secret, it has no secrets."""
    assert isinstance(demo.provider, KubernetesProvider)
    demo.put("A", CANARY)
    with watching(demo.provider) as news:
        expect(news, "A")
        platform_deletes(namespace)
        expect(news)
        finish(namespace)
        demo.put("B", CANARY)
        expect(news, "B")


def test_it_goes_on_after_expiry(connect: Connect, namespace: Namespace, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the API server ends the watch, the next one sees what changed in between."""
    monkeypatch.setattr("dh_secrets_jupyter.providers.kubernetes.provider.EXPIRY", 1)
    monkeypatch.setattr(watch, "STABLE_AFTER", 0.5)
    provider = connect()
    with watching(provider) as news:
        expect(news)
        for number in range(4):
            time.sleep(0.7)
            namespace.kubectl("create", "secret", "generic", SECRET, f"--from-literal=K{number}=1")
            expect(news, f"K{number}")
            namespace.kubectl("delete", "secret", SECRET)
            expect(news)
    assert [entry["verb"] for entry in namespace.requests()].count("watch") > 1


def one_chunk() -> Framing:
    """One chunk that does not end."""
    sizes = itertools.chain([b"1000000\r\n"], itertools.repeat(b""))
    return Framing("Transfer-Encoding: chunked", lambda part: next(sizes) + part)


def compressed() -> Framing:
    """As a gateway compresses whatever passes it."""
    packer = zlib.compressobj(wbits=31)
    return Framing(
        "Content-Encoding: gzip\r\nConnection: close",
        lambda part: packer.compress(part) + packer.flush(zlib.Z_SYNC_FLUSH),
    )


FRAMINGS: dict[str, Callable[[], Framing]] = {
    "until closed": lambda: Framing("Connection: close", bytes),
    "one chunk": one_chunk,
    "bytes": lambda: Framing(CHUNKED.header, lambda part: b"".join(b"1\r\n%c\r\n" % byte for byte in part)),
    "gzip": compressed,
}


@pytest.mark.parametrize("framing", FRAMINGS)
def test_framing_holds_nothing_up(
    connect: Connect, namespace: Namespace, fault_proxy: FaultProxy, framing: str
) -> None:
    """What has arrived is seen, long before the watch ends, whatever a proxy makes of the API server's chunks."""
    fault_proxy.framing = FRAMINGS[framing]()
    with watching(connect(fault_proxy.kubeconfig)) as news:
        expect(news)
        namespace.kubectl("create", "secret", "generic", SECRET, "--from-literal=A=1")
        expect(news, "A")
        namespace.kubectl("patch", "secret", SECRET, '-p={"stringData":{"B":"2"}}')
        expect(news, "A", "B")
    assert watch.EXPIRY > SOON


class Stream:
    """Stands in for a connection whose reads end where the test says."""

    def __init__(self, parts: list[bytes]) -> None:
        self._parts = iter([part for part in parts if part])

    def read1(self, size: int) -> bytes:
        return next(self._parts, b"")


@settings(max_examples=30)
@given(st.lists(st.dictionaries(st.text(max_size=3), st.text(max_size=9)), max_size=5), st.data())
def test_reads_may_end_anywhere(events: list[dict[str, str]], data: st.DataObject) -> None:
    """Several events in one read, an event in several, and empty lines between them are all the same."""
    sent = b"".join(json.dumps(event, ensure_ascii=False).encode() + b"\n\n" for event in events)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(sent)), max_size=8)))
    parts = [sent[start:end] for start, end in itertools.pairwise([0, *cuts, len(sent)])]
    assert list(watch.events(Stream(parts))) == events  # type: ignore[arg-type]  # it has what is used


def test_each_change_is_shown_once_though_watches_break(
    connect: Connect, namespace: Namespace, fault_proxy: FaultProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between two watches a secret is made and deleted: both are seen, and nothing that was seen before is, again."""
    monkeypatch.setattr(watch, "watch_pauses", lambda: itertools.repeat(2.0))
    namespace.kubectl("create", "secret", "generic", SECRET, "--from-literal=A=1")
    with watching(connect(fault_proxy.kubeconfig)) as news:
        expect(news, "A")
        namespace.kubectl("patch", "secret", SECRET, '-p={"stringData":{"B":"1"}}')
        expect(news, "A", "B")
        for change in ('{"C":"1"}', '{"C":null}', '{"B":null}'):
            fault_proxy.cut_all()
            for path in (change, '{"D":"1"}', '{"D":null}'):
                namespace.kubectl("patch", "secret", SECRET, f'-p={{"data":{path.replace("1", "MQ==")}}}')
        seen = [set(news.get(timeout=SOON)) for _ in range(9)]
        with pytest.raises(queue.Empty):
            news.get(timeout=3)
    assert seen == [
        *({"A", "B", "C"}, {"A", "B", "C", "D"}, {"A", "B", "C"}),
        *({"A", "B"}, {"A", "B", "D"}, {"A", "B"}),
        *({"A"}, {"A", "D"}, {"A"}),
    ]
    assert fault_proxy.count("GET") == 1


def test_nothing_is_shown_before_the_watch_is_open(connect: Connect, namespace: Namespace) -> None:
    """Who may read and not watch is not shown what is there as if the next change would be shown, too."""
    reader = connect(namespace.service_account("reader", role("get")))
    assert reader.read("demo") == {}
    with pytest.raises(AccessDeniedError, match="you may not watch"):
        next(reader.watch("demo", threading.Event()))


def test_nothing_is_shown_while_only_reading_works(connect: Connect, fault_proxy: FaultProxy) -> None:
    """Nor is anybody before whose watch something stands that lets the rest pass; once it is away, a watch begins."""
    provider = connect(fault_proxy.kubeconfig)
    fault_proxy.otherwise = lambda request: CUT if request.watches else PASS
    assert provider.read("demo") == {}
    with pytest.raises(ProviderUnavailableError):
        next(provider.watch("demo", threading.Event()))
    fault_proxy.otherwise = always(PASS)
    assert next(provider.watch("demo", threading.Event())) == {}


def test_what_the_api_server_forgot_is_looked_up(
    connect: Connect, namespace: Namespace, fault_proxy: FaultProxy
) -> None:
    """Where a watch cannot go on from where it ended, it begins anew, and shows what is there."""
    gone = json.dumps({"type": "ERROR", "object": {"kind": "Status", "code": 410, "reason": "Expired"}}).encode()
    fault_proxy.script("GET", PASS, Fault(upstream=False, answer=(200, {}, gone + b"\n")), path="watch=1")
    with watching(connect(fault_proxy.kubeconfig)) as news:
        expect(news)
        wait_until(lambda: any(request.watches for request in fault_proxy.requests), "a watch", pause=0.01)
        fault_proxy.cut_all()
        namespace.kubectl("create", "secret", "generic", SECRET, "--from-literal=A=1")
        expect(news, "A")
    assert fault_proxy.done


def test_an_outage_spreads_the_watches(
    connect: Connect, namespace: Namespace, fault_proxy: FaultProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten watches that break in one moment do not come back in one, and ask less and less often meanwhile."""
    provider, stop = connect(fault_proxy.kubeconfig), threading.Event()
    came: Counter[str] = Counter()
    shown: queue.Queue[Records] = queue.Queue()
    paused: list[list[float]] = []

    def pauses() -> Iterator[float]:
        """A tenth of the watch's own."""
        paused.append([])
        own = paused[-1]
        for pause in watch_pauses():
            own.append(pause)
            yield pause / 10

    def follow(number: int) -> None:
        for records in provider.watch(f"p{number}", stop):
            shown.put(records)

    def refuse(request: Request) -> Fault:
        if request.watches:
            came[request.path] += 1
        return CUT

    monkeypatch.setattr(watch, "watch_pauses", pauses)
    monkeypatch.setattr(watch, "STABLE_AFTER", PATIENCE)
    threads = [threading.Thread(target=follow, args=(number,)) for number in range(10)]
    for thread in threads:
        thread.start()
    for _ in threads:
        shown.get(timeout=SOON)
    fault_proxy.otherwise = refuse
    fault_proxy.cut_all()
    wait_until(lambda: len(paused) == 10 and min(map(len, paused)) >= 3, "the third pause of each")
    stop.set()
    for thread in threads:
        thread.join(SOON)
    assert len(came) == 10
    firsts = [own[0] for own in paused]
    assert max(firsts) - min(firsts) > 0.25
    assert came.total() <= 2 * sum(map(len, paused))  # a connection that breaks is tried twice


@pytest.mark.cluster
def test_it_outlives_the_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After the API server was killed and is back, changes are seen again."""
    with Cluster(tmp_path) as own:
        space = own.namespace()
        monkeypatch.setenv("KUBECONFIG", str(space.kubeconfig))
        with watching(KubernetesProvider()) as news:
            expect(news)
            own.kill()
            own.start()
            space.kubectl("create", "secret", "generic", SECRET, "--from-literal=A=1")
            expect(news, "A", within=60.0)


@pytest.mark.parametrize("opened", [True, False])
def test_a_watch_that_is_left_leaves_nothing(provider: KubernetesProvider, namespace: Namespace, opened: bool) -> None:
    """Its thread ends soon after the generator is closed, while nothing happens, or before it has begun to wait."""
    news = provider.watch("demo", threading.Event())
    assert next(news) == {}
    if opened:
        namespace.kubectl("create", "secret", "generic", SECRET, "--from-literal=A=1")
        assert set(next(news)) == {"A"}
        time.sleep(1)  # until it waits for more
    assert [thread.name for thread in threading.enumerate()].count("dh-secrets-watch") >= 1
    news.close()  # type: ignore[attr-defined]  # an iterator to callers, who need not know that it can be closed
    wait_until(lambda: not any(thread.name == "dh-secrets-watch" for thread in threading.enumerate()), "its end")
