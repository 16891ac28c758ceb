"""IPython in a terminal, and a plain shell: the streams, displays, tracebacks and the history hold marks."""

from __future__ import annotations

import io
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from dh_secrets_jupyter.guard.hooks.terminal_output import Output, Terminal
from dh_secrets_jupyter.guard.redactor import Redactor

from ...support.kernels import environment
from ..conftest import TOKEN

MARK = "[secret:TOKEN]"
LEARN = (
    "from dh_secrets_jupyter import guard; from dh_secrets_jupyter.models import SecretValue; import sys, os, time; "
    f"T = SecretValue(bytes.fromhex('{TOKEN.encode().hex()}').decode(), 'TOKEN'); "
    "guard.learn('TOKEN', T); T = T.reveal()"
)


def _ipython(home: Path, *lines: str) -> subprocess.CompletedProcess[str]:
    """Types lines into a real IPython; its answer is what would stand on the screen."""
    home.mkdir(exist_ok=True)
    return subprocess.run(
        [sys.executable, "-m", "IPython", "--simple-prompt", "--colors=NoColor", "--no-confirm-exit", "--no-banner"],
        input="\n".join([*lines, "exit", ""]),
        capture_output=True,
        text=True,
        timeout=120,
        env=environment(home, PYTHONIOENCODING="utf-8"),
        cwd=home,
        check=False,
    )


def _history(home: Path) -> bytes:
    return b"".join(path.read_bytes() for path in home.rglob("history.sqlite*"))


@pytest.mark.kernel
def test_every_way_through_the_streams_is_masked(tmp_path: Path) -> None:
    """Prints, displays, tracebacks, logs and threads show marks; the status says what is not covered."""
    ways = [
        "print('print', T)",
        "T",
        "{'a': [T]}",
        "sys.stderr.write('err ' + T + '\\n')",
        "sys.stdout.buffer.write(b'bytes ' + T.encode() + b'\\n')",
        "for c in T: print(c, end='', flush=True)",
        "1 / 0 if T else T.nothing[T]",
        "raise ValueError(T)",
        "import logging; logging.warning('log %s', T)",
        "import threading; t = threading.Thread(target=print, args=[T]); t.start(); t.join()",
        "print(T[:12], end='', flush=True); time.sleep(0.5); print(T[12:])",
    ]
    done = _ipython(tmp_path / "h", LEARN, *ways, "print(guard.status())")
    shown = done.stdout + done.stderr
    assert TOKEN not in shown
    assert TOKEN[12:28] not in shown
    assert shown.count(MARK) >= len(ways) - 1
    assert "guard: on, in this terminal" in shown
    assert "not covered here: what C code and child processes write straight to the terminal" in shown


@pytest.mark.kernel
def test_a_literal_is_neither_in_the_history_nor_in_in(tmp_path: Path) -> None:
    """Typed before the value was known or after it."""
    home = tmp_path / "h"
    done = _ipython(
        home, "before = '" + TOKEN + "'", LEARN, "after = '" + TOKEN + "'", "guard.off(); print(In, _i2, _i)"
    )
    assert TOKEN not in done.stdout
    assert TOKEN.encode() not in _history(home)
    assert b"after = '[secret:TOKEN]'" in _history(home)


@pytest.mark.kernel
def test_a_value_typed_on_the_line_is_kept_nowhere(tmp_path: Path) -> None:
    """Screen, ``In`` and the database have a mark instead."""
    home = tmp_path / "h"
    done = _ipython(home, "%load_ext dh_secrets_jupyter", f"%secret set K {TOKEN}", "print(In, _i)")
    assert TOKEN not in done.stdout + done.stderr
    assert "[secret:K]" in done.stdout
    assert TOKEN.encode() not in _history(home)


@pytest.mark.kernel
def test_unloading_puts_the_streams_back(tmp_path: Path) -> None:
    """The streams, their buffers and what was replaced in ``os`` are as before, and values are shown."""
    done = _ipython(
        tmp_path / "h",
        "import sys, os, signal; kept = lambda: (sys.stdout, sys.stderr, os.write, os._exit, signal.raise_signal)",
        "below = lambda: [dict(vars(stream.buffer)) for stream in (sys.stdout, sys.stderr)]",
        "before = kept(), below()",
        LEARN,
        "during = below(); print(during == before[1], kept() == before[0], sys.stdout is before[0][0])",
        "print(guard.unload(get_ipython()))",
        "print((kept(), below()) == before, T); os.system('true')",
    )
    assert "False False True" in done.stdout, done.stdout
    assert f"True {TOKEN}" in done.stdout


@pytest.mark.parametrize(
    ("stream", "shown"),
    [
        (io.StringIO(), "[secret:U]: caf\xe9"),
        (io.TextIOWrapper(io.BytesIO(), "latin-1", write_through=True), b"[secret:U]: caf\xe9"),
        (io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True), "[secret:U]: caf\xe9".encode()),
    ],
    ids=["text", "latin-1", "utf-8"],
)
def test_any_stream_can_be_guarded(stream: Any, shown: str | bytes) -> None:
    """Text or bytes, with a buffer or without: the value is masked, and the count of what was written is true."""
    redactor = Redactor()
    redactor.masker.add("U", value := f"caf\xe9-{TOKEN}")
    redactor.is_on = True
    output = Output(stream, Terminal(redactor))
    output.install()
    assert stream.write(value) == len(value)
    stream.write(": caf\xe9")
    output.uninstall()
    assert (stream.buffer if hasattr(stream, "buffer") else stream).getvalue() == shown


def test_what_is_held_back_again_and_again_starts_one_timer(monkeypatch: pytest.MonkeyPatch) -> None:
    """A thread for each write would make a cell that draws dots take ten times as long; a forked child has its own."""
    started: list[float] = []
    monkeypatch.setattr(threading.Timer, "start", lambda timer: started.append(timer.interval))
    terminal = Terminal(Redactor())
    terminal.redactor.masker.add("U", TOKEN)
    terminal.redactor.is_on = True
    terminal.outputs.append(Output(stream := io.StringIO(), terminal))
    terminal.outputs[0].install()
    for _ in range(50):
        stream.write(f"{TOKEN[:3]}\n{TOKEN[:3]}")
    assert len(started) == 1
    terminal.after_fork()
    stream.write(TOKEN[:3])
    assert len(started) == 2
    terminal.outputs[0].uninstall()


def test_a_stream_that_is_gone_costs_the_other_nothing() -> None:
    """What it holds back is lost with it; what is written elsewhere, and who flushes all, see no error of its own."""

    class Gone(io.StringIO):
        def write(self, text: str) -> int:
            if text:
                raise OSError("the terminal is gone")
            return 0

    terminal = Terminal(Redactor())
    terminal.redactor.masker.add("U", TOKEN)
    terminal.redactor.is_on = True
    gone, other = Gone(), io.StringIO()
    for stream in (gone, other):
        terminal.outputs.append(Output(stream, terminal))
        terminal.outputs[-1].install()
    gone.write(TOKEN[:6])
    other.write("as ever")
    gone.write(TOKEN[:6])
    terminal.flush()
    assert other.getvalue() == "as ever"
