"""What a variable holds in a value's place: a text of the same length and look, random, and worthless elsewhere."""

from __future__ import annotations

import secrets
import string

LEAST_RANDOM = 16
"""Characters of a stand-in that are random at least."""
PREFIXES = (
    "AIza", "ATATT3", "EAAA", "SG.", "dapi", "dckr_pat_", "dop_v1_", "figd_", "ghp_", "gho_", "ghr_", "ghs_", "ghu_",
    "github_pat_", "glpat-", "glsa_", "gsk_", "hf_", "lin_api_", "npm_", "ntn_", "nvapi-", "pk_live_", "pk_test_",
    "pplx-", "pypi-", "r8_", "rk_live_", "rk_test_", "rubygems_", "shpat_", "sk-ant-api03-", "sk-ant-", "sk-or-v1-",
    "sk-proj-", "sk-svcacct-", "sk-", "sk_live_", "sk_test_", "sntrys_", "tvly-", "whsec_", "xai-", "xapp-", "xoxb-",
    "xoxp-", "ya29.",
)  # fmt: skip
"""Public prefixes of vendors' keys, which clients and people look at; longer ones win."""
_KINDS = (string.ascii_lowercase, string.ascii_uppercase, string.digits)


def make(value: str) -> str:
    """Returns a new stand-in for a value: letters and digits become others of their kind, other signs stay.

    A vendor's prefix stays, too, where enough is left to be random; where signs leave too little, they do not stay.
    """
    prefix = max((known for known in PREFIXES if value.startswith(known)), key=len, default="")
    rest = value[len(prefix) :]
    if sum(map(str.isalnum, rest)) < LEAST_RANDOM:
        prefix, rest = "", value
    if sum(map(str.isalnum, rest)) < LEAST_RANDOM:
        return "".join(secrets.choice(string.ascii_letters + string.digits) for _ in value)
    return prefix + "".join(map(_other, rest))


def _other(character: str) -> str:
    kind = next((kind for kind in _KINDS if character in kind), "")
    return secrets.choice(kind.replace(character, "")) if kind else character
