"""The SDK's login file: read as the SDK reads it, written without touching what is not ours to change."""

from __future__ import annotations

import configparser
import os
import signal
import stat
import threading
import time
from pathlib import Path

import pytest

from dh_secrets_jupyter.backoff import Deadline
from dh_secrets_jupyter.errors import ProviderUnavailableError
from dh_secrets_jupyter.providers.digitalhub.profile import Profile, UnwritableError, with_values
from tests.support.processes import run_forked
from tests.support.waiting import PATIENCE

FILE = """# kept by hand
[DEFAULT]
current_environment = work
shared=1

[other]
dhcore_access_token = sample-other

[work]
dhcore_endpoint = https://core.example.com
Dhcore_Access_Token: sample-old
  sample-second-line
; a comment
aws_region = here

[last]
x = y"""


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file, of mode 0640."""
    path = tmp_path / "dhcore.ini"
    path.write_text(FILE)
    path.chmod(0o640)
    monkeypatch.setenv("DH_CONFIG", str(path))
    return path


def parsed(text: str) -> dict[str, dict[str, str]]:
    """Returns what Python's own parser, which the SDK has, makes of a file."""
    found = configparser.ConfigParser(interpolation=None)
    found.read_string(text)
    return {name: dict(found[name]) for name in found}


def write(profile: Profile, **values: str) -> None:
    with profile.locked(Deadline(PATIENCE)), profile.drafted() as draft:
        profile.write(values, draft)


def test_which_file_and_which_profile(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """``DH_CONFIG``, else ``~/.dhcore.ini``; ``DH_NAME``, else the file's current one, else ``__default``."""
    assert (Profile().path, Profile().name) == (path, "work")
    monkeypatch.setenv("DH_NAME", "other")
    assert Profile().read() == {"dhcore_access_token": "sample-other", "current_environment": "work", "shared": "1"}
    monkeypatch.delenv("DH_NAME")
    monkeypatch.delenv("DH_CONFIG")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert (Profile().path, Profile().name) == (tmp_path / ".dhcore.ini", "__default")
    assert Profile().read() == {}


@pytest.mark.posix
def test_what_is_written_changes_nothing_else(path: Path) -> None:
    """Values stand where they stood, new ones at the section's end; other lines, the mode and the order stay."""
    write(Profile(), dhcore_access_token="sample-new", dhcore_refresh_token="sample-more")
    wanted = FILE.replace("Dhcore_Access_Token: sample-old\n  sample-second-line", "Dhcore_Access_Token = sample-new")
    wanted = wanted.replace("aws_region = here\n", "aws_region = here\ndhcore_refresh_token = sample-more\n")
    assert path.read_text() == wanted + "\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert sorted(file.name for file in path.parent.iterdir()) == ["dhcore.ini", "dhcore.ini.lock"]


@pytest.mark.parametrize(
    "text", ["", "[other]\nx = y\n", "[DEFAULT]\nx = y", "[work]\r\nb = c\r\n\r\n[z]\r\n", "[a]\n\n\n"]
)
def test_a_section_is_made_where_there_is_none(text: str) -> None:
    """Python's parser finds the values, and all that was there before; a file made anew names its profile."""
    after = parsed(with_values(text, "work", {"dhcore_access_token": "sample=: %(x)s"}))
    assert after["work"]["dhcore_access_token"] == "sample=: %(x)s"
    for section, values in parsed(text).items():
        assert values.items() <= after[section].items()
    assert text or after["DEFAULT"] == {"current_environment": "work"}
    assert "\r\n" not in text or "\n" not in with_values(text, "work", {"a": "b"}).replace("\r\n", "")


def test_bytes_that_are_no_text_stay(path: Path) -> None:
    """A file in another encoding keeps it."""
    path.write_bytes(b"# caf\xe9\n[__default]\na = \xff\n")
    write(Profile(), b="c")
    assert path.read_bytes() == b"# caf\xe9\n[__default]\na = \xff\nb = c\n"


@pytest.mark.posix
def test_a_link_leads_to_the_file(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the file is a link, what it leads to is written."""
    link = tmp_path / "link.ini"
    link.symlink_to(path)
    monkeypatch.setenv("DH_CONFIG", str(link))
    write(Profile(), new="value")
    assert link.is_symlink()
    assert "new = value" in path.read_text()


@pytest.mark.posix
def test_a_new_file_is_private(path: Path) -> None:
    """Where there is no file, one of mode 0600 is made."""
    path.unlink()
    write(Profile(), dhcore_access_token="sample-new")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert Profile().name == "__default"


@pytest.mark.posix
def test_a_read_only_file_is_not_written(path: Path) -> None:
    """Not even by root, who could; nor is a file in a folder that cannot be written, or is not there."""
    path.chmod(0o440)
    with pytest.raises(UnwritableError, match="read-only"):
        write(Profile(), a="b")
    assert path.read_text() == FILE
    profile = Profile()
    path.unlink()
    profile.path = path.parent / "nowhere" / "dhcore.ini"
    with pytest.raises(UnwritableError):
        write(profile, a="b")


@pytest.mark.parametrize("text", ["[work", "a = b", "[work]\na = 1\na = 2\n"])
def test_a_broken_file_is_said_without_its_content(path: Path, text: str) -> None:
    """What does not parse is one line, in which no part of the file stands."""
    path.write_text(f"{text}\nsample-token")
    with pytest.raises(ProviderUnavailableError) as caught:
        Profile().read()
    assert str(path) in str(caught.value)
    assert "sample-token" not in f"{caught.value}{caught.value.__context__}{caught.value.__cause__}"


@pytest.mark.posix
def test_one_at_a_time(path: Path) -> None:
    """Who has the lock keeps others from it, until it is given back or time runs out; a killed process has none."""
    order: list[str] = []

    def second() -> None:
        with Profile().locked(Deadline(PATIENCE)):
            order.append("second")

    with Profile().locked(Deadline(PATIENCE)):
        with pytest.raises(TimeoutError), Profile().locked(Deadline(0)):
            pass
        waiting = threading.Thread(target=second)
        waiting.start()
        time.sleep(0.2)
        order.append("first")
    waiting.join(30)
    assert order == ["first", "second"]

    def take_it_and_die() -> None:
        with Profile().locked(Deadline(PATIENCE)):
            os.kill(os.getpid(), signal.SIGKILL)

    assert run_forked(take_it_and_die) == -signal.SIGKILL
    with Profile().locked(Deadline(PATIENCE)):
        pass
