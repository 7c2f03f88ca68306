"""Attempts over HTTP at receivers that answer, redirect, hang, talk for ever, or stand where nobody may look."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest
from aiohttp import web

from pricing.adapters.aiohttp_receivers import AioHttpReceivers, ReceiverLimits
from pricing.domain.delivery import Tried
from pricing.usecases.receiver_ports import Attempt
from tests.builders.receivers import SLACK
from tests.fakes.sealer import FakeSealer
from tests.integration.pricing.adapters.test_aiohttp_rates import AGENT, served

QUICK = ReceiverLimits(connect_seconds=1, idle_seconds=0.5, total_seconds=1)
HEADERS = {"webhook-id": "evt", "webhook-timestamp": "1", "webhook-signature": "v1,abc"}

type Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def an_attempt(url: str = "https://receiver.example/hooks?a=1") -> Attempt:
    """The second attempt of a delivery."""
    return Attempt(organisation_id="org", delivery_id="whd", attempt=2, url=url, headers=HEADERS, body='{"ü":1}')


def to_slack() -> Attempt:
    """An attempt whose address is shut."""
    return replace(an_attempt(f"org|{SLACK[::-1]}"), channel="slack", headers={}, body='{"text":"ü"}')


def tried(handler: Handler, attempt: Attempt | None = None) -> Tried:
    """What an attempt comes to at a receiver that behaves so."""

    async def story() -> Tried:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", handler)
        async with served(app) as address:
            return await AioHttpReceivers(AGENT, FakeSealer(), limits=QUICK, connect_to=address).post(
                attempt or an_attempt()
            )

    return asyncio.run(story())


def test_what_is_signed_arrives_as_it_is() -> None:
    seen: list[tuple[str, str, bytes, dict[str, str]]] = []

    async def takes(request: web.Request) -> web.StreamResponse:
        names = ("Host", "Content-Type", *HEADERS)
        said = {name: request.headers[name] for name in names}
        seen.append((request.method, request.path_qs, await request.read(), said))
        return web.Response(status=204)

    answered = tried(takes)
    host = {"Host": "receiver.example", "Content-Type": "application/json"}
    assert seen == [("POST", "/hooks?a=1", '{"ü":1}'.encode(), host | HEADERS)]
    assert answered == Tried(delivery_id="whd", attempt=2, status=204)


@pytest.mark.parametrize("status", [200, 301, 302, 308, 400, 410, 429, 500])
def test_a_status_is_told_and_nothing_is_followed(status: int) -> None:
    asked = []

    async def answers(request: web.Request) -> web.StreamResponse:
        asked.append(request.path)
        return web.Response(status=status, headers={"Location": "https://receiver.example/elsewhere"})

    assert (tried(answers).status, asked) == (status, ["/hooks"])


async def hangs(_: web.Request) -> web.StreamResponse:
    await asyncio.sleep(30)
    return web.Response()


async def hangs_up(request: web.Request) -> web.StreamResponse:
    assert request.transport is not None
    request.transport.close()
    return web.Response()


@pytest.mark.parametrize("handler", [hangs, hangs_up])
def test_a_receiver_that_does_not_answer_is_a_named_failure(handler: Handler) -> None:
    ended = tried(handler)
    assert ended.status is None
    assert ended.failure


def test_a_receiver_that_talks_for_ever_is_not_listened_to() -> None:
    async def talks(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        while True:
            await response.write(b"x" * 65536)
            await asyncio.sleep(0)

    assert tried(talks).status == 200


@pytest.mark.parametrize(
    "addresses", [["127.0.0.1"], ["169.254.169.254"], ["10.0.0.7"], ["::ffff:127.0.0.1"], ["1.1.1.1", "192.168.0.1"]]
)
def test_a_name_that_leads_inside_is_never_connected_to(addresses: list[str]) -> None:
    async def lookup(_: str, __: int) -> list[str]:
        return addresses

    ended = asyncio.run(AioHttpReceivers(AGENT, FakeSealer(), limits=QUICK, lookup=lookup).post(an_attempt()))
    assert (ended.status, ended.failure) == (None, "the address is not public")


@pytest.mark.parametrize(
    "url", ["http://receiver.example/", "https://127.0.0.1/", "https://[::1]/", "file:///etc/passwd"]
)
def test_an_address_that_may_not_be_told_is_refused_before_anything_is_sent(url: str) -> None:
    async def lookup(_: str, __: int) -> list[str]:
        raise AssertionError("nothing is looked up")

    ended = asyncio.run(AioHttpReceivers(AGENT, FakeSealer(), lookup=lookup).post(an_attempt(url)))
    assert ended.status is None
    assert ended.failure


def test_slack_is_told_at_the_address_that_was_sealed() -> None:
    seen: list[tuple[str, str, bytes]] = []

    async def takes(request: web.Request) -> web.StreamResponse:
        seen.append((request.headers["Host"], request.path, await request.read()))
        return web.Response(text="ok")

    assert tried(takes, to_slack()) == Tried(delivery_id="whd", attempt=2, status=200)
    assert seen == [("hooks.slack.example", "/services/T0/B0/veryprivatewords", '{"text":"ü"}'.encode())]


@pytest.mark.parametrize(
    ("status", "said", "heard"),
    [
        (404, "no_service", ("no_service", "gone", 0.0)),
        (410, "channel_is_archived", ("channel_is_archived", "gone", 0.0)),
        (400, "invalid_payload", ("invalid_payload", "refused", 0.0)),
        (429, "rate_limited\r\n", ("rate_limited", "", 30.0)),
        (500, "x" * 10_000, ("x" * 100, "", 0.0)),
        (503, "", ("", "", 0.0)),
    ],
)
def test_what_slack_says_is_heard(status: int, said: str, heard: tuple[str, str, float]) -> None:
    async def answers(_: web.Request) -> web.StreamResponse:
        headers = {"Retry-After": "30"} if status == 429 else {}
        return web.Response(status=status, text=said, headers=headers)

    ended = tried(answers, to_slack())
    assert (ended.status, ended.failure, ended.verdict, ended.wait_seconds) == (status, *heard)


def test_a_webhook_is_asked_to_wait_and_not_listened_to() -> None:
    async def answers(_: web.Request) -> web.StreamResponse:
        return web.Response(status=404, text="no_service", headers={"Retry-After": "7"})

    ended = tried(answers)
    assert (ended.status, ended.failure, ended.verdict, ended.wait_seconds) == (404, "", "", 7.0)


@pytest.mark.parametrize("url", ["other|x", f"org|{'https://127.0.0.1/x'[::-1]}"])
def test_a_sealed_address_that_is_not_ours_or_not_public_is_told_nothing(url: str) -> None:
    async def lookup(_: str, __: int) -> list[str]:
        raise AssertionError("nothing is looked up")

    sender = AioHttpReceivers(AGENT, FakeSealer(), lookup=lookup)
    ended = asyncio.run(sender.post(replace(to_slack(), url=url)))
    assert ended.status is None
    assert ended.failure
    assert "/x" not in ended.failure
