"""Who did it, as it is written down."""

from __future__ import annotations

import re

from jupyter_server.auth import User

from .. import current

_RANDOM = re.compile("[0-9a-f]{12}4[0-9a-f]{3}[89ab][0-9a-f]{15}")
"""The digits of a random UUID: what Jupyter calls who has a token or password and no name, another in each browser."""


def name_of(user: User) -> str:
    """Returns a user's name; of a server that knows no users, the name of who runs it, as in a kernel."""
    return current.user() if _RANDOM.fullmatch(user.username) else user.username
