"""Kubeconfigs of every kind, whose meaning kubectl decides."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from cryptography.hazmat.primitives import serialization

V1, BETA = "client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1"
PAST = "2020-01-01T00:00:00Z"


def encode(content: bytes) -> str:
    """Returns base64."""
    return base64.b64encode(content).decode()


def lock(key: bytes) -> bytes:
    """Returns a private key that a password protects."""
    plain = serialization.load_pem_private_key(key, None)
    sealed = serialization.BestAvailableEncryption(b"invented")
    return plain.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, sealed)


@dataclass(frozen=True)
class World:
    """What kubeconfigs can name.

    Attributes:
        folder: holds the folders ``0``, ``1``…, one for each kubeconfig.
        token: the administrator's.
        other: that of a ServiceAccount, a JWT of an hour.
        ended: one of the same that has expired.
        certificate: a client's, and its key.
    """

    folder: Path
    url: str
    ca: bytes
    namespace: str
    token: str
    other: str
    ended: str
    certificate: tuple[bytes, bytes]

    def config(
        self, user: Any = None, cluster: Any = None, context: Any = None, without: Sequence[str] = (), **more: Any
    ) -> str:
        """Returns a kubeconfig of one context; ``without`` names what is left out of the cluster."""
        place = {"server": self.url, "certificate-authority-data": encode(self.ca)} | (cluster or {})
        content = {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": "here",
            "contexts": [
                {
                    "name": "here",
                    "context": {"cluster": "c", "user": "u", "namespace": self.namespace, **(context or {})},
                }
            ],
            "clusters": [{"name": "c", "cluster": {key: place[key] for key in place if key not in without}}],
            "users": [{"name": "u", "user": {"token": self.token} if user is None else user}],
        }
        return yaml.safe_dump(content | more)

    def file(self, content: bytes | str, name: str, number: int = 0) -> str:
        """Writes a file beside a kubeconfig; returns its name, which is relative to that."""
        path = self.folder / str(number) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        path.chmod(0o700)
        return name

    def program(self, script: str, number: int = 0) -> str:
        """Writes a login program beside a kubeconfig; returns its name, which is relative to that."""
        return self.file(f"#!/bin/sh\n{script}\n", "bin/login", number)

    def answer(self, version: str = V1, **status: Any) -> str:
        """Returns the line of a script that answers with credentials."""
        credentials = {"apiVersion": version, "kind": "ExecCredential", "status": status or {"token": self.other}}
        return f"cat <<'END'\n{json.dumps(credentials)}\nEND"

    def exec(self, script: str, number: int = 0, **more: Any) -> str:
        """Returns a kubeconfig whose login is a script."""
        command = {"command": self.program(script, number)}
        return self.config({"exec": {"apiVersion": V1, "interactiveMode": "Never", **command, **more}})

    def oidc(self, **settings: str) -> str:
        """Returns a kubeconfig whose login is an OpenID Connect provider, where nobody listens."""
        known = {"idp-issuer-url": "https://127.0.0.1:1", "client-id": "kubectl", **settings}
        return self.config({"auth-provider": {"name": "oidc", "config": known}})


Kubeconfigs = Callable[[World], str | Sequence[str | None]]
"""Returns one kubeconfig or several; None stands for one that is missing."""

USERS: dict[str, Kubeconfigs] = {
    "a token": lambda w: w.config(),
    "a token with a line break": lambda w: w.config({"token": w.token + "\n"}),
    "a token that is a number": lambda w: w.config({"token": 12345678}),
    "token and tokenFile": lambda w: w.config({"token": "stale", "tokenFile": w.file(w.other + "\n", "token")}),
    "token, and tokenFile missing": lambda w: w.config({"token": w.token, "tokenFile": "missing"}),
    "tokenFile missing": lambda w: w.config({"tokenFile": "missing"}),
    "tokenFile empty": lambda w: w.config({"tokenFile": w.file("\n", "token")}),
    "tokenFile in a folder": lambda w: w.config({"tokenFile": "../0/" + w.file(w.other, "sub/token")}),
    "as": lambda w: w.config({"token": w.token, "as": "jane"}),
    "as in other scripts": lambda w: w.config({"token": w.token, "as": "Zoë Šimůnková"}),
    "as with a line break": lambda w: w.config({"token": w.token, "as": "jane\nx"}),
    "as empty": lambda w: w.config({"token": w.token, "as": ""}),
    "as a ServiceAccount": lambda w: w.config({"token": w.token, "as": f"system:serviceaccount:{w.namespace}:user"}),
    "as-groups": lambda w: w.config({"token": w.token, "as": "jane", "as-groups": ["dev", "a, b", "system:masters"]}),
    "as-groups without as": lambda w: w.config({"token": w.token, "as-groups": ["dev"]}),
    "as-groups as a text": lambda w: w.config({"token": w.token, "as": "jane", "as-groups": "dev"}),
    "as-uid": lambda w: w.config({"token": w.token, "as": "jane", "as-uid": "0815"}),
    "as-uid without as": lambda w: w.config({"token": w.token, "as-uid": "0815"}),
    "as-user-extra": lambda w: w.config(
        {"token": w.token, "as": "jane", "as-user-extra": {"scopes": ["view", "edit"], "example.com/a b%": ["é", ""]}}
    ),
    "as-user-extra without as": lambda w: w.config({"token": w.token, "as-user-extra": {"scopes": ["view"]}}),
    "as without a login": lambda w: w.config({"as": "jane"}),
    "as by somebody who may not": lambda w: w.config({"token": w.other, "as": "jane"}),
    "a password": lambda w: w.config({"username": "jane", "password": "invented"}),
    "a name without a password": lambda w: w.config({"username": "jane"}),
    "a password and a token": lambda w: w.config({"token": w.token, "username": "jane", "password": "invented"}),
    "a password and a tokenFile": lambda w: w.config({"tokenFile": w.file(w.other, "token"), "password": "invented"}),
    "a certificate": lambda w: w.config(
        {"client-certificate-data": encode(w.certificate[0]), "client-key-data": encode(w.certificate[1])}
    ),
    "a certificate in files": lambda w: w.config(
        {"client-certificate": w.file(w.certificate[0], "a.crt"), "client-key": w.file(w.certificate[1], "a.key")}
    ),
    "a certificate, its key in a file": lambda w: w.config(
        {"client-certificate-data": encode(w.certificate[0]), "client-key": w.file(w.certificate[1], "a.key")}
    ),
    "a certificate and a token": lambda w: w.config(
        {
            "token": w.other,
            "client-certificate-data": encode(w.certificate[0]),
            "client-key-data": encode(w.certificate[1]),
        }
    ),
    "a certificate without a key": lambda w: w.config({"client-certificate-data": encode(w.certificate[0])}),
    "a certificate with another's key": lambda w: w.config(
        {"client-certificate-data": encode(w.certificate[0]), "client-key-data": encode(w.ca)}
    ),
    "a certificate with a locked key": lambda w: w.config(
        {"client-certificate-data": encode(w.certificate[0]), "client-key-data": encode(lock(w.certificate[1]))}
    ),
    "a certificate twice": lambda w: w.config(
        {
            "client-certificate-data": encode(w.certificate[0]),
            "client-certificate": w.file(w.certificate[0], "a.crt"),
            "client-key-data": encode(w.certificate[1]),
        }
    ),
    "a certificate in no base64": lambda w: w.config({"client-certificate-data": "*", "client-key-data": "*"}),
    "no user in the context": lambda w: w.config(context={"user": ""}),
    "another user in the context": lambda w: w.config(context={"user": "somebody"}),
    "no users": lambda w: w.config(users=[]),
    "an empty user": lambda w: w.config({}),
    "a user without a map": lambda w: w.config("text"),
}

CLUSTERS: dict[str, Kubeconfigs] = {
    "a CA in a file": lambda w: w.config(
        cluster={"certificate-authority": w.file(w.ca, "ca.crt")}, without=["certificate-authority-data"]
    ),
    "a CA in a missing file": lambda w: w.config(
        cluster={"certificate-authority": "missing"}, without=["certificate-authority-data"]
    ),
    "a CA twice": lambda w: w.config(cluster={"certificate-authority": w.file(w.ca, "ca.crt")}),
    "a CA among words": lambda w: w.config(cluster={"certificate-authority-data": encode(b"caf\xc3\xa9\n" + w.ca)}),
    "a CA that is none": lambda w: w.config(cluster={"certificate-authority-data": encode(b"words")}),
    "another CA": lambda w: w.config(cluster={"certificate-authority-data": encode(w.certificate[0])}),
    "the system's CAs": lambda w: w.config(without=["certificate-authority-data"]),
    "an empty CA": lambda w: w.config(cluster={"certificate-authority-data": ""}),
    "not verified": lambda w: w.config(
        cluster={"insecure-skip-tls-verify": True}, without=["certificate-authority-data"]
    ),
    "not verified, with a CA": lambda w: w.config(cluster={"insecure-skip-tls-verify": True}),
    "not verified, as a text": lambda w: w.config(
        cluster={"insecure-skip-tls-verify": "true"}, without=["certificate-authority-data"]
    ),
    "another name": lambda w: w.config(cluster={"tls-server-name": "kubernetes.default"}),
    "a name that it has not": lambda w: w.config(cluster={"tls-server-name": "somewhere.example.com"}),
    "a slash at the end": lambda w: w.config(cluster={"server": f"{w.url}/"}),
    "capitals": lambda w: w.config(cluster={"server": w.url.replace("https", "HTTPS")}),
    "no scheme": lambda w: w.config(cluster={"server": w.url.removeprefix("https://")}),
    "http": lambda w: w.config(cluster={"server": w.url.replace("https", "http")}),
    "no server": lambda w: w.config(without=["server"]),
    "another cluster in the context": lambda w: w.config(context={"cluster": "elsewhere"}),
    "no clusters": lambda w: w.config(clusters=[]),
    "a proxy that is none": lambda w: w.config(cluster={"proxy-url": "ftp://127.0.0.1:1"}),
    "a proxy that is away": lambda w: w.config(cluster={"proxy-url": "http://127.0.0.1:1"}),
}

FILES: dict[str, Kubeconfigs] = {
    "empty, then good": lambda w: ["", w.config()],
    "good, then empty": lambda w: [w.config(), ""],
    "comments, then good": lambda w: ["# nothing yet\n", w.config()],
    "good, then comments": lambda w: [w.config(), "---\n# nothing yet\n"],
    "missing, then good": lambda w: [None, w.config()],
    "good, then broken": lambda w: [w.config(), "{"],
    "good, then a list": lambda w: [w.config(), "[1]"],
    "a folder": lambda w: [(w.file("", "config/file"), None)[1]],
    "JSON": lambda w: json.dumps(yaml.safe_load(w.config())),
    "lines that end as on Windows": lambda w: w.config().replace("\n", "\r\n"),
    "a byte order mark": lambda w: "\ufeff" + w.config(),
    "an anchor": lambda w: w.config().replace("token: ", "token: &token "),
    "two documents": lambda w: f"{w.config()}---\n{w.config({})}",
    "a key twice": lambda w: w.config() + "current-context: elsewhere\n",
    "a field that nobody knows": lambda w: w.config(hobbies=["none"], preferences={"colors": True}),
    "the first user wins": lambda w: [w.config({"token": w.other}), w.config()],
    "the first user wins as a whole": lambda w: [w.config({}), w.config()],
    "a context elsewhere": lambda w: [yaml.safe_dump({"current-context": "here"}), w.config({"token": w.other})],
    "an empty current-context, then one": lambda w: [w.config(**{"current-context": ""}), w.config()],
    "the first current-context": lambda w: [w.config(**{"current-context": "away"}), w.config()],
    "a user of the second file": lambda w: [w.config(users=[]), w.config({"token": w.other})],
    "files of the second file": lambda w: [
        w.config(users=[], clusters=[]),
        w.config(
            {
                "client-certificate": w.file(w.certificate[0], "a.crt", 1),
                "client-key": w.file(w.certificate[1], "k", 1),
            },
            {"certificate-authority": w.file(w.ca, "ca.crt", 1)},
            without=["certificate-authority-data"],
        ),
    ],
    "tokenFile of the second file": lambda w: [
        w.config(users=[], tokenFile=w.file("wrong", "token", 0)),
        w.config({"tokenFile": w.file(w.other, "token", 1)}),
    ],
    "a program of the second file": lambda w: ["", w.exec(w.answer(), 1)],
    "a user twice": lambda w: w.config(users=[{"name": "u", "user": {"token": w.token}}, {"name": "u", "user": {}}]),
    "another version": lambda w: w.config(apiVersion="v2"),
    "another kind": lambda w: w.config(kind="Pod"),
    "neither version nor kind": lambda w: w.config(apiVersion="", kind=""),
    "names like dates": lambda w: (
        w.config().replace("name: u\n", "name: 2024-01-01\n").replace("user: u\n", "user: 2024-01-01\n")
    ),
    "names like numbers": lambda w: w.config().replace("name: u\n", "name: 7\n").replace("user: u\n", "user: 7\n"),
}

INFO = 'case "$KUBERNETES_EXEC_INFO" in *{}*) ;; *) exit 1;; esac'

LOGINS: dict[str, Kubeconfigs] = {
    "a program": lambda w: w.exec(w.answer()),
    "a program of the older version": lambda w: w.exec(w.answer(BETA), apiVersion=BETA, interactiveMode=""),
    "a program with a certificate": lambda w: w.exec(
        w.answer(clientCertificateData=w.certificate[0].decode(), clientKeyData=w.certificate[1].decode())
    ),
    "a program with half a certificate": lambda w: w.exec(w.answer(clientCertificateData=w.certificate[0].decode())),
    "a program with as": lambda w: w.config(
        {
            "exec": {"apiVersion": V1, "interactiveMode": "Never", "command": w.program(w.answer(token=w.token))},
            "as": "jane",
        }
    ),
    "a program that talks": lambda w: w.exec(f"echo not-a-real-value >&2\n{w.answer()}", interactiveMode="IfAvailable"),
    "a program that is missing": lambda w: w.exec("", command="./missing"),
    "a program not on PATH": lambda w: w.exec("", command="surely-not-installed"),
    "a program on PATH": lambda w: w.exec("", command="sh", args=["-c", w.answer()]),
    "a program that may not run": lambda w: w.exec("", command="./config"),
    "no program": lambda w: w.exec("", command=""),
    "exit 1": lambda w: w.exec(f"{w.answer()}\necho not-a-real-value >&2; exit 1"),
    "killed": lambda w: w.exec(f"{w.answer()}\nkill -9 $$"),
    "no JSON": lambda w: w.exec("echo please log in"),
    "no answer": lambda w: w.exec("true"),
    "a list": lambda w: w.exec("echo []"),
    "another kind of answer": lambda w: w.exec(w.answer().replace("ExecCredential", "Pod")),
    "another version of answer": lambda w: w.exec(w.answer(BETA)),
    "another version": lambda w: w.exec(w.answer(), apiVersion="client.authentication.k8s.io/v1alpha1"),
    "no version": lambda w: w.exec(w.answer(), apiVersion=""),
    "no status": lambda w: w.exec(f"""echo '{{"apiVersion": "{V1}", "kind": "ExecCredential"}}'"""),
    "an empty token": lambda w: w.exec(w.answer(token="")),
    "a token that is a number in an answer": lambda w: w.exec(w.answer(token=7)),
    "no interactiveMode": lambda w: w.exec(w.answer(), interactiveMode=""),
    "interactiveMode Always": lambda w: w.exec(w.answer(), interactiveMode="Always"),
    "interactiveMode Sometimes": lambda w: w.exec(w.answer(), interactiveMode="Sometimes"),
    "not interactive, and told so": lambda w: w.exec(f"{INFO.format('interactive*false')}\n{w.answer()}"),
    "told the cluster": lambda w: w.exec(
        f"{INFO.format('server*127.0.0.1*')}\n{INFO.format('certificate-authority-data')}\n{w.answer()}",
        provideClusterInfo=True,
    ),
    "not told the cluster": lambda w: w.exec(f"{INFO.format('server')}\n{w.answer()}"),
    "variables": lambda w: w.exec(
        f'test "$REGION-$HOME" = "eu-1-/nowhere" || exit 1\n{w.answer()}',
        env=[{"name": "REGION", "value": "eu-1"}, {"name": "HOME", "value": "/nowhere"}],
    ),
    "a variable without a name": lambda w: w.exec(w.answer(), env=[{"value": "eu-1"}]),
    "credentials that have ended": lambda w: w.exec(w.answer(token=w.other, expirationTimestamp=PAST)),
    "a token that has ended": lambda w: w.exec(w.answer(token=w.ended)),
    "an end that is no time": lambda w: w.exec(w.answer(token=w.other, expirationTimestamp="soon")),
    "a program and a token": lambda w: w.config(
        {"token": w.other, "exec": {"apiVersion": V1, "interactiveMode": "Never", "command": "false"}}
    ),
    "a program and a provider": lambda w: w.config(
        {"exec": {"apiVersion": V1, "interactiveMode": "Never", "command": "false"}, "auth-provider": {"name": "oidc"}}
    ),
    "an ID token": lambda w: w.oidc(**{"id-token": w.other}),
    "an ID token that has ended": lambda w: w.oidc(**{"id-token": w.ended}),
    "an ID token that has ended, and nobody to renew it": lambda w: w.oidc(
        **{"id-token": w.ended, "refresh-token": "invented"}
    ),
    "an ID token that is none": lambda w: w.oidc(**{"id-token": "not-a-token"}),
    "no issuer": lambda w: w.oidc(**{"id-token": w.other, "idp-issuer-url": ""}),
    "no client": lambda w: w.oidc(**{"id-token": w.other, "client-id": ""}),
    "a provider without settings": lambda w: w.config({"auth-provider": {"name": "oidc"}}),
    "a provider and a token": lambda w: w.config(
        {
            "token": w.other,
            "auth-provider": {"name": "oidc", "config": {"idp-issuer-url": "https://a", "client-id": "b"}},
        }
    ),
    "a provider that is no more": lambda w: w.config({"auth-provider": {"name": "gcp"}}),
    "a provider that is no more, and a token": lambda w: w.config({"token": w.token, "auth-provider": {"name": "gcp"}}),
}

TABLE = {**USERS, **CLUSTERS, **FILES, **LOGINS}
