"""What was signed once stays valid: clients hold ids, calendar programs addresses, phones passes."""

import pytest

from gateway.signing.feeds import FeedId
from gateway.signing.global_ids import GlobalId, IdSigner
from gateway.signing.rotating_mac import RotatingMac
from gateway.signing.sealing import PASS
from gateway.signing.wallet_tokens import PassName, serial_of

ITEM = GlobalId("OrderItem", "1234", ("abc", "item-1"))
FEED = FeedId("1234", 7)
SERIAL = serial_of(PassName("abc", "item-1"))
TERMS = ("1234", ["a"], {"b": 1})
ENDS = 1_800_000_000

SIGNED = {
    "id": "giTyKPBe7VZyQyNOlKFJpDEyMzSjYWJjpml0ZW0tMQ",
    "link": "/receipts/x?ends=1&signature=21b3bf07eec4cdb55b476084acd90ff7",
    "feed": "wQ4ng8RXrvFbp_egSvsnJpKkMTIzNAc",
    "sealed": "W6DOrT9J5AXI1s4LBx0Q97tJ86IzU7IS1SjiUVrB",
    "preview": "AGtJ0gBpyL53jvqK5_XA1LAMKw0B",
    "pass token": "6e56bab2993279debce9b099009fab44",
    "pseudonym": "7d90d0e5de96",
}
"""Made with the secret `first-secret`, on 1 December 2026."""


def test_same_as_ever() -> None:
    """The same secret signs the same thing in the same way in every release."""
    signer = IdSigner((b"first-secret",))

    assert {
        "id": signer.sign(ITEM.kind, ITEM.customer, *ITEM.parts),
        "link": signer.links.sign("/receipts/x?ends=1"),
        "feed": signer.feeds.sign(FEED),
        "sealed": signer.sealer.seal(PASS, "1234", "EXT1", "QR"),
        "preview": signer.previews.sign(ENDS, *TERMS),
        "pass token": signer.pass_tokens.token(SERIAL),
        "pseudonym": signer.pseudonym("1234"),
    } == SIGNED


@pytest.mark.parametrize(
    ("secrets", "is_valid"),
    [((b"new", b"first-secret"), True), ((b"new",), False)],
    ids=["listed", "removed"],
)
def test_rotated(secrets: tuple[bytes, ...], is_valid: bool) -> None:  # noqa: FBT001  # a table
    """What a secret has signed is valid while the secret is listed, and no longer."""
    signer = IdSigner(secrets)

    assert [
        signer.verify(SIGNED["id"]) == ITEM,
        signer.links.verify(SIGNED["link"]),
        signer.feeds.verify(SIGNED["feed"]) == FEED,
        signer.sealer.open(PASS, SIGNED["sealed"]) == ("1234", "EXT1", "QR"),
        signer.previews.verify(SIGNED["preview"], ENDS, *TERMS),
        signer.pass_tokens.verify(SERIAL, SIGNED["pass token"]) is not None,
    ] == [is_valid] * 6


def test_one_spelling() -> None:
    """A code has one spelling: no padding, no capitals, no spaces, no other characters."""
    mac = RotatingMac((b"secret",), b"test", 16)
    text, code = mac.sign_text(b"content"), mac.digest(b"content").hex()

    others = [
        f"{text}=",
        f"{text} ",
        f"{text}\n",
        f"{text}é",
        f"{text}\ud800",
        text[:-1] + chr(ord(text[-1]) + 1),
    ]
    codes = [code.upper(), f" {code}", f"{code}0", code[:-2], f"{code}é", ""]

    assert mac.read_text(text, len(text)) == b"content"
    assert mac.verify_hex(b"content", code)
    assert [other for other in others if mac.read_text(other, 100) is not None] == []
    assert [other for other in codes if mac.verify_hex(b"content", other)] == []
    assert mac.read_text(text, len(text) - 1) is None
