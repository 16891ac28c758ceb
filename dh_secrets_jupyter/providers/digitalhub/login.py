"""Who one is at Core: the login of the platform's SDK, found in its order, and renewed so that the SDK keeps it.

Address and client come from the environment, then from the file; credentials from the file, then from the environment.
A refresh token is used up by its use: whoever renews a login has to leave the new one where the SDK looks for it.
"""

from __future__ import annotations

import base64
import os
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import urlsplit

from ...backoff import Deadline
from ...errors import AccessDeniedError, ProviderUnavailableError, SecretsError
from ..base import Learn
from ..proxies import is_http
from .profile import Profile, UnwritableError

ENDPOINT = "DHCORE_ENDPOINT"
CLIENT_ID = "DHCORE_CLIENT_ID"
PERSONAL_TOKEN = "DHCORE_PERSONAL_ACCESS_TOKEN"
ACCESS_TOKEN = "DHCORE_ACCESS_TOKEN"
REFRESH_TOKEN = "DHCORE_REFRESH_TOKEN"
USER = "DHCORE_USER"
PASSWORD = "DHCORE_PASSWORD"
SECRET = (PERSONAL_TOKEN, ACCESS_TOKEN, REFRESH_TOKEN, PASSWORD)
"""What nobody should see of a login."""
LOG_IN = "Log in again: restart the workspace, or use dhcli"

_PREFIXES = {
    "access_token": "dhcore_",
    "refresh_token": "dhcore_",
    "client_id": "dhcore_",
    "issuer": "dhcore_",
    "token_endpoint": "oauth2_",
}
"""How the SDK calls in its file what a renewal answers; the rest keeps its name."""

Renew = Callable[[Mapping[str, str]], Mapping[str, Any] | None]
"""Sends a form to Core's token endpoint; returns what it answers, None where it refuses."""


@dataclass(frozen=True)
class Credentials:
    """What one shows to Core, of the first kind that is complete, as the SDK has them: a personal access token, an
    access token with or without a refresh token, user and password, nothing."""

    token: str = field(default="", repr=False)
    refresh_token: str = field(default="", repr=False)
    user: str = ""
    password: str = field(default="", repr=False)

    @classmethod
    def of(cls, values: Mapping[str, str]) -> Self:
        """Chooses among all that is set, by the variables' names."""
        if personal := values.get(PERSONAL_TOKEN):
            return cls(token=personal)
        if token := values.get(ACCESS_TOKEN):
            return cls(token=token, refresh_token=values.get(REFRESH_TOKEN, ""))
        if values.get(USER) and values.get(PASSWORD):
            return cls(user=values[USER], password=values[PASSWORD])
        return cls()

    @property
    def authorization(self) -> str | None:
        """The header of that name."""
        if self.token:
            return f"Bearer {self.token}"
        if self.user:
            return "Basic " + base64.b64encode(f"{self.user}:{self.password}".encode()).decode()
        return None


class Login:
    """The login of this process; may be shared between threads.

    Attributes:
        endpoint: Core's address, without a slash at its end.
        profile: the file's profile.

    Raises:
        ProviderUnavailableError: no address is known, or the file cannot be read.
    """

    def __init__(self, learn: Learn) -> None:
        self._learn = learn
        self._lock = threading.Lock()
        self._environment_alone = False  # once what stands in the file is good for nothing
        self.profile = Profile()
        self.endpoint = _address(self._setting(ENDPOINT), self.profile)
        self._current = self._load()

    @property
    def current(self) -> Credentials:
        """What was good last."""
        return self._current

    def after_fork(self) -> None:
        """Lets go of a lock that a thread of the parent may hold."""
        self._lock = threading.Lock()

    def renew(self, refused: Credentials, renew: Renew, deadline: Deadline) -> None:
        """Finds other credentials than those that Core did not accept: what another thread or process has found
        meanwhile, a renewal, or where the file's are good for nothing those of the environment.

        Raises:
            AccessDeniedError: there are none.
            ProviderUnavailableError: the login file cannot be read, or Core cannot be asked.
        """
        if not self._lock.acquire(timeout=max(0.0, deadline.left)):
            raise _refused("was not renewed in time", "Try again")
        try:
            if self._current == refused:
                self._current = self._another(refused, renew, deadline)
        finally:
            self._lock.release()

    def _another(self, refused: Credentials, renew: Renew, deadline: Deadline) -> Credentials:
        if (found := self._load()) != refused:
            return found
        failure: SecretsError
        if refused.refresh_token:
            try:
                return self._renewed(refused, renew, deadline)
            except AccessDeniedError as error:
                failure = error
        else:
            failure = _refused("is not accepted any more", LOG_IN)
        if not self._environment_alone:
            self._environment_alone = True
            if (found := self._load()) not in (refused, Credentials()):
                return found
            self._environment_alone = False
        raise failure

    def _renewed(self, refused: Credentials, renew: Renew, deadline: Deadline) -> Credentials:
        """Renews the login, and writes it where the SDK looks for it; where it cannot be written nothing is renewed."""
        try:
            with self.profile.locked(deadline), self.profile.drafted() as draft:
                if (found := self._load()) != refused:
                    return found
                answer = renew(
                    {
                        "grant_type": "refresh_token",
                        "client_id": self._setting(CLIENT_ID),
                        "refresh_token": refused.refresh_token,
                        "scope": "credentials",
                    }
                )
                if answer and isinstance(answer.get("access_token"), str):
                    given = {key: str(text) for key, text in answer.items() if text is not None}
                    values = {_PREFIXES.get(key, "") + key: text for key, text in given.items()}
                    self.profile.write(values, draft)
                    self._environment_alone = False
                    return self._chosen({name: values.get(name.lower(), "") for name in (ACCESS_TOKEN, REFRESH_TOKEN)})
            problem, hint = "has expired, and could not be renewed", LOG_IN
        except UnwritableError as error:
            problem = f"has expired, and is not renewed, for its file {self.profile.path} {error}"
            hint = "Make the file writable, or log in again: a renewed login that is not kept would lock the SDK out"
        except OSError:
            problem, hint = f"could not be written to {self.profile.path}", LOG_IN
        raise _refused(problem, hint)

    def _load(self) -> Credentials:
        names = (PERSONAL_TOKEN, ACCESS_TOKEN, REFRESH_TOKEN, USER, PASSWORD)
        values = {name: os.environ[name] for name in names if os.environ.get(name)}
        if not self._environment_alone:
            stored = self.profile.read()
            values |= {name: stored[name.lower()] for name in names if stored.get(name.lower())}
        return self._chosen(values)

    def _chosen(self, values: Mapping[str, str]) -> Credentials:
        for name in SECRET:  # before anything is sent that an answer or a log could repeat
            if values.get(name):
                self._learn(name, values[name])
        found = Credentials.of(values)
        # What sends it would name it in its error.
        if not (found.token.isascii() and (found.token.isprintable() or not found.token)):
            raise ProviderUnavailableError(
                "digitalhub", "your token for the platform has a character that no header can hold", LOG_IN
            )
        return found

    def _setting(self, name: str) -> str:
        return os.environ.get(name) or self.profile.read().get(name.lower(), "")


def _address(endpoint: str, profile: Profile) -> str:
    address = endpoint.strip()
    if is_http(address) and not urlsplit(address).username:
        scheme, sign, rest = address.partition(":")
        return f"{scheme.lower()}{sign}{rest}".rstrip("/")
    problem = "is not a server's address" if endpoint else f"is not set, nor has {profile.path} one"
    raise ProviderUnavailableError(
        ENDPOINT, f"the platform's address {problem}", "Set it to https://…, or log in with dhcli"
    )


def _refused(problem: str, hint: str) -> AccessDeniedError:
    return AccessDeniedError("digitalhub", f"your login at the platform {problem}", hint)
