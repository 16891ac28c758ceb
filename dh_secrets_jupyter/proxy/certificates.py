"""The authority that a kernel trusts for the hosts of a secret, and for nothing else.

Its key is in memory alone. Critical name constraints limit it to these hosts and exclude all addresses, so a client
refuses a leaf for any other, and no leaf is ever made for a host that it is not for.
"""

from __future__ import annotations

import ipaddress
import secrets
import ssl
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from .client_hello import offers_http_1

LIFE = timedelta(hours=24)
"""How long an authority is good for."""
RENEW_BEFORE = timedelta(hours=1)
"""How long before its end it is made anew."""
_CLOCKS = timedelta(minutes=5)
"""By how much clocks may differ."""
_CLIENT_HELLO = 1
_NO_APPLICATION_PROTOCOL = 120
_EVERYWHERE = [
    x509.IPAddress(ipaddress.ip_network("0.0.0.0/0")),
    x509.IPAddress(ipaddress.ip_network("::/0")),
]


class Authority:
    """Makes leaves for the hosts of one set, as :func:`..models.hosts.check_hosts` returns them."""

    def __init__(self, hosts: frozenset[str]) -> None:
        self._hosts = hosts
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._leaf_key = ec.generate_private_key(ec.SECP256R1())
        self._contexts: dict[str, ssl.SSLContext] = {}
        self.ends = datetime.now(UTC) + LIFE
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"dh-secrets-jupyter {secrets.token_hex(4)}")])
        self._certificate = self._make_root()

    @property
    def is_due(self) -> bool:
        """Whether it has to be made anew."""
        return datetime.now(UTC) > self.ends - RENEW_BEFORE

    @property
    def pem(self) -> str:
        """Its certificate, for a bundle."""
        return self._certificate.public_bytes(serialization.Encoding.PEM).decode()

    def context(self, host: str) -> ssl.SSLContext:
        """Returns the server's side of TLS for a host, which the caller has found to be one of the set."""
        if host not in self._contexts:
            self._contexts[host] = self._make_context(host)
        return self._contexts[host]

    def _make_root(self) -> x509.Certificate:
        permitted = {pattern.partition(":")[0].removeprefix("*") for pattern in self._hosts}
        public = self._key.public_key()
        return (
            self._builder(self._name, public)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_usage(signs_certificates=True), critical=True)
            .add_extension(x509.NameConstraints(list(map(x509.DNSName, sorted(permitted))), _EVERYWHERE), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
            .sign(self._key, hashes.SHA256())
        )

    def _make_leaf(self, host: str) -> x509.Certificate:
        public = self._leaf_key.public_key()
        return (
            self._builder(x509.Name([]), public)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(signs_certificates=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            # The subject is empty, so its other name is what counts, and critical.
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()),
                critical=False,
            )
            .sign(self._key, hashes.SHA256())
        )

    def _builder(self, subject: x509.Name, public: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(datetime.now(UTC) - _CLOCKS)
            .not_valid_after(self.ends)
        )

    def _make_context(self, host: str) -> ssl.SSLContext:
        door, inside = _server_side(), _server_side()
        _admit(door, host, inside)
        chain = self._make_leaf(host).public_bytes(serialization.Encoding.PEM) + self.pem.encode()
        password = secrets.token_bytes(32).hex().encode()
        key = self._leaf_key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(password),
        )
        # Python's ssl reads from files alone: the leaf's key is in one for a moment, encrypted.
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "leaf.pem")
            path.write_bytes(chain + key)
            for context in (door, inside):
                context.load_cert_chain(path, password=password)
        return door


def _server_side() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_alpn_protocols(["http/1.1"])
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _admit(context: ssl.SSLContext, host: str, inside: ssl.SSLContext) -> None:
    """Has handshakes end at once that name another host, or offer HTTP/2 alone; the others go on with ``inside``."""
    speaks_http_1 = True

    def see(_: ssl.SSLObject, direction: str, __: int, ___: int, kind: int, data: bytes) -> None:
        nonlocal speaks_http_1
        if direction == "read" and kind == _CLIENT_HELLO:
            speaks_http_1 = offers_http_1(data)

    def admit(handshake: ssl.SSLObject, named: str | None, _: ssl.SSLContext) -> int | None:
        # It is called in the same step of a handshake in which the client's first message was seen.
        if not speaks_http_1:
            return _NO_APPLICATION_PROTOCOL
        if named != host:
            return ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME
        handshake.context = inside  # from here on nobody is called for each record
        return None

    # Not documented, but in every Python since 3.8: nothing else shows what a client offers.
    context._msg_callback = see  # type: ignore[attr-defined]
    context.sni_callback = admit


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
