"""With the guard on and no secret shown, a notebook's outputs are the same to the byte."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from ...support import kernels, notebooks
from ..conftest import SETUP

pytestmark = pytest.mark.kernel

CELLS = [
    "import pandas as pd, numpy as np\ndf = pd.DataFrame({'a': range(50), 'b': np.linspace(0, 1, 50), 'c': ['x/y <&>'] * 50})\ndf",
    "display(df.describe().style.format(precision=3).set_uuid('u'))\nprint(df.to_json(), df.to_csv(), df.to_html())",
    "%matplotlib inline\nimport matplotlib.pyplot as plt\nplt.plot(df.a, df.b, label='token'); plt.legend(); plt.title('curve'); plt.show()",
    "import tqdm, sys\nfor i in tqdm.tqdm(range(30), bar_format='{n_fmt}/{total_fmt} {bar}', file=sys.stdout, mininterval=0): pass",
    "import rich, rich.table\nt = rich.table.Table('name', 'value'); t.add_row('a', '[red]b[/red]'); rich.print(t, {'k': [1, 2.5, None]})",
    "import logging\nlogging.basicConfig(stream=sys.stdout, format='%(levelname)s %(message)s', force=True)\nlogging.warning('pass%sword', '-'); logging.error('tk-4f9')",
    "import asyncio\nasync def work(i): await asyncio.sleep(0); print('task', i)\nawait asyncio.gather(*map(work, range(5)))\n'done'",
    "import ipywidgets\nw = ipywidgets.IntSlider(3, description='n'); o = ipywidgets.Output()\nwith o: print('inside')\ndisplay(w, o); w.value = 5",
    "import fcntl, os, subprocess, termios, time\nos.write(1, b'raw \\xc3\\xa4\\n'); subprocess.run(['echo', 'child'])\nwhile any(fcntl.ioctl(1, termios.FIONREAD, bytes(4))): time.sleep(0.02)\ntime.sleep(0.1)",
    "display({'application/json': {'status': 'ok', 'n': [1, 2.5, 12345678, True, None]}, 'text/plain': '{}'}, raw=True)",
    "1 / 0",
    "for i in range(LINES): print(f'{i:06d} ' + 'tk-4f9QzL7 secret: password = 0123456789abcdef' * 2)",
    "print('\\x1b[31mred\\x1b[0m \\u00e4 \\U0001f600', end=''); sys.stdout.flush(); print(' [secret', end='')",
]


def _executed(home: Path, lines: int, *, guard: bool) -> tuple[str, int]:
    """Runs the notebook and returns it as it is saved, but for times and ids, and with streams joined."""
    home.mkdir()
    sources = [SETUP if guard else "import os, sys, threading, time\nfrom IPython.display import display", *CELLS]
    sources[12] = sources[12].replace("LINES", str(lines))
    options = {"timeout": 240, "allow_errors": True, "coalesce_streams": True}
    notebook = notebooks.execute(notebooks.make(*sources), home, kernels.environment(home), **options)
    for done in notebook.cells:
        done.metadata = {}
    size = sum(len(o.get("text", "")) for o in notebook.cells[12].outputs)
    text = json.dumps(notebook.cells[1:], indent=1, sort_keys=True)
    ids: dict[str, str] = {}
    names = r"\b[0-9a-f]{32}\b|\b0x[0-9a-f]{8,}\b|ipykernel_[0-9]+"  # the last is where a warning says that a cell is
    return re.sub(names, lambda m: ids.setdefault(m[0], f"id{len(ids)}"), text), size


@pytest.mark.parametrize("lines", [100_000, pytest.param(500_000, marks=pytest.mark.soak)])
def test_a_notebook_without_a_secret_has_the_same_outputs(tmp_path: Path, lines: int) -> None:
    """10 MB of outputs of all kinds, or 50 MB, are the same with and without the guard."""
    without, size = _executed(tmp_path / "without", lines, guard=False)
    with_guard, _ = _executed(tmp_path / "with", lines, guard=True)
    assert size >= 100 * lines
    assert len(with_guard) == len(without)
    assert with_guard == without
