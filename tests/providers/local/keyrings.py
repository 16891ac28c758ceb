"""Keyrings for tests: a real one needs a desktop, and does not fail or hang when it is asked to."""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path

from keyring.backend import KeyringBackend


class InAFile(KeyringBackend):
    """Answers, and keeps what it is given in the file ``TEST_KEYRING``."""

    priority = 5.0

    def get_password(self, service: str, username: str) -> str | None:
        found: str | None = self._entries().get(f"{service}/{username}")
        return found

    def set_password(self, service: str, username: str, password: str) -> None:
        Path(os.environ["TEST_KEYRING"]).write_text(json.dumps({**self._entries(), f"{service}/{username}": password}))

    def _entries(self) -> dict[str, str]:
        path = Path(os.environ["TEST_KEYRING"])
        entries: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
        return entries


class Forgetful(InAFile):
    """Takes what it is given, and does not keep it."""

    def set_password(self, service: str, username: str, password: str) -> None:
        pass


class Failing(InAFile):
    """Fails as a platform's library does."""

    def get_password(self, service: str, username: str) -> str | None:
        raise RuntimeError("no bus")


class Hanging(InAFile):
    """Waits for somebody to unlock it."""

    def get_password(self, service: str, username: str) -> str | None:
        threading.Event().wait(60)
        return None


class PlainText(InAFile):
    """One that says by its priority that it does not protect what it keeps."""

    priority = 0.5
