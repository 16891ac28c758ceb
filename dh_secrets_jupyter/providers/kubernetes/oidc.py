"""A login by OpenID Connect (the auth-provider ``oidc``): the ID token of the kubeconfig, renewed when it ends."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus, urlencode

from ..kubeconfig import Entry, parse
from .credentials import Credentials, bearer, login_failed
from .pools import Server, open_pools

EARLY = 10.0
"""Seconds before its end at which a token is renewed."""
FORM = "application/x-www-form-urlencoded"


def log_in(user: str, provider: Entry) -> Credentials:
    """Returns the token that the kubeconfig has, or a new one, which then stands there.

    Args:
        user: the user's name in the kubeconfig.
        provider: its ``auth-provider``.

    Raises:
        ProviderUnavailableError: there is no token, and none to be had. Nothing is sent to a server without a
            certificate that the system, or the kubeconfig, vouches for.
    """
    settings = provider.part("config") or provider
    for key in ("idp-issuer-url", "client-id"):
        if not settings.text(key):
            raise login_failed(f"{provider.label} has no {key}")
    token = settings.text("id-token")
    if not token or _end(settings, token) - EARLY < time.time():
        renewed = _renew(settings)
        token = renewed["id-token"]
        _keep(user, settings.file, renewed)
    return Credentials(bearer(settings, token), good_until=_end(settings, token) - EARLY)


def _end(settings: Entry, token: str) -> float:
    """Returns until when a token is good."""
    with contextlib.suppress(ValueError, KeyError, TypeError, IndexError):
        _, claims, _ = token.split(".")
        return float(json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))["exp"])
    raise login_failed(f"{settings.label} has an id-token that is not valid")


def _renew(settings: Entry) -> dict[str, str]:
    """Asks the identity provider; returns what changes in the kubeconfig."""
    refresh_token = settings.text("refresh-token")
    if not refresh_token:
        raise login_failed(f"{settings.label} has expired, and has no refresh-token")
    issuer = settings.text("idp-issuer-url")
    authority, ca = settings.text("idp-certificate-authority"), settings.data("idp-certificate-authority-data")
    if authority and not ca:
        with contextlib.suppress(OSError):
            ca = Path(authority).read_bytes()  # kubectl, too, takes this path alone from where it is run
        if not ca:
            raise login_failed(f"the idp-certificate-authority {authority} cannot be read")
    found = _ask("GET", Server(f"{issuer.removesuffix('/')}/.well-known/openid-configuration", ca))
    endpoint = (found or {}).get("token_endpoint")
    if not isinstance(endpoint, str):
        raise login_failed("the identity provider does not say where tokens are renewed")
    form = {"grant_type": "refresh_token", "refresh_token": refresh_token}
    client, secret = settings.text("client-id"), settings.text("client-secret")
    # As OAuth wants it first, then as many providers do.
    basic = base64.b64encode(f"{quote_plus(client)}:{quote_plus(secret)}".encode()).decode()
    answer = _ask("POST", Server(endpoint, ca), form, {"Authorization": f"Basic {basic}"}) or _ask(
        "POST", Server(endpoint, ca), form | {"client_id": client} | ({"client_secret": secret} if secret else {})
    )
    if not answer or not isinstance(answer.get("id_token"), str):
        raise login_failed("the identity provider gave no new token")
    newer = answer.get("refresh_token")
    return {"id-token": answer["id_token"], "refresh-token": newer if isinstance(newer, str) else refresh_token}


def _ask(
    method: str, server: Server, form: dict[str, str] | None = None, headers: dict[str, str] | None = None
) -> dict[str, Any] | None:
    """Returns the JSON of a success, None where the server refuses. No redirect is followed."""
    import urllib3

    content = urlencode(form) if form else None
    pools = open_pools(server)
    try:
        answer = pools.request(
            method, server.url, body=content, headers={"Content-Type": FORM, **(headers or {})}, retries=False
        )
        found = json.loads(answer.data) if answer.status == 200 else None
    except urllib3.exceptions.SSLError:
        problem = "has a certificate that is not trusted"
    except (urllib3.exceptions.HTTPError, OSError):
        problem = "cannot be reached"
    except ValueError:
        problem = "does not answer as one"
    else:
        return found if isinstance(found, dict) else None
    raise login_failed(f"the identity provider {problem}")


def _keep(user: str, file: Path, renewed: dict[str, str]) -> None:
    """Writes new tokens into the kubeconfig: the old refresh token may be good for nothing by now.

    kubectl's own lock keeps both from writing at once. Where the file cannot be written, this process alone has the
    tokens.
    """
    file = file.resolve()
    lock = file.with_name(f"{file.name}.lock")
    with contextlib.suppress(OSError):
        os.close(os.open(lock, os.O_CREAT | os.O_EXCL, 0o600))
        try:
            _replace(user, file, renewed)
        finally:
            lock.unlink()


def _replace(user: str, file: Path, renewed: dict[str, str]) -> None:
    import yaml

    content = parse(file.read_bytes())
    if not isinstance(content, dict):
        return
    for entry in content.get("users") or ():
        if entry.get("name") == user:
            entry["user"]["auth-provider"]["config"].update(renewed)
    beside = file.with_name(f".{file.name}.{os.getpid()}")
    beside.touch(0o600)
    beside.write_text(yaml.safe_dump(content, sort_keys=False))
    beside.chmod(file.stat().st_mode & 0o777)
    beside.replace(file)
