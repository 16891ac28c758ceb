"""Where the key of a local store lies: in the operating system's keyring, else in a file beside the store.

Without a lock of its own: the store calls it while it holds the database's write lock, so one at a time makes a key.
"""

from __future__ import annotations

import contextlib
import os
import stat
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from ...errors import ProviderUnavailableError

KEY_BYTES = 32
"""AES-256."""
SERVICE = "dh-secrets-jupyter"
IN_FILE = "file"
_IN_KEYRING = "keyring:"
_KEYRING_TIMEOUT = 8.0
"""Seconds for a keyring to answer: it may ask its user to unlock it, and some hang for ever."""

T = TypeVar("T")


def create(store: Path) -> tuple[str, bytes]:
    """Makes a key for a new store; returns where it is, as the store records it, and the key.

    A key that is there already was left by a process killed before the store was complete, or belongs to a store
    that was moved away and may come back: it is used, and never overwritten. One that somebody else may know is not.

    Raises:
        OSError: its file cannot be written.
        ProviderUnavailableError: what is in its place is no key, or not of this user alone.
    """
    key_file = file_of(store)
    if key_file.is_symlink() or exists(key_file):
        if fault := _fault(key_file):
            raise ProviderUnavailableError(
                "local",
                f"the key file {key_file} cannot be used for a new store, because it {fault}",
                "Find out where it comes from, and move it away",
            )
    else:
        account = str(store)
        if key := _answer(lambda: _offer(account, os.urandom(KEY_BYTES))):
            return _IN_KEYRING + account, key
        _write(key_file, os.urandom(KEY_BYTES))
    return IN_FILE, load(store, IN_FILE)


def load(store: Path, where: str) -> bytes:
    """Returns the key from where the store says that it is.

    Raises:
        ProviderUnavailableError: it is not there, or the keyring does not answer.
    """
    if where == IN_FILE:
        key_file = file_of(store)
        try:
            _, key = _read(key_file)
        except OSError:
            key = b""
        if len(key) != KEY_BYTES:
            raise ProviderUnavailableError(
                "local", f"the key of {store} could not be read from {key_file}", "Put the key file back"
            )
        return key
    account = where.removeprefix(_IN_KEYRING)
    found = _answer(lambda: _fetch(account))
    if found is None:
        raise ProviderUnavailableError(
            "local",
            f"the key of {store} could not be read from the keyring (entry {SERVICE})",
            "Unlock the keyring, or restore the entry",
        )
    return found


def describe(store: Path, where: str) -> str:
    """Says where the key is, for people."""
    return (
        f"with its key in {file_of(store).name} beside it"
        if where == IN_FILE
        else "with its key in the system's keyring"
    )


def is_place(where: str) -> bool:
    """Whether this is what a store records of where its key is."""
    return where == IN_FILE or where.startswith(_IN_KEYRING)


def file_of(store: Path) -> Path:
    """Returns the file that holds the key where no keyring does."""
    return store.with_name(f"{store.name}.key")


def exists(path: Path) -> bool:
    """Whether there is such a file. Raises OSError where that cannot be seen: a store out of sight is not empty."""
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    return True


def _read(path: Path, flags: int = 0) -> tuple[os.stat_result, bytes]:
    """Reads a key file, and a byte more than it may have; whatever else it is, this neither waits nor fills memory."""
    flags |= os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)
    descriptor = os.open(path, flags)
    try:
        status = os.fstat(descriptor)
        return status, os.read(descriptor, KEY_BYTES + 1) if stat.S_ISREG(status.st_mode) else b""
    finally:
        os.close(descriptor)


def _fault(path: Path) -> str | None:
    """Says why a key file that is there cannot have been made by this user for a store; None where it can."""
    if path.is_symlink():
        return "is a symbolic link"
    status, key = _read(path, getattr(os, "O_NOFOLLOW", 0))
    if not stat.S_ISREG(status.st_mode):
        return "is not a regular file"
    if os.name == "posix" and status.st_uid != os.geteuid():
        return "belongs to another user"
    if os.name == "posix" and stat.S_IMODE(status.st_mode) & 0o077:
        return "can be read or changed by others"
    return None if len(key) == KEY_BYTES else f"does not have the {KEY_BYTES} bytes of a key"


def _write(path: Path, key: bytes) -> None:
    """Writes the key file in one step, so that a kill leaves either no key or the whole."""
    draft = path.with_name(f"{path.name}.new")
    draft.unlink(missing_ok=True)  # of a process that was killed
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(key)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    if os.name == "posix":  # elsewhere a folder cannot be opened
        folder = os.open(path.parent, os.O_RDONLY)
        with contextlib.suppress(OSError):  # some network file systems cannot sync a folder
            os.fsync(folder)
        os.close(folder)


def _offer(account: str, key: bytes) -> bytes | None:
    """Returns the keyring's key of that account: what it has already, else the one offered, once it has kept it."""
    import keyring

    if keyring.get_keyring().priority < 1:  # the mark of backends that keep nothing, or keep it in plain text
        return None
    if keyring.get_password(SERVICE, account) is None:
        keyring.set_password(SERVICE, account, key.hex())
    return _fetch(account)


def _fetch(account: str) -> bytes | None:
    import keyring

    found = bytes.fromhex(keyring.get_password(SERVICE, account) or "")
    return found if len(found) == KEY_BYTES else None


def _answer(ask: Callable[[], T | None]) -> T | None:
    """Returns the keyring's answer, or None where it fails or stays silent too long."""
    answers: list[T | None] = []

    def run() -> None:
        # Backends raise what their platform's libraries raise: whatever it is, this keyring does not answer.
        with contextlib.suppress(Exception):
            answers.append(ask())

    thread = threading.Thread(target=run, name="dh-secrets-keyring", daemon=True)
    thread.start()
    thread.join(_KEYRING_TIMEOUT)
    return answers[0] if answers else None
