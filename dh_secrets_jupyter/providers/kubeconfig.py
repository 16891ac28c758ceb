"""Which cluster a machine speaks to: its pod's, else that of a kubeconfig's current context. Never connects.

Files are read as ``kubectl`` reads them: of several, the first that has an entry wins; one that is missing or empty
counts for nothing; one that cannot be read is an error, because nobody knows what it would have said.
"""

from __future__ import annotations

import base64
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..errors import ProviderUnavailableError

SERVICE_ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")
"""What Kubernetes gives to each pod: ``token``, ``ca.crt`` and ``namespace``."""


@dataclass(frozen=True)
class Context:
    """A kubeconfig's current context.

    Attributes:
        namespace: None where it names none.
        verified: whether the API server's certificate is looked at.
    """

    name: str
    namespace: str | None
    verified: bool = True


@dataclass(frozen=True)
class Entry:
    """A cluster, a user or a context, or a part of one. A field is checked when it is asked for.

    Attributes:
        label: how an error calls it, ``the user "dev"``.
        file: the kubeconfig that it stands in, which its relative paths start from.
    """

    label: str
    file: Path
    fields: Mapping[str, Any] = field(repr=False)

    def text(self, key: str) -> str:
        """Returns a text, ``""`` where there is none."""
        return self._of(key, str, "a text") or ""

    def flag(self, key: str) -> bool:
        """Returns whether it is ``true``."""
        return self._of(key, bool, "true or false") or False

    def texts(self, key: str) -> list[str]:
        """Returns a list of texts."""
        found = self._of(key, list, "a list of texts") or []
        if not all(isinstance(text, str) for text in found):
            raise self.error(f"{key} is not a list of texts")
        return found

    def data(self, key: str) -> bytes:
        """Returns what stands there in base64."""
        text = self.text(key)
        try:
            return base64.b64decode("".join(text.split()), validate=True)
        except ValueError:
            pass  # raised below, without the context that holds the text
        raise self.error(f"{key} is not base64")

    def path(self, key: str) -> Path | None:
        """Returns a file's path."""
        text = self.text(key)
        return self.file.parent / text if text else None

    def part(self, key: str) -> Entry | None:
        """Returns a map in it."""
        found = self._of(key, dict, "a map")
        return None if found is None else Entry(f"{key} of {self.label}", self.file, found)

    def parts(self, key: str) -> list[Entry]:
        """Returns a list of maps in it."""
        found = self._of(key, list, "a list of maps") or []
        if not all(isinstance(part, dict) for part in found):
            raise self.error(f"{key} is not a list of maps")
        return [Entry(f"{key} of {self.label}", self.file, part) for part in found]

    def error(self, problem: str) -> ProviderUnavailableError:
        """Returns the error for something in it that cannot be used. The problem quotes no field's content."""
        return ProviderUnavailableError(
            "kubernetes",
            f"{self.label} in the kubeconfig {self.file} cannot be used: {problem}",
            "Check whether kubectl works here",
        )

    def _of(self, key: str, kind: type, wanted: str) -> Any:
        found = self.fields.get(key)
        if found is not None and not isinstance(found, kind):
            raise self.error(f"{key} is not {wanted}")
        return found


@dataclass(frozen=True)
class Kubeconfig:
    """What all files say together; ``current`` is the current context's name, ``""`` where there is none."""

    current: str
    contexts: Mapping[str, Entry]
    clusters: Mapping[str, Entry]
    users: Mapping[str, Entry]


def in_pod() -> bool:
    """Returns whether this process runs in a pod that has a service account."""
    return bool(os.environ.get("KUBERNETES_SERVICE_HOST")) and (SERVICE_ACCOUNT / "token").is_file()


def listed() -> str:
    """Returns the kubeconfig files as ``KUBECONFIG`` lists them, else kubectl's default.

    Their paths are absolute: a notebook may change its folder before they are read again.
    """
    files = os.environ.get("KUBECONFIG") or os.path.expanduser("~/.kube/config")
    return os.pathsep.join(str(Path(part).absolute()) for part in files.split(os.pathsep) if part)


def has_context() -> bool:
    """Returns whether a current context is named; whether that can be used is for who connects to say.

    Raises:
        ProviderUnavailableError: a file that is there cannot be read.
    """
    return any(content.text("current-context") for content in _contents(listed()))


def current_context() -> Context | None:
    """Returns the context that kubectl would use.

    Raises:
        ProviderUnavailableError: a file that is there cannot be read.
    """
    merged = load(listed())
    if not merged.current:
        return None
    context = merged.contexts.get(merged.current)
    if context is None:
        return Context(merged.current, None)
    cluster = merged.clusters.get(context.text("cluster"))
    unverified = cluster is not None and cluster.flag("insecure-skip-tls-verify")
    return Context(merged.current, context.text("namespace") or None, verified=not unverified)


def load(files: str) -> Kubeconfig:
    """Merges files, given as ``KUBECONFIG`` lists them.

    Raises:
        ProviderUnavailableError: a file that is there cannot be read.
    """
    contents = _contents(files)
    return Kubeconfig(
        next((current for content in contents if (current := content.text("current-context"))), ""),
        _merged(contents, "contexts", "context"),
        _merged(contents, "clusters", "cluster"),
        _merged(contents, "users", "user"),
    )


def _contents(files: str) -> list[Entry]:
    return [Entry("the content", Path(part), _read(Path(part))) for part in files.split(os.pathsep) if part]


def _merged(contents: list[Entry], key: str, kind: str) -> dict[str, Entry]:
    """Returns the entries of one kind by name; of each the first, as a whole."""
    merged: dict[str, Entry] = {}
    for content in contents:
        own: dict[str, Entry] = {}
        for named in content.parts(key):
            name = named.text("name")
            if name in own:
                raise content.error(f"{key} has the name {name!r} twice")
            found = named.part(kind)
            own[name] = Entry(f"the {kind} {name!r}", content.file, found.fields if found else {})
        merged = own | merged
    return merged


def _read(path: Path) -> dict[str, Any]:
    """Returns a file's content: ``{}`` where it is absent or empty, as kubectl takes it."""
    try:
        text = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OSError:
        content = None
    else:
        content = parse(text)
    known = isinstance(content, dict) and content.get("apiVersion") in (None, "", "v1")
    if not isinstance(content, dict) or not known or content.get("kind") not in (None, "", "Config"):
        # Falling back to another store in silence would put secrets where nobody looks for them.
        raise ProviderUnavailableError(
            "kubernetes", f"the kubeconfig {path} cannot be read", "Fix it, or use --provider local"
        )
    return content


def parse(text: bytes) -> object:
    """Returns the content, ``{}`` where there is none, or None where it is no YAML."""
    import yaml  # comes with the Kubernetes client; only a machine with a kubeconfig pays for it

    class Loader(yaml.SafeLoader):
        """Tells texts from numbers as kubectl does: a date is a text, and 0815 is none."""

        yaml_implicit_resolvers = {  # noqa: RUF012 (PyYAML's own attribute)
            first: [found for found in resolvers if found[0] != "tag:yaml.org,2002:timestamp"]
            for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
        }

    number = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$")
    Loader.add_implicit_resolver("tag:yaml.org,2002:float", number, list("-+.0123456789"))
    try:
        content = next(yaml.load_all(text, Loader), None)  # of several documents the first, as kubectl
    except (ValueError, yaml.YAMLError):
        return None
    return {} if content is None else content
