"""A real notebook shows what we say of logins and certificates, and nothing that programs and libraries say."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.cluster.server import Namespace
from tests.support.kernels import Kernel

NewKernel = Callable[..., Kernel]


def notebook(new_kernel: NewKernel, namespace: Namespace, folder: Path, user: Any = None, **cluster: Any) -> Kernel:
    """Returns a kernel with a kubeconfig that differs from the administrator's."""
    content = yaml.safe_load(namespace.kubeconfig.read_text())
    content["users"][0]["user"].update(user or {})
    if cluster:
        content["clusters"][0]["cluster"] = {"server": namespace.cluster.url, **cluster}
    (folder / "config").write_text(yaml.safe_dump(content))
    kernel = new_kernel(env={"KUBECONFIG": str(folder / "config"), "DH_SECRETS_PROVIDER": "kubernetes"})
    kernel.run("%load_ext dh_secrets_jupyter")
    return kernel


def test_what_is_not_verified_is_said_once(new_kernel: NewKernel, namespace: Namespace, tmp_path: Path) -> None:
    """``%secret`` says it, in a line; no request repeats it, and urllib3's warning with its paths is nowhere."""
    kernel = notebook(new_kernel, namespace, tmp_path, **{"insecure-skip-tls-verify": True})
    for cell in ("import os; os.environ['V'] = 'not-a-real-value'", "%secret set A --from-env V", "%secret get A"):
        assert not kernel.run(cell).error
    assert b"not verified" not in kernel.raw
    assert kernel.run("%secret").text.count("not verified") == 1
    assert not kernel.run("%secret delete A --yes").error
    assert b"InsecureRequestWarning" not in kernel.raw + kernel.log
    # The user's own requests are warned of as ever.
    warned = kernel.run(
        f"import urllib3; urllib3.PoolManager(cert_reqs='NONE').request('GET', '{namespace.cluster.url}')"
    )
    assert "InsecureRequestWarning" in warned.text


@pytest.mark.parametrize("status", [0, 1])
def test_a_program_talks_to_nobody(new_kernel: NewKernel, namespace: Namespace, tmp_path: Path, status: int) -> None:
    """What a login program writes to its stderr reaches neither notebook nor log, whether it fails or not."""
    answer = '{"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential", "status": {"token": "t"}}'
    script = f"echo talking >&2; echo '{answer}'; exit {status}"
    command = {"command": "sh", "args": ["-c", script], "interactiveMode": "IfAvailable"}
    user = {"token": None, "exec": {"apiVersion": "client.authentication.k8s.io/v1", **command}}
    kernel = notebook(new_kernel, namespace, tmp_path, user)
    failed = kernel.run("%secret list").error
    assert failed
    assert ("the login failed" if status else "does not accept your credentials") in failed
    assert b"talking" not in kernel.raw + kernel.log
