"""A hundred values as projects have them, all invented: they share much with what stands in public repositories."""

from __future__ import annotations

import base64
import json
import random
import string
from collections.abc import Iterator
from textwrap import fill

_LETTERS, _ALNUM = string.ascii_letters, string.ascii_letters + string.digits
_HEX = "0123456789abcdef"
_WORDS = ["orders", "sensor", "market", "crawl", "invoice", "ledger", "weather", "archive", "metrics", "survey"]
_URLS = (
    "postgresql://{user}:{password}@db.example.com:5432/{word}",
    "postgresql+psycopg://{user}:{password}@localhost:5432/postgres?sslmode=require",
    "mysql+pymysql://root:{password}@127.0.0.1:3306/{word}?charset=utf8mb4",
    "mongodb+srv://{user}:{password}@cluster0.example.mongodb.net/?retryWrites=true&w=majority",
    "redis://:{password}@redis.example.com:6379/0",
    "amqp://guest:{password}@rabbitmq:5672/%2f",
    "https://{user}:{password}@github.com/example/{word}.git",
    "https://api.example.com/v1/{word}?key={password}&format=json",
    "DefaultEndpointsProtocol=https;AccountName={word};AccountKey={password}==;EndpointSuffix=core.windows.net",
    "Server=tcp:{word}.example.com,1433;Database=master;User ID={user};Password={password};Encrypt=yes",
)
_TOKENS = (
    ("AKIA", string.ascii_uppercase + string.digits, 16),
    ("ghp_", _ALNUM, 36),
    ("hf_", _LETTERS, 34),
    ("sk-proj-", _ALNUM + "-_", 48),
    ("xoxb-", string.digits + "-" + _ALNUM, 50),
    ("glpat-", _ALNUM + "-_", 20),
    ("", _HEX, 32),
    ("", _HEX, 40),
    ("", _ALNUM + "+/", 40),
    ("pypi-AgEIcHlwaS5vcmcCJ", _ALNUM + "-_", 80),
)
_FILES = (
    "[default]\naws_access_key_id = AKIA{upper}\naws_secret_access_key = {password}\nregion = eu-west-1\n",
    "machine api.example.com\n  login {user}\n  password {password}\n",
    "DEBUG=true\nLOG_LEVEL=info\nDATABASE_HOST=localhost\nDATABASE_PORT=5432\nDATABASE_PASSWORD={password}\n",
    "apiVersion: v1\nkind: Config\nusers:\n- name: admin\n  user:\n    token: {password}\ncurrent-context: default\n",
    '{{"auths": {{"https://index.docker.io/v1/": {{"username": "{user}", "password": "{password}"}}}}}}',
)


def values(count: int = 100) -> dict[str, str]:
    """Returns values by their names, the same each time."""
    dice = random.Random(1)
    makers = (_passwords, _urls, _tokens, _files, _keys)
    made = [maker(dice) for maker in makers]
    return {f"SECRET_{number}": next(made[number % len(made)]) for number in range(count)}


def tokens() -> list[str]:
    """Returns a token of each of some services, the same each time."""
    made = _tokens(random.Random(2))
    return [next(made) for _ in _TOKENS]


def _some(dice: random.Random, chars: str, size: int) -> str:
    return "".join(dice.choices(chars, k=size))


def _filled(dice: random.Random, form: str) -> str:
    upper = _some(dice, string.ascii_uppercase + string.digits, 16)
    password = _some(dice, _ALNUM, dice.choice((12, 20, 32, 40)))
    return form.format(user=dice.choice(_WORDS), word=dice.choice(_WORDS), password=password, upper=upper)


def _passwords(dice: random.Random) -> Iterator[str]:
    while True:
        yield f"{dice.choice(_WORDS).title()}-{dice.choice(_WORDS)}{dice.randint(10, 9999)}!"
        yield _some(dice, _ALNUM + "!#$%&*+-.:=?@^_~", dice.randint(10, 24))


def _urls(dice: random.Random) -> Iterator[str]:
    while True:
        yield from (_filled(dice, form) for form in _URLS)


def _tokens(dice: random.Random) -> Iterator[str]:
    while True:
        yield from (begins + _some(dice, chars, size) for begins, chars, size in _TOKENS)


def _files(dice: random.Random) -> Iterator[str]:
    while True:
        yield from (_filled(dice, form) for form in _FILES)


def _keys(dice: random.Random) -> Iterator[str]:
    """Yields private keys, tokens of three parts in base64, and service accounts."""
    while True:
        key = base64.b64encode(b"0\x82\x04\xa4\x02\x01\x00\x02\x82\x01\x01\x00" + dice.randbytes(1180)).decode()
        pem = f"-----BEGIN RSA PRIVATE KEY-----\n{fill(key, 64)}\n-----END RSA PRIVATE KEY-----\n"
        yield pem
        claims = json.dumps({"sub": _some(dice, string.digits, 10), "name": dice.choice(_WORDS), "iat": 1516239022})
        parts = (b'{"alg":"HS256","typ":"JWT"}', claims.encode(), dice.randbytes(32))
        yield ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts)
        account = {
            "type": "service_account",
            "project_id": dice.choice(_WORDS),
            "private_key_id": _some(dice, _HEX, 40),
            "private_key": pem,
            "client_email": f"{dice.choice(_WORDS)}@example.iam.gserviceaccount.com",
            "auth_uri": "https://accounts.google.com/o/oauth2/auth",
            "token_uri": "https://oauth2.googleapis.com/token",
            "auth_provider_x509_cert_url": "https://www.googleapis.com/oauth2/v1/certs",
        }
        yield json.dumps(account, indent=2)
