"""Wire the doors that meet the web and no store."""

from dataclasses import dataclass

from pricing.adapters.aiohttp_rates import AioHttpRates
from pricing.adapters.aiohttp_receivers import AioHttpReceivers
from pricing.adapters.shop_door import ShopDoor
from pricing.adapters.sqs_rates import SqsRates
from pricing.settings import DeliverSettings, FetchRatesSettings, WriteShopSettings
from pricing.usecases.rates import FetchRates
from pricing.usecases.receiver_ports import Sender
from shared.kernel.clock import system_clock
from shared.runtime.queues import Queue
from shared.runtime.sealed import Sealer


def fetch_rates() -> FetchRates:
    """The fetcher of exchange rates, which meets the web and no store."""
    settings = FetchRatesSettings()
    files = AioHttpRates(settings.rates_url, settings.scanner_user_agent, connect_to=settings.detour)
    return FetchRates(files=files, told=SqsRates(Queue(settings.rates_queue_url)), clock=system_clock)


@dataclass(frozen=True, slots=True, kw_only=True)
class WebSender:
    """What meets receivers on the web, and the queue that it answers on."""

    sender: Sender
    delivered: Queue


def web_sender(settings: DeliverSettings | None = None) -> WebSender:
    """The sender to webhooks and Slack."""
    known = settings or DeliverSettings()
    opener = Sealer(known.sealing_key_arn)
    sender = AioHttpReceivers(known.scanner_user_agent, opener, connect_to=known.detour)
    return WebSender(sender=sender, delivered=Queue(known.delivered_queue_url))


def shop_door(settings: WriteShopSettings | None = None) -> ShopDoor:
    """What meets connected shops."""
    known = settings or WriteShopSettings()
    return ShopDoor(Sealer(known.sealing_key_arn), known.scanner_user_agent, connect_to=known.detour)
