"""A deployment can switch the guard on before the first cell."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ...support.kernels import Kernel

GUIDE = Path(__file__).parents[3] / "docs" / "guard.md"
LINE = 'c.InteractiveShellApp.extensions.append("dh_secrets_jupyter")'


def test_the_line_of_the_guide_loads_it_before_the_first_cell(
    new_kernel: Callable[..., Kernel], tmp_path: Path
) -> None:
    """With that line in a profile, a value typed in the very first cell is kept nowhere."""
    assert LINE in GUIDE.read_text()
    profile = tmp_path / "home" / "ipython" / "profile_default"
    profile.mkdir(parents=True)
    (profile / "ipython_config.py").write_text(f"c = get_config()\n{LINE}\n")
    kernel = new_kernel()
    cell = kernel.run("%secret set K hunter2-correct-horse")
    assert cell.error is not None
    assert "K: " in cell.error
    kernel.ok("1")
    kernel.stop()
    assert b"hunter2-correct-horse" not in kernel.raw + kernel.log + kernel.history


def test_where_it_is_not_switched_on_a_kernel_starts_without_it(new_kernel: Callable[..., Kernel]) -> None:
    """Nothing of the package is imported there."""
    assert new_kernel().ok("import sys; 'dh_secrets_jupyter' in sys.modules").result == "False"
