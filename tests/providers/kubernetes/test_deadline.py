"""Every call but a watch ends at its deadline, whatever the other side does with the connection."""

from __future__ import annotations

import base64
import contextlib
import os
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from dh_secrets_jupyter.errors import ProviderUnavailableError
from dh_secrets_jupyter.project import Project
from dh_secrets_jupyter.providers import exchange
from dh_secrets_jupyter.providers.kubernetes import client, pools, provider
from tests.cluster.kubeconfig import write_changed
from tests.cluster.server import Namespace
from tests.support.certificate import make_certificate
from tests.support.connections import serving
from tests.support.fault_proxy import HANG, Fault, FaultProxy, always, answer, drip
from tests.support.processes import run_forked
from tests.support.waiting import PATIENCE, wait_until

from .conftest import CANARY, SECRET, Connect, shown

DEADLINE = 1.0
LONGER = 6.0
"""Seconds for a call that first has to come to where it hangs, on a machine with much to do."""
LATEST = 30.0
"""Seconds after which a call has ended that gives up after one of these, on such a machine."""
NEVER = 10 * LATEST
DRIPS = drip(8, 0.5)


GiveUp = Callable[[float], None]


@pytest.fixture
def give_up_after(monkeypatch: pytest.MonkeyPatch) -> GiveUp:
    """Calls give up after so many seconds instead of 25; what is imported when it is first used is there by then."""
    pools.open_pools(pools.Server("https://127.0.0.1"))
    assert provider.LONGEST <= 27
    return lambda seconds: monkeypatch.setattr(provider, "LONGEST", seconds)


SLOW_IMPORT = """
import sys, time
from dh_secrets_jupyter.providers import kubernetes
from dh_secrets_jupyter.providers.kubernetes import client, provider

class Slow:
    def find_spec(self, name, path=None, target=None):
        if name == "kubernetes":
            time.sleep(2 * provider.LONGEST)

client.LOGIN_TIMEOUT = provider.LONGEST = 3.0
sys.meta_path.insert(0, Slow())
print(kubernetes.KubernetesProvider().read("demo"))
"""


def test_an_import_is_no_part_of_a_call(namespace: Namespace) -> None:
    """Where the Kubernetes client is imported for longer than a call may take, no login is blamed for it."""
    environment = {**os.environ, "KUBECONFIG": str(namespace.kubeconfig)}
    command = [sys.executable, "-c", SLOW_IMPORT]
    assert subprocess.run(command, env=environment, capture_output=True, check=True).stdout == b"{}\n"


@contextlib.contextmanager
def in_time() -> Iterator[None]:
    """What is done in it ends in time, and leaves no thread behind."""
    began = time.monotonic()
    yield
    assert time.monotonic() - began < LATEST
    wait_until(lambda: not exchanges(), "the end of all exchanges")


def exchanges() -> list[threading.Thread]:
    """Returns the exchanges that still go on."""
    return [thread for thread in threading.enumerate() if isinstance(thread, exchange.Exchange)]


@pytest.mark.parametrize("fault", [DRIPS, drip(1, 0.2), HANG], ids=["drips", "bytes", "silence"])
def test_a_read(fault_proxy: FaultProxy, connect: Connect, give_up_after: GiveUp, fault: Fault) -> None:
    """An answer that does not end in time is none, however little of it comes."""
    give_up_after(DEADLINE)
    fault_proxy.otherwise = always(fault)
    project = Project("demo", connect(fault_proxy.kubeconfig), user="tester")
    with in_time(), pytest.raises(ProviderUnavailableError, match="does not answer") as caught:
        project.read_all()
    assert caught.value.__context__ is None


def test_a_body_in_drips(
    fault_proxy: FaultProxy, connect: Connect, namespace: Namespace, give_up_after: GiveUp
) -> None:
    """The head may be in order: a body of 20 kB would take 20 minutes."""
    give_up_after(LONGER)
    namespace.kubectl("create", "secret", "generic", SECRET, f"--from-literal=A={CANARY * 1000}")
    project = Project("demo", connect(fault_proxy.kubeconfig), user="tester")
    fault_proxy.script("GET", drip(600, 0.3))  # the first piece is the whole head
    with in_time(), pytest.raises(ProviderUnavailableError, match="does not answer") as caught:
        project.read_all()
    assert CANARY not in shown(caught.value)


@pytest.mark.parametrize("fault", [DRIPS, HANG, Fault(hang=True)], ids=["drips", "unsent", "silence"])
def test_a_change_that_is_cut(
    fault_proxy: FaultProxy, connect: Connect, namespace: Namespace, give_up_after: GiveUp, fault: Fault
) -> None:
    """Nobody knows whether it was made: the error says so, and not that it failed."""
    namespace.kubectl("create", "secret", "generic", SECRET, "--from-literal=B=x")
    project = Project("demo", connect(fault_proxy.kubeconfig), user="tester")
    made = threading.Event()
    fault_proxy.script("PATCH", replace(fault, after=made.set))
    give_up_after(LONGER)
    with in_time(), pytest.raises(ProviderUnavailableError, match="may or may not have been made") as caught:
        project.put("A", CANARY)
    assert CANARY not in shown(caught.value)
    assert made.wait(PATIENCE)
    assert ("A" in namespace.data(SECRET)) == fault.upstream


def test_nothing_is_sent_after_the_deadline(
    namespace: Namespace, connect: Connect, give_up_after: GiveUp, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A change that waits for a name server when its time is over is not made later."""
    released = threading.Event()
    look_up = socket.getaddrinfo

    def hang(*arguments: object, **options: object) -> object:
        released.wait(NEVER)
        return look_up(*arguments, **options)  # type: ignore[arg-type]  # passed on as they came

    project = Project("demo", connect(), user="tester")
    with monkeypatch.context() as patched:
        patched.setattr(socket, "getaddrinfo", hang)
        give_up_after(DEADLINE)
        with pytest.raises(ProviderUnavailableError, match="does not answer"):
            project.put("A", CANARY)
        released.set()
        wait_until(lambda: not exchanges(), "the end of all exchanges")
    assert namespace.requests() == []
    give_up_after(PATIENCE)
    project.put("A", CANARY)
    assert namespace.data(SECRET) == {"A": CANARY.encode()}


def say_nothing(connection: socket.socket) -> None:
    """Takes a connection and reads nothing from it: TLS begins and does not end."""
    time.sleep(NEVER)


def shake_hands_slowly(connection: socket.socket) -> None:
    """Announces a long record of TLS, and gives it a byte at a time."""
    connection.sendall(b"\x16\x03\x03\x40\x00")
    while True:
        connection.sendall(b"\x02")
        time.sleep(0.2)


def connect_slowly(connection: socket.socket) -> None:
    """A proxy that tells of a connection in headers without end."""
    connection.sendall(b"HTTP/1.1 200 Connection established\r\n")
    while True:
        connection.sendall(b"X-Patience: 1\r\n")
        time.sleep(0.2)


@pytest.mark.parametrize(
    ("talk", "proxy"),
    [(say_nothing, False), (shake_hands_slowly, False), (connect_slowly, True), (say_nothing, True)],
    ids=["no TLS", "TLS in drips", "a proxy in drips", "a silent proxy"],
)
def test_before_the_request(
    namespace: Namespace,
    connect: Connect,
    tmp_path: Path,
    give_up_after: GiveUp,
    talk: Callable[[socket.socket], object],
    proxy: bool,
) -> None:
    """TLS and proxies have no more time than the rest."""
    give_up_after(DEADLINE)
    with serving(talk) as port:
        place = {"proxy-url": f"http://127.0.0.1:{port}"} if proxy else {"server": f"https://127.0.0.1:{port}"}
        kubeconfig = write_changed(namespace.kubeconfig, tmp_path / "config", cluster=place)
        project = Project("demo", connect(kubeconfig), user="tester")
        with in_time(), pytest.raises(ProviderUnavailableError, match=r"does not answer|cannot be reached"):
            project.put("A", CANARY)


def test_what_was_not_sent_has_not_happened(
    namespace: Namespace, connect: Connect, tmp_path: Path, give_up_after: GiveUp
) -> None:
    """A change whose connection is never made is no change of unknown outcome."""
    give_up_after(LONGER)
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    certificate = make_certificate(tmp_path)
    tls.load_cert_chain(certificate, tmp_path / "key.pem")
    absent = b'{"kind": "Status", "code": 404}'
    head = f"HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: {len(absent)}\r\n\r\n".encode()
    looks: list[bytes] = []

    def talk_once(connection: socket.socket) -> None:
        if looks:
            say_nothing(connection)
        with tls.wrap_socket(connection, server_side=True) as secured:
            looks.append(secured.recv(65536))
            secured.sendall(head + absent)

    with serving(talk_once) as port:
        ca = base64.b64encode(certificate.read_bytes()).decode()
        place = {"server": f"https://127.0.0.1:{port}", "certificate-authority-data": ca}
        kubeconfig = write_changed(namespace.kubeconfig, tmp_path / "config", cluster=place)
        project = Project("demo", connect(kubeconfig), user="tester")
        with in_time(), pytest.raises(ProviderUnavailableError, match="does not answer"):
            project.put("A", CANARY)
    assert [look[:3] for look in looks] == [b"GET"]


def test_an_upload_that_nobody_reads(
    namespace: Namespace, connect: Connect, tmp_path: Path, fault_proxy: FaultProxy, give_up_after: GiveUp
) -> None:
    """A server that takes the connection and stops reading in the middle of a large value is given up."""
    namespace.kubectl("create", "secret", "generic", SECRET, "--from-literal=B=x")
    behind = int(fault_proxy.url.rpartition(":")[2])
    stalled = threading.Event()

    def pass_a_little(connection: socket.socket) -> None:
        with socket.create_connection(("127.0.0.1", behind)) as theirs:
            answers = threading.Thread(target=forward, args=(theirs, connection, None), daemon=True)
            answers.start()
            forward(connection, theirs, 40_000)
            stalled.set()
            time.sleep(NEVER)

    def forward(one: socket.socket, other: socket.socket, most: int | None) -> None:
        with contextlib.suppress(OSError):
            passed = 0
            while (most is None or passed < most) and (part := one.recv(4096)):
                other.sendall(part)
                passed += len(part)

    with serving(pass_a_little) as port:
        url = f"https://127.0.0.1:{port}"
        kubeconfig = write_changed(fault_proxy.kubeconfig, tmp_path / "config", cluster={"server": url})
        project = Project("demo", connect(kubeconfig), user="tester")
        project.read_all()
        give_up_after(LONGER)
        with in_time(), pytest.raises(ProviderUnavailableError, match="may or may not have been made"):
            project.put("A", CANARY * 50_000)
    assert stalled.wait(PATIENCE)


HANGING = {
    "program": f"exec sleep {NEVER}",
    "stubborn program": f"trap '' TERM INT; sleep {NEVER} & sleep {NEVER}; wait",
    "file": "",
}


@pytest.mark.parametrize("login", HANGING)
def test_a_refusal_then_a_login_that_hangs(
    fault_proxy: FaultProxy, connect: Connect, tmp_path: Path, give_up_after: GiveUp, login: str
) -> None:
    """A slow 401 leaves the login what is left of the time, be it a program or a file."""
    content = yaml.safe_load(fault_proxy.kubeconfig.read_text())
    token, pid, file = content["users"][0]["user"]["token"], tmp_path / "pid", tmp_path / "token"
    credentials = f"""{{"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential",
        "status": {{"token": "{token}"}}}}"""
    script = f"test -e {pid} || {{ echo $$ > {pid}; echo '{credentials}'; exit; }}; echo $$ > {pid}; {HANGING[login]}"
    program = {
        "apiVersion": "client.authentication.k8s.io/v1",
        "interactiveMode": "Never",
        "command": "sh",
        "args": ["-c", script],
    }
    content["users"][0]["user"] = {"exec": program} if HANGING[login] else {"tokenFile": "token", "token": token}
    (tmp_path / "config").write_text(yaml.safe_dump(content))
    file.write_text(token)
    project = Project("demo", connect(tmp_path / "config"), user="tester")
    project.read_all()
    file.unlink()
    os.mkfifo(file)  # nobody ever writes to it
    give_up_after(LONGER)
    fault_proxy.script("GET", Fault(before=lambda: time.sleep(DEADLINE), upstream=False, answer=answer(401).answer))
    began = time.monotonic()
    with pytest.raises(ProviderUnavailableError, match="did not answer within"):
        project.read_all()
    assert time.monotonic() - began < LATEST
    assert fault_proxy.count("GET") == 2
    with contextlib.suppress(OSError):
        os.close(os.open(file, os.O_WRONLY | os.O_NONBLOCK))  # ends who waits for the file; nothing else could
    wait_until(lambda: not exchanges(), "the end of all exchanges")
    if HANGING[login]:
        wait_until(
            lambda: not running(pid.read_text().strip()), "the end of the program, and of all that it has started"
        )


def running(group: str) -> list[str]:
    """Returns the processes of a group, but for those that are dead and that nobody asks about any more."""
    found = []
    for file in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            state, _, process_group = file.read_text().rpartition(")")[2].split()[:3]
            if process_group == group and state != "Z":
                found.append(file.parent.name)
    return found


def try_to_read(project: Project) -> None:
    """Reads, in vain."""
    with contextlib.suppress(ProviderUnavailableError):
        project.read_all()


def test_a_fork_in_the_middle(fault_proxy: FaultProxy, connect: Connect, give_up_after: GiveUp) -> None:
    """A child has deadlines and connections of its own, also where the fork came in the middle of an exchange."""
    project = Project("demo", connect(fault_proxy.kubeconfig), user="tester")
    project.put("A", CANARY)
    fault_proxy.script("GET", HANG)
    give_up_after(LONGER)
    hanging = threading.Thread(target=try_to_read, args=(project,))
    hanging.start()
    wait_until(lambda: fault_proxy.count("GET") == 2, "the request that hangs", pause=0.01)

    def read() -> None:
        give_up_after(PATIENCE)
        assert project.read_values("A") == {"A": CANARY}

    assert run_forked(read) == 0
    hanging.join()


def test_an_interrupted_kernel_lets_go(fault_proxy: FaultProxy, connect: Connect, give_up_after: GiveUp) -> None:
    """Interrupting a call that hangs ends it at once, and its connection with it."""
    give_up_after(NEVER)
    project = Project("demo", connect(fault_proxy.kubeconfig), user="tester")
    ours = threading.get_ident()
    heard: list[int] = []

    def interrupt(number: int, _: object) -> None:
        heard.append(number)
        if len(heard) == 1:
            raise KeyboardInterrupt

    def send() -> None:  # until it is heard: Python misses a signal that comes right before it begins to wait
        while not heard:
            signal.pthread_kill(ours, signal.SIGINT)
            time.sleep(0.05)

    fault_proxy.script("GET", replace(HANG, before=send))
    usual = signal.signal(signal.SIGINT, interrupt)
    try:
        with in_time(), pytest.raises(KeyboardInterrupt):
            project.read_all()
    finally:
        signal.signal(signal.SIGINT, usual)


def test_a_watch_goes_on(connect: Connect, give_up_after: GiveUp) -> None:
    """A watch has no deadline: only its head has to come in time."""
    assert client.READ_TIMEOUT < 20
    project = Project("demo", connect(), user="tester")
    stop = threading.Event()
    news = project.provider.watch("demo", stop)
    give_up_after(LONGER)
    assert next(news) == {}
    time.sleep(LONGER + 0.5)
    give_up_after(PATIENCE)
    project.put("A", CANARY)
    assert set(next(news)) == {"A"}
    stop.set()
