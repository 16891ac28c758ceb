"""The file in which the platform's SDK and command line keep logins: sections, of which one is the profile in use.

It is theirs. What we write into it are the values of a renewed login, and no other byte of it changes.
"""

from __future__ import annotations

import configparser
import contextlib
import os
import re
import stat
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from ...backoff import Deadline
from ...errors import ProviderUnavailableError
from ...file_lock import try_lock

FILE_VARIABLE = "DH_CONFIG"
PROFILE_VARIABLE = "DH_NAME"
DEFAULT_PROFILE = "__default"
POLL_INTERVAL = 0.05
"""Seconds between two tries to get the lock."""

_OPTION = re.compile(r"(?P<key>[^\s#;\[=:][^=:]*?)\s*[=:]")


class UnwritableError(Exception):
    """The file cannot be written; the text says why."""


@dataclass(frozen=True)
class Draft:
    """The file that will take the place of the other."""

    path: Path
    file: TextIO


class Profile:
    """One profile of the file, as the SDK chooses both when a process first asks.

    Attributes:
        path: the file, which may not exist.
        name: the profile's section.
    """

    def __init__(self) -> None:
        chosen = os.environ.get(FILE_VARIABLE)
        self.path = Path(chosen or os.path.expanduser("~/.dhcore.ini"))
        self.name = os.environ.get(PROFILE_VARIABLE) or self._parse().defaults().get(
            "current_environment", DEFAULT_PROFILE
        )

    def read(self) -> dict[str, str]:
        """Returns what the profile has, keys in lower case; nothing where there is no file, or no such profile.

        Raises:
            ProviderUnavailableError: the file cannot be read.
        """
        found = self._parse()
        return dict(found[self.name]) if self.name in found else {}

    def write(self, values: Mapping[str, str], draft: Draft) -> None:
        """Puts values into the profile, by way of a draft of :meth:`drafted`; all other bytes stay. Raises OSError."""
        with draft.file as file:  # closed before it is moved, as Windows has it
            file.write(with_values(self._text(), self.name, values))
            file.flush()
            os.fsync(file.fileno())
        draft.path.replace(self._target)

    @contextlib.contextmanager
    def drafted(self) -> Iterator[Draft]:
        """Makes the draft that takes the file's place: with it there, nothing but a full disk can fail.

        Raises:
            UnwritableError: the file is read-only, or cannot be replaced.
        """
        target = self._target
        status = target.stat() if target.exists() else None
        # Root may write what is marked as read-only; who marked it meant that nobody should.
        if status and not (status.st_mode & 0o222 and os.access(target, os.W_OK)):
            raise UnwritableError("is read-only")
        if os.path.ismount(target):  # Path.is_mount is for folders alone
            raise UnwritableError("cannot be replaced where it is mounted")
        draft: TextIO | None = None
        name = ""
        with contextlib.suppress(OSError):
            descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
            draft = os.fdopen(descriptor, "w", newline="", encoding="utf-8", errors="surrogateescape")
        if draft is None:
            raise UnwritableError("cannot be written")
        try:
            if status:
                Path(name).chmod(stat.S_IMODE(status.st_mode))  # else it stays 0600
                if os.name == "posix" and status.st_uid != os.geteuid():
                    os.chown(name, status.st_uid, status.st_gid)
            yield Draft(Path(name), draft)
        finally:
            draft.close()
            Path(name).unlink(missing_ok=True)

    @contextlib.contextmanager
    def locked(self, deadline: Deadline) -> Iterator[None]:
        """Keeps other processes of ours from renewing the same login at once.

        Raises:
            UnwritableError: beside the file nothing can be written.
            TimeoutError: another one has it for too long.
        """
        lock = None
        with contextlib.suppress(OSError):
            lock = os.open(self._target.with_name(f"{self._target.name}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
        if lock is None:
            raise UnwritableError("cannot be written")
        try:
            while not try_lock(lock):
                if not deadline.wait(POLL_INTERVAL):
                    raise TimeoutError
            yield
        finally:
            os.close(lock)  # which gives it back; a kill does, too

    @property
    def _target(self) -> Path:
        return Path(os.path.realpath(self.path))

    def _text(self) -> str:
        try:
            with self.path.open(newline="", encoding="utf-8", errors="surrogateescape") as file:
                return file.read()
        except FileNotFoundError:
            return ""

    def _parse(self) -> configparser.ConfigParser:
        found = configparser.ConfigParser(interpolation=None)
        try:
            found.read_string(self._text())
        except (OSError, configparser.Error):
            pass  # raised below: what could not be read may be a token
        else:
            return found
        raise ProviderUnavailableError(
            "digitalhub",
            f"the login file {self.path} cannot be read",
            f"Fix it, or set {FILE_VARIABLE} to another one",
        )


def with_values(text: str, section: str, values: Mapping[str, str]) -> str:
    """Returns the text of a file with values in one section: changed where they stand, else added at its end.

    A file without any text becomes one whose current profile is that section.
    """
    end = "\r\n" if "\r\n" in text else "\n"
    if not text.strip():
        text = f"[DEFAULT]{end}current_environment = {section}{end}{end}"
    lines = text.splitlines(keepends=True)
    if lines and not lines[-1].endswith(("\n", "\r")):
        lines[-1] += end
    begin = next((at for at, line in enumerate(lines) if line.rstrip().startswith(f"[{section}]")), None)
    if begin is None:
        lines += [*([] if not lines[-1].strip() else [end]), f"[{section}]{end}"]
        begin = len(lines) - 1
    stop = next((at for at in range(begin + 1, len(lines)) if lines[at].startswith("[")), len(lines))
    missing = {key.lower(): _value(value, end) for key, value in values.items()}
    kept: list[str] = []
    replacing = False
    for line in lines[begin + 1 : stop]:
        if replacing and line[:1] in " \t" and line.strip():
            continue  # the rest of a value of several lines
        option = _OPTION.match(line)
        replacing = option is not None and option["key"].lower() in missing
        kept.append(f"{option['key']} = {missing.pop(option['key'].lower())}{end}" if option and replacing else line)
    at = len(kept)
    while at and not kept[at - 1].strip():
        at -= 1
    kept[at:at] = [f"{key} = {value}{end}" for key, value in missing.items()]
    return "".join([*lines[: begin + 1], *kept, *lines[stop:]])


def _value(value: str, end: str) -> str:
    return value.replace("\n", f"{end}\t")  # as Python's own parser writes it
