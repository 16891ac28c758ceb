"""The API server is gone, hangs, is somebody else's, or goes away in the middle."""

from __future__ import annotations

import contextlib
import http.server
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from dh_secrets_jupyter.errors import AccessDeniedError, ProviderUnavailableError, SecretsError
from dh_secrets_jupyter.project import Project
from dh_secrets_jupyter.providers.kubernetes import KubernetesProvider, client
from tests.cluster.kubeconfig import write_changed
from tests.cluster.server import Cluster, Namespace
from tests.support.certificate import make_certificate
from tests.support.connections import serving
from tests.support.waiting import PATIENCE, wait_until

from .conftest import CANARY, SECRET, Connect, shown

ATTEMPTS: dict[str, Callable[[Project], object]] = {
    "read": lambda project: project.read_all(),
    "write": lambda project: project.put("A", CANARY),
    "watch": lambda project: next(project.provider.watch(project.name, threading.Event())),
}


def pointing_to(namespace: Namespace, url: str) -> Path:
    """Returns the administrator's kubeconfig with another address in it."""
    return write_changed(
        namespace.kubeconfig, namespace.cluster.folder / "elsewhere.kubeconfig", cluster={"server": url}
    )


def check_line(error: SecretsError, namespace: Namespace) -> None:
    """One line that says what to do, without value or token."""
    assert "\n" not in str(error)
    assert error.hint
    assert CANARY not in shown(error)
    assert namespace.cluster.token not in shown(error)
    assert error.__cause__ is None
    assert error.__context__ is None


@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_no_server(connect: Connect, namespace: Namespace, attempt: str) -> None:
    """Where nothing listens, every call says so in the end."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        project = Project("demo", connect(pointing_to(namespace, f"https://127.0.0.1:{port}")), user="tester")
        with pytest.raises(ProviderUnavailableError, match="cannot be reached") as caught:
            ATTEMPTS[attempt](project)
    check_line(caught.value, namespace)


@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_a_wrong_certificate(connect: Connect, namespace: Namespace, attempt: str, tmp_path: Path) -> None:
    """A server whose certificate the kubeconfig does not trust gets neither token nor value."""
    kubeconfig = namespace.cluster.write_kubeconfig(
        "untrusting", namespace.cluster.token, namespace.name, ca=make_certificate(tmp_path)
    )
    project = Project("demo", connect(kubeconfig), user="tester")
    with pytest.raises(ProviderUnavailableError, match="certificate") as caught:
        ATTEMPTS[attempt](project)
    check_line(caught.value, namespace)
    assert namespace.secret(SECRET) is None
    assert namespace.requests()[:-1] == []


@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_a_server_that_hangs(
    connect: Connect, namespace: Namespace, attempt: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that takes connections and answers nothing is given up, a write included."""
    assert client.READ_TIMEOUT + client.CONNECT_TIMEOUT <= 25
    monkeypatch.setattr(client, "READ_TIMEOUT", 1.0)
    monkeypatch.setattr(client, "RETRY_TIMEOUT", 1.0)
    project = Project("demo", connect(), user="tester")
    with namespace.cluster.suspended():
        if attempt != "watch":
            with pytest.raises(ProviderUnavailableError, match="does not answer") as caught:
                ATTEMPTS[attempt](project)
            check_line(caught.value, namespace)
        else:
            stop = threading.Event()
            monkeypatch.setattr(client, "READ_TIMEOUT", PATIENCE)
            threading.Timer(0.5, stop.set).start()
            assert list(project.provider.watch("demo", stop)) == []
    assert namespace.secret(SECRET) is None


@pytest.mark.parametrize(
    "content",
    [
        "{",
        "contexts: 1",
        "",
        "current-context: test",
        "{current-context: x, contexts: [{name: x, context: {cluster: y, user: z}}], clusters: [], users: []}",
        "{current-context: x, contexts: [{name: x}]}",
        (
            "{current-context: x, contexts: [{name: x, context: {cluster: y, user: y}}], "
            "clusters: [{name: y, cluster: {server: 'https://127.0.0.1:1'}}], "
            f"users: [{{name: y, user: {{tokenFile: /nowhere, password: {CANARY}}}}}]}}"
        ),
    ],
    ids=["no YAML", "another shape", "empty", "context missing", "cluster missing", "context empty", "file missing"],
)
def test_an_unusable_kubeconfig(
    namespace: Namespace, tmp_path: Path, content: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is one line, whatever is wrong with it, and nothing of its content is in it."""
    file = tmp_path / "config"
    file.write_text(content)
    monkeypatch.setenv("KUBECONFIG", str(file))
    for attempt in ATTEMPTS.values():
        with pytest.raises(ProviderUnavailableError, match="kubeconfig") as caught:
            attempt(Project("demo", KubernetesProvider(), user="tester"))
        check_line(caught.value, namespace)


class Website(http.server.BaseHTTPRequestHandler):
    """Something else that answers where the API server should: a portal, a proxy."""

    answer = (200, b"")

    def do_GET(self) -> None:
        """Answers the same to everything."""
        status, body = self.answer
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@pytest.mark.parametrize(
    "answer",
    [(200, b"<html>"), (200, b"{}"), (200, b"[]"), (302, b""), (404, b"<html>"), (404, b"{}"), (403, b"no")],
    ids=str,
)
def test_something_else_answers(connect: Connect, namespace: Namespace, answer: tuple[int, bytes]) -> None:
    """A web server that is no API server is never taken for a project without secrets."""
    handler = type("Handler", (Website,), {"answer": answer})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        provider = connect(pointing_to(namespace, f"http://127.0.0.1:{server.server_port}"))
        with pytest.raises(ProviderUnavailableError) as caught:
            provider.read("demo")
        check_line(caught.value, namespace)
        server.shutdown()


def test_a_missing_namespace(connect: Connect, namespace: Namespace, monkeypatch: pytest.MonkeyPatch) -> None:
    """It reads as empty, and a write says which namespace is missing."""
    monkeypatch.setenv("DH_SECRETS_NAMESPACE", "nowhere")
    project = Project("demo", connect(), user="tester")
    assert project.list_secrets() == []
    with pytest.raises(ProviderUnavailableError, match="the namespace nowhere does not exist") as caught:
        project.put("A", CANARY)
    check_line(caught.value, namespace)


@pytest.mark.parametrize(
    ("variable", "text"),
    [
        ("DH_SECRETS_SECRET_NAME", "one-for-all"),
        ("DH_SECRETS_SECRET_NAME", "UPPER-{project}"),
        ("DH_SECRETS_SECRET_NAME", "../{project}"),
        ("DH_SECRETS_NAMESPACE", "a/b"),
        ("DH_SECRETS_NAMESPACE", "Team"),
    ],
)
def test_settings_that_cannot_be_used(monkeypatch: pytest.MonkeyPatch, variable: str, text: str) -> None:
    """A template without {project}, or a name that Kubernetes cannot have, is refused before anything is asked."""
    monkeypatch.setenv(variable, text)
    with pytest.raises(ProviderUnavailableError, match=variable):
        KubernetesProvider()


def test_a_template_names_the_secret(connect: Connect, namespace: Namespace, monkeypatch: pytest.MonkeyPatch) -> None:
    """DH_SECRETS_SECRET_NAME is where an older platform's Secrets are found."""
    monkeypatch.setenv("DH_SECRETS_SECRET_NAME", "dhcore-proj-secrets-{project}")
    Project("demo", connect(), user="tester").put("A", CANARY)
    assert namespace.data("dhcore-proj-secrets-demo") == {"A": CANARY.encode()}


class Interceptor:
    """Forwards bytes between client and API server, and cuts the connection instead of giving some answers back.

    No real part loses an answer at a chosen moment. TLS ends at neither side: it forwards what it cannot read, and
    tells the change from the look before it by its size.
    """

    def __init__(self, target: str, cuts: int, larger_than: int) -> None:
        self._target = target
        self.cuts = cuts
        self.stays_away = False  # after the cut, no connection is served any more
        self._larger_than = larger_than

    def serve(self, ours: socket.socket) -> None:
        """Serves one connection."""
        if self.stays_away and self.cuts == 0:
            return
        host, port = self._target.removeprefix("https://").split(":")
        theirs = socket.create_connection((host, int(port)))
        sent = 0
        losing = threading.Event()

        def back() -> None:
            with contextlib.suppress(OSError):
                while part := theirs.recv(65536):
                    if losing.is_set():
                        break
                    ours.sendall(part)
                ours.shutdown(socket.SHUT_RDWR)

        threading.Thread(target=back, daemon=True).start()
        with contextlib.suppress(OSError):
            while part := ours.recv(65536):
                sent += len(part)
                if sent > self._larger_than and self.cuts > 0 and not losing.is_set():
                    self.cuts -= 1
                    losing.set()
                theirs.sendall(part)
        theirs.close()


@pytest.fixture
def intercepted(connect: Connect, namespace: Namespace) -> Iterator[tuple[Project, Interceptor]]:
    """The project through an interceptor that loses the answer of the first large request."""
    interceptor = Interceptor(namespace.cluster.url, cuts=1, larger_than=30_000)
    with serving(interceptor.serve) as port:
        provider = connect(pointing_to(namespace, f"https://127.0.0.1:{port}"))
        yield Project("demo", provider, user="tester"), interceptor


LARGE = CANARY * 2_000


@pytest.mark.parametrize("exists", [True, False], ids=["patch", "create"])
def test_a_lost_answer_is_found_out(
    intercepted: tuple[Project, Interceptor], namespace: Namespace, exists: bool
) -> None:
    """A change that was made, and whose answer was lost, is acknowledged, and not made twice."""
    project, interceptor = intercepted
    if exists:
        project.put("OTHER", "x")
    project.new_secret("A", LARGE)
    assert interceptor.cuts == 0
    assert namespace.data(SECRET)["A"] == LARGE.encode()
    changes = [entry for entry in namespace.requests() if entry["verb"] in ("create", "patch")]
    assert len(changes) == 1 + exists


def test_an_outcome_that_nobody_knows_is_said(
    intercepted: tuple[Project, Interceptor], namespace: Namespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the answer is lost and the API server stays away, the error says that the change may have been made."""
    project, interceptor = intercepted
    project.put("OTHER", "x")
    monkeypatch.setattr(client, "RETRY_TIMEOUT", 0.5)
    interceptor.stays_away = True
    with pytest.raises(ProviderUnavailableError, match="it may or may not have been made") as caught:
        project.new_secret("A", LARGE)
    check_line(caught.value, namespace)


@pytest.mark.cluster
def test_a_server_killed_in_the_middle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While the API server is killed and started again, every acknowledged write is there, as it was written."""
    with Cluster(tmp_path) as own:
        space = own.namespace()
        monkeypatch.setenv("KUBECONFIG", str(space.kubeconfig))
        over = threading.Event()
        tried: dict[str, str] = {}
        acknowledged: set[str] = set()

        def write(writer: int) -> None:
            project = Project("demo", KubernetesProvider(), user="tester")
            turn = 0
            while not over.is_set():
                name, turn = f"W{writer}-{turn}", turn + 1
                tried[name] = f"{CANARY} {name}"
                with contextlib.suppress(ProviderUnavailableError):
                    project.new_secret(name, tried[name], description=name)
                    acknowledged.add(name)
                over.wait(0.05)

        def go_on() -> None:
            wanted = len(acknowledged) + 10
            wait_until(lambda: len(acknowledged) >= wanted, "ten more writes")

        with ThreadPoolExecutor(3) as pool:
            writing = [pool.submit(write, writer) for writer in range(3)]
            try:
                for _ in range(2):
                    go_on()
                    own.kill()
                    time.sleep(0.5)
                    own.start()
                go_on()
            finally:
                over.set()
            for done in writing:
                done.result(PATIENCE)
        found = {name: value.decode() for name, value in space.data(SECRET).items()}
        described = {
            secret.name: secret.metadata.description
            for secret in Project("demo", KubernetesProvider(), user="t").list_secrets()
        }
    assert acknowledged <= found.keys()
    assert found.items() <= tried.items()
    assert described == {name: name for name in found}


def test_an_exec_plugin_that_hangs(namespace: Namespace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A login program that never answers is given up."""
    assert client.LOGIN_TIMEOUT <= 20
    monkeypatch.setattr(client, "LOGIN_TIMEOUT", 1.0)
    login = {"apiVersion": "client.authentication.k8s.io/v1beta1", "command": "sleep", "args": ["30"]}
    kubeconfig = write_changed(namespace.kubeconfig, tmp_path / "config", user={"exec": login})
    monkeypatch.setenv("KUBECONFIG", str(kubeconfig))
    with pytest.raises(ProviderUnavailableError, match="login did not answer") as caught:
        KubernetesProvider().read("demo")
    check_line(caught.value, namespace)


def test_a_token_file_that_goes_away(connect: Connect, namespace: Namespace, tmp_path: Path) -> None:
    """A credential that cannot be looked up again is one line, and the old one is not used beyond its time."""
    (tmp_path / "token").write_text("not-a-real-token")
    user = {"tokenFile": str(tmp_path / "token")}
    provider = connect(write_changed(namespace.kubeconfig, tmp_path / "config", user=user))
    with pytest.raises(AccessDeniedError):
        provider.read("demo")
    (tmp_path / "token").unlink()
    with pytest.raises(ProviderUnavailableError, match=r"the tokenFile .+ cannot be read") as caught:
        provider.read("demo")
    check_line(caught.value, namespace)


@pytest.mark.slow
def test_importing_the_provider_imports_no_client() -> None:
    """The Kubernetes client is imported with the first request, and not before."""
    script = """
import sys
from dh_secrets_jupyter.providers.kubernetes import KubernetesProvider
KubernetesProvider()
print([name for name in ("kubernetes", "urllib3", "yaml") if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "[]"
