"""``python -m dh_secrets_jupyter.proxy``: the proxy of one kernel, which starts it; see :mod:`.child`."""

from __future__ import annotations

import asyncio
import os

from .child import serve
from .configuration import load

if __name__ == "__main__":
    asyncio.run(serve(*load(os.environ)))
