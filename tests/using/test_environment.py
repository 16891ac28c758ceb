"""The environment while there are stand-ins, and that it is as before when there are none."""

from __future__ import annotations

from pathlib import Path

import pytest

from dh_secrets_jupyter.using.environment import BUNDLES, ProxyEnvironment

FORMER = {
    "NO_PROXY": "internal.test, .corp.test",
    "HTTPS_PROXY": "http://company.test:3128",
    "HTTP_PROXY": "http://company.test:3128",
    "PATH": "/bin",
}
PEM = "-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n"


@pytest.fixture
def variables(tmp_path: Path) -> dict[str, str]:
    """An environment that names a company's proxy, its bundle for curl, and a folder of bundles for requests."""
    (tmp_path / "curl.pem").write_text(PEM.format("company"))
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "a1b2.0").write_text(PEM.format("hashed"))
    return {
        **FORMER,
        "CURL_CA_BUNDLE": str(tmp_path / "curl.pem"),
        "REQUESTS_CA_BUNDLE": str(tmp_path / "folder"),
    }


@pytest.fixture
def made(variables: dict[str, str], tmp_path: Path) -> ProxyEnvironment:
    def write(name: str, content: bytes, before: str | None) -> str:
        (tmp_path / name).write_bytes(content)
        return str(tmp_path / name)

    return ProxyEnvironment(variables, write)


def enter(made: ProxyEnvironment, *direct: str) -> None:
    """Names a proxy."""
    made.enter("http://127.0.0.1:8888", "token", direct)


def test_the_proxy_is_named(made: ProxyEnvironment, variables: dict[str, str]) -> None:
    """For https alone; what was reached without a proxy still is, and so is what is named besides."""
    before = dict(variables)
    enter(made, "https://cluster.test:6443", "https://core.test/base")
    assert variables["HTTPS_PROXY"] == variables["https_proxy"] == "http://kernel:token@127.0.0.1:8888"
    assert variables["HTTP_PROXY"] == FORMER["HTTP_PROXY"]
    without = "internal.test,.corp.test,localhost,127.0.0.1,::1,cluster.test,core.test"
    assert variables["NO_PROXY"] == variables["no_proxy"] == without
    assert variables["NODE_USE_ENV_PROXY"] == "1"
    assert (
        variables.keys() - before.keys() == {"https_proxy", "no_proxy", "NODE_USE_ENV_PROXY", *BUNDLES} - before.keys()
    )
    assert made.before() == before
    enter(made, "https://more.test")
    assert variables["NO_PROXY"] == f"{without},more.test"
    assert made.before() == before


def test_bundles(made: ProxyEnvironment, variables: dict[str, str]) -> None:
    """Each has what it had, a folder's files too, else the system's certificates; Node's has ours."""
    made.trust([PEM.format("early")])
    enter(made)
    made.trust([PEM.format("late"), PEM.format("early")])
    texts = {name: Path(variables[name]).read_text() for name in BUNDLES}
    assert texts["CURL_CA_BUNDLE"] == "\n".join(map(PEM.format, ["company", "early", "late"]))
    assert texts["REQUESTS_CA_BUNDLE"] == "\n".join(map(PEM.format, ["hashed", "early", "late"]))
    assert texts["NODE_EXTRA_CA_CERTS"] == "\n" + "\n".join(map(PEM.format, ["early", "late"]))
    for name in set(BUNDLES) - {"CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"}:
        assert texts[name].count("BEGIN CERTIFICATE") > 10
        assert texts[name].endswith(PEM.format("late"))


def test_all_of_it_is_put_back(made: ProxyEnvironment, variables: dict[str, str]) -> None:
    """To the byte, any number of times; the certificates are there again with the next stand-in."""
    before = dict(variables)
    for _ in range(2):
        made.trust([PEM.format("early")])
        enter(made, "https://cluster.test")
        assert "early" in Path(variables["CURL_CA_BUNDLE"]).read_text()
        assert variables != before
        made.leave()
        assert variables == before
    assert made.before() == before


def test_what_somebody_else_has_set_stays(made: ProxyEnvironment, variables: dict[str, str]) -> None:
    """What was changed or taken out meanwhile is theirs."""
    enter(made)
    variables["HTTPS_PROXY"] = "http://mine.test"
    del variables["NO_PROXY"]
    assert made.before()["HTTPS_PROXY"] == "http://mine.test"
    made.leave()
    assert variables["HTTPS_PROXY"] == "http://mine.test"
    assert "NO_PROXY" not in variables
    assert "https_proxy" not in variables
