"""What can be typed after ``%secret`` and ``jupyter secrets``: the commands with their options, in one table.

Of this package it imports the errors alone. Magics and terminal parse, explain and complete by it, and the guard sees
by it which words of a line are options, since any other may be a value.
"""

from .command import END_OF_OPTIONS, HELP, Command, Completes, Option, Surface
from .options import COMMON
from .slips import is_option, nearest_option
from .table import COMMANDS, LEASE, SET, TERMINAL, in_terminal, overview

__all__ = [
    "COMMANDS",
    "COMMON",
    "END_OF_OPTIONS",
    "HELP",
    "LEASE",
    "SET",
    "TERMINAL",
    "Command",
    "Completes",
    "Option",
    "Surface",
    "in_terminal",
    "is_option",
    "nearest_option",
    "overview",
]
