"""``%secret use``: a secret is used and never read, in one real kernel, with everything that an agent might try."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from dh_secrets_jupyter.proxy.laptop import protection

from ..proxy.fixtures import NAME, VALUE
from ..proxy.hosts import Host, Loop, TestAuthority
from ..support import kernels
from ..support.kernels import Kernel
from ..support.waiting import wait_until

REFUSED = "KEY: only to be used, not read. Type %secret use KEY."
ASK = """
import urllib.request
def ask(stand_in, header="Authorization"):
    request = urllib.request.Request(URL, headers={header: "Bearer " + stand_in})
    try:
        return urllib.request.urlopen(request).read().decode()
    except urllib.request.HTTPError as error:
        return error.read().decode()
"""


@pytest.fixture(scope="module")
def key_host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Host, TestAuthority]]:
    """The host that KEY is for, which answers with the request, and who signed its certificate."""
    loop, authority = Loop(), TestAuthority(tmp_path_factory.mktemp("authority"))
    yield Host(loop, authority, NAME), authority
    loop.stop()


@pytest.fixture(scope="module")
def kernel(tmp_path_factory: pytest.TempPathFactory, key_host: tuple[Host, TestAuthority]) -> Iterator[kernels.Kernel]:
    """A kernel with KEY, which is for the host, and PLAIN. At its end the value is in nothing that it sent or kept."""
    served, authority = key_host
    home = tmp_path_factory.mktemp("use")
    (home / "jupyter").mkdir()
    (home / "jupyter" / "jupyter_config.py").write_text(
        f"c.DHSecretsProxy.allow_private = True\nc.DHSecretsProxy.upstream_ca = {str(authority.path)!r}\n"
        f"c.DHSecretsProxy.resolve = {{{NAME!r}: '127.0.0.1'}}\n"
    )
    with kernels.start(home, env={"DH_SECRETS_PROJECT": "demo"}) as started:
        started.ok(f"%load_ext dh_secrets_jupyter\nURL = 'https://{NAME}:{served.port}/'\n{ASK}")
        started.ok("import os\nbefore = dict(os.environ)")
        started.ok(f"%secret set KEY --hosts {NAME}:{served.port}", answers=[VALUE])
        started.ok("%secret set PLAIN", answers=["invented-plain-value"])
        yield started
        sent, kept, log = started.raw, started.history, started.stop()
        for bytes_of_it in (sent, kept, log):
            assert VALUE.encode() not in bytes_of_it
            assert VALUE[::-1].encode() not in bytes_of_it


@pytest.fixture
def used(kernel: Kernel) -> Iterator[Kernel]:
    """The same, with a stand-in in ``key``; afterwards there is none, and the environment is as it was."""
    kernel.ok("%secret use KEY as key")
    yield kernel
    kernel.ok("%secret forget")
    kernel.ok("assert dict(os.environ) == before, {*os.environ.items()} ^ {*before.items()}")


def test_it_is_used(kernel: Kernel, key_host: tuple[Host, TestAuthority]) -> None:
    """What is said, what the host gets, what comes back, what is counted and refused, and that nothing is left."""
    said = kernel.ok("%secret use KEY as key").stdout.splitlines()
    served, _ = key_host
    assert said[:2] == [
        f"Stand-ins in variables: KEY as key (for {NAME}:{served.port})",
        f"Values are put in by {protection({})}.",
    ]
    assert said[2].startswith("requests and urllib follow at once. Make other clients anew")
    assert len(kernel.ok("%secret use KEY as again").stdout.splitlines()) == 1
    kernel.ok(f"assert type(key) is str and key == again and len(key) == {len(VALUE)} and key.startswith('sk-proj-')")
    kernel.ok("assert 'Authorization: Bearer ' + key in ask(key)")
    assert f"Bearer {VALUE}".encode() in served.arrived[-1]
    assert "the stand-in of KEY is in the header X-Other." in kernel.ok("print(ask(key, 'X-Other'))").stdout
    report = kernel.ok("%secret guard").stdout
    assert "used: KEY 1 time by this kernel\n" in report
    assert f"refused: {NAME}: the stand-in of KEY is in the header X-Other." in report
    assert re.search(rf"^use +by {re.escape(protection({}))}$", kernel.ok("%secret").stdout, re.MULTILINE)
    masked = kernel.ok("print(os.environ['HTTPS_PROXY'])").stdout
    assert re.fullmatch(r"http://kernel:\[secret:HTTPS_PROXY\]@127\.0\.0\.1:\d+\n", masked)
    assert "Removed: KEY as key (variable), KEY as again (variable)" in kernel.ok("%secret forget KEY").stdout
    kernel.ok("assert dict(os.environ) == before and 'key' not in globals()")
    assert kernel.run("%secret use PLAIN").error == (
        "PLAIN: it is for no host yet. Set them: %secret edit PLAIN --hosts api.example.com."
    )
    kernel.ok("assert dict(os.environ) == before")


READS = [
    "%secret get KEY",
    "%secret env KEY",
    "%secret file KEY",
    "%secret get PLAIN KEY",
    "%%secret KEY\nprint(KEY)",
    "import dh_secrets_jupyter as d\nd.get('KEY')",
    "d.get_or_create_project('demo').read_values('KEY')",
    "d.get_or_create_project('demo').get_secret('KEY').read_secret_value()",
    "d.get_or_create_project('demo').copy('KEY', 'COPY').read_secret_value()",
]


@pytest.mark.parametrize("code", READS)
def test_it_is_never_read(used: Kernel, code: str) -> None:
    """Each command and call says what to do instead."""
    error = used.run(f"import dh_secrets_jupyter as d\n{code}" if code.startswith("d.") else code).error
    used.run("%secret delete COPY --yes")
    assert error == REFUSED.replace("KEY", "COPY") if "COPY" in code else error == REFUSED


def test_all_others_are_read(used: Kernel) -> None:
    """``--all`` says in one line what it leaves out."""
    for command in ("get", "env"):
        cell = used.ok(f"%secret {command} --all")
        assert cell.stdout.splitlines()[0] == "KEY: skipped (only to be used, not read)."
        assert "PLAIN" in cell.stdout
        used.ok("assert 'KEY' not in globals() and 'KEY' not in os.environ")
    used.ok('%secret project alone\nalone = "a1" * 12\n%secret set KEY --from-var alone --hosts api.example.com')
    assert used.ok("%secret get --all").stdout == "KEY: skipped (only to be used, not read).\n"
    used.ok("%secret project demo")


PERSON = "KEY: only a person can"
CHANGES = [
    '%secret edit KEY --hosts ""',
    "%secret edit KEY --hosts evil.example.org",
    f"%secret edit KEY --hosts {NAME},evil.example.org",
    "new = 'x' * 30\n%secret set KEY --from-var new",
    "os.environ['NEW'] = 'x' * 30\n%secret set KEY --from-env NEW",
    "open('new.env', 'w').write('KEY=' + 'x' * 30)\n%secret import new.env --replace",
    "import dh_secrets_jupyter as d\np = d.get_or_create_project('demo')\ns = p.get_secret('KEY')\n"  # noqa: ISC004
    "s.metadata.hosts = []\np.update_secret(s)",
    "import dh_secrets_jupyter as d\nd.get_or_create_project('demo').get_secret('KEY').set_secret_value('x' * 30)",
]


@pytest.mark.parametrize("code", CHANGES)
def test_nobody_but_a_person_changes_it(used: Kernel, code: str) -> None:
    """Where nobody can answer, and from Python, access is denied, and the hosts stay."""
    error = used.run(code).error
    used.run("os.environ.pop('NEW', None)")
    assert error
    assert error.startswith(PERSON)
    assert f"only for     {NAME}" in used.ok("%secret describe KEY").stdout


def test_a_person_says_no(used: Kernel) -> None:
    """The question says what would become of it; any answer but y or yes leaves it."""
    cell = used.ok('%secret edit KEY --hosts ""', answers=["no"])
    assert cell.prompts[0].startswith(f"KEY is only for {NAME}")
    assert "Make it readable" in cell.prompts[0]
    assert f"only for     {NAME}" in used.ok("%secret describe KEY").stdout


@pytest.mark.parametrize("command", ["get KEY --reveal", "run KEY -- env", "run --all -- env"])
def test_no_child_reads_it(used: Kernel, command: str) -> None:
    """Nor does the command line, started from a cell."""
    cell = used.run(
        f"import subprocess, sys\nprint(subprocess.run([sys.executable, '-m', 'dh_secrets_jupyter.cli', "
        f"*{command.split()!r}], capture_output=True, text=True))"
    )
    assert "KEY: only to be used, not read." in cell.stdout or "KEY: skipped (only to be used" in cell.stdout


def test_a_lease(kernel: Kernel, key_host: tuple[Host, TestAuthority]) -> None:
    """The cell's body has stand-ins; afterwards they have ended, and what stood there before is back."""
    kernel.ok("token = 'mine'")
    kernel.ok("%%secret KEY as token --use\nused = token\nassert token in ask(token)")
    assert VALUE.encode() in key_host[0].arrived[-1]
    kernel.ok("assert token == 'mine' and used != token and dict(os.environ) == before")


def test_need(kernel: Kernel) -> None:
    """It gives a stand-in for what is only to be used; with ``--use`` it asks for what is missing, hosts too."""
    said = kernel.ok("%secret need KEY as key PLAIN --optional MISSING").stdout
    assert "Read into variables: PLAIN" in said
    assert "Stand-ins in variables: KEY as key" in said
    kernel.ok("assert key.startswith('sk-proj-') and len(PLAIN) == 20")
    cell = kernel.ok("%secret need NEW --use", answers=[VALUE[::-1], "api.example.org,*.example.net"])
    assert [bool(message.content["password"]) for message in cell.of("input_request")] == [True, False]
    assert "Stand-ins in variables: NEW (for api.example.org, *.example.net)" in cell.stdout
    kernel.ok("%secret forget\n%secret delete NEW --yes")
    kernel.ok("assert dict(os.environ) == before")


def test_who_deletes_it_has_nothing(kernel: Kernel) -> None:
    """A secret of the same name has none of its value; unloading puts the environment back."""
    kernel.ok("%secret use KEY as key")
    kernel.ok("%secret delete KEY --yes")
    kernel.ok("import dh_secrets_jupyter as d\np = d.get_or_create_project('demo')\np.new_secret('KEY', 'another')")
    kernel.ok("assert p.read_values('KEY')['KEY'] == 'another'")
    kernel.ok("%unload_ext dh_secrets_jupyter\nassert dict(os.environ) == before")
    wait_until(lambda: not children(kernel.pid), "the end of the proxy")


def children(pid: int) -> list[str]:
    """Returns what the children of a process say of themselves, but for those that have ended."""
    found = []
    for path in Path("/proc").glob("[0-9]*/status"):
        with contextlib.suppress(OSError):  # it has ended meanwhile
            said = path.read_text()
            if f"PPid:\t{pid}\n" in said and "State:\tZ" not in said:
                found.append(said)
    return found
