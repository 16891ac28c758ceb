"""What can be typed after ``%secret`` and ``jupyter secrets``: the commands with their options, in one table.

Imports nothing else of this package. The magics parse, explain and complete by it, and the guard sees by it which words
of a line are options, since any other may be a value.
"""

from .command import END_OF_OPTIONS, HELP, Command, Completes, Option
from .slips import is_option, nearest_option
from .table import COMMANDS, LEASE, SET, SOURCES, overview
from .terminal import COMMON, TERMINAL, TOOL

__all__ = [
    "COMMANDS",
    "COMMON",
    "END_OF_OPTIONS",
    "HELP",
    "LEASE",
    "SET",
    "SOURCES",
    "TERMINAL",
    "TOOL",
    "Command",
    "Completes",
    "Option",
    "is_option",
    "nearest_option",
    "overview",
]
