"""The market as a process and as a server: its control, its recorded pages, its end."""

import asyncio
import gzip
import json
import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
from aiohttp import web

from local.market.model import address_of
from local.market.recorded import recorded_pages
from local.market.sample import sample_market
from local.market.server import CONTROL_HOST, MarketServer

SHOP = sample_market().shops[0]
PATH = address_of(SHOP, SHOP.items[0]).removeprefix(f"https://{SHOP.host}")


@asynccontextmanager
async def client_of(server: MarketServer) -> AsyncIterator[aiohttp.ClientSession]:
    runner = web.AppRunner(server.app(), access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    async with aiohttp.ClientSession(base_url=f"http://{host}:{port}") as client:
        yield client
    await runner.cleanup()


def test_time_and_misbehaviour_are_controlled_and_traffic_is_reported() -> None:
    async def run() -> tuple[str, str, int, dict[str, object]]:
        control, shop = {"Host": CONTROL_HOST}, {"Host": SHOP.host}
        async with client_of(MarketServer(market=sample_market())) as client:
            before = await (await client.get(PATH, headers=shop)).text()
            await client.post("/_control", json={"advance_days": 40}, headers=control)
            after = await (await client.get(PATH, headers=shop)).text()
            await client.post("/_control", json={"host": SHOP.host, "how": "500"}, headers=control)
            status = (await client.get(PATH, headers=shop)).status
            return before, after, status, await (await client.get("/_control", headers=control)).json()

    before, after, status, report = asyncio.run(run())

    assert before != after
    assert (status, report["day"], report["misbehaviours"]) == (500, 40.0, {SHOP.host: "500"})
    assert report["traffic"][SHOP.host]["requests"] == 3  # type: ignore[index]


def test_a_wrong_order_is_refused() -> None:
    async def run() -> int:
        async with client_of(MarketServer(market=sample_market())) as client:
            return (await client.post("/_control", json={"host": "a.example", "how": "dance"})).status

    assert asyncio.run(run()) == 400


def test_shops_list_their_pages_and_know_no_others() -> None:
    async def run() -> list[tuple[int, str]]:
        async with client_of(MarketServer(market=sample_market())) as client:
            answers = [(p, h) for h in (SHOP.host, "nobody.example") for p in ("/", "/sitemap.xml", "/p/none/x")]
            found = [await client.get(path, headers={"Host": host}) for path, host in answers]
            return [(answer.status, await answer.text()) for answer in found]

    answers = asyncio.run(run())

    assert [status for status, _ in answers] == [200, 200, 404, 404, 404, 404]
    assert len(re.findall("<loc>", answers[1][1])) == len(SHOP.items)


def test_recorded_pages_are_served_under_their_own_addresses(tmp_path: Path) -> None:
    (tmp_path / "html").mkdir()
    (tmp_path / "html" / "k.html.gz").write_bytes(gzip.compress(b"<h1>recorded</h1>"))
    label = {"url": "https://old.example/a%20b.html?x=1&y=%2F#part"}
    (tmp_path / "ground_truth.json").write_text(json.dumps({"k": label}))

    async def run() -> list[str]:
        server = MarketServer(market=sample_market(), recorded=recorded_pages(tmp_path))
        async with client_of(server) as client:
            paths = ["/a%20b.html?x=1&y=%2F", "/a%20b.html?x=1&y=/", "/a%20b.html"]
            found = [await client.get(path, headers={"Host": "old.example"}) for path in paths]
            return [await answer.text() for answer in found]

    assert asyncio.run(run()) == ["<h1>recorded</h1>", "<h1>recorded</h1>", "no such shop"]


def test_the_process_prints_its_address_and_ends_when_told() -> None:
    command = [sys.executable, "-m", "local.market", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        request = urllib.request.Request(f"{address}{PATH}", headers={"Host": SHOP.host})
        with urllib.request.urlopen(request, timeout=10) as answer:
            body = answer.read()
        process.send_signal(signal.SIGTERM)

        assert b"ld+json" in body
        assert process.wait(timeout=10) == 0


def test_a_taken_port_is_named_in_one_line() -> None:
    async def run() -> subprocess.CompletedProcess[str]:
        async with client_of(MarketServer(market=sample_market())) as client:
            port = client._base_url.port if client._base_url else 0
            command = [sys.executable, "-m", "local.market", "--port", str(port)]
            return await asyncio.to_thread(
                subprocess.run, command, capture_output=True, text=True, timeout=20, check=False
            )

    done = asyncio.run(run())

    assert done.returncode == 1
    assert re.fullmatch(r"the market cannot listen on port \d+: .*\n", done.stderr)
