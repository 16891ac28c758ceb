"""What the administrator sets for the proxy: ``c.DHSecretsProxy`` in ``jupyter_config.py``, never the kernel's own."""

from __future__ import annotations

from collections.abc import Mapping

from traitlets import Bool, Dict, Enum, Int, List, Unicode
from traitlets.config import Configurable

from ..providers.proxies import HTTPS_PROXY, NO_PROXY, first
from ..settings import DHSecrets, configured, from_config, jupyter_config
from .next_hop import NextHop
from .server import Rules
from .upstream import Upstream

_BUNDLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
"""Variables that name certificates which clients trust; of ``SSL_CERT_FILE`` Python's ssl knows by itself."""
_ALL_PROXY = ("ALL_PROXY", "all_proxy")
"""Variables that clients go by where none names a proxy for https, which the kernel's own does."""


class DHSecretsProxy(Configurable):
    """``c.DHSecretsProxy``."""

    headers: List[str] = List(Unicode(), help="Headers, besides those known, in which a stand-in may stand.").tag(
        config=True
    )
    egress = Enum(
        ("open", "strict"), "open", help="Whether hosts that no secret is for may be reached: open, or strict."
    ).tag(config=True)
    allow_private = Bool(False, help="Whether a secret may be for hosts with private addresses.").tag(config=True)
    upstream_ca = Unicode("", help="A file of certificates that are trusted besides the system's.").tag(config=True)
    resolve: Dict[str, str] = Dict(
        value_trait=Unicode(), key_trait=Unicode(), help="Addresses of names that are not looked up, for tests."
    ).tag(config=True)
    port = Int(0, min=0, max=65535, help="The port on which it listens; 0 is any. In a cluster it is 8443.").tag(
        config=True
    )
    certificate = Unicode("", help="In a cluster: the file of its certificate.").tag(config=True)
    key = Unicode("", help="In a cluster: the file of that certificate's key.").tag(config=True)

    def rules(self, environment: Mapping[str, str], *, judged: bool) -> Rules:
        """Returns the rules: what is set here, and the proxy and the bundles that an environment names.

        Args:
            judged: as :class:`.server.Rules` has it.
        """
        return Rules(
            headers=[name.lower().encode("ascii") for name in self.headers],
            strict=self.egress == "strict",
            judged=judged,
            upstream=Upstream(
                allow_private=self.allow_private,
                resolve=self.resolve,
                ca=self.upstream_ca,
                next_hop=_next_hop(environment),
                bundles=tuple(path for name in _BUNDLES if (path := environment.get(name))),
            ),
        )


def load(environment: Mapping[str, str]) -> tuple[DHSecrets, Rules, int]:
    """Returns what a laptop's proxy is told by the files and its environment: settings, rules and port."""
    config = jupyter_config()
    proxy = configured(DHSecretsProxy, config=config)
    return from_config(config), proxy.rules(environment, judged=False), proxy.port


def _next_hop(environment: Mapping[str, str]) -> NextHop | None:
    """Returns the proxy that an environment names, None where it names none."""
    url = first(environment, (*HTTPS_PROXY, *_ALL_PROXY))
    if not url:
        return None
    return NextHop(url if "://" in url else f"http://{url}", first(environment, NO_PROXY))
