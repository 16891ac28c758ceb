"""Where the key is, and what happens when it is not there."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from dh_secrets_jupyter.providers.local import LocalProvider
from dh_secrets_jupyter.testing import just, put, values

from ...support.processes import run
from . import keyrings
from .conftest import UseKeyring
from .stores import VALUE, fill, refusal


def _write(path: Path, size: int, mode: int = 0o600) -> None:
    path.write_bytes(bytes(size))
    path.chmod(mode)


def _linked(path: Path) -> None:
    _write(path.with_name("other"), 32)
    path.symlink_to("other")


def _of_another_user(path: Path) -> None:
    _write(path, 32)
    os.chown(path, 65534, 65534)


PLANTED: dict[str, Callable[[Path], object]] = {
    "empty": lambda path: _write(path, 0),
    "too short": lambda path: _write(path, 31),
    "too long": lambda path: _write(path, 33),
    "endless": lambda path: path.symlink_to("/dev/zero"),
    "readable": lambda path: _write(path, 32, 0o640),
    "writable": lambda path: _write(path, 32, 0o602),
    "a folder": lambda path: path.mkdir(),
    "a pipe": lambda path: os.mkfifo(path, 0o600),
    "a link": _linked,
    "a link to nothing": lambda path: path.symlink_to("nowhere"),
}
if hasattr(os, "getuid") and os.getuid() == 0:  # nobody else can make a file another user's
    PLANTED["of another user"] = _of_another_user


class TestKey:
    """Where the key lies, and what happens without it."""

    def test_a_file_where_no_keyring_answers(self, file: Path) -> None:
        """Without a keyring the key is a file beside the store, and the place says so."""
        fill()
        assert LocalProvider().place("demo") == f"{file}, with its key in secrets.db.key beside it"

    @pytest.mark.slow
    def test_the_keyring_where_one_answers(self, file: Path, use_keyring: UseKeyring) -> None:
        """With a keyring the key is there alone, and the place says so; another process reads with it."""
        entries = use_keyring(keyrings.InAFile)
        fill()
        assert [path.name for path in file.parent.iterdir()] == ["secrets.db"]
        assert LocalProvider().place("demo") == f"{file}, with its key in the system's keyring"
        code = "from dh_secrets_jupyter.providers.local import LocalProvider as P; print(*P().read('demo'))"
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("PYTHON_KEYRING_BACKEND", "tests.providers.local.keyrings.InAFile")
            assert run(code).split() == ["A", "BIG"]
        moved = file.rename(file.with_name("moved.db"))
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("DH_SECRETS_LOCAL_PATH", str(moved))
            assert set(LocalProvider().read("demo")) == {"A", "BIG"}
        assert entries.exists()

    @pytest.mark.parametrize(
        "kind",
        [keyrings.Forgetful, keyrings.Failing, keyrings.Hanging, keyrings.PlainText],
        ids=lambda kind: kind.__name__,
    )
    def test_a_keyring_that_does_not_keep_it(
        self, file: Path, use_keyring: UseKeyring, kind: type[keyrings.InAFile]
    ) -> None:
        """One that forgets, fails, hangs, or says that it keeps plain text is passed over."""
        entries = use_keyring(kind)
        fill()
        assert values(LocalProvider().read("demo"))["A"] == VALUE
        assert "secrets.db.key" in LocalProvider().place("demo")
        assert not entries.exists()

    @pytest.mark.parametrize("kind", [keyrings.Failing, keyrings.Hanging], ids=lambda kind: kind.__name__)
    def test_a_keyring_that_answers_no_more(
        self, file: Path, use_keyring: UseKeyring, kind: type[keyrings.InAFile]
    ) -> None:
        """A store whose key is in a keyring that is locked now says so, and goes on when it answers again."""
        use_keyring(keyrings.InAFile)
        fill()
        use_keyring(kind)
        assert "Unlock the keyring" in refusal(lambda: LocalProvider().read("demo"))
        assert "Unlock the keyring" in refusal(lambda: LocalProvider().write("demo", just(put("B"))))
        use_keyring(keyrings.InAFile)
        assert set(LocalProvider().read("demo")) == {"A", "BIG"}

    def test_a_keyring_entry_that_vanished(self, file: Path, use_keyring: UseKeyring) -> None:
        """Nothing is written that nobody could read later: a write without the key in the keyring changes nothing."""
        entries = use_keyring(keyrings.InAFile)
        fill()
        provider = LocalProvider()
        provider.write("demo", just(put("B")))
        kept, before = entries.read_text(), file.read_bytes()
        for gone in ("{}", json.dumps({next(iter(json.loads(kept))): "00" * 32})):
            entries.write_text(gone)
            assert "restore the" in refusal(lambda: provider.write("demo", just(put("B", b"new"), put("C")))).lower()
            assert file.read_bytes() == before
        entries.write_text(kept)
        provider.write("demo", just(put("C")))
        assert set(LocalProvider().read("demo")) == {"A", "B", "BIG", "C"}

    @pytest.mark.posix
    @pytest.mark.parametrize("kind", PLANTED.values(), ids=PLANTED)
    @pytest.mark.parametrize("keyring", [True, False], ids=["keyring", "no keyring"])
    def test_a_key_file_of_somebody_else(
        self, file: Path, use_keyring: UseKeyring, kind: Callable[[Path], object], keyring: bool
    ) -> None:
        """A new store is not begun with a key that is none, or that others may know; nothing is made or changed."""
        if keyring:
            use_keyring(keyrings.InAFile)
        file.parent.mkdir(mode=0o700)
        key = file.with_name("secrets.db.key")
        kind(key)
        listed = LocalProvider().read("demo")
        assert dict(listed) == {}
        said = refusal(fill)
        assert f"the key file {key} cannot be used for a new store, because it " in said
        assert said.endswith("Find out where it comes from, and move it away.")
        assert dict(LocalProvider().read("demo")) == {}
        if key.is_dir() and not key.is_symlink():
            key.rmdir()
        else:
            key.unlink()
        fill()
        assert values(LocalProvider().read("demo"))["A"] == VALUE

    @pytest.mark.posix
    @pytest.mark.parametrize("kind", PLANTED.values(), ids=PLANTED)
    def test_a_key_file_replaced(self, file: Path, kind: Callable[[Path], object]) -> None:
        """A store that is there is not opened by another key, whatever stands in its place, and waits for none."""
        fill()
        key = file.with_name("secrets.db.key")
        key.unlink()
        kind(key)
        line = refusal(lambda: LocalProvider().read("demo"))
        assert "could not be read from" in line or "with a different key" in line
        assert refusal(lambda: LocalProvider().write("demo", just(put("B")))) == line

    @pytest.mark.posix
    def test_a_key_file_by_a_link(self, file: Path) -> None:
        """The store's own key may be kept elsewhere, with a link in its place."""
        fill()
        key = file.with_name("secrets.db.key")
        key.symlink_to(key.rename(file.with_name("elsewhere")))
        assert values(LocalProvider().read("demo"))["A"] == VALUE

    def test_the_keyring_is_asked_once(self, file: Path, use_keyring: UseKeyring) -> None:
        """A provider keeps what the keyring gave it, and tries it on a file that was exchanged."""
        entries = use_keyring(keyrings.InAFile)
        fill()
        provider = LocalProvider()
        provider.read("demo")
        entries.write_text("{}")
        assert set(provider.read("demo")) == {"A", "BIG"}
        file.unlink()
        fill("other")
        assert set(provider.read("other")) == {"A", "BIG"}

    @pytest.mark.parametrize("kind", [keyrings.InAFile, keyrings.Forgetful], ids=["keyring", "file"])
    def test_a_key_without_a_store_is_kept(
        self, file: Path, use_keyring: UseKeyring, kind: type[keyrings.InAFile]
    ) -> None:
        """A new store beside a key that is there takes that key: the old store may come back."""
        use_keyring(kind)
        fill()
        away = file.rename(file.with_name("away.db"))
        fill("other")
        away.replace(file)
        assert set(LocalProvider().read("demo")) == {"A", "BIG"}

    @pytest.mark.slow
    def test_the_keyring_is_imported_when_it_is_needed(self, file: Path) -> None:
        """A store with a key file never asks for the keyring's library."""
        fill()
        code = """
        import sys
        from dh_secrets_jupyter.providers.local import LocalProvider
        from dh_secrets_jupyter.testing import just, put
        LocalProvider().write("demo", just(put("B")))
        print("keyring" in sys.modules)
        """
        assert run(code) == "False\n"
