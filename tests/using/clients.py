"""What people reach hosts with: each makes a client that asks a URL with a key, and returns what it was answered."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path

Ask = Callable[[str, str], str]
"""Asks a URL with a key."""
_BIN = Path(sys.executable).parent
_FETCH = """
const [url, key] = process.argv.slice(1)
fetch(url, {headers: {Authorization: `Bearer ${key}`}}).then(answer => answer.text()).then(console.log, error => {
  console.error(error.cause ?? error)
  process.exit(1)
})
"""


def bearer(key: str) -> dict[str, str]:
    """Returns the header that most have."""
    return {"Authorization": f"Bearer {key}"}


def with_requests() -> Ask:
    """``requests``, with a session."""
    import requests

    session = requests.Session()
    return lambda url, key: session.get(url, headers=bearer(key), timeout=30).text


def with_urllib() -> Ask:
    """``urllib.request``."""
    with urllib.request.urlopen("data:,what%20it%20makes%20by%20the%20first%20call%20it%20keeps"):
        pass

    def ask(url: str, key: str) -> str:
        with urllib.request.urlopen(urllib.request.Request(url, headers=bearer(key)), timeout=30) as answer:
            return str(answer.read().decode())

    return ask


def with_httpx() -> Ask:
    """``httpx``, on which openai and anthropic are built."""
    import httpx

    client = httpx.Client(timeout=30)
    return lambda url, key: client.get(url, headers=bearer(key)).text


def with_bare_urllib3() -> Ask:
    """``urllib3`` that is told of no proxy."""
    import urllib3

    pool = urllib3.PoolManager()
    return lambda url, key: pool.request("GET", url, headers=bearer(key), timeout=30, retries=False).data.decode()


def with_urllib3() -> Ask:
    """``urllib3`` that is told of the environment's proxy, as its manual says."""
    import os
    from urllib.parse import urlsplit

    import urllib3

    proxy = urlsplit(os.environ.get("HTTPS_PROXY", "http://127.0.0.1:9"))
    headers = urllib3.make_headers(proxy_basic_auth=f"{proxy.username}:{proxy.password}")
    pool = urllib3.ProxyManager(f"http://{proxy.hostname}:{proxy.port}", proxy_headers=headers)
    return lambda url, key: pool.request("GET", url, headers=bearer(key), timeout=30, retries=False).data.decode()


def _aiohttp(*, trust_env: bool) -> Ask:
    import ssl

    import aiohttp

    def ask(url: str, key: str) -> str:
        async def get() -> str:
            context = ssl.create_default_context()  # its own is made when it is imported
            async with (
                aiohttp.ClientSession(trust_env=trust_env) as session,
                session.get(url, headers=bearer(key), ssl=context) as answer,
            ):
                return await answer.text()

        return asyncio.run(get())

    return ask


def with_aiohttp() -> Ask:
    """``aiohttp`` with ``trust_env``."""
    return _aiohttp(trust_env=True)


def with_bare_aiohttp() -> Ask:
    """``aiohttp`` without."""
    return _aiohttp(trust_env=False)


def with_websockets() -> Ask:
    """``websockets``: what the host says first."""
    from websockets.sync.client import connect

    def ask(url: str, key: str) -> str:
        address = url.replace("https://", "wss://")
        with connect(f"{address}socket", additional_headers=bearer(key), open_timeout=30, close_timeout=0.1) as socket:
            return str(socket.recv(timeout=30))

    return ask


def _program(*arguments: str) -> Ask:
    def ask(url: str, key: str) -> str:
        place = url.removeprefix("https://")
        filled = [one.replace("{url}", url).replace("{key}", key).replace("{place}", place) for one in arguments]
        done = subprocess.run(filled, capture_output=True, text=True, timeout=120, check=False)
        return done.stdout + done.stderr

    return ask


CLIENTS: Mapping[str, Callable[[], Ask]] = {
    "requests": with_requests,
    "urllib": with_urllib,
    "httpx": with_httpx,
    "urllib3, bare": with_bare_urllib3,
    "urllib3": with_urllib3,
    "aiohttp": with_aiohttp,
    "aiohttp, bare": with_bare_aiohttp,
    "websockets": with_websockets,
}
"""Those of a process, by name."""
PROGRAMS: Mapping[str, Ask] = {
    "curl": _program("curl", "--silent", "--show-error", "--header", "Authorization: Bearer {key}", "{url}"),
    "git": _program(
        "git", "-c", "credential.helper=", "-c", "http.extraHeader=Authorization: Bearer {key}", "ls-remote", "{url}"
    ),
    "pip": _program(
        *(
            sys.executable,
            "-m",
            "pip",
            "--isolated",
            "--disable-pip-version-check",
            "download",
            "--no-input",
            "--no-deps",
        ),
        *("--retries=0", "--dest=build", "--index-url=https://user:{key}@{place}", "sample-package"),
    ),
    "node": _program(str(_BIN / "node"), "--eval", _FETCH, "{url}", "{key}"),
}
"""Those that are started anew each time, so that they know the environment as it is."""
