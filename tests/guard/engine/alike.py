"""Families of values that are alike, or repeat themselves, and outputs that hold what they have in common."""

from __future__ import annotations

import base64
import json
import random
from collections.abc import Callable

SIGNS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
HOST = "sqlprod-westeurope.database.windows.net"


def chars(count: int, seed: object, signs: str = SIGNS) -> str:
    """Returns so many characters, the same ones for a seed."""
    return "".join(random.Random(str(seed)).choices(signs, k=count))


def connection(number: int) -> str:
    """Returns one of many connection strings to one server."""
    return (
        f"Server=tcp:{HOST},1433;Initial Catalog=db{number};User ID=app{number};Password={chars(20, number)};"
        "MultipleActiveResultSets=False;Encrypt=True;TrustServerCertificate=False;Connection Timeout=30;"
    )


def token(number: int) -> str:
    """Returns one of many JSON web tokens of one issuer."""
    claims = {"iss": "https://login.example.com/realms/main", "aud": "notebooks", "sub": f"user{number}"}
    payload = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return f"eyJhbGciOiJSUzI1NiIsImtpZCI6IjEyMzQ1Njc4OTAifQ.{payload}.{chars(86, number)}"


def pem(seed: object, lines: int) -> str:
    """Returns one certificate."""
    body = "".join(f"{chars(64, (seed, line))}\n" for line in range(lines))
    return f"-----BEGIN CERTIFICATE-----\n{body}-----END CERTIFICATE-----\n"


def kubeconfig(number: int) -> str:
    """Returns one of many kubeconfigs with one certificate authority."""
    return (
        f"apiVersion: v1\nclusters:\n- cluster:\n    certificate-authority-data: {chars(700, 'authority')}\n"
        f"    server: https://cluster-{number}.example.com:6443\n  name: c{number}\nusers:\n- name: u{number}\n"
        f"  user:\n    client-key-data: {chars(700, number)}\n"
    )


def lines(count: int, line: Callable[[int], str]) -> str:
    """Returns a text of so many lines."""
    return "".join(f"{line(number)}\n" for number in range(count))


def pgpass(number: int) -> str:
    """Returns a line of a ``.pgpass`` file."""
    return f"db-prod.example.internal:5432:orders{number}:app{number}:{chars(20, number)}"


def known_host(number: int) -> str:
    """Returns a line of a ``known_hosts`` file."""
    return f"host{number}.example.com ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI{chars(43, number)}"


def listed(count: int, first: int = 0) -> str:
    """Returns a list of accounts in JSON."""
    numbers = range(first, first + count)
    return json.dumps([{"user": f"app{n}", "host": HOST, "key": chars(24, n)} for n in numbers])


def frame(rows: int) -> str:
    """Returns a table as a DataFrame shows it, with the host in each row."""
    return "<table>" + lines(rows, lambda row: f"<tr><td>{row}</td><td>{HOST}</td><td>{row * 7}</td></tr>")


SERVERS = frame(1000) + lines(1000, lambda row: f"Server=tcp:{HOST},1433;Initial Catalog=db{row};User ID=app{row};")

FAMILIES: dict[str, Callable[[int], tuple[list[str], str]]] = {
    "random": lambda n: ([chars(16 + i % 48, i) for i in range(n)], SERVERS),
    "connection strings": lambda n: ([*map(connection, range(n))], SERVERS),
    "tokens": lambda n: ([*map(token, range(n))], lines(400, lambda row: token(row + 10_000))),
    "certificate chains": lambda n: ([pem(i, 3) + pem("root", 12) for i in range(n)], pem("root", 12) * 100),
    "kubeconfigs": lambda n: ([*map(kubeconfig, range(n))], lines(60, lambda row: kubeconfig(row + 10_000))),
    ".pgpass": lambda n: ([lines(n, pgpass)], lines(1000, lambda row: pgpass(row + 10_000))),
    "known_hosts": lambda n: ([lines(n, known_host)], lines(1000, lambda row: known_host(row + 10_000))),
    "JSON list": lambda n: ([listed(n)], listed(800, 10_000)),
    "period of 2": lambda n: (["ab" * 10 * n], "ab" * 30_000 + ("ab" * 9 * n + "x") * 20),
    "period of 3": lambda n: (["abc" * 10 * n], "abc" * 20_000 + "abcabcx" * 5_000),
    "runs": lambda n: (["Kq7x" + "a" * 10 * n + "W2pZ-m4vB8zK1w"], "a" * 60_000 + "Kq7x" + "a" * 9 * n),
    "runs in base64": lambda n: (
        [base64.b64encode(b"Kq7xW2pZ" + bytes(8 * n) + b"m4vB8zK1w").decode()],
        base64.b64encode(bytes(40_000)).decode(),
    ),
    "few signs": lambda n: ([chars(20 * n, 1, "abc")], chars(60_000, 2, "abc")),
}
"""For a number of values, or for one of that size: the values, and an output."""
