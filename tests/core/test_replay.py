"""The stand-in answers what a real Core 0.15.1 was recorded to answer: status, headers and body, each time."""

from __future__ import annotations

import base64
import time
from collections import Counter
from collections.abc import Callable, Iterator

import pytest

from ..cluster.server import Cluster, Namespace
from ..support.fault_proxy import CUT, LOST, PASS, Choice, Fault, FaultProxy, always, answer
from .replay import Conversation, Player, alike, basic, recorded
from .server import Core

CONVERSATIONS = recorded()
ON = next(at for at, one in enumerate(CONVERSATIONS) if one.case == "discovery/openid, authentication on")
TERMINATING = next(at for at, one in enumerate(CONVERSATIONS) if one.project == "sage")
"""Where authentication is turned on, and where it is off again."""

Prepare = Callable[[Conversation], None]
held: Counter[str] = Counter()
"""Conversations that were answered alike, by what they are about."""


def kind(one: Conversation) -> str:
    """What a conversation is about: secret, value, auth, token, …"""
    return one.case.partition("/")[0].partition(",")[0].partition(" ")[0]


def played(player: Player, conversations: list[Conversation], prepare: Prepare) -> None:
    """Plays conversations; fails with all that were answered in another way."""
    different = []
    groups: list[list[Conversation]] = []
    for one in conversations:  # each by itself, but for those that were held at once
        if groups and groups[-1][0].case == one.case:
            groups[-1].append(one)
        else:
            groups.append([one])
    for group in groups:
        prepare(group[0])
        _insert_unrecorded(player.core, group)
        for one, found in player.play(group):
            wanted, got = alike(player.core, one, one.response), alike(player.core, one, found)
            if wanted == got:
                held[kind(one)] += 1
            else:
                different.append(f"{one.case}\n  recorded {str(wanted)[:1500]}\n  answered {str(got)[:1500]}")
    assert different == [], "\n".join(different)


def _insert_unrecorded(core: Core, group: list[Conversation]) -> None:
    """Makes the entities that a conversation shows and nobody was recorded to make."""
    for one in group:
        body, path = one.response["body"], one.request["path"].partition("?")[0].split("/")
        shown = body.get("content", [body]) if isinstance(body, dict) else []
        found = [each for each in shown if each.get("kind") == "secret" and one.request["method"] != "POST"]
        identity = path[-1] if len(path) == 7 and path[-1] != "data" and one.response["status"] != 404 else None
        if identity and one.project != "birch" and len(identity) == 32 and not found:
            asked = one.request["body"] or {}
            name = asked.get("name") or f"X{identity[:4]}"
            found = [{"id": identity, "name": name, "project": one.project, "user": "alice"}]
        for entity in found:
            if entity["id"] not in core.entities.secrets:
                insert(core, entity["project"], entity["name"], entity["id"], entity["user"], entity.get("metadata"))


def insert(core: Core, project: str, name: str, identity: str, user: str, metadata: object = None) -> None:
    """Makes an entity with a given id, and its project if there is none."""
    if project not in core.entities.projects:
        core.entities.create_project({"name": project}, user)
    spec = {"path": f"secret://{name}", "provider": "kubernetes"}
    body = {"id": identity, "name": name, "kind": "secret", "project": project, "spec": spec, "metadata": metadata}
    core.entities.create(project, body, user)
    time.sleep(0.002)  # so that no two are of the same moment


def test_without_authentication(core: Core, namespace: Namespace) -> None:
    """Projects, secrets, values, and everything that is refused, where one need not log in."""

    def prepare(one: Conversation) -> None:
        if one.case == "secret/list/thirty":
            _insert_unrecorded(core, [each for each in CONVERSATIONS if each.case.startswith(one.case)])
        if one.case in ("value/get/key only in Kubernetes", "secret/create/adopts a key whose value is no UTF-8"):
            name, value = ("ONLYK8S", b"in kubernetes") if "only" in one.case else ("BIN", b"\xff\xfe\0\1")
            secret = namespace.secret("proj-secrets-almond")
            assert secret
            data = {**secret["data"], name: base64.b64encode(value).decode()}
            path = f"/api/v1/namespaces/{namespace.name}/secrets/proj-secrets-almond"
            merge = "application/merge-patch+json"
            namespace.cluster.api("PATCH", path, {"data": data}, merge)

    played(Player(core, lambda one: None), CONVERSATIONS[:ON], prepare)


@pytest.fixture
def faulty(fault_proxy: FaultProxy) -> Iterator[Core]:
    """A Core whose cluster can fail."""
    with Core(fault_proxy.kubeconfig) as running:
        yield running


def test_with_authentication(faulty: Core, fault_proxy: FaultProxy) -> None:
    """Logins, tokens, rights, and what is answered where the cluster fails."""
    logins = faulty.logins
    logins.is_on = True
    logins.add("alice", "elm:ROLE_USER")
    logins.add("bob")
    logins.add("carol", "ROLE_ADMIN")
    logins.add("dave", "elm:ROLE_ADMIN", "nosuch:ROLE_USER")
    player = Player(faulty, lambda one: authorization(player, one))
    player.tokens |= {f"<subject_token {number}>": "oidc/alice" for number in (1, 2)}
    player.tokens["<client_secret>"] = logins.client_secret

    def prepare(one: Conversation) -> None:
        fault_proxy.otherwise = cluster_fault(one)
        if one.case == "kubernetes/answer of the patch lost: value/put":
            fault_proxy.script("PATCH", LOST)
        if one.case == "kubernetes/every request 403: value/get":
            fault_proxy.otherwise = always(PASS)
            fill_ginkgo(faulty)
            fault_proxy.otherwise = cluster_fault(one)
        if one.case == "kubernetes/unreachable: value/get":
            fault_proxy.otherwise = always(PASS)
            logins.users["alice"].roles = {"hazel:ROLE_USER"}
            logins.users["bob"].roles = {"hazel:ROLE_USER"}
            for name in ("A", "T1"):
                insert(faulty, "hazel", name, f"{name:0>32}" if name != "A" else identity_of("hazel", name), "alice")
                faulty.vault.write("hazel", name, "a")
            faulty.entities.delete(f"{'T1':0>32}")
            fault_proxy.otherwise = cluster_fault(one)
        if one.case == "secret/create/provider that does not exist":
            insert(faulty, "hazel", "T1", f"{'T1':0>32}", "alice")
        if one.case.startswith("auth-check/user"):
            logins.users["alice"].roles, logins.users["bob"].roles = {"elm:ROLE_USER"}, set()
        if one.case == "token/refresh/list":
            logins.refresh_token("alice")

    played(player, CONVERSATIONS[ON:TERMINATING], prepare)


def identity_of(project: str, name: str) -> str:
    """Returns the id that a secret was recorded with in a list."""
    listed = (one.response["body"] for one in CONVERSATIONS if one.project == project)
    content = [each for body in listed if isinstance(body, dict) for each in body.get("content", ())]
    return next(str(each["id"]) for each in content if each["name"] == name)


def fill_ginkgo(core: Core) -> None:
    """Makes what was there when the cluster failed: two secrets with values, one without, four to be deleted."""
    gone = [one.request["path"].rpartition("/")[2] for one in CONVERSATIONS if one.case.endswith(": secret/delete")]
    insert(core, "ginkgo", "A", identity_of("ginkgo", "A"), "admin")
    for name in ("F", "G"):
        insert(core, "ginkgo", name, f"{name:0>32}", "admin")
    for number, identity in enumerate(dict.fromkeys(gone)):
        if identity not in core.entities.secrets:
            insert(core, "ginkgo", f"D{number}", identity, "admin")
    for name in ("A", "F", *(f"D{number}" for number in range(4))):
        core.vault.write("ginkgo", name, name.lower())


def cluster_fault(one: Conversation) -> Choice:
    """Returns what happens to Core's requests to the cluster in a conversation."""
    words = one.case.split(":")[0].split()
    if words[:2] == ["kubernetes/every", "request"]:
        return always(CUT if words[2] == "connection" else answer(int(words[2])))
    if words[0] == "kubernetes/unreachable":
        return always(CUT)
    if words[0] == "kubernetes/patch":
        return lambda request: answer(int(words[1])) if request.method == "PATCH" else PASS
    if words[:2] == ["kubernetes/answers", "after"]:
        return always(Fault(before=lambda: time.sleep(0.5)))
    return always(PASS)


WHO = {
    "no rights on the project": "bob",
    "any user": "bob",
    "creator of the project": "bob",
    "project/share": "bob",
    "by another user": "bob",
    "role in a project that does not exist": "dave",
}
"""Who asked, by a part of the case's name; else it was alice."""


def authorization(player: Player, one: Conversation) -> str | None:
    """Returns the login of a conversation, of which the recordings say the kind alone."""
    logins, case, scheme = player.core.logins, one.case, one.request["headers"].get("Authorization")
    if scheme == "basic":
        right = logins.client_secret if case.startswith("token/") else logins.password
        user = "nobody" if "unknown user" in case else "admin"
        return basic(user, "wrong" if "wrong" in case else right)
    if scheme == "raw":
        return "Basic %%%" if "basic malformed" in case else "Bearer "
    if scheme is None:
        return None
    bearer = {
        "bearer malformed": "garbage",
        "bearer of another key": logins.access_token("admin", key=b"another"),
        "bearer expired": logins.access_token("admin", lasts=-3600),
        "bearer of another audience": logins.access_token("admin", audience="other"),
        "bearer of client_credentials": player.tokens.get("<access_token 1>", ""),
        "bearer from before a refresh": player.tokens.get("<access_token 3>", ""),
        "bearer from a refresh": player.tokens.get("<access_token 6>", ""),
        "personal access token as bearer": player.tokens.get("<personal_access_token 1>", ""),
    }
    user = next((name for part, name in WHO.items() if part in case), "alice")
    if case.startswith("auth-check/user"):
        user = case.split()[1].rstrip(",")
    token = next((token for part, token in bearer.items() if part in case), None)
    return f"Bearer {token if token is not None else logins.access_token(user)}"


def test_while_a_secret_is_being_deleted(core: Core, cluster: Cluster, namespace: Namespace) -> None:
    """The last key's deletion leaves the Secret for a while, and Core goes on with it as if nothing were."""
    path = f"/api/v1/namespaces/{namespace.name}/secrets/proj-secrets-sage"

    def prepare(one: Conversation) -> None:
        if one.case.startswith("secret/delete/the last key"):
            core.vault.write("sage", one_name(core), "v")
        if one.case == "terminating/value/get of a new entity":
            insert(core, "sage", "NEW", identity_of("sage", "NEW"), "anonymous")
        if one.case == "terminating/value/get after its end":
            cluster.api("PATCH", path, {"metadata": {"finalizers": None}}, "application/merge-patch+json")
        if one.case == "value/get/of a deleted project":
            core.vault.write("sage", "NEW", "x")

    insert(core, "sage", "LAST", CONVERSATIONS[TERMINATING].request["path"].rpartition("/")[2], "anonymous")
    played(Player(core, lambda one: None), CONVERSATIONS[TERMINATING:], prepare)


def one_name(core: Core) -> str:
    """Returns the name of the one secret that there is."""
    return str(next(iter(core.entities.of("sage"))))


@pytest.mark.cluster
def test_all_of_them_were_played() -> None:
    """Cases held of cases recorded, by kind; all of it."""
    count = Counter(kind(one) for one in CONVERSATIONS)
    print("held of recorded: " + ", ".join(f"{name} {held[name]}/{number}" for name, number in sorted(count.items())))
    assert held == count
