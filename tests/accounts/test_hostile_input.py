"""Hostile details: refused with the field's name, without the value, and without a request to imin."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from gateway.accounts.input_rules import InvalidInput, person_members
from gateway.sandbox import Sandbox
from tests.conftest import Gateway
from tests.faults.run import NOW
from tests.support.accounts import VALID, document, outcome

INVISIBLE = "\u200b\u202e\u2066\ufeff\u00ad"
REFUSED: dict[str, list[tuple[str, Any]]] = {
    "email": [
        ("a line break", "ann@example.org\r\nBcc: eve@example.org"),
        ("a header's name", "Ann <ann@example.org>"),
        ("a URL", "https://ann@example.org"),
        ("a mailto URL", "mailto:ann@example.org"),
        ("a homograph", "\u0430nn@example.org"),
        ("a homograph of the domain", "ann@ex\u0430mple.org"),
        ("a full-width @", "ann\uff20example.org"),
        ("no domain", "ann"),
        ("a local domain", "ann@localhost"),
        ("an address of a machine", "ann@[127.0.0.1]"),
        ("two", "ann@example.org,eve@example.org"),
        ("a quoted name", '"ann lee"@example.org'),
        ("a space", " ann@example.org"),
        ("nothing", ""),
        ("ten kilobytes", "a" * 10_000 + "@example.org"),
    ],
    "telephone": [
        ("words", "call me"),
        ("a line break", "020 7946 0000\n"),
        ("other digits", "\u0660\u0661\u0662\u0663\u0664"),
        ("too many digits", "0" * 16),
        ("too few digits", "12"),
        ("a URL", "tel:02079460000"),
        ("markup", "<b>0207946</b>"),
        ("ten kilobytes", "1 " * 5_000),
    ],
    "birthDate": [
        ("the future", "2026-11-02"),
        ("a dead person's", "1800-01-01"),
        ("no such day", "1990-02-30"),
        ("a date and time", "1990-04-23T00:00:00Z"),
        ("another order", "23/04/1990"),
        ("a number", 19900423),
        ("a list", ["1991-04-23"]),
        ("other digits", "\u0661990-04-23"),
    ],
    "givenName": [
        ("nothing", ""),
        ("spaces", "   "),
        ("joiners", "\u200d\u200d"),
        ("a null character", "A\x00nn"),
        ("a line break", "Ann\nEve"),
        ("an escape sequence", "\x1b[31mAnn"),
        ("a line separator", "Ann\u2028Eve"),
        ("a reversed text", "Ann\u202eeve"),
        ("an invisible space", "Ann\u200b"),
        ("a URL", "Win at https://evil.example"),
        ("markup", "<script>alert(1)</script>"),
        ("a host", "www.evil.example"),
        ("a full-width URL", "\uff48ttp://evil.example"),
        ("ten kilobytes", "A" * 10_000),
        ("a list", ["Ann"]),
        ("an object", {"name": "Ann"}),
        ("a number", 7),
    ],
    "gender": [("unknown", "UNKNOWN"), ("a text", "Female")],
    "address": [
        ("a URL", {"streetAddress": "http://evil.example/1"}),
        ("a script", {"addressLocality": "javascript:alert(1)"}),
        ("nothing", {}),
        ("a text", "1 Mill Lane"),
        ("an unknown part", {"planet": "Mars"}),
        ("a country's name", {"addressCountry": "Great Britain"}),
        ("a list", {"postalCode": ["NW5 3DU"]}),
    ],
    "emergencyContact": [
        ("nothing", {}),
        ("words for a number", {"telephone": "ask Bob"}),
        ("control characters", {"name": "Bob\x07"}),
    ],
    "sellerIds": [
        ("a script", ["javascript:alert(1)"]),
        ("a path", ["../orders"]),
        ("a line break", ["https://seller.example\r\nX-Api-Key: 1"]),
        ("user information", ["https://a:b@seller.example"]),
        ("another protocol", ["ftp://seller.example"]),
    ],
    "idempotencyKey": [("nothing", ""), ("too long", "k" * 256)],
    "unknown": [("a member", "something")],
}
CASES = [
    pytest.param(name, value, id=f"{name}: {what}")
    for name, cases in REFUSED.items()
    for what, value in cases
]


def secrets_in(value: Any) -> list[str]:
    """The texts of a value that no message may repeat."""
    if isinstance(value, dict):
        return [text for one in value.values() for text in secrets_in(one)]
    if isinstance(value, list):
        return [text for one in value for text in secrets_in(one)]
    return [value] if isinstance(value, str) and len(value) > 3 else []


@pytest.mark.parametrize(("name", "value"), CASES)
async def test_refused(gateway: Gateway, sandbox: Sandbox, name: str, value: Any) -> None:
    """BAD_USER_INPUT names the field; neither it nor the log repeats the value, and nothing is sent."""
    body = {
        "query": document("updateCustomerAccount"),
        "variables": {"input": {"givenName": "Ann", name: value}},
    }

    with capture_logs() as logs:
        async with gateway.http.post(
            f"{gateway.url}/graphql", data=json.dumps(body), headers={"Content-Type": "application/json"}
        ) as response:
            answer = await response.json()

    [error] = answer["errors"]
    assert error["extensions"] == {"code": "BAD_USER_INPUT"}
    assert name in error["message"]
    assert [text for text in secrets_in(value) if text in error["message"] or text in str(logs)] == []
    assert not (answer.get("data") or {}).get("updateCustomerAccount")
    assert sandbox.request_log.entries == []


@pytest.mark.parametrize(
    ("mutation", "changes", "field"),
    [
        ("createCustomerAccount", {"email": "ann"}, "email"),
        ("createCustomerAccount", {"familyName": "\x00"}, "familyName"),
        ("createCustomerAccount", {"givenName": None}, "givenName"),
        ("setAccessPass", {"text": ""}, "text"),
        ("setAccessPass", {"text": "ABC\n1"}, "text"),
        ("setAccessPass", {"text": "ABC\u0661"}, "text"),
        ("setAccessPass", {"text": "A" * 257}, "text"),
        ("setEntitlement", {"entitlementType": "adult"}, "entitlementType"),
        ("setEntitlement", {"validUntil": "tomorrow"}, "validUntil"),
        ("setEntitlement", {"validUntil": "0001-01-01T00:00:00+23:59"}, "validUntil"),
        ("setEntitlement", {"validUntil": "9999-12-31T23:59:59-12:00"}, "validUntil"),
        ("deleteCustomerAccount", {"confirm": False}, "confirm"),
        ("deleteCustomerAccount", {"confirm": None}, "confirm"),
    ],
)
async def test_refused_by_the_others(
    gateway: Gateway, sandbox: Sandbox, mutation: str, changes: dict[str, Any], field: str
) -> None:
    """So do the other mutations; a deletion needs its confirmation."""
    answer = await gateway.answer(document(mutation), input=VALID[mutation] | changes)

    [error] = answer["errors"]
    assert error["extensions"] == {"code": "BAD_USER_INPUT"}
    assert field in error["message"]
    assert sandbox.request_log.entries == []


async def test_variable_of_a_field(gateway: Gateway, sandbox: Sandbox) -> None:
    """The value of a variable that is one field of the input is not repeated either."""
    query = """mutation ($email: String) { updateCustomerAccount(input: {email: $email}) {
      result { __typename } } }"""

    answer = await gateway.answer(query, email=["ann@example.org"])

    [error] = answer["errors"]
    assert error["extensions"] == {"code": "BAD_USER_INPUT"}
    assert error["message"] == (
        "Variable '$email' has invalid value: String cannot represent a non string value."
    )
    assert sandbox.request_log.entries == []


async def test_nothing_to_change(gateway: Gateway, sandbox: Sandbox) -> None:
    """An update needs a detail; null is none."""
    answers = [
        await gateway.answer(document("updateCustomerAccount"), input=input_)
        for input_ in ({}, {"email": None, "address": None})
    ]

    assert [answer["errors"][0]["message"] for answer in answers] == [
        "At least one detail to change is required."
    ] * 2
    assert sandbox.request_log.entries == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("givenName", "Zo\u00eb"),
        ("givenName", "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"),
        ("familyName", "O'Brien-\u0141ukasiewicz, Jr."),
        ("familyName", "\u6bdb"),
        ("telephone", "+44 (0)20 7946-0000 ext. 12"),
        ("telephone", "020 811 8055"),
        ("email", "ann+gym@EXAMPLE.co.uk"),
        ("email", "ann@xn--bcher-kva.example"),
        ("birthDate", "2026-11-01"),
        ("birthDate", "1900-02-28"),
        ("address", {"streetAddress": "Flat 2/1, 4 Mill Lane", "postalCode": "n4 3fl"}),
    ],
)
async def test_accepted(gateway: Gateway, sandbox: Sandbox, name: str, value: Any) -> None:
    """What people are called and write is sent as they wrote it."""
    result = await outcome(gateway, "updateCustomerAccount", **{"givenName": None, name: value})

    assert result == "CustomerAccountUpdated"
    sent = sandbox.accounts.get("1234")["customer"][name]
    assert sent == (value | {"@type": "PostalAddress"} if isinstance(value, dict) else value)


@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=200)
@given(st.text(), st.sampled_from(["email", "telephone", "givenName"]))
def test_any_text(text: str, name: str) -> None:
    """What is accepted is sent unchanged and printable, and fits one line."""
    try:
        sent = person_members({name: text}, NOW)[name]
    except InvalidInput:
        return

    assert sent == text
    assert text.splitlines() == [text]
    assert not any(character in text for character in INVISIBLE)
