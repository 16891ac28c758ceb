"""One client of a vendor's, in a process of its own: ``python sdk.py NAME URL``, with lines of JSON on standard input.

Each line is ``{"environment", "key", "before"}``: the environment is set, and a client is made with the key. It asks at
once, or, where it is made before, at the next line.
"""

from __future__ import annotations

import json
import os
import socket
import sys
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

Ask = Callable[[], object]


def openai(url: str, key: str) -> Any:
    """Asks for models."""
    from openai import OpenAI  # type: ignore[import-not-found]  # it is in a virtual environment of its own

    return OpenAI(api_key=key, base_url=url, max_retries=0).models.list


def anthropic(url: str, key: str) -> Any:
    """Asks for models."""
    from anthropic import Anthropic  # type: ignore[import-not-found]  # likewise

    return Anthropic(api_key=key, base_url=url, max_retries=0).models.list


def huggingface_hub(url: str, key: str) -> Any:
    """Asks who one is."""
    from huggingface_hub import HfApi  # type: ignore[import-not-found]  # likewise

    return HfApi(endpoint=url.rstrip("/"), token=key).whoami


def boto3(url: str, key: str) -> Any:
    """Asks for buckets: it signs with the key, and sends the signature."""
    import boto3 as aws  # type: ignore[import-not-found]  # likewise

    return aws.client(
        "s3", endpoint_url=url, aws_access_key_id="sample", aws_secret_access_key=key, region_name="eu-west-1"
    ).list_buckets


def main() -> None:
    """Answers each line with what the client was told."""
    name, url = sys.argv[1:]
    host, real = urlsplit(url).hostname, socket.getaddrinfo

    def lookup(asked: Any, *further: Any, **named: Any) -> Any:
        return real("127.0.0.1" if asked == host else asked, *further, **named)

    socket.getaddrinfo = lookup  # type: ignore[assignment]  # it takes what that takes
    former: Ask | None = None
    for line in sys.stdin:
        said = json.loads(line)
        os.environ.clear()
        os.environ.update(said["environment"])
        ask = former or globals()[name](url, said["key"])
        former = ask if said["before"] else None
        try:
            shown = "made" if said["before"] else str(ask())
        except Exception as error:  # noqa: BLE001 - each has its own
            shown = repr(error)
        sys.stdout.write(json.dumps(shown) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
