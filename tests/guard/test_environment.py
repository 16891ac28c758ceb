"""Credentials that a kernel was started with are masked as those of their variables, once the extension is loaded."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from dh_secrets_jupyter.guard.environment import credentials

from ..support.kernels import Kernel

TOKEN = "hub-4f9QzL7mWx2vB8nR5j"


def test_which_variables_hold_a_credential(tmp_path: Path) -> None:
    """A name of the list, 12 characters, no file, and nothing that the one rule excludes."""
    file = tmp_path / "a-long-name"
    file.write_text(TOKEN)
    taken = {"JUPYTERHUB_API_TOKEN": TOKEN, "DB_PASSWORD": "twelve-chars", "X_PRIVATE_KEY": TOKEN, "TOKEN": TOKEN}
    left = {
        "PATH": TOKEN,
        "TOKEN_URL": TOKEN,
        "MY_TOKENS": TOKEN,
        "API_TOKEN": "11-characte",
        "SSH_PRIVATE_KEY": str(file),
        "AUTH_TOKEN": "authenticated",
    }
    assert credentials({**taken, **left}) == taken
    assert credentials({**taken, **left}, ["PATH", "*_PASSWORD"]) == {"PATH": TOKEN, "DB_PASSWORD": "twelve-chars"}
    assert credentials(taken, []) == {}


def test_loading_masks_them_and_says_which(new_kernel: Callable[..., Kernel]) -> None:
    """Off and on hold for them, too, all or by name."""
    kernel = new_kernel(env={"JUPYTERHUB_API_TOKEN": TOKEN, "SHORT_TOKEN": "short", "DB_PASSWORD": "invented-password"})
    assert kernel.ok("import os; print(os.environ['JUPYTERHUB_API_TOKEN'])").stdout == f"{TOKEN}\n"
    kernel.ok("%load_ext dh_secrets_jupyter")
    shown = "print(os.environ['JUPYTERHUB_API_TOKEN'], os.environ['SHORT_TOKEN'])"
    assert kernel.ok(shown).stdout == "[secret:JUPYTERHUB_API_TOKEN] short\n"
    assert "[secret:DB_PASSWORD]" in str(kernel.ok("dict(os.environ)").result)
    assert "masked from the environment: DB_PASSWORD, JUPYTERHUB_API_TOKEN\n" in kernel.ok("%secret guard").stdout
    kernel.ok("%secret guard off DB_PASSWORD")
    assert kernel.ok("print(os.environ['DB_PASSWORD'])").stdout == "invented-password\n"
    assert kernel.ok(shown).stdout.startswith("[secret:JUPYTERHUB_API_TOKEN]")
    kernel.ok("%secret guard off")
    assert kernel.ok(shown).stdout == f"{TOKEN} short\n"
    kernel.ok("%secret guard on")
    assert kernel.ok(shown).stdout.startswith("[secret:JUPYTERHUB_API_TOKEN]")


def test_one_that_is_also_a_secret_bears_the_name_of_the_secret(new_kernel: Callable[..., Kernel]) -> None:
    """Whichever was known first."""
    kernel = new_kernel(env={"DB_PASSWORD": "invented-password"})
    kernel.ok("import os\n%load_ext dh_secrets_jupyter")
    kernel.ok("%secret set mine --from-env DB_PASSWORD\n%secret get mine")
    assert kernel.ok("print(os.environ['DB_PASSWORD'])").stdout == "[secret:mine]\n"
    kernel.ok("%reload_ext dh_secrets_jupyter")
    assert kernel.ok("print(os.environ['DB_PASSWORD'])").stdout == "[secret:mine]\n"
    assert "masked from the environment: DB_PASSWORD" in kernel.ok("%secret guard").stdout


def test_the_setting_takes_the_place_of_the_list(new_kernel: Callable[..., Kernel], tmp_path: Path) -> None:
    """Patterns of the user's own; none at all turns it off."""
    profile = tmp_path / "home" / "ipython" / "profile_default"
    profile.mkdir(parents=True)
    for names, shown in (["OUR*"], "[secret:OURS] invented-password"), ([], f"{TOKEN} invented-password"):
        (profile / "ipython_config.py").write_text(f"c = get_config()\nc.DHSecrets.mask_environment = {names}\n")
        kernel = new_kernel(env={"DB_PASSWORD": "invented-password", "OURS": TOKEN})
        kernel.ok("import os\n%load_ext dh_secrets_jupyter")
        assert kernel.ok("print(os.environ['OURS'], os.environ['DB_PASSWORD'])").stdout == f"{shown}\n"
        assert ("environment" in kernel.ok("%secret guard").stdout) is bool(names)
