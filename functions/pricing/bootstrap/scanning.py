"""Wire what fetches pages and reads them, which weighs more than the other doors together."""

from dataclasses import dataclass

from pricing.adapters.aiohttp_pages import AioHttpPages
from pricing.adapters.page_reading import read_fetched
from pricing.adapters.pages_later import PagesLater
from pricing.adapters.readers.sitemap import read_site_file, site_maps_of
from pricing.adapters.s3_lane_memory import S3LaneMemory
from pricing.adapters.s3_snapshots import S3Snapshots
from pricing.domain.fetched import FetchLimits
from pricing.settings import ScannerSettings
from pricing.usecases.discover import DiscoverSite
from pricing.usecases.lane_manners import LaneManners
from pricing.usecases.scan_pages import ScanPages
from shared.kernel.clock import system_clock
from shared.runtime.queues import Queue
from shared.runtime.stops import Stops


@dataclass(frozen=True, slots=True, kw_only=True)
class Scanner:
    """What reads pages and looks for them, the queue that it answers on, and the way back for what must wait."""

    scan: ScanPages
    discover: DiscoverSite
    observed: Queue
    later: PagesLater


def scanner(settings: ScannerSettings | None = None) -> Scanner:
    """Everything that meets the web, over one polite fetcher."""
    known = settings or ScannerSettings()
    fetcher = AioHttpPages(
        user_agent=known.scanner_user_agent,
        limits=FetchLimits(min_delay_seconds=known.scanner_min_delay_seconds),
        connect_to=known.detour,
    )
    stops = Stops(known.work_bucket)
    manners = LaneManners(pages=fetcher, memory=S3LaneMemory(known.work_bucket), clock=system_clock)
    return Scanner(
        scan=ScanPages(
            pages=fetcher,
            read=read_fetched,
            snapshots=S3Snapshots(known.work_bucket, system_clock),
            manners=manners,
            stops=stops,
            clock=system_clock,
        ),
        discover=DiscoverSite(
            pages=fetcher,
            manners=manners,
            read=read_site_file,
            site_maps_of=site_maps_of,
            stops=stops,
            clock=system_clock,
        ),
        observed=Queue(known.observed_queue_url),
        later=PagesLater(Queue(known.pages_later_queue_url), system_clock),
    )
