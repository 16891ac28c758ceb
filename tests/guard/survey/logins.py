"""The ways in which a login at the platform can be shown: its token or password, which the environment has."""

from __future__ import annotations

from collections.abc import Iterator

from .values import LOGINS
from .way import Way

_DEBUG = """
log, handler = logging.getLogger("urllib3.connectionpool"), logging.StreamHandler()
log.addHandler(handler)
log.setLevel(logging.DEBUG)
log.debug("send: %r", {header})
log.removeHandler(handler)
"""


def login_ways() -> Iterator[Way]:
    """Each of them by itself, in what a client sends, in errors, and in a log at DEBUG."""
    for name in LOGINS:
        text = f"os.environ[{name!r}]"
        basic = f"'Basic ' + base64.b64encode(('app:' + {text}).encode()).decode()"
        header = basic if name.endswith("PASSWORD") else f"'Bearer ' + {text}"
        shown = name.removeprefix("DHCORE_").replace("_", " ").lower()
        for how, code in (
            ("print", f"print({text})"),
            ("the whole environment", "dict(os.environ)"),
            ("the header of a request", f"print({{'Authorization': {header}}})"),
            ("an error", f"raise RuntimeError('refused: ' + {text})"),
            ("a log at DEBUG", _DEBUG.format(header=header)),
            ("the SDK's login file", f"print('[__default]', {name.lower()!r} + ' = ' + {text}, sep='\\n')"),
        ):
            yield Way("login", f"{shown}: {how}", code, name)
