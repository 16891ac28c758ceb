"""Who may do what: users, bearer tokens that this server signs, personal tokens, and refresh tokens for one use."""

from __future__ import annotations

import base64
import hmac
import json
import secrets
import threading
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from ..support.waiting import PATIENCE
from .answers import Answer, plain, refused, unauthorized

HOURS_8 = 28_800
DAYS_30 = 30 * 86_400
EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
TOKEN_TYPE = "urn:ietf:params:oauth:token-type"
RACE = 0.03
"""Seconds between looking at a refresh token and using it up: whoever comes in between uses it, too."""


@dataclass
class User:
    """Somebody with roles that the login brings (``ROLE_ADMIN``, ``PROJECT:ROLE_USER``), and with projects of his own
    or shared with him, each with a role."""

    name: str
    roles: set[str] = field(default_factory=set)
    projects: dict[str, str] = field(default_factory=dict)

    @property
    def permissions(self) -> list[str]:
        """All of it, as ``GET /api/auth`` says it."""
        return sorted({"ROLE_USER", *self.roles, *(f"{name}:{role}" for name, role in self.projects.items())})

    def may_use(self, project: str) -> bool:
        """Whether he may read and write a project's secrets."""
        return any(role == "ROLE_ADMIN" or role.startswith(f"{project}:") for role in self.permissions)


class Logins:
    """All users of one Core.

    Attributes:
        is_on: whether one has to log in at all.
        renewals: how many refresh tokens were used.
        meeting: where it is set, a renewal uses a token up once all the others have looked at it, too.
    """

    def __init__(self, issuer: str) -> None:
        self.is_on = False
        self.issuer = issuer
        self.renewals = 0
        self.meeting: threading.Barrier | None = None
        self.users = {"admin": User("admin", {"ROLE_ADMIN"})}
        self.password = secrets.token_urlsafe()
        self.client_secret = secrets.token_urlsafe()
        self._key = secrets.token_bytes(32)
        self._refresh: dict[str, dict[str, Any]] = {}
        self._personal: dict[str, dict[str, Any]] = {}
        self._given: list[str] = []
        self._good_from = 0.0
        self._lock = threading.Lock()

    # What a test makes of it.

    def add(self, name: str, *roles: str) -> User:
        """Makes a user."""
        self.users[name] = User(name, set(roles))
        return self.users[name]

    def access_token(self, user: str, *, lasts: float = HOURS_8, audience: str = "dhcore", key: bytes = b"") -> str:
        """Returns a token for so many seconds, by default signed as those of this server are."""
        now = time.time()
        claims = {"sub": user, "aud": audience, "iat": now, "exp": int(now + lasts), "jti": uuid.uuid4().hex}
        head = f"{_part({'alg': 'HS256'})}.{_part(claims)}"
        self._given.append(f"{head}.{_text(hmac.digest(key or self._key, head.encode(), 'sha256'))}")
        return self._given[-1]

    def refresh_token(self, user: str, *, time_to_live: float = DAYS_30) -> str:
        """Returns a token that is good for one renewal."""
        token = secrets.token_urlsafe(24)
        self._refresh[token] = _issued(user, time_to_live, [])
        return token

    def personal_token(self, user: str, name: str = "mypat", scopes: list[str] | None = None) -> str:
        """Returns a token for a year."""
        token = f"pat_{secrets.token_urlsafe(24)}"
        self._personal[token] = {**_issued(user, 365 * 86_400, scopes or ["openid"]), "name": name}
        return token

    def revoke_access_tokens(self) -> None:
        """Makes all access tokens that there are as good as expired."""
        self._good_from = time.time()

    def secret_texts(self) -> list[str]:
        """Returns all that nobody should see of what this server knows."""
        return [self.password, self.client_secret, *self._refresh, *self._personal, *self._given]

    # What a request meets.

    def user(self, authorization: str | None) -> User | None:
        """Returns who asks; None where nobody says, or nobody knows him."""
        if not self.is_on:
            return User("anonymous", {"ROLE_ADMIN"})
        scheme, _, credentials = (authorization or "").partition(" ")
        if scheme == "Bearer":
            return self._bearer(credentials)
        if scheme == "Basic":
            try:
                name, _, password = base64.b64decode(credentials, validate=True).decode().partition(":")
            except ValueError:
                return None
            if hmac.compare_digest(password.encode(), self.password.encode()):
                return self.users.get(name)
        return None

    def check(self, authorization: str | None) -> Answer:
        """``GET /api/auth``, for whom is known."""
        user = self.user(authorization)
        assert user
        return plain({"username": user.name, "permissions": user.permissions})

    def token(self, form: Mapping[str, str], authorization: str | None) -> Answer:
        """``POST /auth/token``"""
        grant = form.get("grant_type")
        if grant == "refresh_token":
            return self._renewed(form)
        if grant == "client_credentials":
            scheme, _, credentials = (authorization or "").partition(" ")
            basic = base64.b64decode(credentials).decode().partition(":")[2] if scheme == "Basic" else ""
            if not hmac.compare_digest(form.get("client_secret", basic).encode(), self.client_secret.encode()):
                raise PermissionError
            return self._answer("admin")
        if grant == EXCHANGE:
            return self._exchanged(form)
        raise refused(400, "invalid or unsupported grant type")

    def personal(self, user: User, body: Any) -> dict[str, Any]:
        """``POST /api/v1/tokens/personal``"""
        token = self.personal_token(user.name, body["name"], body["scopes"])
        return {
            "token_type": "Bearer",
            "access_token": token,
            "expires_in": 365 * 86_400,
            "client_id": "admin",
            "issuer": self.issuer,
        }

    def listed(self, user: User, kind: str) -> list[dict[str, Any]]:
        """Returns somebody's personal or refresh tokens, the newest first, without the tokens."""
        tokens = list((self._personal if kind == "personal" else self._refresh).values())
        more = {"ipAddress": "127.0.0.1"} if kind == "personal" else {}
        return [{**token, **more} for token in reversed(tokens) if token["user"] == user.name]

    def _bearer(self, token: str) -> User | None:
        if not token or " " in token:
            raise unauthorized("Bearer token is malformed")
        if (personal := self._personal.get(token)) is not None:
            return self.users.get(personal["user"])
        decoding = "An error occurred while attempting to decode the Jwt: "
        try:
            head, claims, signature = token.split(".")
            found = json.loads(_bytes(claims))
        except ValueError:
            raise unauthorized(f"{decoding}Malformed token") from None
        if not hmac.compare_digest(hmac.digest(self._key, f"{head}.{claims}".encode(), "sha256"), _bytes(signature)):
            raise unauthorized(f"{decoding}Signed JWT rejected: Invalid signature")
        if found["exp"] < time.time() or found["iat"] < self._good_from:
            when = datetime.fromtimestamp(found["exp"], UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
            raise unauthorized(f"{decoding}Jwt expired at {when}")
        if found["aud"] != "dhcore":
            raise unauthorized(f"{decoding}The aud claim is not valid")
        return self.users.get(found["sub"])

    def _renewed(self, form: Mapping[str, str]) -> Answer:
        if form.get("client_id") != "admin":
            raise refused(400, "invalid or missing client_id")
        token = form.get("refresh_token", "")
        issued = self._refresh.get(token)
        if issued is None:
            return Answer(400, "Refresh token does not exist", plain(None).headers)
        if self.meeting:
            self.meeting.wait(PATIENCE)
        else:
            time.sleep(RACE)
        with self._lock:
            self.renewals += 1
            self._refresh.pop(token, None)
        extra = self._registry(issued["user"]) if form.get("scope") == "credentials" else {}
        return self._answer(issued["user"], refresh_token=self.refresh_token(issued["user"]), **extra)

    def _exchanged(self, form: Mapping[str, str]) -> Answer:
        subject, kind = form.get("subject_token", ""), form.get("subject_token_type", "")
        issued = self._personal.get(subject) if kind.endswith(":pat") else {"user": subject.partition("/")[2]}
        if not issued or issued["user"] not in self.users:
            raise refused(400, "invalid or missing subject_token")
        user, scopes = issued["user"], form.get("scope", "").split()
        more: dict[str, Any] = {"issued_token_type": f"{TOKEN_TYPE}:access_token"}
        if "offline_access" in scopes:
            more["refresh_token"] = self.refresh_token(user)
        if "credentials" in scopes:
            more |= self._registry(user)
        return self._answer(user, **more)

    def _registry(self, user: str) -> dict[str, str]:
        projects = ",".join(sorted(self.users[user].projects))
        return {"container_registry_password": "", "container_registry_username": "", "dh_projects": projects}

    def _answer(self, user: str, **more: Any) -> Answer:
        token = self.access_token(user)
        basis = {"token_type": "Bearer", "access_token": token, "id_token": token, "expires_in": HOURS_8}
        return plain({**basis, "client_id": "admin", "issuer": self.issuer, **more})


def _issued(user: str, seconds: float, scopes: list[str]) -> dict[str, Any]:
    issued, expires = (datetime.fromtimestamp(time.time() + more, UTC) for more in (0, seconds))
    times = {"issuedAt": issued, "expiresAt": expires}
    texts = {name: moment.isoformat(timespec="milliseconds") for name, moment in times.items()}
    return {"id": str(uuid.uuid4()), "user": user, **texts, "scopes": scopes}


def _part(content: Mapping[str, Any]) -> str:
    return _text(json.dumps(content).encode())


def _text(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
