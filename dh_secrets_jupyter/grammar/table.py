"""The one table of the commands: what can be typed behind ``%secret``, behind ``jupyter secrets``, or behind both."""

from __future__ import annotations

from collections.abc import Iterable

from .command import OVERVIEW_WIDTH, Command, Completes, Option, Surface
from .options import ALL, COMMON, JSON, METADATA, PROVIDER, SOURCES

_NOTEBOOK, _TERMINAL = Surface.NOTEBOOK, Surface.TERMINAL
_NAMES = "NAME [as VAR] …"
_METADATA_STAYS = 'Metadata that you do not give stays as it is; "" clears it; labels replace the existing ones.'

_LEASE = Command(
    "%%secret",
    _NAMES,
    "Run the cell with values that are gone afterwards",
    "API_KEY as token",
    "Whatever had the same names before is put back.",
    Completes.SECRETS,
    (
        Option("--env", "put the values into environment variables", group="into"),
        Option("--use", "put stand-ins in their place, as %secret use does", group="into"),
    ),
    only=_NOTEBOOK,
)
_ROWS = (
    Command(
        "project",
        "NAME",
        "Switch this kernel to another project",
        "demo",
        "A project does not need to be created: it exists as soon as it has a secret.",
        Completes.PROJECTS,
        (PROVIDER,),
        only=_NOTEBOOK,
    ),
    Command(
        "list",
        "[GLOB]",
        "List secrets, never their values",
        "'db-*'",
        completes=Completes.SECRETS,
        options=(JSON,),
    ),
    Command(
        "get",
        _NAMES,
        "Read values into variables",
        "API_KEY db-pass as password",
        'All of them are read, or none. Without "as", db-pass goes into the variable db_pass.',
        Completes.SECRETS,
        (ALL,),
        only=_NOTEBOOK,
    ),
    Command(
        "get",
        "NAME",
        "Write a value to standard output, byte for byte, for a script",
        "DOCKER_TOKEN | docker login --username jo --password-stdin",
        "It is refused where somebody would see it: on a terminal, and below a notebook's kernel.",
        Completes.SECRETS,
        (Option("--reveal", "show the value all the same", is_final=True),),
        only=_TERMINAL,
    ),
    Command(
        "env",
        _NAMES,
        "Read values into environment variables",
        "API_KEY db-pass as PGPASSWORD",
        "All of them are read, or none.",
        Completes.SECRETS,
        (ALL,),
        only=_NOTEBOOK,
    ),
    Command(
        "file",
        _NAMES,
        "Write values to private files",
        "TLS_KEY as key_path",
        "VAR holds the path of the file. The files are removed when the kernel ends.",
        Completes.SECRETS,
        only=_NOTEBOOK,
    ),
    Command(
        "use",
        _NAMES,
        "Use secrets without reading them",
        "OPENAI_KEY as key",
        "The variable holds a stand-in. A proxy outside of this kernel puts the value into requests to the hosts that\n"
        "the secret is for: %secret edit NAME --hosts api.example.com says which these are.",
        Completes.SECRETS,
        (Option("--env", "put the stand-ins into environment variables"),),
        only=_NOTEBOOK,
    ),
    Command(
        "need",
        _NAMES,
        "Read values, and ask for those that are missing",
        'API_KEY db-pass as password --optional SLACK --about "to read the orders"',
        "What you enter is stored in the project, all of it or none. Where nobody can answer, the cell fails and\n"
        "names all that is missing.",
        Completes.SECRETS,
        (
            Option(
                "--optional",
                "names that are left out silently if they are missing",
                _NAMES,
                completes=Completes.SECRETS,
                takes_rest=True,
            ),
            Option("--env", "read the values into environment variables", group="into"),
            Option("--use", "put stand-ins in their place, as %secret use does", group="into"),
            Option("--about", "what the notebook needs them for, in quotes", "TEXT"),
        ),
        only=_NOTEBOOK,
    ),
    Command(
        "import",
        "FILE",
        "Store the entries of a dotenv file, all or none",
        ".env",
        completes=Completes.FILES,
        options=(Option("--replace", "replace secrets that already exist", is_final=True),),
    ),
    Command(
        "set",
        "NAME",
        "Create a secret, or change its value; asks for the value",
        'API_KEY --description "key of the model server" --expires 2027-12-31',
        f"You type the value at a hidden prompt, never on the line.\n{_METADATA_STAYS}",
        Completes.SECRETS,
        (*METADATA, *SOURCES),
    ),
    Command(
        "describe",
        "NAME",
        "Show the metadata of a secret, never its value",
        "API_KEY",
        completes=Completes.SECRETS,
        options=(JSON,),
    ),
    Command(
        "edit",
        "NAME",
        "Change the metadata of a secret, but not its value",
        "API_KEY --label team-a --label production",
        _METADATA_STAYS,
        Completes.SECRETS,
        METADATA,
    ),
    Command(
        "delete",
        "NAME …",
        "Delete secrets, all or none; asks first",
        "API_KEY db-pass",
        completes=Completes.SECRETS,
        options=(Option("--yes", "delete without asking", is_final=True),),
        is_final=True,
    ),
    Command(
        "forget",
        "[NAME …]",
        "Remove values from this kernel again",
        "API_KEY",
        "Removes variables, environment variables and files; without NAME, those of all secrets.",
        Completes.SECRETS,
        only=_NOTEBOOK,
    ),
    Command(
        "guard",
        "[on|off [NAME …]]",
        "Show or switch the guard, which masks values",
        "off API_KEY",
        "Without on or off it reports what it masks, what it cannot mask, and what it has masked so far.",
        Completes.GUARD,
        (Option("--all", "report every secret and each way in which it was shown", is_final=True),),
        only=_NOTEBOOK,
    ),
    Command("panel", "", "Show the panel in the notebook", "", only=_NOTEBOOK),
    Command(
        "run",
        "[NAME[=VAR] … | --all] -- CMD …",
        "Run a command with values in its environment, masked in what it prints",
        "API_KEY db-pass=PGPASSWORD -- python report.py",
        "Credentials that are in the environment already are masked as well. Its exit status is that of the\n"
        "command; 127 means that there is no such command, 126 that it cannot be run, 2 that a value could not be\n"
        "read. If standard output is a terminal, the command gets one of its own; on Windows it gets pipes.",
        Completes.SECRETS,
        (Option("--all", "put all secrets of the project into the environment", is_final=True),),
        only=_TERMINAL,
    ),
    Command(
        "scan",
        "[PATH …]",
        "Look for the project's values in files",
        "analysis.ipynb",
        "Without PATH it searches the files here that git tracks or would track.\n"
        "The exit status is 1 if something is found, and 2 if not everything could be searched.",
        Completes.FILES,
        (
            Option("--staged", "search what a commit would change, as the index has it", group="what", only=_TERMINAL),
            Option("--history", "search every blob of the repository", group="what", only=_TERMINAL),
            Option("--allow-empty", "exit with 0 if there is nothing to look for", only=_TERMINAL),
            Option(
                "--format",
                "text (the default), json or sarif",
                "FORMAT",
                choices=("text", "json", "sarif"),
                only=_TERMINAL,
            ),
        ),
    ),
    Command(
        "scrub",
        "[PATH …]",
        "Put marks in place of the project's values in notebooks",
        "analysis.ipynb",
        "It changes outputs, metadata and attachments, and no other byte of a notebook.",
        Completes.FILES,
        (
            Option("--sources", "also in sources, and in files that are not notebooks"),
            Option("--check", "change nothing; the exit status is 1 if anything is found"),
        ),
        only=_TERMINAL,
    ),
    Command(
        "need",
        "NOTEBOOK …",
        "Say which secrets notebooks and scripts need, and which of them are missing",
        "analysis.ipynb --check",
        "Nothing is run. With --check the exit status is 1 if something is missing that is not optional.",
        Completes.FILES,
        (
            Option("--check", "fail if something is missing"),
            Option("--example", "print the names as a .env file to fill in"),
            Option("--json", "print the needs as JSON"),
        ),
        only=_TERMINAL,
    ),
    Command(
        "proxy",
        "",
        "Put values into requests for kernels that may use secrets, and not read them",
        "--certificate tls.crt --key tls.key",
        "It serves a cluster: kernels prove themselves by tokens of their pods. What is not given on the line is\n"
        "taken from c.DHSecretsProxy in jupyter_config.py. It prints a line of JSON for each use, and nothing else.",
        options=(
            Option("--certificate", "the certificate by which kernels know it", "P", completes=Completes.FILES),
            Option("--key", "the certificate's key", "P", completes=Completes.FILES),
            Option("--port", "the port on which it listens (the default is 8443)", "N"),
            Option("--headers", "one more header in which a stand-in may stand; repeat it for several", "H", True),
            Option("--egress", "open (the default), or strict: only hosts of secrets", "E", choices=("open", "strict")),
            Option("--allow-private", "let hosts have private addresses"),
            Option("--upstream-ca", "trust these certificates of hosts, too", "P", completes=Completes.FILES),
            Option("--resolve", "the address of a name that is not looked up; repeat it for several", "N=A", True),
        ),
        only=_TERMINAL,
    ),
    Command(
        "completion",
        "bash|zsh|fish",
        "Print what the shell has to read to complete commands and names",
        "bash > ~/.local/share/bash-completion/completions/jupyter-secrets",
        "It completes jupyter secrets as well, and the other commands of jupyter. For zsh and fish, put it where they\n"
        "look for completions.",
        only=_TERMINAL,
        choices=("bash", "zsh", "fish"),
    ),
)


def _on(surface: Surface) -> dict[str, Command]:
    return {row.name: row.on(surface) for row in _ROWS if row.only in (None, surface)}


COMMANDS = _on(_NOTEBOOK)
"""What can be typed behind ``%secret``, by name."""
TERMINAL = _on(_TERMINAL)
"""What can be typed behind ``jupyter secrets``, by name."""
SET = COMMANDS["set"]
LEASE = _LEASE.on(_NOTEBOOK)


def overview(commands: Iterable[Command] = (*COMMANDS.values(), LEASE)) -> list[str]:
    """Returns all that can be typed, a line each."""
    return [f"{command.overview:{OVERVIEW_WIDTH}}  {command.summary}" for command in commands]


def in_terminal(text: str) -> str:
    """Returns a text for people with the terminal's commands in place of those of a notebook that are the same."""
    for name in TERMINAL.keys() & COMMANDS.keys():
        if COMMANDS[name].summary == TERMINAL[name].summary:
            text = text.replace(COMMANDS[name].call, TERMINAL[name].call)
    return text.replace(f"{COMMANDS['project'].call} ", f"{COMMON[0].flag} ")
