"""Certificates for one test: an authority of its own, and what it signed for a server here and for a client."""

from __future__ import annotations

import dataclasses
import ipaddress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from tests.servers.process import HOST

_LIFE = timedelta(days=1)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Certificates:
    """PEM files: whom to trust, key and certificate of the server in one file, those of the client in two."""

    authority: Path
    server: Path
    client: Path
    client_key: Path


def certificates(folder: Path) -> Certificates:
    """Make them in this folder."""
    files = Certificates(**{name: folder / f"{name}.pem" for name in Certificates.__slots__})
    key, authority = _signed("authority")
    files.authority.write_bytes(_pem(authority))
    server_key, server = _signed("server", by=(key, authority))
    files.server.write_bytes(_private(server_key) + _pem(server))
    client_key, client = _signed("client", by=(key, authority))
    files.client.write_bytes(_pem(client))
    files.client_key.write_bytes(_private(client_key))
    return files


_Signed = tuple[ec.EllipticCurvePrivateKey, x509.Certificate]


def _signed(name: str, by: _Signed | None = None) -> _Signed:
    """A key and its certificate, good for ``HOST`` and a day; signed by itself where nobody else does."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    signing, issuer = (by[0], by[1].subject) if by else (key, subject)
    made = (
        x509.CertificateBuilder(issuer, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - _LIFE)
        .not_valid_after(now + _LIFE)
        .add_extension(x509.BasicConstraints(ca=by is None, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(HOST))]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signing.public_key()), critical=False)
    )
    if by is None:
        usage = dict.fromkeys(("digital_signature", "key_cert_sign", "crl_sign"), True)
        names = ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement")
        usage |= dict.fromkeys((*names, "encipher_only", "decipher_only"), False)
        made = made.add_extension(x509.KeyUsage(**usage), critical=True)
    return key, made.sign(signing, hashes.SHA256())


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.PEM)


def _private(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
