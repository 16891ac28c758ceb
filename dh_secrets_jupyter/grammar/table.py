"""The one table of the commands."""

from __future__ import annotations

from collections.abc import Iterable

from .command import OVERVIEW_WIDTH, Command, Completes, Option

ALL = Option("--all", "read all other secrets of the project as well", is_final=True)
METADATA = (
    Option("--description", "what the secret is for", "T"),
    Option("--label", "a label; repeat the option for several", "L", True),
    Option("--expires", "the last day on which the secret is valid, as YYYY-MM-DD", "DATE"),
)
_METADATA_STAYS = 'Metadata that you do not give stays as it is; "" clears it; labels replace the existing ones.'
SOURCES = (
    Option("--from-file", "take the value from a file, to the byte", "P", group="source", completes=Completes.FILES),
    Option("--from-env", "take the value from an environment variable", "E", group="source"),
    Option("--from-var", "take the value from a variable of this kernel", "V", group="source"),
)
_NAMES = "NAME [as VAR] …"

SET = Command(
    "set",
    "NAME",
    "Create a secret, or change its value; asks for the value",
    '%secret set API_KEY --description "key of the model server" --expires 2027-12-31',
    f"You type the value at a hidden prompt, never in the cell.\n{_METADATA_STAYS}",
    Completes.SECRETS,
    (*METADATA, *SOURCES),
)
LEASE = Command(
    "%%secret",
    _NAMES,
    "Run the cell with values that are gone afterwards",
    "%%secret API_KEY as token",
    "Whatever had the same names before is put back.",
    Completes.SECRETS,
    (Option("--env", "put the values into environment variables"),),
)
COMMANDS = {
    command.name: command
    for command in (
        Command(
            "project",
            "NAME",
            "Switch this kernel to another project",
            "%secret project demo",
            "A project need not be created: it is there as soon as it has a secret.",
            Completes.PROJECTS,
            (
                Option(
                    "--provider",
                    "where its secrets are kept: auto, digitalhub, kubernetes, local or another provider",
                    "P",
                    completes=Completes.PROVIDERS,
                ),
            ),
        ),
        Command(
            "list",
            "[GLOB]",
            "List secrets, never their values",
            "%secret list 'db-*'",
            completes=Completes.SECRETS,
        ),
        Command(
            "get",
            _NAMES,
            "Read values into variables",
            "%secret get API_KEY db-pass as password",
            'All of them are read, or none. Without "as", db-pass goes into the variable db_pass.',
            Completes.SECRETS,
            (ALL,),
        ),
        Command(
            "env",
            _NAMES,
            "Read values into environment variables",
            "%secret env API_KEY db-pass as PGPASSWORD",
            "All of them are read, or none.",
            Completes.SECRETS,
            (ALL,),
        ),
        Command(
            "file",
            _NAMES,
            "Write values to private files",
            "%secret file TLS_KEY as key_path",
            "VAR holds the path of the file. The files are removed when the kernel ends.",
            Completes.SECRETS,
        ),
        Command(
            "need",
            _NAMES,
            "Read values, and ask for those that are missing",
            '%secret need API_KEY db-pass as password --optional SLACK --about "to read the orders"',
            "What you are asked for is stored in the project, all of it or nothing. Where nobody can answer, the cell\n"
            "fails and names all that is missing.",
            Completes.SECRETS,
            (
                Option(
                    "--optional",
                    "leave out in silence what is missing of the names behind it",
                    _NAMES,
                    completes=Completes.SECRETS,
                    takes_rest=True,
                ),
                Option("--env", "read them into environment variables"),
                Option("--about", "what the notebook needs them for, in quotes", "TEXT"),
            ),
        ),
        Command(
            "import",
            "FILE",
            "Store the entries of a dotenv file, all or none",
            "%secret import .env",
            completes=Completes.FILES,
            options=(Option("--replace", "replace secrets that already exist", is_final=True),),
        ),
        SET,
        Command(
            "describe",
            "NAME",
            "Show the metadata of a secret, never its value",
            "%secret describe API_KEY",
            completes=Completes.SECRETS,
        ),
        Command(
            "edit",
            "NAME",
            "Change the metadata of a secret, but not its value",
            "%secret edit API_KEY --label team-a --label production",
            _METADATA_STAYS,
            Completes.SECRETS,
            METADATA,
        ),
        Command(
            "delete",
            "NAME …",
            "Delete secrets, all or none; asks first",
            "%secret delete API_KEY db-pass",
            completes=Completes.SECRETS,
            options=(Option("--yes", "delete without asking", is_final=True),),
            is_final=True,
        ),
        Command(
            "forget",
            "[NAME …]",
            "Remove values from this kernel again",
            "%secret forget API_KEY",
            "Removes variables, environment variables and files, of all secrets where no NAME is given.",
            Completes.SECRETS,
        ),
        Command(
            "guard",
            "[on|off [NAME …]]",
            "Show or switch the guard, which masks values",
            "%secret guard off API_KEY",
            "Without on or off it reports what it masks, what it cannot mask, and what it has masked so far.",
            Completes.GUARD,
            (Option("--all", "report every secret and each way in which it was shown", is_final=True),),
        ),
        Command("panel", "", "Show the panel in the notebook", "%secret panel"),
    )
}


def overview(commands: Iterable[Command] = (*COMMANDS.values(), LEASE)) -> list[str]:
    """Returns all that can be typed, a line each."""
    return [f"{command.overview:{OVERVIEW_WIDTH}}  {command.summary}" for command in commands]
