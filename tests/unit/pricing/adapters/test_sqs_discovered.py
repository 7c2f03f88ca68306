"""What was found fits into messages, each with a name of its own, and the last says so."""

import asyncio
import json
from datetime import UTC, datetime
from typing import Any

from pricing.adapters.pages_later import PagesLater
from pricing.adapters.sqs_discovered import SqsDiscovered, discovery_of
from pricing.domain.site import NamedPage
from shared.contracts.discovery import DiscoverPages
from shared.contracts.envelope import Event
from shared.runtime.queues import Queue

NOW = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
REQUEST = DiscoverPages(
    id="msg", occurred_at=NOW, correlation_id="job", organisation_id="org", job_id="job", competitor_id="c1",
    domain="c1.example", lane=1,
)  # fmt: skip


class Sent(Queue):
    """A queue that keeps what is sent."""

    def __init__(self) -> None:
        super().__init__("https://sqs.example/observed")
        self.messages: list[Any] = []

    async def send(self, messages: Any, *, group: str | None = None, delay_seconds: int = 0) -> None:
        assert (group, delay_seconds) == (None, 0)
        assert all(isinstance(one, Event) for one in messages)
        self.messages += [json.loads(one.model_dump_json()) for one in messages]


def told(pages: list[NamedPage], **how: Any) -> list[dict[str, Any]]:
    queue = Sent()
    answers = SqsDiscovered(queue, PagesLater(queue, lambda: NOW), REQUEST, lambda: NOW)
    asyncio.run(answers.tell(pages, how.pop("problems", ()), **({"last": False} | how)))
    return queue.messages


def test_long_addresses_and_titles_leave_in_several_messages() -> None:
    pages = [NamedPage(f"https://c1.example/{'x' * 1900}{place}", title="ü" * 300) for place in range(400)]

    messages = told(pages)

    assert [page["url"] for one in messages for page in one["pages"]] == [page.url for page in pages]
    assert len(messages) > 1
    assert all(len(json.dumps(one, ensure_ascii=False).encode()) < 240_000 for one in messages)
    assert len({one["id"] for one in messages}) == len(messages)


def test_an_end_without_pages_is_a_message_too() -> None:
    (message,) = told([], problems=["a problem"], last=True)

    assert (message["pages"], message["last"], message["problems"]) == ([], True, ["a problem"])


def test_telling_the_same_twice_is_telling_it_once_and_anything_else_is_not() -> None:
    pages = [NamedPage("https://c1.example/a")]
    ids = [told(pages), told(pages), told([*pages, *pages]), told([], last=True), told([], problems=["x"], last=True)]

    assert ids[0][0]["id"] == ids[1][0]["id"]
    assert len({one[0]["id"] for one in ids}) == 4


def test_the_end_names_all_that_left_before_it_in_other_requests_too() -> None:
    queue, later = Sent(), Sent()
    first = SqsDiscovered(queue, PagesLater(later, lambda: NOW), REQUEST, lambda: NOW)
    asyncio.run(first.tell([NamedPage("https://c1.example/a")], (), last=False))
    asyncio.run(first.carry(discovery_of(REQUEST), None))
    again = DiscoverPages.model_validate(later.messages[0])
    second = SqsDiscovered(queue, PagesLater(later, lambda: NOW), again, lambda: NOW)
    for _ in range(2):
        asyncio.run(second.tell([NamedPage("https://c1.example/b")], (), last=False))
    asyncio.run(second.tell([], (), last=True))

    a, b, _, last = (one["id"] for one in queue.messages)
    assert [one["before"] for one in queue.messages] == [[], [], [], [a, b]]
    assert last not in {a, b}
