"""Signing Apple's passes: a zip file with the pass, its pictures, a manifest of both, and a signature.

Source: Apple, Wallet Passes, Building a Pass. iOS refuses a pass without a word if a digest or the signature
does not fit, or if the certificate of Apple (WWDR) that issued the signer's is missing.
"""

import hashlib
import io
import zipfile
from collections.abc import Mapping

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from cryptography.hazmat.primitives.serialization.pkcs7 import PKCS7Options, PKCS7SignatureBuilder

from gateway.artefacts.wallet.icon import SIZES, icon

# Without Binary, line ends would be changed before signing, and the signature would not fit the manifest.
_OPTIONS = [PKCS7Options.DetachedSignature, PKCS7Options.Binary]
_READABLE = 0o644 << 16


class PassPackager:
    """Makes signed passes. certificate, key, wwdr: PEM; valid, and of each other."""

    def __init__(self, certificate: str, key: str, wwdr: str) -> None:
        private_key = load_pem_private_key(key.encode(), None)
        if not isinstance(private_key, RSAPrivateKey | EllipticCurvePrivateKey):
            raise TypeError("not a key of a pass certificate")
        self._key = private_key
        self._certificate = x509.load_pem_x509_certificate(certificate.encode())
        self._wwdr = x509.load_pem_x509_certificate(wwdr.encode())

    def __repr__(self) -> str:
        return "PassPackager()"

    def package(self, pass_json: bytes) -> bytes:
        """The .pkpass file. Signing takes about a millisecond."""
        files = {"pass.json": pass_json} | {name: icon(size) for name, size in SIZES.items()}
        manifest = msgspec.json.encode({name: _sha1(content) for name, content in files.items()})
        return _zip(files | {"manifest.json": manifest, "signature": self._sign(manifest)})

    def _sign(self, manifest: bytes) -> bytes:
        builder = PKCS7SignatureBuilder().set_data(manifest)
        builder = builder.add_signer(self._certificate, self._key, SHA256()).add_certificate(self._wwdr)
        return builder.sign(Encoding.DER, _OPTIONS)


def _sha1(content: bytes) -> str:
    return hashlib.sha1(content).hexdigest()  # noqa: S324  # what Apple's format requires


def _zip(files: Mapping[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            info = zipfile.ZipInfo(name)  # of 1980, so that the same pass has the same bytes
            info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, _READABLE
            archive.writestr(info, content)
    return file.getvalue()
