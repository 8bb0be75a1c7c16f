"""Who may open a picture of an access pass."""

import json
from typing import Any

import pytest
from pydantic import SecretStr

from gateway.auth import Caller
from gateway.commands import gateway_listening
from gateway.sandbox import Sandbox
from gateway.settings.model import Settings
from tests.conftest import Gateway
from tests.http.test_receipt_links import no_caller
from tests.support.passes import LINK, fetched, link, put_pass
from tests.support.pictures import codes_in, png_of

EXPIRED = "This link has expired. Please query the pass's image again."


async def test_expired(settings: Settings, sandbox: Sandbox, gateway: Gateway) -> None:
    """Without a token, a link opens for five minutes; the address alone does not. A person gets a page."""
    async with gateway_listening(settings, no_caller, sandbox.clock.now) as url:
        signed = url + (await link(gateway, sandbox)).removeprefix(gateway.url)
        sandbox.request_log.clear()
        answers = []
        for address, seconds in ((signed, 0), (signed.partition("?")[0], 0), (signed, 300), (signed, 1)):
            sandbox.clock.advance(seconds)
            answers.append(await fetched(gateway, address))
        page = await fetched(gateway, signed, Accept="text/html")

    assert [status for status, _, _ in answers] == [200, 401, 200, 403]
    assert answers[2][1]["Cache-Control"] == "private, max-age=0"
    assert json.loads(answers[3][2]) == {
        "errors": [{"message": EXPIRED, "extensions": {"code": "FORBIDDEN"}}]
    }
    assert page[0] == 403
    assert b"<h1>This link has expired</h1>" in page[2]
    assert sandbox.request_log.entries == []


async def test_bearer(settings: Settings, sandbox: Sandbox, gateway: Gateway) -> None:
    """The customer's token opens the picture at any time and size; another customer's finds nothing."""
    match = LINK.fullmatch(await link(gateway, sandbox))
    assert match is not None
    sandbox.request_log.clear()

    async def caller(request: Any) -> Caller | None:
        name = request.headers.get("Authorization")
        return Caller(name) if name else None

    async with gateway_listening(settings, caller, sandbox.clock.now) as url:
        sandbox.clock.advance(86_400)
        path = f"{url}/passes/{match[1]}"
        own = await fetched(gateway, f"{path}?format=png&size=200", Authorization="small")
        plain = await fetched(gateway, path, Authorization="small")
        foreign = await fetched(gateway, path, Authorization="1234")
        missing = await fetched(gateway, f"{url}/passes/nonsense", Authorization="1234")
        refused = [
            await fetched(gateway, f"{path}?{query}", Authorization="small")
            for query in (
                "format=gif",
                "size=63",
                "size=2049",
                "size=-64",
                "size=%D9%A3%D9%A3%D9%A3",
                "size=1e2",
            )
        ]

    assert codes_in(png_of(own[2])) == [("QRCode", "EXT1")]
    assert own[1]["Cache-Control"] == "private, no-cache"
    assert plain[1]["Content-Type"] == "image/svg+xml"
    assert (foreign[0], foreign[2]) == (missing[0], missing[2])
    assert foreign[0] == 404
    assert {status for status, _, _ in refused} == {400}
    assert sandbox.request_log.entries == []


async def test_unknown_owner(gateway: Gateway, sandbox: Sandbox, settings: Settings) -> None:
    """A pass of an order that a service requested by imin's identifier has a link too, but no customer's."""
    put_pass(sandbox, {"type": "Barcode", "text": "EXT1"})

    async def service(_request: object) -> Caller:
        return Caller(None, may_name_any_customer=True, name="service")

    async def small(_request: object) -> Caller:
        return Caller("small")

    async with gateway_listening(settings, service, sandbox.clock.now) as url:
        query = '{ order(identifier: "p-1") { items { accessPasses { image } } } }'
        order = (await Gateway(url, gateway.http).data(query))["order"]
        signed = order["items"][0]["accessPasses"][0]["image"]
        own = await fetched(gateway, signed.partition("?")[0])
    async with gateway_listening(settings, small, sandbox.clock.now) as url:
        path = url + signed[signed.index("/passes") :]
        linked, foreign = await fetched(gateway, path), await fetched(gateway, path.partition("?")[0])

    assert (own[0], linked[0], foreign[0]) == (200, 200, 404)


async def test_tampered(settings: Settings, sandbox: Sandbox, gateway: Gateway) -> None:
    """A link opens only unchanged: no part may be altered, repeated, left out or taken from another link."""
    match = LINK.fullmatch(await link(gateway, sandbox))
    other = LINK.fullmatch(await link(gateway, sandbox, "EXT2"))
    assert match is not None
    assert other is not None
    id_, _, size, ends, signature = match.groups()
    query = f"format=svg&size={size}&ends={ends}"
    order = (await gateway.data('{ customer(identifier: "small") { id } }'))["customer"]["id"]
    tampered = [
        f"{other[1]}?{query}&signature={signature}",
        f"{id_[:-1]}?{query}&signature={signature}",
        f"{id_}%3D?{query}&signature={signature}",
        f"{id_}?{query}&signature=",
        f"{id_}?{query}&signature={signature[:-1]}",
        f"{id_}?{query}&signature={signature}0",
        f"{id_}?{query}&signature={signature.upper()}",
        f"{id_}?{query}&signature={other[5]}",
        f"{id_}?{query.replace('400', '2048')}&signature={signature}",
        f"{id_}?{query.replace('svg', 'png')}&signature={signature}",
        f"{id_}?format=svg&size={size}&ends=9999999999&signature={signature}",
        f"{id_}?ends=9999999999&{query}&signature={signature}",
        f"{id_}?{query}&signature={signature}&ends=9999999999",
        f"{id_}?signature={signature}",
        f"{order}?{query}&signature={signature}",
        *(
            f"{id_[:at]}{_other(id_[at])}{id_[at + 1 :]}?{query}&signature={signature}"
            for at in range(len(id_))
        ),
    ]
    async with gateway_listening(settings, no_caller, sandbox.clock.now) as url:
        sandbox.request_log.clear()
        statuses = {(await fetched(gateway, f"{url}/passes/{path}"))[0] for path in tampered}
        whole = await fetched(gateway, f"{url}/passes/{id_}?{query}&signature={signature}")

    assert statuses == {404}
    assert whole[0] == 200
    assert sandbox.request_log.entries == []


def _other(character: str) -> str:
    return "A" if character != "A" else "B"


async def test_rotation(settings: Settings, sandbox: Sandbox, gateway: Gateway) -> None:
    """Links outlive the rotation of a secret, until the old one is removed."""
    old, new = SecretStr("old-secret-of-32-characters-or-so"), SecretStr("new-secret-of-32-characters-or-so")
    statuses = []
    async with gateway_listening(settings.but(id_secret=(old,)), demo, sandbox.clock.now) as url:
        signed = await link(Gateway(url, gateway.http), sandbox)
        path = signed.removeprefix(url)
    for secrets in ((new, old), (new,)):
        changed = settings.but(id_secret=secrets)
        async with gateway_listening(changed, no_caller, sandbox.clock.now) as url:
            statuses.append((await fetched(gateway, url + path))[0])

    assert statuses == [200, 404]


async def demo(_request: object) -> Caller:
    return Caller("small", may_name_any_customer=True)


async def test_logs(gateway: Gateway, sandbox: Sandbox, capfd: pytest.CaptureFixture[str]) -> None:
    """The log holds neither the text of a barcode nor the link."""
    url = await link(gateway, sandbox, "SECRETCODE")
    match = LINK.fullmatch(url)
    assert match is not None
    await fetched(gateway, url)
    await fetched(gateway, url + "x")

    logged = "".join(capfd.readouterr())

    assert "GET /passes/{id}" in logged
    assert "SECRETCODE" not in logged
    assert match[1] not in logged
    assert match[5] not in logged
