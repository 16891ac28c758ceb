"""``python -m dh_secrets_jupyter.cli``: the same command with just this Python."""

from __future__ import annotations

import sys

from . import main

sys.exit(main())
