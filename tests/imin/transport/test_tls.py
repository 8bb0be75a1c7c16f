"""Requests to imin over TLS."""

import asyncio
import os
import ssl
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.support.scripted_server import ScriptedServer, whole

CLIENT_PROGRAM = """
import asyncio, sys
from gateway.imin.transport.errors import CannotConnect
from gateway.imin.transport.pool import ConnectionPool

async def main():
    pool = ConnectionPool(sys.argv[1], {})
    pool.open()
    try:
        print((await pool.get("/x", 300, 1_000))[1].decode())
    except CannotConnect as error:
        print(type(error.__cause__).__name__)
    pool.close()

asyncio.run(main())
"""


def certificate(directory: Path, *names: str) -> Path:
    """A self-signed certificate for those names, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "imin of a test")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(one) for one in names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = directory / "imin.pem"
    path.write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        + signed.public_bytes(Encoding.PEM)
    )
    return path


@pytest.mark.parametrize(
    ("names", "is_trusted", "expected"),
    [
        (("localhost",), True, "secret"),
        (("elsewhere.example",), True, "SSLCertVerificationError"),
        (("localhost",), False, "SSLCertVerificationError"),
    ],
)
async def test_tls(tmp_path: Path, names: tuple[str, ...], is_trusted: bool, expected: str) -> None:  # noqa: FBT001
    """Over TLS, requests are sent only to a host whose certificate is valid for its name and trusted."""
    pem = certificate(tmp_path, *names)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    server = ScriptedServer()
    server.answers = [whole(b"secret", "Connection: close\r\n")]
    server.closes_after = lambda _answer: True
    listener = await asyncio.start_server(server.serve, "127.0.0.1", 0, ssl=context)
    port = listener.sockets[0].getsockname()[1]

    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", CLIENT_PROGRAM, f"https://localhost:{port}"),
        env={**os.environ, **({"SSL_CERT_FILE": str(pem)} if is_trusted else {})},
        stdout=asyncio.subprocess.PIPE,
    )
    printed, _ = await process.communicate()
    listener.close()
    await asyncio.gather(*filter(None, server.running))

    assert printed.decode().strip() == expected
    assert len(server.requests) == (expected == "secret")
