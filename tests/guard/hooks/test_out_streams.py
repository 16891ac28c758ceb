"""Where a kernel's own streams are."""

from __future__ import annotations

from ...support.kernels import Kernel

OURS = "from dh_secrets_jupyter.guard.hooks import out_streams\n"


def test_they_are_found_though_a_cell_has_put_something_else_there(guarded: Kernel) -> None:
    """Redirected or not, both are found, by their names."""
    redirected = "import contextlib, io\nwith contextlib.redirect_stdout(io.StringIO()): found = out_streams.find()\n"
    for code in ("found = out_streams.find()\n", redirected):
        assert guarded.ok(f"{OURS}{code}sorted(found)").result == "['stderr', 'stdout']"
        assert guarded.ok("found['stdout'] is sys.stdout").result == "True"


def test_each_descriptor_to_the_log_has_the_one_that_ipykernel_reads_from(guarded: Kernel) -> None:
    """Two copies of its own; where it catches nothing, 1 and 2 lead there themselves."""
    assert guarded.ok(f"{OURS}len(out_streams.log_descriptors(out_streams.find()))").result == "2"
    assert guarded.ok("out_streams.log_descriptors({})").result == "{1: None, 2: None}"
