"""Lambda: reads kept pages that no reader found a price on by a language model (SQS `pricing-unread` → ReadUnread).

What it finds leaves for `pricing-observed`. It runs outside the network of the stores and is told nothing of them; the
model is the assistant's, which is asked for quotes of the page.
"""

from pricing.adapters.sqs_second_looks import SqsSecondLooks
from pricing.bootstrap.pages import second_reader
from pricing.usecases.looks import PageAsked
from pricing.usecases.read_unread import UnreadPage
from shared.contracts.pricing import PageUnread
from shared.kernel.clock import system_clock
from shared.runtime.lambda_sqs import Delivery, sqs_handler
from shared.runtime.observability import emit, logger

reading = second_reader()


async def consume(event: PageUnread, _: Delivery) -> None:
    """Read one page once more. That there is no model, or that it says nothing true, is an end like any other."""
    unread = UnreadPage(
        page=PageAsked(**event.page.model_dump()),
        captured_at=event.captured_at,
        snapshot=event.snapshot,
        page_hash=event.page_hash,
    )
    ended = await reading.read(unread, SqsSecondLooks(reading.observed, event, system_clock))
    outcome = "read" if ended is None else ended.value
    logger.info("second look", outcome=outcome, competitor_id=event.page.competitor_id)
    emit("SecondLooks", 1, outcome=outcome)


handler = sqs_handler(PageUnread, consume)
