"""Wire the doors that read kept pages."""

from dataclasses import dataclass

from pricing.adapters.lambda_page_model import LambdaPageModel
from pricing.adapters.page_opening import opened
from pricing.adapters.s3_snapshots import S3Snapshots
from pricing.adapters.stored_page_door import StoredPageDoor
from pricing.settings import ReadUnreadSettings, StoredPagesSettings
from pricing.usecases.read_unread import ReadUnread
from shared.kernel.clock import system_clock
from shared.runtime.queues import Queue


def stored_pages() -> StoredPageDoor:
    """The reader of pages that scans kept."""
    settings = StoredPagesSettings()
    return StoredPageDoor(S3Snapshots(settings.work_bucket, system_clock), LambdaPageModel(settings.read_page_function))


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondReader:
    """What reads pages that no reader found a price on, and the queue that it answers on."""

    read: ReadUnread
    observed: Queue


def second_reader() -> SecondReader:
    """The language model as a reader of kept pages."""
    settings = ReadUnreadSettings()
    read = ReadUnread(
        pages=S3Snapshots(settings.work_bucket, system_clock),
        opened=opened,
        model=LambdaPageModel(settings.read_page_function),
    )
    return SecondReader(read=read, observed=Queue(settings.observed_queue_url))
