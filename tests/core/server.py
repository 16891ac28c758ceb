"""The stand-in's HTTP: which path does what, and who may."""

from __future__ import annotations

import http.server
import json
import threading
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qs, unquote, urlsplit

from .answers import PUBLIC, Answer, Refusal, failed, found, now, page, plain, refused
from .entities import Entities
from .logins import Logins, User
from .vault import NothingThere, Vault

LONGEST_ADDRESS = 32_768
_TITLE = "HTTP Status 400 \N{EN DASH} Bad Request"
TOO_LONG = (
    f'<!doctype html><html lang="en"><head><title>{_TITLE}</title><style type="text/css">body '
    "{font-family:Tahoma,Arial,sans-serif;} h1, h2, h3, b {color:white;background-color:#525D76;} h1 {font-size:22px;} "
    "h2 {font-size:16px;} h3 {font-size:14px;} p {font-size:12px;} a {color:black;} .line "
    f"{{height:1px;background-color:#525D76;border:none;}}</style></head><body><h1>{_TITLE}</h1></body></html>"
)


@dataclass(frozen=True)
class Call:
    """One request, as it came."""

    method: str
    path: str
    query: Mapping[str, list[str]]
    authorization: str | None
    content_type: str = ""
    content: bytes = field(default=b"", repr=False)

    def json(self) -> Any:
        """Returns the body."""
        if self.content_type.partition(";")[0] != "application/json":
            raise failed(415, self.path)
        try:
            return json.loads(self.content)
        except ValueError:
            raise failed(400, self.path) from None

    def form(self) -> dict[str, str]:
        """Returns the body of a form."""
        return {key: values[0] for key, values in parse_qs(self.content.decode(), keep_blank_values=True).items()}


class Core:
    """A Core; ``with`` starts and ends it.

    Args:
        kubeconfig: where values are kept.

    Attributes:
        url: its address.
        requests: what came so far, oldest first.
        spend: called with each request before it is answered; a test may wait in it, or do something.
        namespace: where it says that it keeps values.
    """

    def __init__(self, kubeconfig: Path) -> None:
        self.requests: list[Call] = []
        self.spend: Callable[[Call], object] = lambda call: None
        self.entities = Entities()
        self.vault = Vault(kubeconfig)
        self.namespace = self.vault.namespace
        self._server = _Server(("127.0.0.1", 0), type("Handler", (_Handler,), {"core": self}))
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self.logins = Logins(self.url)

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def counted(self, *methods: str) -> list[str]:
        """Returns the requests so far, as ``METHOD path``; of these methods where some are given."""
        return [f"{one.method} {one.path}" for one in list(self.requests) if not methods or one.method in methods]

    def answer(self, call: Call) -> Answer:
        """Answers one request."""
        self.requests.append(call)
        self.spend(call)
        try:
            return self._route(call, call.path.strip("/").split("/"))
        except Refusal as refusal:
            return refusal.answer
        except PermissionError:
            return failed(403, call.path).answer
        except Exception:  # noqa: BLE001 (whatever goes wrong in Core is the same to whom asks)
            return failed(500, call.path).answer

    def _route(self, call: Call, parts: list[str]) -> Answer:
        if parts[0] == ".well-known":
            return self._discover(call, parts[1])
        if parts == ["auth", "token"] and call.method == "POST":
            return self.logins.token(call.form(), call.authorization)
        user = self.logins.user(call.authorization)
        if user is None or parts[0] == "auth":
            raise PermissionError
        if parts == ["api", "auth"]:
            if not self.logins.is_on:
                return Answer(500)
            return self.logins.check(call.authorization)
        match parts:
            case ["api", "v1", "tokens", ("personal" | "refresh") as kind]:
                if call.method == "POST":
                    return found(self.logins.personal(user, call.json()))
                return found(page(self.logins.listed(user, kind), {}, size=20))
            case ["api", "v1", "projects", *rest]:
                return self._projects(call, user, rest)
            case ["api", "v1", "-", project, "secrets", *rest] if len(rest) < 2:
                if not user.may_use(project):
                    raise PermissionError
                return self._secrets(call, user, project, rest[0] if rest else "")
        raise failed(404, call.path)

    def _discover(self, call: Call, document: str) -> Answer:
        on = self.logins.is_on
        methods = ["none", "client_secret_basic", "client_secret_post"]
        grants = ["refresh_token", "client_credentials", "urn:ietf:params:oauth:grant-type:token-exchange"]
        oauth: dict[str, Any] = {
            "grant_types_supported": grants,
            "issuer": self.url,
            "jwks_uri": f"{self.url}/auth/jwks",
            "response_types_supported": ["code"],
            "scopes_supported": ["openid", "offline_access", "profile", "credentials"],
            "token_endpoint": f"{self.url}/auth/token",
            "token_endpoint_auth_methods_supported": methods,
        }
        if document == "openid-configuration":
            if not on:
                raise failed(500, call.path)
            return plain(oauth, cache=PUBLIC)
        body = {
            "container_registry": "",
            "dhcore_api_level": "15",
            "dhcore_api_version": "v1",
            "dhcore_default_files_store": "s3://dhcore",
            "dhcore_endpoint": self.url,
            "dhcore_name": "dhcore",
            "dhcore_version": "0.15.1-SNAPSHOT",
            "k8s_namespace": self.namespace,
            **{f"oauth2_{name}": value for name, value in oauth.items()},
            **({"dhcore_authentication_methods": ["jwt", "basic"], "dhcore_realm": self.url} if on else {}),
        }
        return plain(body, cache=PUBLIC, versioned=True)

    def _projects(self, call: Call, user: User, rest: list[str]) -> Answer:
        match call.method, rest:
            case "POST", []:
                made = self.entities.create_project(call.json(), user.name)
                user.projects[made["name"]] = "ROLE_ADMIN"
                return found(made)
            case "GET", []:
                return found(page(list(self.entities.projects.values()), call.query, kind="ProjectEntity"))
            case "GET", [name]:
                return found(self.entities.project(name))
            case "DELETE", [name]:
                self.entities.projects.pop(name, None)
                return Answer()
            case "POST", [name, "share"]:
                other = self.logins.users[call.query["user"][0]]
                other.projects[name] = "ROLE_USER"
                shared = {"project": name, "entity": "project", "entityId": name, "owner": user.name}
                times = {"issuedTime": now(), "expirationTime": None}
                return found({"id": uuid.uuid4().hex, **shared, "user": other.name, **times})
        raise failed(404, call.path)

    def _secrets(self, call: Call, user: User, project: str, item: str) -> Answer:
        match call.method, item:
            case "GET", "":
                listed = list(self.entities.of(project).values())
                return found(page(listed, call.query, kind="SecretEntity"))
            case "POST", "":
                return found(self.entities.create(project, call.json(), user.name))
            case "GET", "data":
                return self._read(call, project)
            case "PUT", "data":
                return self._write(call, project)
            case "GET", _ if item:
                return found(self.entities.get(project, item))
            case "PUT", _ if item:
                return found(self.entities.change(project, item, call.json(), user.name))
            case "DELETE", _ if item:
                return self._delete(project, item)
        raise failed(405, call.path, Allow="DELETE, PUT, GET" if item else "GET, POST")

    def _read(self, call: Call, project: str) -> Answer:
        if "keys" not in call.query:
            raise failed(400, call.path)
        names = [name for part in call.query["keys"] for name in part.split(",")]
        secrets = self.entities.of(project)
        values: dict[str, str] = {}
        for secret in (secrets[name] for name in names if name in secrets):
            key = _kept(secret)
            values[key] = self.vault.read(project, key)
        return found(values)

    def _write(self, call: Call, project: str) -> Answer:
        body = call.json()
        if not isinstance(body, dict) or any(isinstance(value, list | dict) for value in body.values()):
            raise failed(400, call.path)
        secrets = self.entities.of(project)
        if missing := [name for name in body if name not in secrets]:
            raise refused(400, f"missing secrets for {','.join(missing)}")
        for name in sorted(body):
            value = body[name]
            if value is None:
                raise NothingThere
            self.vault.write(project, _kept(secrets[name]), value if isinstance(value, str) else json.dumps(value))
        return Answer()

    def _delete(self, project: str, identity: str) -> Answer:
        secret = self.entities.get(project, identity)
        if secret["spec"]["provider"] == "kubernetes":
            self.vault.delete(project, _kept(secret))
        self.entities.delete(identity)
        return Answer()


def _kept(secret: Mapping[str, Any]) -> str:
    """Returns the key of a secret's value."""
    if secret["spec"]["provider"] != "kubernetes":
        raise refused(500, "invalid or unavailable provider")
    return str(secret["spec"]["path"]).removeprefix("secret://")


class _Server(http.server.ThreadingHTTPServer):
    request_queue_size = 256

    def handle_error(self, *_: object) -> None:
        """A client that went away is what some tests are about."""


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True
    core: Core

    def log_message(self, *_: object) -> None:
        """Says nothing."""

    def _exchange(self) -> None:
        content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if len(self.path) > LONGEST_ADDRESS:
            self._send(Answer(400, TOO_LONG, {"Content-Type": "text/html;charset=utf-8"}))
            return
        url = urlsplit(self.path)
        query = parse_qs(url.query, keep_blank_values=True)
        kind = self.headers.get("Content-Type", "")
        call = Call(self.command, unquote(url.path), query, self.headers.get("Authorization"), kind, content)
        self._send(self.core.answer(call))

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _exchange

    def _send(self, answer: Answer) -> None:
        body = answer.body
        is_text = isinstance(body, str) and "text/html" in answer.headers.get("Content-Type", "")
        content = b"" if body is None else (body if is_text else json.dumps(body, ensure_ascii=False)).encode()
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
        self.wfile.flush()
