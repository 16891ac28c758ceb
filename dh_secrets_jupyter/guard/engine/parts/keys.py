"""The one list of keys: those under which a secret stands, and those of what may be seen beside it.

Words are compared in lower case and without what joins them: ``Client-Secret`` is ``clientsecret``. A key is
named like a list where it is one of it, or ends in ``_`` or ``-`` and one of it, as ``db_password`` does. A key with
dots is a path (``spring.datasource.password``), whose last name counts.
"""

from __future__ import annotations

from functools import lru_cache

from ..patterns import lazy_pattern

_SECRETS = """
    password passwords passwd pwd pass passphrase passcode
    secret secrets app-secret client-secret consumer-secret shared-secret signing-secret webhook-secret
    token tokens access-token api-token auth-token bearer-token bot-token id-token identity-token oauth-token
    refresh-token registry-token sas-token security-token session-token
    api-key api-keys app-key access-key account-key auth-key encryption-key key-data master-key private-key
    secret-key secret-access-key service-key shared-key shared-access-key shared-access-signature signing-key ssh-key
    sig signature
    storage-key subscription-key
    auth authorization basic-auth credential credentials
    pgpassword mysql-pwd ssl-password
"""
"""Names of keys whose text is a secret."""
_COMMON = """
    user users username user-id uid login account account-name email client-email shared-access-key-name
    host hosts hostname host-name hostaddr server servers data-source address addr network-address domain endpoint
    endpoint-suffix
    port ports
    database databases database-name db dbname db-name initial-catalog service-name driver
    project project-id project-name
    pghost pghostaddr pgport pguser pgdatabase
"""
"""Names of keys whose text stays: user names, hosts, ports, databases and project ids."""

_SEPARATORS = lazy_pattern(r"[-_]+")
_HOSTS_IN = ("auths", "credhelpers")
"""Names of keys whose map has hosts for its keys, as Docker's."""

_LONGEST = 100
"""Characters of a key that is looked at."""


def _joined(names: str) -> frozenset[str]:
    return frozenset(name.replace("-", "") for name in names.split())


_SECRET_NAMES, _COMMON_NAMES = _joined(_SECRETS), _joined(_COMMON)


def is_secret(key: str) -> bool:
    """Returns whether a key is named like a secret: ``db_password``, but not ``password_policy``."""
    return _is_like(key, _SECRET_NAMES)


def is_common(key: str) -> bool:
    """Returns whether a key is named like what may be seen: a user, host, port, database or project."""
    return _is_like(key, _COMMON_NAMES)


def is_known(key: str) -> bool:
    """Returns whether a key's name says anything."""
    return is_secret(key) or is_common(key)


def holds_hosts(key: str) -> bool:
    """Returns whether the keys of the map under a key are hosts."""
    return key.lower() in _HOSTS_IN


@lru_cache(maxsize=1024)
def _is_like(key: str, names: frozenset[str]) -> bool:
    if len(key) > _LONGEST:
        return False
    words = _SEPARATORS.split(key.rpartition(".")[2].lower().replace(" ", ""))
    return any("".join(words[first:]) in names for first in range(len(words)))
