"""The panel shows what is in the store, whoever changed it, without a reload."""

from __future__ import annotations

import base64
import json
from pathlib import Path

from playwright.sync_api import expect

from tests.cluster.server import Cluster, Namespace

from .conftest import NewPage, Open
from .lab import Lab, start


def write(namespace: Namespace, project: str, name: str, value: str, manager: str = "kubectl-patch") -> None:
    """Writes one key of a project's Secret with kubectl, in the name of a field manager."""
    patch = {"data": {name: base64.b64encode(value.encode()).decode()}}
    secret, merge = f"proj-secrets-{project}", ("--type=merge", "-p", json.dumps(patch))
    namespace.kubectl("patch", "secret", secret, f"--field-manager={manager}", *merge)


def test_a_change_by_kubectl_appears(
    kubernetes_lab: Lab, kubernetes_namespace: Namespace, open_panel: Open, project: str
) -> None:
    """A key that kubectl adds is in the list, one that it removes is not; nothing was reloaded. That
    its owner may put a key back is said when it is changed."""
    panel, _ = open_panel(kubernetes_lab)
    panel.add("FIRST", "sample-first")
    panel.page.evaluate("window.notReloaded = true")
    write(kubernetes_namespace, project, "FROM_KUBECTL", "sample-outside", "vault-operator")
    expect(panel.name("FROM_KUBECTL")).to_be_visible()
    panel.act("FROM_KUBECTL", "Replace value")
    replace = panel.dialog("Replace value of FROM_KUBECTL")
    replace.fill(Value="sample-ours")
    replace.submit()
    expect(panel.status).to_have_text(
        f"The value of FROM_KUBECTL was replaced. The Secret proj-secrets-{project} is kept by vault-operator: "
        "its owner may put it back."
    )
    gone = '[{"op": "remove", "path": "/data/FROM_KUBECTL"}]'
    kubernetes_namespace.kubectl("patch", "secret", f"proj-secrets-{project}", "--type=json", "-p", gone)
    expect(panel.name("FROM_KUBECTL")).to_be_hidden()
    assert panel.page.evaluate("window.notReloaded")


def test_two_browsers_see_each_others_changes(local_lab: Lab, open_panel: Open, new_page: NewPage) -> None:
    """What one adds and deletes, the other shows. That a cluster's changes are seen has a test of its own."""
    one, _ = open_panel(local_lab)
    two, _ = open_panel(local_lab, page=new_page())
    one.add("SHARED", "sample-shared")
    expect(two.name("SHARED")).to_be_visible()
    two.act("SHARED", "Delete")
    two.dialog("Delete SHARED").submit()
    expect(one.name("SHARED")).to_be_hidden()


def test_without_rights_the_panel_says_so_and_without_watch_it_asks(
    cluster: Cluster, open_panel: Open, new_page: NewPage, tmp_path: Path
) -> None:
    """A Role that only reads one project: its changes appear all the same, adding is disabled and says why; another
    project says what is missing."""
    namespace = cluster.namespace()
    namespace.kubectl("create", "secret", "generic", "proj-secrets-open", "--from-literal=SEEN=sample-seen")
    rule = {"apiGroups": [""], "resources": ["secrets"], "resourceNames": ["proj-secrets-open"], "verbs": ["get"]}
    kubeconfig = namespace.service_account("reader", [rule])
    environment = {"DH_SECRETS_PROVIDER": "kubernetes", "KUBECONFIG": str(kubeconfig)}
    with start(tmp_path / "lab", environment) as server:
        panel, _ = open_panel(server, page=new_page())
        expect(panel.alert).to_contain_text("proj-secrets-ui")
        broken = (
            "words => words.filter(word => word.textContent.includes('-') && word.getClientRects().length > 1).length"
        )
        assert panel.alert.locator(".dhs-word").evaluate_all(broken) == 0
        panel.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        panel.region.get_by_role("button", name="Copy command").click()
        copied = panel.page.evaluate("navigator.clipboard.readText()")
        assert copied.startswith("kubectl create role ui-")
        assert copied in panel.alert.inner_text()
        panel.switch("open")
        expect(panel.name("SEEN")).to_be_visible()
        expect(panel.region.get_by_role("button", name="Add secret")).to_be_disabled()
        expect(panel.region.get_by_text("You may read the secrets here")).to_be_visible()
        panel.region.get_by_role("button", name="Actions for SEEN").click()
        expect(panel.region.get_by_role("menuitem", name="Delete")).to_be_disabled()
        expect(panel.region.get_by_role("menuitem", name="Put into kernel")).to_be_enabled()
        panel.page.keyboard.press("Escape")
        write(namespace, "open", "LATER", "sample-later")
        expect(panel.name("LATER")).to_be_visible()
        panel.page.close()
