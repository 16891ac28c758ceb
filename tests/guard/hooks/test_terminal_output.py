"""At a real terminal all comes out byte for byte as without the guard, in the same order, whatever else writes there.

The guard knows values that begin as ordinary text ends, so that the end of nearly every line here is held back.
"""

from __future__ import annotations

import os
import re
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ...support import terminals

pytestmark = pytest.mark.kernel

VALUES = [
    "ing-4f9QzL7mWx2vB8nR5jK1cY6hD3sG0pTa",
    "line\nof-8fQzL7mWx2vB8nR5jK1cY6hD3sG\n",
    "me: 4f9QzL7mWx2vB8nR5jK1cY6",
]
IMPORTS = (
    "import atexit, ctypes, faulthandler, getpass, multiprocessing, os, pdb, signal, subprocess, sys, threading, time\n"
)
LEARN = (
    "from dh_secrets_jupyter import guard\nfrom dh_secrets_jupyter.models import SecretValue\n"
    f"for i, v in enumerate({VALUES!r}): guard.learn(f'V{{i}}', SecretValue(v, f'V{{i}}'))\n"
)
HELD = "print('Building', end='', flush=True); "
FORKED = (
    "pid = os.fork(); pid or (print('child line'), print('Building', end='', flush=True), {}); os.waitpid(pid, 0); None"
)
MORE = [
    "os.system('echo : ok'); print('done', end='')",
    "subprocess.run(['echo', 'x']); None",
    "print(os.popen('echo y; echo z >&2').read())",
    "os.waitpid(os.posix_spawn('/bin/echo', ['echo', 'x'], {}), 0); None",
    "get_ipython().system('echo y')",
    "os.write(1, b' x\\n'); os.writev(2, [b'y\\n']); None",
    "sys.__stdout__.write(': ok\\n'); None",
    "print('err', file=sys.stderr); print('line'); None",
    "tty = os.open('/dev/tty', os.O_WRONLY); os.write(tty, b' tty\\n'); os.close(tty)",
    "open('/dev/tty', 'w').write(' tty\\n'); None",
    "libc = ctypes.CDLL(None); libc.puts(b' c'); libc.fflush(None); None",
    "faulthandler.dump_traceback(all_threads=False)",
    "null = os.open('/dev/null', 1); out = os.dup(1); os.dup2(null, 1); os.dup2(out, 1); os.close(out); os.close(null)",
    *(FORKED.format(end) for end in ("os._exit(0)", "os.execvp('echo', ['echo', 'x'])", "os.kill(os.getpid(), 9)")),
    *(FORKED.format(end) for end in ("os.abort()", "signal.raise_signal(15)", "ctypes.string_at(0)")),
    *(
        f"p = multiprocessing.get_context({way!r}).Process(target=print, args=('line',)); p.start(); p.join()"
        for way in ("fork", "spawn", "forkserver")
    ),
]
"""Each is run behind a text without a line break whose end is held back."""
OTHERS = [
    "t = threading.Thread(target=print, args=['Building'], kwargs={'end': '', 'flush': True}); t.start(); t.join()",
    "sys.stdout.buffer.write(b'Building'); sys.stderr.write('e\\n'); os.system('echo s'); print(':')",
    "sys.stdout.write('Building'); os.write(1, b'<w>'); print()",
    "sys.stdout.write(b'')",
    "sys.stdout.buffer.write('x')",
    "os.close(999)",
    "import contextlib; contextlib.ExitStack().enter_context(3)",
    "sys.stdout.writelines([1])",
    "import io; isinstance(sys.stdout, io.TextIOWrapper), type(sys.stdout.buffer), sys.stdout is sys.__stdout__",
    "import click; click.echo('hello'); click.echo('Building', nl=False); click.secho('red', fg='red', err=True)",
    "import rich.console as r; r.Console().print('[red]Building[/red]', [1, 2]); r.Console(stderr=True).print('line')",
    (
        "from tqdm import tqdm; "
        "[print('Building', end='') for i in tqdm('ab', 'line', ncols=9, bar_format='{n}', mininterval=0)]; None"
    ),
    "Building",
]
ASKED = [
    ("x = input('na' + 'me: ')", b"Buildingname: ", "Ada"),
    ("x = getpass.getpass('Pa' + 'ss: ')", b"Pass: ", "Ada"),
    ("pdb.Pdb().set_trace(); x = 3", b"(Pdb) ", "c"),
]
"""What asks, what it asks, and the answer."""
ENDS = {
    "exit": ["threading.Timer(0.2, print, ['thread Building'], {'end': '', 'flush': True}).start(); exit()"],
    "atexit": ["atexit.register(print, 'bye line\\nBuilding', end='', flush=True); sys.stderr.write('line'); exit()"],
    "_exit": [HELD + "os._exit(3)"],
    "close": ["sys.stdout.write('Building'); sys.stdout.close(); os._exit(3)"],
    "descriptor": [HELD + "os.close(1); os._exit(3)"],
    "finalizer": ["sys.path.insert(0, ''); import last_words; exit()"],
    "exec": ["sys.stdout.write('Building'); " + HELD + "os.execl('/bin/echo', 'echo', 'x')"],
}


LAST_WORDS = "class Last:\n    def __del__(self): print('Building', end='', flush=True)\nlast = Last()\n"
"""A module, whose object is deleted when the interpreter has begun to end, and imports nothing any more."""


def _session(home: Path, guarded: bool, lines: list[str | tuple[str, bytes, str]]) -> bytes:
    """Types lines into IPython at a terminal, each when it is asked for, and returns all that came out."""
    home.mkdir(parents=True)
    (home / "setup.py").write_text(IMPORTS + (LEARN if guarded else ""))
    (home / "last_words.py").write_text(LAST_WORDS)
    with terminals.start([*terminals.IPYTHON, "--simple-prompt"], home) as terminal:
        for number, line in enumerate(["exec(open('setup.py').read())", *lines], start=1):
            terminal.expect(b"In [%d]: " % number)
            start, (typed, question, answer) = len(terminal.shown), line if isinstance(line, tuple) else (line, b"", "")
            terminal.type(f"{typed}\r")
            if question:
                terminal.expect(question, start)
                terminal.type(f"{answer}\r")
        return terminal.end()


def _both(home: Path, lines: list[str | tuple[str, bytes, str]]) -> tuple[list[str], list[str]]:
    """Returns the lines on the screen without and with the guard; addresses and names of folders are made the same."""
    with ThreadPoolExecutor() as pool:
        shown = pool.map(lambda guarded: _session(home / str(guarded), guarded, lines), (False, True))
    plain, guarded = (re.sub(r"0x[0-9a-f]{6,}|home/\w+", "?", text.decode()).split("\n") for text in shown)
    return plain, guarded


def test_whatever_else_writes_there_comes_in_its_turn(tmp_path: Path) -> None:
    """Children, C code and questions stand where they stood without the guard."""
    asked = [(HELD + typed, question, answer) for typed, question, answer in ASKED]
    plain, guarded = _both(tmp_path / "home", [*(HELD + more for more in MORE), *asked, *OTHERS, "exit"])
    own = [line for line in guarded if "dh_secrets_jupyter/guard/" in line]  # faulthandler's dump shows every frame
    assert [line for line in guarded if line not in own] == plain
    assert len(own) == 2


@pytest.mark.parametrize("end", ENDS)
def test_the_last_words_are_on_the_screen_however_it_ends(tmp_path: Path, end: str) -> None:
    """The screen ends as it did without the guard."""
    plain, guarded = _both(tmp_path / "home", [*ENDS[end]])
    assert guarded == plain
    assert "Building" in "".join(plain[-2:])


def test_ctrl_c_loses_nothing_and_shows_only_the_users_code(tmp_path: Path) -> None:
    """No line is missing or twice, and no frame of the guard's is in the traceback."""
    (tmp_path / "setup.py").write_text(IMPORTS + LEARN)
    with terminals.start([*terminals.IPYTHON, "--simple-prompt"], tmp_path) as terminal:
        terminal.expect(b"In [1]: ")
        terminal.type("exec(open('setup.py').read())\r")
        for number in range(2, 12):
            terminal.expect(b"In [%d]: " % number)
            start = len(terminal.shown)
            terminal.type("for i in range(10**9): print(i, 'Building')\r")
            terminal.expect(b"%d Building" % (20 * number), start)
            os.kill(terminal.pid, signal.SIGINT)  # the key itself has the terminal forget what it has not shown yet
            terminal.expect(b"In [%d]: " % (number + 1), start)
            shown = terminal.shown[start:]
            counted = [int(count) for count in re.findall(rb"(\d+) Building", shown)]
            assert counted == list(range(len(counted)))
            assert b"KeyboardInterrupt" in shown
            assert b"terminal_output.py" not in shown


def test_the_prompt_shows_what_is_typed_and_threads_print_marks_above_it(tmp_path: Path) -> None:
    """The prompt is drawn as it is, a value's beginning too; what others print meanwhile is masked."""
    (tmp_path / "setup.py").write_text(IMPORTS + LEARN + "V = v\n")
    with terminals.start(terminals.IPYTHON, tmp_path, PROMPT_TOOLKIT_NO_CPR="1") as terminal:
        terminal.expect(b"In [1]:")
        terminal.type("exec(open('setup.py').read()); threading.Timer(1, print, [V]).start()\r")
        terminal.expect(b"[secret:V2]")
        start = len(terminal.shown)
        for character in VALUES[0][:9]:
            terminal.type(character)
            time.sleep(0.25)  # longer than anything is held back
        terminal.expect(b"z", start)
        drawn = re.sub(rb"\x1b\[[?\d;]*[a-zA-Z]|\x08", b"", terminal.shown)
    assert drawn.endswith(b"-4f9Qz")
    assert b"[secret:V0]" not in terminal.shown
    assert VALUES[2].encode() not in terminal.shown
