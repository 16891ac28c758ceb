"""The commands of ``jupyter secrets``."""

from __future__ import annotations

from dataclasses import replace

from .command import Command, Completes, Option
