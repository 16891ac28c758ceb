"""Where the key is, and what happens when it is not there."""

from __future__ import annotations

from pathlib import Path

import pytest

from dh_secrets_jupyter.providers.local import LocalProvider
from dh_secrets_jupyter.testing import just, put, values

from ...processes import run
from . import keyrings
from .conftest import UseKeyring
from .stores import VALUE, fill, refusal


class TestKey:
    """Where the key lies, and what happens without it."""

    def test_a_file_where_no_keyring_answers(self, file: Path) -> None:
        """Without a keyring the key is a file beside the store, and the place says so."""
        fill()
        assert LocalProvider().place("demo") == f"{file}, its key in secrets.db.key beside it"

    def test_the_keyring_where_one_answers(self, file: Path, use_keyring: UseKeyring) -> None:
        """With a keyring the key is there alone, and the place says so; another process reads with it."""
        entries = use_keyring(keyrings.InAFile)
        fill()
        assert [path.name for path in file.parent.iterdir()] == ["secrets.db"]
        assert LocalProvider().place("demo") == f"{file}, its key in the system's keyring"
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
