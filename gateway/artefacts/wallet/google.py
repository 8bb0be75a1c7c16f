"""Google's save link: a signed token from which Google Wallet makes an event ticket.

Google makes the ticket when its link is opened the first time, and then stores it: a later link to the same
ticket changes nothing in it. So a class, which holds what and when it is, is named by its content, and a
ticket by its item. Source: Google Wallet API, EventTicketClass, EventTicketObject, JWT.
"""

import hashlib
from datetime import datetime
from typing import Any

import msgspec
from joserfc import jwt
from joserfc.jwk import RSAKey

from gateway.artefacts.wallet.symbologies import GOOGLE
from gateway.artefacts.wallet.ticket import Ticket

SAVE_URL = "https://pay.google.com/gp/v/save/"
LANGUAGE = "en-GB"


class GoogleWallet:
    """Makes save links.

    account: e-mail address of the service account. private_key: its RSA key, PEM. issuer_id: the operator's,
    digits. issuer_name: for people.
    """

    def __init__(self, account: str, private_key: str, issuer_id: str, issuer_name: str) -> None:
        self._account = account
        self._key = RSAKey.import_key(private_key)
        self._issuer_id = issuer_id
        self._issuer_name = issuer_name

    def __repr__(self) -> str:
        return "GoogleWallet()"

    def save_url(self, ticket: Ticket, now: datetime) -> str:
        """The link that saves the ticket. Signing takes about a millisecond."""
        event_class = self._class_of(ticket)
        claims = {
            "iss": self._account,
            "aud": "google",
            "typ": "savetowallet",
            "iat": int(now.timestamp()),
            "origins": [],
            "payload": {
                "eventTicketClasses": [event_class],
                "eventTicketObjects": [self._object_of(ticket, event_class["id"])],
            },
        }
        token = jwt.encode({"alg": "RS256", "typ": "JWT"}, claims, self._key, algorithms=["RS256"])
        return SAVE_URL + token

    def _class_of(self, ticket: Ticket) -> dict[str, Any]:
        content = _filled(
            {
                "issuerName": self._issuer_name,
                "reviewStatus": "UNDER_REVIEW",
                "eventName": _localized(ticket.name),
                # Google wants both or neither.
                "venue": {"name": _localized(ticket.venue), "address": _localized(ticket.address)}
                if ticket.venue and ticket.address
                else None,
                "dateTime": _filled(
                    {"start": _date(ticket, ticket.starts), "end": _date(ticket, ticket.ends)}
                ),
                "locations": _locations(ticket),
            }
        )
        digest = hashlib.blake2b(msgspec.json.encode(content, order="deterministic"), digest_size=12)
        return {"id": f"{self._issuer_id}.{digest.hexdigest()}", **content}

    def _object_of(self, ticket: Ticket, class_id: str) -> dict[str, Any]:
        barcode, starts, ends = ticket.barcode, _date(ticket, ticket.starts), _date(ticket, ticket.ends)
        return _filled(
            {
                "id": f"{self._issuer_id}.{ticket.uid}",
                "classId": class_id,
                "state": "INACTIVE" if ticket.is_cancelled else "ACTIVE",
                "barcode": barcode
                and {
                    "type": GOOGLE[barcode.symbology],
                    "value": barcode.text,
                    "alternateText": barcode.text,
                },
                "reservationInfo": {"confirmationCode": ticket.booking},
                "validTimeInterval": _filled(
                    {"start": starts and {"date": starts}, "end": ends and {"date": ends}}
                ),
                "locations": _locations(ticket),
                "textModulesData": [{"id": "notice", "header": "Please note", "body": ticket.notice}]
                if ticket.notice
                else None,
            }
        )


def _date(ticket: Ticket, moment: datetime | None) -> str | None:
    """ISO 8601 with the offset there; a day is one without a time."""
    if moment is None:
        return None
    return moment.date().isoformat() if ticket.is_day else moment.isoformat()


def _localized(text: str) -> dict[str, Any]:
    return {"defaultValue": {"language": LANGUAGE, "value": text}}


def _locations(ticket: Ticket) -> list[dict[str, Any]] | None:
    if ticket.latitude is None:
        return None
    return [{"latitude": ticket.latitude, "longitude": ticket.longitude}]


def _filled(members: dict[str, Any]) -> dict[str, Any]:
    """Without those that state nothing."""
    return {name: value for name, value in members.items() if value}
