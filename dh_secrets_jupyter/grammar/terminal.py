"""The commands of ``jupyter secrets``."""

from __future__ import annotations

from dataclasses import replace

from .command import Command, Completes, Option

TOOL = "jupyter secrets"
TERMINAL = {
    command.name: replace(command, tool=TOOL)
    for command in (
        Command(
            "scan",
            "[PATH …]",
            "Look for the project's values in files, and say where they are",
            f"{TOOL} scan --staged",
            "Without PATH it searches the files here that git tracks or would track.\n"
            "The status is 1 where something is found, and 2 where not everything could be searched.",
            Completes.FILES,
            (
                Option("--staged", "search what a commit would change, as the index has it", group="what"),
                Option("--history", "search every blob of the repository", group="what"),
                Option("--allow-empty", "end with 0 where there is nothing to look for"),
                Option("--format", "text (the default), json or sarif", "FORMAT"),
            ),
        ),
        Command(
            "scrub",
            "[PATH …]",
            "Put marks in place of the project's values in notebooks",
            f"{TOOL} scrub analysis.ipynb",
            "It changes outputs, metadata and attachments, and no other byte of a notebook.",
            Completes.FILES,
            (
                Option("--sources", "also in sources, and in files that are no notebooks"),
                Option("--check", "change nothing; the status is 1 where something would be changed"),
            ),
        ),
        Command(
            "need",
            "NOTEBOOK …",
            "Say which secrets notebooks and scripts need, and which of them are missing",
            f"{TOOL} need analysis.ipynb --check",
            "Nothing is run. The status of --check is 1 where something is missing that is not optional.",
            Completes.FILES,
            (
                Option("--check", "fail where something is missing"),
                Option("--example", "print the names as a .env file to fill in"),
                Option("--json", "print the needs as JSON"),
            ),
        ),
    )
}
"""What is typed in a terminal."""
COMMON = (
    Option("--project", "the project whose secrets are used", "NAME", completes=Completes.PROJECTS),
    Option("--provider", "where its secrets are kept", "P", completes=Completes.PROVIDERS),
)
"""The options of every command in a terminal."""
