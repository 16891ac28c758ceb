"""The side panel and secrets that are only for hosts: used, and never read."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.proxy.fixtures import NAME
from tests.proxy.hosts import Host, TestAuthority

from .conftest import Open
from .lab import Lab
from .pages import violations
from .test_in_kernel import in_kernel, text_of

VALUE = "sample-value-of-20-characters"
SEND = """import urllib.request
request = urllib.request.Request("https://{url}/path", headers={{"Authorization": "Bearer " + API_KEY}})
urllib.request.urlopen(request).status"""
REPORT = re.compile(r"/secrets/API_KEY/used(\?|$)")


@pytest.fixture
def trusting_lab(local_lab: Lab, authority: TestAuthority) -> Iterator[Lab]:
    """The lab; a proxy that a kernel starts finds the tests' host on this machine, and trusts who signed for it."""
    config = local_lab.home / "config" / "jupyter_config.py"
    config.write_text(
        f"c.DHSecretsProxy.allow_private = True\nc.DHSecretsProxy.upstream_ca = {str(authority.path)!r}\n"
        f"c.DHSecretsProxy.resolve = {{{NAME!r}: '127.0.0.1'}}\n"
    )
    yield local_lab
    config.unlink()


def test_a_secret_for_hosts_is_added_edited_and_used_in_a_notebook(
    trusting_lab: Lab, open_panel: Open, project: str, host: Host
) -> None:
    """A value that no host can have is refused at once. Row and details say the hosts. Nothing offers to put the value
    into the kernel; what is inserted uses it. A request has the value, the row counts it, and the trail gets the host,
    the method and the status of it."""
    url = f"{NAME}:{host.port}"
    panel, notebook = open_panel(trusting_lab, fresh=True)
    dialog = panel.open_add()
    dialog.fill(Name="API_KEY", Value="too short")
    dialog.field("Only for hosts").fill("api.example.com")
    dialog.submit()
    expect(dialog.frame.get_by_role("alert")).to_contain_text("API_KEY: only a value of 20 to 4,096")
    dialog.fill(Value=VALUE)
    dialog.submit()
    expect(panel.name("API_KEY")).to_be_visible()
    panel.act("API_KEY", "Edit")
    edit = panel.dialog("Edit API_KEY")
    expect(edit.field("Only for hosts")).to_have_value("api.example.com")
    edit.field("Only for hosts").fill(f"{url.upper()}, *.example.org:8443")
    assert violations(panel.page) == []
    edit.submit()
    hosts = f"{url}, *.example.org:8443"
    row = panel.region.get_by_role("listitem")
    expect(row.get_by_title(f"Only for {hosts}")).to_be_visible()
    expect(panel.details("API_KEY").get_by_text(f"Only for {hosts}", exact=True)).to_be_visible()
    listed = trusting_lab.request("GET", f"projects/{project}/secrets")["secrets"]
    assert [secret["hosts"] for secret in listed] == [[url, "*.example.org:8443"]]

    panel.region.get_by_role("button", name="Actions for API_KEY").click()
    expect(panel.region.get_by_role("menuitem", name="Insert into cell")).to_be_visible()
    expect(panel.region.get_by_role("menuitem", name="Put")).to_have_count(0)
    panel.region.get_by_role("menuitem", name="Insert into cell").click()
    expect(panel.status).to_contain_text("%secret use API_KEY")
    assert text_of(notebook.cells.last).endswith(f"%secret project {project}\n%secret use API_KEY")

    panel.region.get_by_role("button", name="Use API_KEY in notebook").click()
    expect(panel.status).to_contain_text(f"A stand-in for API_KEY is in the variable API_KEY. Only for {url}")
    expect(in_kernel(panel, "in kernel as API_KEY")).to_be_visible()
    notebook.run("")  # the cell as it was inserted
    with panel.page.expect_request(REPORT) as reported:
        assert "200" in notebook.run(SEND.format(url=url))
    assert f"Bearer {VALUE}".encode() in host.arrived[-1]
    said = json.loads(reported.value.post_data or "")
    assert said.pop("kernel")
    assert said == {"host": NAME, "method": "GET", "status": 200}
    answered = reported.value.response()
    assert answered
    assert answered.status == 204
    expect(in_kernel(panel, "in kernel as API_KEY, used 1 time by this kernel")).to_be_visible()
    assert "200" in notebook.run("urllib.request.urlopen(request).status")
    expect(in_kernel(panel, "in kernel as API_KEY, used 2 times by this kernel")).to_be_visible()
    assert VALUE not in panel.page.content()
