"""``%load_ext``, ``%reload_ext`` and ``%unload_ext``: symmetric, and quick."""

from __future__ import annotations

import ast
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..support.kernels import Kernel

SNAPSHOT = """
def snapshot():
    import json, sys
    ip = get_ipython()
    manager = ip.magics_manager
    return json.dumps({
        "line": "secret" in manager.magics["line"], "cell": "secret" in manager.magics["cell"],
        "registry": "SecretMagics" in manager.registry,
        "configurables": sorted(type(one).__name__ for one in ip.configurables),
        "matchers": len(ip.Completer.custom_matchers),
        "transformers": [len(ip.input_transformers_cleanup), len(ip.input_transformers_post), len(ip.ast_transformers)],
        "instance": sorted(vars(ip)), "run_ast_nodes": ip.run_ast_nodes.__qualname__,
        "targets": sorted(ip.kernel.comm_manager.targets),
        "callbacks": {k: len(v) for k, v in ip.events.callbacks.items()},
        "writes": [type(sys.stdout).__name__, type(sys.displayhook).__name__, type(ip.display_pub).__name__],
    })
"""


def snapshot(kernel: Kernel) -> dict[str, Any]:
    """Returns what the extension touches of the shell, as it is now."""
    found: dict[str, Any] = json.loads(ast.literal_eval(str(kernel.ok("snapshot()").result)))
    return found


def test_symmetry(new_kernel: Callable[..., Kernel]) -> None:
    """Unloading leaves the shell as it was before; reloading is as loading; a second load adds nothing."""
    kernel = new_kernel()
    kernel.ok(SNAPSHOT + "%unload_ext none")  # IPython loads its own magics when they are first used
    before = snapshot(kernel)
    kernel.ok("%load_ext dh_secrets_jupyter")
    loaded = snapshot(kernel)
    assert (loaded["line"], loaded["cell"]) == (True, True)
    assert "dh-secrets-jupyter" in loaded["targets"]
    kernel.ok("import dh_secrets_jupyter; dh_secrets_jupyter.load_ipython_extension(get_ipython())")
    assert snapshot(kernel) == loaded
    kernel.ok("%reload_ext dh_secrets_jupyter")
    assert snapshot(kernel) == loaded
    kernel.ok("import warnings; warnings.simplefilter('always')")
    cell = kernel.ok("%unload_ext dh_secrets_jupyter")
    assert (cell.stdout, cell.stderr) == ("Guard off.\n", ""), "no socket or file is left to Python's collector"
    assert snapshot(kernel) == before
    kernel.ok("%load_ext dh_secrets_jupyter")
    kernel.ok("%secret list")


def test_the_guard_comes_and_goes_with_the_extension(new_kernel: Callable[..., Kernel]) -> None:
    """Unloading says in one line that values are shown from now on, loading again that they are masked again."""
    kernel = new_kernel()
    kernel.ok("%load_ext dh_secrets_jupyter")
    kernel.ok("%secret set A", answers=["invented-value"])
    assert kernel.ok("%secret get A\nprint(A)").stdout == "Read into variables: A\n[secret:A]\n"
    assert kernel.ok("%unload_ext dh_secrets_jupyter").stdout.startswith(
        "Guard off: the value of 1 secret is now shown as it is, until the extension"
    )
    assert kernel.ok("print(A)").stdout == "invented-value\n"
    assert kernel.ok("%load_ext dh_secrets_jupyter\nprint(A)").stdout == "Guard on.\n[secret:A]\n"


def test_what_was_chosen_survives_a_reload(new_kernel: Callable[..., Kernel]) -> None:
    """The project of the kernel, and what was put into it, are still known."""
    kernel = new_kernel()
    kernel.ok(
        "%load_ext dh_secrets_jupyter\n%secret project chosen\n%secret set A --from-env JUPYTERHUB_USER\n%secret get A"
    )
    kernel.ok("%reload_ext dh_secrets_jupyter")
    assert kernel.ok("%secret forget").stdout == "Removed: A (variable)\n"
    assert kernel.ok("%secret list").displays


def test_loading_is_quick(new_kernel: Callable[..., Kernel]) -> None:
    """Of all that the package depends on, loading imports the guard's matcher alone; and nothing that commands need,
    or that long values and those of several parts do.
    """
    kernel = new_kernel(env={"DH_SECRETS_PROVIDER": None})
    cell = kernel.ok(
        "import sys, time\nbefore = set(sys.modules)\nstart = time.process_time()\n"
        "get_ipython().extension_manager.load_extension('dh_secrets_jupyter')\n"
        "print(time.process_time() - start)\n"
        "sorted({name.partition('.')[0] for name in set(sys.modules) - before} - sys.stdlib_module_names)"
    )
    assert cell.result == "['ahocorasick_rs', 'dh_secrets_jupyter']"
    waiting = ["commands", "grammar.parsing", "injection", "magics.line", "models", "project", "providers.base"]
    waiting += ["proxy", "rpc", "using.stand_ins", *(f"guard.engine.{name}" for name in ("parts", "views", "windows"))]
    assert kernel.ok(f"[name for name in {waiting} if f'dh_secrets_jupyter.{{name}}' in sys.modules]").result == "[]"
    assert float(cell.stdout) < 1, "seconds of the processor's, of which a quiet machine needs 0.03"


def test_a_killed_kernel_leaves_no_file_after_the_next_load(new_kernel: Callable[..., Kernel], tmp_path: Path) -> None:
    """A kill leaves the private file; the next load, in any kernel of the user, removes it and no living kernel's."""
    kernels = [new_kernel(tmp_path / "home") for _ in range(2)]
    paths = []
    for kernel in kernels:
        kernel.ok("%load_ext dh_secrets_jupyter\n%secret set A --from-env JUPYTERHUB_USER\n%secret file A as path")
        paths.append(Path(ast.literal_eval(str(kernel.ok("path").result))))
    kernels[0].stop(kill=True)
    assert paths[0].exists()
    kernels[1].ok("%reload_ext dh_secrets_jupyter")
    assert not paths[0].parents[1].exists()
    assert paths[1].read_bytes() == b"ada"
    kernels[1].stop()
    assert not paths[1].parents[1].exists()
