"""Who may open a receipt: its customer, and anyone with a signed link until it expires."""

import json
import re

import yarl

from gateway.auth import Caller
from gateway.commands import gateway_listening
from gateway.sandbox import Sandbox
from gateway.settings.model import Settings
from tests.conftest import Gateway
from tests.http.test_receipts import link


async def no_caller(_request: object) -> None:
    return None


async def test_other_ids(gateway: Gateway, sandbox: Sandbox) -> None:
    """A receipt's number, a changed id and the id of another object are not found."""
    url = await link(gateway)
    data = await gateway.data("{ viewer { id orders(first: 1) { nodes { id } } } }")
    order = data["viewer"]["orders"]["nodes"][0]["id"]
    sandbox.request_log.clear()

    for id_ in (
        "1",
        "15336",
        url.rpartition("/")[2].partition("?")[0][:-1] + "x",
        url.rpartition("/")[2][:-1] + "x",
        url.rpartition("/")[2].replace("?ends=1", "?ends=2"),
        url.rpartition("/")[2].replace("?ends=", "?ends=0"),
        url.rpartition("/")[2].replace("?ends=", "?ends=-"),
        url.rpartition("/")[2].replace("?", "?ends=9999999999&"),
        order + "?" + url.partition("?")[2],
        order,
        data["viewer"]["id"],
        "..%2F1",
        "%00",
    ):
        async with gateway.http.get(f"{gateway.url}/receipts/{id_}") as response:
            assert response.status == 404
            assert response.content_type == "application/json"
    assert sandbox.request_log.entries == []


async def test_another_customer(settings: Settings, gateway: Gateway, sandbox: Sandbox) -> None:
    """Another customer's receipt gets the same response as a missing one."""
    id_ = (await link(gateway)).rpartition("/")[2].partition("?")[0]
    sandbox.request_log.clear()

    async def other_customer(_request: object) -> Caller:
        return Caller("small")

    async with gateway_listening(settings, other_customer) as url:
        async with gateway.http.get(f"{url}/receipts/{id_}") as foreign:
            foreign_answer = await foreign.read()
        async with gateway.http.get(f"{url}/receipts/nonsense") as missing:
            assert await missing.read() == foreign_answer

    assert foreign.status == missing.status == 404
    assert sandbox.request_log.entries == []


async def test_link_without_token(settings: Settings, sandbox: Sandbox, gateway: Gateway) -> None:
    """Without a token, a signed link opens the receipt for five minutes; the URL alone does not."""
    async with gateway_listening(settings, no_caller, sandbox.clock.now) as url:
        signed = f"{url}/receipts/{(await link(gateway)).rpartition('/')[2]}"
        answers = []
        for address, seconds in ((signed, 0), (signed.partition("?")[0], 0), (signed, 299), (signed, 2)):
            sandbox.clock.advance(seconds)
            async with gateway.http.get(address) as response:
                answers.append((response.status, (await response.read())[:5]))
        expired = await gateway.http.get(signed)

    assert answers == [(200, b"%PDF-"), (401, b'{"err'), (200, b"%PDF-"), (403, b'{"err')]
    assert await expired.json() == {
        "errors": [
            {
                "message": "This link has expired. Please query the receipt's url again.",
                "extensions": {"code": "FORBIDDEN"},
            }
        ]
    }
    assert sandbox.request_log.count("GET /receipts/:id") == 2


def _changed(digits: str, at: int) -> str:
    """The digits with another one at that position."""
    return digits[:at] + ("1" if digits[at] == "0" else "0") + digits[at + 1 :]


async def test_tampered_links(gateway: Gateway, settings: Settings, sandbox: Sandbox) -> None:
    """A receipt's link opens only unchanged: no part may be altered, repeated or left out."""
    links = [(await link(gateway)).rpartition("/")[2] for _ in range(2)]
    id_, _, query = links[0].partition("?")
    ends, _, signature = query.removeprefix("ends=").partition("&signature=")
    other = json.dumps(await gateway.data("{ viewer { orders { nodes { receipts { id } } } } }"))
    another = re.findall(r'"id": "([^"]+)"', other)[-1]
    tampered = [
        f"{id_}?ends={ends}",
        f"{id_}?ends={ends}&signature=",
        f"{id_}?signature={signature}",
        f"{id_}?ends={ends}&signature={signature[:-1]}",
        f"{id_}?ends={ends}&signature={signature.upper()}",
        f"{id_}?ends={ends}&signature={signature}%00",
        f"{id_}?ends={ends}&signature=%C3%A9{signature[1:]}",
        f"{id_}?ends=%D9%A3{ends[1:]}&signature={signature}",
        f"{id_}?ends=+{ends}&signature={signature}",
        f"{id_}?ends={ends}0&signature={signature}",
        f"{id_}?ends={'9' * 5_000}&signature={signature}",
        f"{id_}?ends=9999999999&ends={ends}&signature={signature}",
        f"{another}?ends={ends}&signature={signature}",
        f"{id_}x?ends={ends}&signature={signature}",
        f"{id_}%3D?ends={ends}&signature={signature}",
        *(f"{id_}?ends={ends}&signature={_changed(signature, at)}" for at in range(len(signature))),
    ]
    async with gateway_listening(settings, no_caller, sandbox.clock.now) as url:
        sandbox.request_log.clear()
        responses = set()
        for path in tampered:
            url_ = yarl.URL(f"{url}/receipts/{path}", encoded=True)
            async with gateway.http.get(url_) as response:
                responses.add((response.status, (await response.json())["errors"][0]["extensions"]["code"]))
        assert sandbox.request_log.entries == []
        async with gateway.http.get(f"{url}/receipts/{links[0]}") as response:
            assert response.status == 200

    assert responses == {(401, "UNAUTHENTICATED"), (404, "NOT_FOUND")}
