"""Signed links: what the signature covers, and how long it holds."""

import pytest

from gateway.signing.links import LinkSigner

LINK = "/passes/abc?format=svg&ends=1700000000"


@pytest.mark.parametrize(
    "link", [LINK, "/calendar/abc.ics", "/receipts/a%20b?ends=1", "/x?signature=1&ends=2"]
)
def test_signed(link: str) -> None:
    """A signed link is valid, with the signature as its last parameter."""
    signer = LinkSigner((b"secret",))

    signed = signer.sign(link)

    assert signed.startswith(link)
    assert signed[len(link) :].startswith("&signature=" if "?" in link else "?signature=")
    assert signer.verify(signed)


def test_anything_changed() -> None:
    """A link with any character changed, removed or added is not valid."""
    signer = LinkSigner((b"secret",))
    signed = signer.sign(LINK)

    changed = [signed[:at] + "x" + signed[at + 1 :] for at in range(len(signed))]
    shorter = [signed[:at] + signed[at + 1 :] for at in range(len(signed))]
    longer = [signed[:at] + "0" + signed[at:] for at in range(len(signed) + 1)]
    others = [
        "",
        "signature=",
        "?signature=",
        LINK,
        f"{LINK}&signature=",
        signed.replace("&signature", "?signature"),
    ]
    others += [
        f"{signed}&signature={signed.rpartition('=')[2]}",
        signed.upper(),
        f"{signed}\u00e9",
        f"\ud800{signed}",
    ]

    assert [link for link in changed + shorter + longer + others if signer.verify(link)] == []


def test_rotation() -> None:
    """A link signed with an earlier secret stays valid while that secret is listed, and no longer."""
    old = LinkSigner((b"old",)).sign(LINK)

    assert LinkSigner((b"new", b"old")).verify(old)
    assert not LinkSigner((b"new",)).verify(old)
    assert LinkSigner((b"new", b"old")).sign(LINK) == LinkSigner((b"new",)).sign(LINK)


def test_secret_is_not_shown() -> None:
    """A signer does not show its secrets."""
    assert repr(LinkSigner((b"one", b"two"))) == "LinkSigner(2 secrets)"
