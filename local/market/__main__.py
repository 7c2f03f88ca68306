"""Run the market: `python -m local.market --port 8900 [--catalogue market.json] [--pages DIR]`."""

import argparse
import asyncio
import signal
import sys
from pathlib import Path

from aiohttp import web

from local.market.catalogue import market_from_file
from local.market.recorded import RecordedPages, recorded_pages
from local.market.sample import sample_catalogue_csv, sample_market
from local.market.server import MarketServer


def main() -> int:
    """Serve until told to stop."""
    parser = argparse.ArgumentParser(
        prog="python -m local.market", description="A simulated competitor market on loopback."
    )
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1; 0 takes a free one")
    parser.add_argument(
        "--catalogue", type=Path, help="JSON file with the shops; without it the sample market is served"
    )
    parser.add_argument("--pages", type=Path, help="folder of recorded pages: ground_truth.json and html/*.html.gz")
    parser.add_argument("--sample-csv", action="store_true", help="print the sample catalogue as CSV and stop")
    options = parser.parse_args()
    if options.sample_csv:
        sys.stdout.write(sample_catalogue_csv())
        return 0
    market = market_from_file(options.catalogue) if options.catalogue else sample_market()
    recorded = recorded_pages(options.pages) if options.pages else RecordedPages({})
    asyncio.run(_serve(MarketServer(market=market, recorded=recorded), options.port))
    return 0


async def _serve(server: MarketServer, port: int) -> None:
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    runner = web.AppRunner(server.app(), access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", port)
    try:
        await site.start()
    except OSError as error:
        await runner.cleanup()
        sys.exit(f"the market cannot listen on port {port}: {error.strerror}")
    host, bound = runner.addresses[0][:2]
    print(f"http://{host}:{bound}", flush=True)
    await stop.wait()
    await runner.cleanup()


if __name__ == "__main__":
    sys.exit(main())
