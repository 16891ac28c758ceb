"""Whether other users of the machine can read what a kernel sends, as ``%secret guard`` says it."""

from __future__ import annotations

from pathlib import Path

import pytest
from ipykernel.kernelspec import get_kernel_dict
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import KernelManager

from ...support.connections import free_port
from ...support.kernels import Kernel, environment

pytestmark = pytest.mark.kernel

SPEC = get_kernel_dict()
ENCRYPTS = "transport_encryption" in KernelManager.class_trait_names() and "supported_encryption" in SPEC["metadata"]
"""Both can from jupyter_client 8.9 and ipykernel 7.3 on; before, "auto" starts a kernel that does not encrypt."""
NOT_ENCRYPTED = "iopub: not encrypted; any user who can reach its port can read it."
SAYS = "from dh_secrets_jupyter import guard; guard.load(get_ipython()); print(guard.status())"


def _said(home: Path, policy: str) -> str:
    """Returns the status in a kernel over TCP."""
    # Ports that nothing takes before the kernel does, as may happen to those that a manager chooses.
    ports = {f"{channel}_port": free_port() for channel in ("shell", "iopub", "stdin", "hb", "control")}
    manager = KernelManager(
        connection_file=str(home / "c.json"), transport_encryption=policy, cache_ports=False, **ports
    )
    manager._kernel_spec = KernelSpec(**SPEC)
    manager.start_kernel(env=environment(home), cwd=str(home))
    client = manager.client()
    assert isinstance(client, BlockingKernelClient)
    texts: list[str] = []
    try:
        client.start_channels()
        client.wait_for_ready(timeout=60)
        client.execute_interactive(SAYS, timeout=60, output_hook=lambda m: texts.append(m["content"].get("text", "")))
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    return "".join(texts)


@pytest.mark.kernel
@pytest.mark.parametrize(
    ("policy", "says"),
    [("auto", "iopub: encrypted\n" if ENCRYPTS else NOT_ENCRYPTED), ("disabled", NOT_ENCRYPTED)],
)
def test_the_guard_says_whether_iopub_is_encrypted(tmp_path: Path, policy: str, says: str) -> None:
    """In the words that go with each policy of the kernel manager's."""
    assert says in _said(tmp_path, policy)


def test_a_local_socket_is_said(guarded: Kernel) -> None:
    """There nobody else on the network can read along."""
    assert "iopub: over a local socket" in guarded.ok("print(guard.status())").stdout
