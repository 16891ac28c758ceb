"""However output is cut, the page shows the same; nothing is held for long, overtaken or lost."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from importlib.metadata import version
from operator import itemgetter

import pytest
from packaging.version import Version

from dh_secrets_jupyter.guard.hooks import hold_back
from dh_secrets_jupyter.guard.hooks.hold_back import HoldBack
from dh_secrets_jupyter.guard.redactor import Redactor

from ...support.kernels import Kernel, Message
from ...support.waiting import PATIENCE, wait_until
from ..conftest import TOKEN

MARK = "[secret:TOKEN]"


class Clock:
    """Time that passes when a test says so."""

    def __init__(self) -> None:
        self.now = 0.0
        self._due: list[tuple[float, Callable[[], None]]] = []

    def monotonic(self) -> float:
        return self.now

    def call_later(self, seconds: float, call: Callable[[], None]) -> None:
        self._due.append((self.now + seconds, call))

    def advance(self, seconds: float) -> None:
        end = self.now + seconds
        while (due := min(self._due, default=None, key=itemgetter(0))) and due[0] <= end:
            self._due.remove(due)
            self.now, call = due
            call()
        self.now = end


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The time by which output is held back."""
    clock = Clock()
    monkeypatch.setattr(hold_back, "time", clock)
    return clock


@pytest.fixture
def output(clock: Clock) -> tuple[Callable[[str], None], list[tuple[float, str]]]:
    """Takes what a cell writes; and what went out, with its time."""
    sent: list[tuple[float, str]] = []
    redactor = Redactor()
    redactor.learn("TOKEN", TOKEN)
    held = HoldBack(redactor, lambda _, __, text: sent.append((clock.now, text)), clock.call_later, lambda _: None)
    return lambda text: held.feed("stdout", {"msg_id": "cell"}, text), sent


@pytest.mark.parametrize("value", ["k9Xz", "4821937561"])
def test_what_another_cell_or_message_wrote_before_is_no_part_of_a_word(clock: Clock, value: str) -> None:
    """Each cell's output is shown by itself, and so is what comes behind a display or the other stream."""
    sent: list[str] = []
    redactor = Redactor()
    redactor.learn("WORD", value)
    held = HoldBack(redactor, lambda _, __, text: sent.append(text), clock.call_later, lambda _: None)
    held.feed("stdout", {"msg_id": "one"}, "7")
    held.flush("one")
    held.feed("stdout", {"msg_id": "one"}, f"{value} 7")
    held.end_cell("one")
    held.feed("stdout", {"msg_id": "two"}, f"{value}\n7")
    held.flush("two", besides="stdout")
    held.feed("stdout", {"msg_id": "two"}, f"{value}\n")
    assert "".join(sent) == f"7[secret:WORD] 7[secret:WORD]\n7{value}\n"


@pytest.mark.parametrize("size", [1, 2, 5, 7, 8, 11, 16, 34])
@pytest.mark.parametrize("pause", [0, 0.05, 0.199])
def test_pauses_under_a_fifth_of_a_second_are_none(
    clock: Clock, output: tuple[Callable[[str], None], list[tuple[float, str]]], size: int, pause: float
) -> None:
    """However a value is cut: in pieces that follow each other sooner, the page shows one mark."""
    write, sent = output
    for at in range(0, len(TOKEN), size):
        write(TOKEN[at : at + size])
        clock.advance(pause)
    clock.advance(1)
    assert "".join(text for _, text in sent) == MARK


@pytest.mark.parametrize(("piece", "shown"), [(TOKEN[:7], TOKEN[:7]), (TOKEN[:8], MARK)])
def test_what_is_held_goes_out_a_fifth_of_a_second_after_the_last_piece(
    clock: Clock, output: tuple[Callable[[str], None], list[tuple[float, str]]], piece: str, shown: str
) -> None:
    """As a mark from 8 characters on, as it is otherwise."""
    write, sent = output
    write(piece[:4])
    clock.advance(0.15)
    write(piece[4:])
    clock.advance(1)
    [(at, text)] = sent
    assert (round(at, 2), text) == (0.35, shown)


@pytest.mark.parametrize(("size", "pause"), [(1, 0), (5, 0), (11, 0), (16, 0), (34, 0), (11, 0.15), (16, 0.15)])
def test_every_cut_gives_the_same_text(guarded: Kernel, size: int, pause: float) -> None:
    """One mark, however small the pieces are and whatever pauses there are between them."""
    # Under 8 characters would go out as they are, should the kernel stand still for as long as anything is held back.
    patience = f"from dh_secrets_jupyter.guard.hooks import hold_back; hold_back.FLUSH_AFTER = {PATIENCE}"
    guarded.ok(patience if not pause else "")
    cell = guarded.ok(
        f"for i in range(0, len(T), {size}): sys.stdout.write(T[i:i + {size}]); sys.stdout.flush(); time.sleep({pause})"
    )
    guarded.ok(f"{patience}; hold_back.FLUSH_AFTER = {hold_back.FLUSH_AFTER}")
    assert cell.stdout == MARK


def test_a_piece_is_held_then_out_by_itself_and_swallows_what_follows(guarded: Kernel) -> None:
    """It is held for 0.2 s; then its mark goes out, with no more output and no end of the cell to push it."""
    code = "print(T[:12], end='', flush=True)\nwhile not os.path.exists('go'): time.sleep(0.01)\nprint(T[12:], 'b')"
    sent = guarded.send("execute_request", {"code": code, "silent": False})
    start = len(guarded.messages)

    def came(*types: str) -> list[Message]:
        guarded.poll(0.1)
        return [m for m in guarded.messages[start:] if m.parent_id == sent and m.type in types]

    [stream] = wait_until(lambda: came("stream"), "the mark")
    assert stream.content["text"] == MARK
    (guarded.home / "go").touch()
    wait_until(lambda: any(m.content["execution_state"] == "idle" for m in came("status")), "the end of the cell")
    assert "".join(m.content["text"] for m in came("stream")) == f"{MARK} b\n"
    # By the kernel's own clock: a machine with much to do may let a message out later, never earlier.
    input_at, stream_at = (datetime.fromisoformat(m.header["date"]) for m in (came("execute_input")[0], stream))
    assert 0.15 < (stream_at - input_at).total_seconds() < 10


def test_what_is_no_value_goes_out_as_it_is(guarded: Kernel) -> None:
    """A short beginning of a value goes out as it is, after a pause and at the end of a cell."""
    assert guarded.ok("print(T[:4], end='', flush=True); time.sleep(0.3); print('-x')").stdout == "tk-4-x\n"
    assert guarded.ok("print('tk-', end='')").stdout == "tk-"


def test_held_text_goes_before_the_next_message_of_the_cell(guarded: Kernel) -> None:
    """Displays, the other stream and the result come after it, as the cell wrote them."""
    cell = guarded.ok(
        "print(T[:12], end=''); display('x'); print('y', file=sys.stderr, flush=True); print(T[:5], end='')\nT[:3]"
    )
    shown = [
        m.content.get("text") or m.content["data"]["text/plain"]
        for m in cell.of("stream", "display_data", "execute_result")
    ]
    assert shown == [MARK, "'x'", "y\n", "tk-4f", "'tk-'"]


def test_the_other_stream_does_not_overtake(guarded: Kernel) -> None:
    """What stdout holds back goes out before what stderr gets next."""
    cell = guarded.ok("sys.stdout.write(T[:9]); sys.stdout.flush(); sys.stderr.write('e'); sys.stderr.flush()")
    assert [m.content["name"] for m in cell.of("stream")] == ["stdout", "stderr"]


def test_a_value_that_comes_late_from_a_descriptor_is_masked_under_the_next_cell(guarded: Kernel) -> None:
    """Its first piece came under one cell, its rest under the next: both together are one mark."""
    start = len(guarded.messages)
    guarded.ok("os.write(1, T[:20].encode()); time.sleep(0.1)")
    guarded.ok("os.write(1, T[20:].encode() + b'!')", until=lambda cell: "!" in cell.stdout)
    # The first piece may have come after its cell's end.
    streams = [message.content["text"] for message in guarded.messages[start:] if message.type == "stream"]
    assert "".join(streams) == f"{MARK}!"


@pytest.mark.skipif(Version(version("ipykernel")) < Version("7"), reason="before, there were no subshells")
def test_threads_of_two_cells_keep_their_streams_apart(guarded: Kernel) -> None:
    """Two cells that write the same value at once, in pieces, each show one mark."""
    subshell = guarded.request("create_subshell_request", {}, channel="control").of("create_subshell_reply")[0]
    header = {"subshell_id": subshell.content["subshell_id"]}
    code = "for i in range(0, len(T), 9): sys.stdout.write(T[i:i + 9]); sys.stdout.flush(); time.sleep(0.05)"
    request = {"code": code, "silent": False, "store_history": False}
    sent = [guarded.send("execute_request", request), guarded.send("execute_request", request, header=header)]
    texts, idle = dict.fromkeys(sent, ""), set[str]()
    while idle < set(sent):
        for message in guarded.poll(PATIENCE, "two cells at once"):
            if message.type == "stream" and message.parent_id in texts:
                texts[message.parent_id] += message.content["text"]
            elif message.content.get("execution_state") == "idle":
                idle.add(message.parent_id)
    assert set(texts.values()) == {MARK}


def test_what_a_forked_child_holds_goes_out_before_it_ends(guarded: Kernel) -> None:
    """A piece of a value that a child printed last is on the page as a mark."""
    code = "pid = os.fork()\nif not pid:\n    print('child', T[:12], end='')\n    os._exit(0)\nos.waitpid(pid, 0)\nNone"
    guarded.ok(code, until=lambda cell: f"child {MARK}" in cell.stdout)


@pytest.mark.parametrize(
    ("last", "end"),
    [("", "os._exit(0)"), ("", "os.execvp('true', ['true'])"), ("\\n", "os.kill(os.getpid(), 9)")],
    ids=["exit", "exec", "kill"],
)
def test_what_a_forked_child_holds_goes_out_however_it_ends(guarded: Kernel, last: str, end: str) -> None:
    """At its end, and at the end of each line: a signal may come at any time."""
    guarded.ok("learn('LINES', b'line 42\\nline of 42\\n'.hex())")
    code = f"pid = os.fork()\nif not pid:\n    print('child 42', end='{last}')\n    {end}\nos.waitpid(pid, 0)\nNone"
    text = f"child 42{last}".replace("\\n", "\n")
    assert guarded.ok(code, until=lambda cell: len(cell.stdout) >= len(text)).stdout == text


def test_workers_of_a_pool_lose_nothing(guarded: Kernel) -> None:
    """A pool is terminated at the end of its block, whatever its workers have just written."""
    guarded.ok("learn('PEM', b'first line 42\\nsecond line of 42\\n'.hex())")
    cell = guarded.ok(
        "import multiprocessing\ndef work(i): print('result', i, 42, flush=True)\n"
        "with multiprocessing.get_context('fork').Pool(4) as pool: pool.map(work, range(4))",
        until=lambda cell: cell.stdout.count("42") >= 4,
    )
    assert cell.stdout.count("42") == 4


def test_a_fork_does_not_send_what_its_parent_holds(guarded: Kernel) -> None:
    """It goes out once, from the parent, before, behind or amid what the fork prints."""
    code = (
        "sys.stdout.write(T[:12]); sys.stdout.flush()\npid = os.fork()\n"
        "if not pid:\n    print(' c', end='')\n    os._exit(0)\nos.waitpid(pid, 0)\nNone"
    )
    stdout = guarded.ok(code, until=lambda cell: len(cell.stdout) >= len(MARK) + len(" c")).stdout
    assert stdout.count(MARK) == 1
    assert stdout.replace(MARK, "") == " c"


def test_a_pool_of_processes_prints_marks(guarded: Kernel) -> None:
    """Worker processes print marks for values and pieces, and any other text as it is."""
    code = (
        "import multiprocessing\nwith multiprocessing.get_context('fork').Pool(1) as pool:"
        " pool.map(print, [T, T[:20], 'plain'])\nNone"
    )
    guarded.ok(code, until=lambda cell: cell.stdout.count(MARK) == 2 and "plain\n" in cell.stdout)


def test_no_byte_of_other_output_is_lost_or_moved(guarded: Kernel) -> None:
    """Thousands of lines that look like a beginning of a value arrive as they were written, on each stream."""
    code = (
        "for i in range(3000):\n    print(f'line {i} tk-4f9', end='' if i % 3 else '\\n', flush=i % 7 == 0)\n"
        "    if i % 500 == 0: print(i, file=sys.stderr)"
    )
    cell = guarded.ok(code)
    assert cell.stdout == "".join(f"line {i} tk-4f9" + ("" if i % 3 else "\n") for i in range(3000))
    assert cell.stderr == "".join(f"{i}\n" for i in range(0, 3000, 500))


def test_nothing_of_it_was_a_leak(guarded: Kernel) -> None:
    """No message of this module's kernel holds the value, or its beginning or end."""
    guarded.poll(0.3)
    assert TOKEN.encode() not in guarded.raw
    assert TOKEN[:16].encode() not in guarded.raw
    assert TOKEN[-16:].encode() not in guarded.raw
