"""``%secret`` and ``%%secret``: reads the line, runs the command, shows what came of it."""

from __future__ import annotations

from typing import Any

from IPython.core.magic import Magics, line_cell_magic, magics_class, no_var_expand

from . import commands, completion, lease


@magics_class
class SecretMagics(Magics):
    """Secrets of a project, read into this kernel and shown nowhere."""

    @no_var_expand
    @line_cell_magic
    def secret(self, line: str, cell: str | None = None) -> None:
        line = commands.without_comment(line)
        if cell is not None:
            self._cell(line, cell)
        elif not line.strip() or line.strip() in ("--help", "-h", "help"):
            from .show import status

            status(self.shell)
        else:
            command, parsed = commands.parse(line)
            if parsed.options.help:
                print(command, f"    {command.does}", sep="\n")
            else:
                command.run(self.shell, parsed)

    secret.__doc__ = "\n".join(["Reads, stores and shows secrets of a project:", "", *commands.lines()])

    def _cell(self, line: str, cell: str) -> None:
        first, _, rest = line.strip().partition(" ")
        if first == commands.SET:
            raise commands.typed(rest)  # its body is a value
        from .read import lease as run

        run(self.shell, line, cell)


def load(shell: Any) -> None:
    """Registers the magics, the lease and the completion with a shell."""
    shell.register_magics(SecretMagics)
    lease.load(shell)
    completion.load(shell)


def unload(shell: Any) -> None:
    """Takes all of it out again; IPython has no call for that."""
    completion.unload(shell)
    lease.unload(shell)
    manager = shell.magics_manager
    ours = manager.registry.pop(SecretMagics.__name__)
    shell.configurables.remove(ours)
    for kind in ("line", "cell"):
        manager.magics[kind].pop("secret", None)
