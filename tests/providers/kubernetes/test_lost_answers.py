"""A change whose answer was lost, and somebody else who acts just then.

Ours is done, or the error says that it may or may not have been made. It is never done twice, never reported as
something that it is not, and what the other one did stays.
"""

from __future__ import annotations

import contextlib
import threading
import urllib.error
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from dh_secrets_jupyter.errors import ProviderUnavailableError, SecretNotFoundError
from dh_secrets_jupyter.models import Metadata
from dh_secrets_jupyter.project import Project
from dh_secrets_jupyter.providers.base import Put, Record, Remove
from tests.cluster.server import Namespace
from tests.support.fault_proxy import CUT, HALF, LOST, PASS, Fault, FaultProxy, always, answer
from tests.support.waiting import PATIENCE, skip_sleep

from .conftest import CANARY, SECRET, Connect

UNKNOWN = "may or may not have been made"
OLD, OURS, THEIRS = (f"{CANARY} {whose}" for whose in ("old", "ours", "theirs"))


@dataclass
class Both:
    """Two users of the project ``demo``: ours is behind the proxy, theirs is not."""

    ours: Project
    theirs: Project
    namespace: Namespace
    proxy: FaultProxy

    def reset(self, *names: str) -> None:
        """Begins anew, with these secrets."""
        delete_secret(self)
        if names:
            self.theirs.import_values(dict.fromkeys(names, OLD))
        self.proxy.requests.clear()

    def records(self) -> dict[str, Record]:
        """Returns what is there."""
        return dict(self.theirs.provider.read("demo"))


@pytest.fixture
def both(connect: Connect, namespace: Namespace, fault_proxy: FaultProxy) -> Both:
    ours = Project("demo", connect(fault_proxy.kubeconfig), user="us")
    return Both(ours, Project("demo", connect(), user="them"), namespace, fault_proxy)


def delete_secret(both: Both) -> None:
    path = f"/api/v1/namespaces/{both.namespace.name}/secrets/{SECRET}"
    with contextlib.suppress(urllib.error.HTTPError):
        both.namespace.cluster.api("DELETE", path)


def delete(both: Both) -> None:
    with contextlib.suppress(SecretNotFoundError):
        both.theirs.delete("X")


def create_again(both: Both, value: str = OLD) -> None:
    delete(both)
    both.theirs.new_secret("X", value)


def describe(both: Both) -> None:
    with contextlib.suppress(SecretNotFoundError):
        both.theirs.edit("X", description="theirs")


def create_all_again(both: Both) -> None:
    delete_secret(both)
    both.theirs.new_secret("X", OLD)


CHANGES: dict[str, tuple[tuple[str, ...], Callable[[Project], object]]] = {
    "delete": (("X", "OTHER"), lambda ours: ours.delete("X")),
    "delete the last": (("X",), lambda ours: ours.delete("X")),
    "create": (("OTHER",), lambda ours: ours.new_secret("X", OURS)),
    "create the first": ((), lambda ours: ours.new_secret("X", OURS)),
    "put": (("X", "OTHER"), lambda ours: ours.put("X", OURS)),
    "edit": (("X", "OTHER"), lambda ours: ours.edit("X", description="ours")),
    "import": (("X", "OTHER"), lambda ours: ours.import_values({"X": OURS, "Y": OURS}, replace_existing=True)),
}
"""What there is before, and what we do."""
METHODS = {"delete the last": "DELETE", "create the first": "POST"}
MEANWHILE: dict[str, Callable[[Both], object]] = {
    "nothing": lambda both: None,
    "another secret": lambda both: both.theirs.put("OTHER", THEIRS),
    "changed or created": lambda both: both.theirs.put("X", THEIRS),
    "deleted": delete,
    "created again": create_again,
    "described": describe,
    "all deleted": delete_secret,
    "all created again": create_all_again,
}
"""What they do."""
LOSSES: list[Callable[[Callable[[], object]], Fault]] = [
    lambda they: Fault(share=0, after=they),
    lambda they: Fault(share=0, upstream=False, before=they),
    lambda they: Fault(share=0, before=they),
]
"""They come after our change, they come and our change never arrives, or they come first and it is tried after them."""
DONE = {
    "delete": {"nothing": "+++", "another secret": "+++", "deleted": "+++", "described": "+??", "all deleted": "+++"},
    "delete the last": {
        "nothing": "+++",
        "another secret": "+++",
        "deleted": "+++",
        "described": "+??",
        "all deleted": "+++",
    },
    "create": {"nothing": "+++", "another secret": "+?+", "deleted": "?++", "described": "?++"},
    "create the first": {
        "nothing": "+?+",
        "another secret": "+??",
        "deleted": "??+",
        "described": "??+",
        "all deleted": "??+",
    },
    "put": {"nothing": "+++", "another secret": "+++"},
    "edit": {"nothing": "+++", "another secret": "+++"},
    "import": {"nothing": "+++", "another secret": "+?+"},
}
"""Where our change is done, by the three losses; all else is unknown, and nothing more is done to it."""


@pytest.mark.parametrize("they", MEANWHILE)
@pytest.mark.parametrize("we", CHANGES)
def test_nothing_is_lost_and_nobody_misled(both: Both, we: str, they: str) -> None:
    """What is proven is done, just once, and all else is unknown and stays as the other one has left it."""
    names, change = CHANGES[we]
    for loss, done in zip(LOSSES, DONE[we].get(they, "???"), strict=True):
        both.reset(*names)
        left: list[dict[str, Record]] = []

        def act(left: list[dict[str, Record]] = left) -> None:
            MEANWHILE[they](both)
            left.append(both.records())

        both.proxy.script(METHODS.get(we, "PATCH"), loss(act))
        if done == "+":
            change(both.ours)
            check_made(both, we, left[0])
        else:
            with pytest.raises(ProviderUnavailableError, match=UNKNOWN):
                change(both.ours)
            assert both.records() == left[0]


def check_made(both: Both, we: str, left: dict[str, Record]) -> None:
    """Our change is in what is there, and all else as it was left."""
    there = both.records()
    for record in (there.pop("X", None), there.pop("Y", None)):
        if we.startswith("delete"):
            assert record is None
        elif record:
            assert record.metadata.updated_by == "us"
    assert there == {name: record for name, record in left.items() if name not in ("X", "Y")}
    if we in ("create", "create the first", "put", "import"):
        assert both.ours.read_values("X") == {"X": OURS}
    if we == "edit":
        assert both.ours.get_secret("X").metadata.description == "ours"


@pytest.mark.parametrize("faults", [(LOST, PASS), (CUT, CUT), (CUT, LOST), (HALF,), (answer(500), answer(503), CUT)])
@pytest.mark.parametrize("we", ["delete", "delete the last", "create", "put", "edit", "import"])
def test_a_change_is_made_once_however_often_it_is_lost(both: Both, we: str, faults: tuple[Fault, ...]) -> None:
    """Cut, swallowed, halved or answered 5xx, one after another: it is done, and was done once."""
    names, change = CHANGES[we]
    both.reset(*names)
    before = both.records()
    method = METHODS.get(we, "PATCH")
    both.proxy.script(method, *faults)
    change(both.ours)
    check_made(both, we, before)
    reached = [fault for fault in faults if fault.upstream and fault is not PASS]
    assert both.proxy.count(method) == len(faults) + (not reached) - (faults[-1] is PASS)


def test_a_gateway_that_answers_for_itself(both: Both) -> None:
    """An answer that is no API server's says nothing of the change: a page, or JSON of something else."""
    for kind, body in (("text/html", b"<html>"), ("application/json", b"{}")):
        for upstream in (True, False):
            fault = Fault(upstream=upstream, answer=(200, {"Content-Type": kind}, body))
            both.reset("X", "OTHER")
            both.proxy.script("PATCH", fault)
            both.ours.delete("X")
            assert both.records().keys() == {"OTHER"}
            both.reset("X")
            both.proxy.script("DELETE", fault)
            both.ours.delete("X")
            assert both.records() == {}
            assert both.proxy.done


def test_a_gateway_that_repeats(both: Both) -> None:
    """Where something in between has sent our change twice, its second coming is refused, and it is done."""
    both.reset("OTHER")
    both.proxy.script("PATCH", answer(409, upstream=True))
    both.ours.new_secret("X", OURS)
    assert both.ours.read_values("X") == {"X": OURS}


@pytest.mark.parametrize("fault", [CUT, answer(500), answer(503)])
def test_an_unknown_outcome_is_said_soon(both: Both, fault: Fault, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where each try is lost, or the API server is away after the first, the error comes and says so."""
    skip_sleep(monkeypatch)
    both.reset("X", "OTHER")
    both.proxy.otherwise = lambda request: fault if request.method != "GET" else PASS
    with pytest.raises(ProviderUnavailableError, match=UNKNOWN):
        both.ours.put("X", OURS)
    assert both.proxy.count("PATCH") > 1
    both.proxy.script("GET", PASS)
    both.proxy.otherwise = always(fault)
    with pytest.raises(ProviderUnavailableError, match=UNKNOWN):
        both.ours.put("X", OURS)
    assert {name: record.value for name, record in both.records().items()} == dict.fromkeys(
        ["X", "OTHER"], OLD.encode()
    )


def test_a_refusal_after_a_lost_answer(both: Both) -> None:
    """That a repeated change is refused does not say that the first one was."""
    both.reset("X", "OTHER")
    both.proxy.script("PATCH", CUT, answer(403))
    with pytest.raises(ProviderUnavailableError, match=UNKNOWN):
        both.ours.put("X", OURS)


@pytest.mark.parametrize("first", ["late", "again"])
@pytest.mark.parametrize("we", ["delete", "create", "put", "edit", "import"])
def test_a_change_that_arrives_late(both: Both, we: str, first: str) -> None:
    """One that was still on its way when we looked is done once, whether it or its repetition comes first."""
    names, change = CHANGES[we]
    both.reset(*names)
    before = both.records()
    go, arrived = threading.Event(), threading.Event()
    late = Fault(late=go.wait, after=arrived.set)

    def let_it_come() -> None:
        go.set()
        assert arrived.wait(PATIENCE)

    both.proxy.script("PATCH", late, Fault(before=let_it_come) if first == "late" else PASS)
    change(both.ours)
    made = both.records()
    let_it_come()
    assert both.records() == made
    check_made(both, we, before)


def test_what_came_late_and_was_deleted_does_not_come_back(both: Both) -> None:
    """A creation is repeated only if nothing at all has changed: not after it came late and somebody deleted it."""
    both.reset("OTHER")
    go, arrived = threading.Event(), threading.Event()

    def come_and_be_deleted() -> None:
        go.set()
        assert arrived.wait(PATIENCE)
        both.theirs.delete("X")

    both.proxy.script("PATCH", Fault(late=go.wait, after=arrived.set), Fault(before=come_and_be_deleted))
    with pytest.raises(ProviderUnavailableError, match=UNKNOWN):
        both.ours.new_secret("X", OURS)
    assert both.records().keys() == {"OTHER"}


@pytest.mark.parametrize("we", ["delete", "put"])
def test_the_same_value_of_others_proves_nothing(both: Both, we: str) -> None:
    """A secret without metadata of ours may be the same and yet another: deleted by us, and made again by kubectl."""
    both.reset()
    kubectl = both.namespace.kubectl
    kubectl("create", "secret", "generic", SECRET, f"--from-literal=X={OLD}", "--from-literal=OTHER=x")

    def put_back() -> None:
        kubectl("create", "secret", "generic", "new", f"--from-literal=X={OLD}")
        data = both.namespace.secret("new")
        assert data
        patch = f'{{"data":{{"X":"{data["data"]["X"]}"}}, "metadata":{{"annotations":null}}}}'
        kubectl("patch", "secret", SECRET, "--type=merge", "-p", patch)

    both.proxy.script("PATCH", Fault(share=0, after=put_back))
    with pytest.raises(ProviderUnavailableError, match=UNKNOWN):
        CHANGES[we][1](both.ours)
    assert both.namespace.data(SECRET)["X"] == OLD.encode()


def test_without_metadata_too(both: Both) -> None:
    """A plan that leaves no metadata is decided by the values, and by the object where a value proves nothing."""
    both.reset("OTHER")
    write = both.ours.provider.write
    for fault in (CUT, LOST):
        both.proxy.script("PATCH", fault, PASS, fault)
        write("demo", lambda records: [Put("X", OURS.encode(), Metadata())])
        write("demo", lambda records: [Remove("X")])
        assert both.records().keys() == {"OTHER"}


def test_it_is_over_in_time(both: Both, monkeypatch: pytest.MonkeyPatch) -> None:
    """Five tries, each lost, pause for less than the 5 s for which we go on."""
    both.reset("X", "OTHER")
    both.proxy.script("PATCH", *[CUT] * 5)
    naps = skip_sleep(monkeypatch)
    both.ours.put("X", OURS)
    assert both.proxy.count("PATCH") == 6
    assert 0 < sum(naps) < 5
