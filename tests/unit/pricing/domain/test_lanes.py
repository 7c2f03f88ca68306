"""Lanes: every page in one message, a host in one lane, messages within their bounds."""

from collections import Counter
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from pricing.domain.lanes import HOSTS_AT_ONCE, MOST_BYTES, MOST_OF_A_HOST, MOST_PAGES, lane_of, packed

type Page = tuple[str, int, int]


def bytes_of(pages: Sequence[Page]) -> int:
    return sum(size for _, _, size in pages)


def hosts_of(counts: Sequence[int], size: int) -> dict[str, list[Page]]:
    return {f"h{place}": [(f"h{place}", page, size) for page in range(count)] for place, count in enumerate(counts)}


@given(st.lists(st.integers(1, 250), min_size=1, max_size=200), st.integers(50, 7_000))
def test_every_page_is_in_one_message_that_a_queue_and_a_scanner_can_hold(counts: list[int], size: int) -> None:
    hosts = hosts_of(counts, size)

    messages = packed(hosts, bytes_of)

    assert sorted(page for message in messages for page in message) == sorted(
        page for of in hosts.values() for page in of
    )
    for message in messages:
        each = Counter(host for host, _, _ in message)
        assert len(message) <= MOST_PAGES
        assert bytes_of(message) <= MOST_BYTES or len(message) == 1
        assert max(each.values()) <= MOST_OF_A_HOST
        assert len(each) <= HOSTS_AT_ONCE
        assert len(set(message)) == len(message)


@given(st.lists(st.integers(1, 250), min_size=1, max_size=60))
def test_a_host_s_pages_keep_their_order_within_a_message(counts: list[int]) -> None:
    for message in packed(hosts_of(counts, 300), bytes_of):
        of_hosts: dict[str, list[int]] = {}
        for host, page, _ in message:
            of_hosts.setdefault(host, []).append(page)
        assert all(pages == sorted(pages) for pages in of_hosts.values())


def test_the_standard_scan_keeps_many_hosts_in_flight_with_like_shares() -> None:
    messages = packed(hosts_of([50] * 100, 220), bytes_of)

    for message in messages:
        each = Counter(host for host, _, _ in message)
        assert len(each) == 100
        assert max(each.values()) - min(each.values()) <= 1


def test_a_few_hosts_too_many_do_not_make_a_scanner_wait_for_a_few() -> None:
    messages = packed(hosts_of([10] * (HOSTS_AT_ONCE + 2), 200), bytes_of)

    assert min(len({host for host, _, _ in message}) for message in messages) >= HOSTS_AT_ONCE // 2


@given(st.from_regex(r"[a-z0-9-]{1,30}\.example", fullmatch=True), st.integers(1, 100))
def test_a_host_is_in_one_lane_with_and_without_www(host: str, lanes: int) -> None:
    lane = lane_of(host, lanes)

    assert 0 <= lane < lanes
    assert lane_of(f"www.{host}", lanes) == lane == lane_of(host, lanes)


def test_hosts_spread_over_the_lanes() -> None:
    lanes = Counter(lane_of(f"shop{place}.example", 4) for place in range(1_000))

    assert all(200 <= count <= 300 for count in lanes.values())
