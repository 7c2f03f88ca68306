"""Lanes: which scanner reads which host, and how the pages of a lane are packed into messages.

A host belongs to one lane for ever, and a lane is read by one scanner at a time: that a host is never read by two is
a property of the queue. A message holds pages of many hosts, because a scanner waits for one while it reads others.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from itertools import batched, chain, count

MOST_PAGES = 1000
MOST_OF_A_HOST = 100
# What a queue takes without the help of the bucket, which the scanner cannot read, less the envelope.
MOST_BYTES = 185_000
# So many hosts a scanner reads at once; more of them in one message would only ask for each one's rules more often.
HOSTS_AT_ONCE = 128


def lane_of(host: str, lanes: int) -> int:
    """The lane of a host; the site with and without `www.` is one, as each redirects to the other."""
    return int.from_bytes(hashlib.sha256(_site(host).encode()).digest()[:8]) % lanes


def is_one_site(one: str, other: str) -> bool:
    """Whether two hosts are the same, but for `www.`."""
    return _site(one) == _site(other)


def _site(host: str) -> str:
    while host.startswith("www."):
        host = host.removeprefix("www.")
    return host


def packed[T](hosts: Mapping[str, Sequence[T]], bytes_of: Callable[[Sequence[T]], int]) -> list[list[T]]:
    """Cut the pages of one lane into messages: many hosts in each, of every host a like share in its order."""
    # Hosts with as many pages come to their end together, and none keeps a scanner waiting alone.
    by_size = sorted(hosts, key=lambda host: (-len(hosts[host]), host))
    number = -(-len(by_size) // HOSTS_AT_ONCE)
    groups = [[hosts[host] for host in some] for some in batched(by_size, -(-len(by_size) // number), strict=False)]
    return list(chain.from_iterable(_messages(group, bytes_of) for group in groups))


def _messages[T](hosts: Sequence[Sequence[T]], bytes_of: Callable[[Sequence[T]], int]) -> list[list[T]]:
    fewest = max(-(-sum(map(len, hosts)) // MOST_PAGES), *(-(-len(pages) // MOST_OF_A_HOST) for pages in hosts))
    for number in count(fewest):
        messages = [_shares(hosts, place, number) for place in range(number)]
        if all(len(one) <= MOST_PAGES and (len(one) <= 1 or bytes_of(one) <= MOST_BYTES) for one in messages):
            break
    return [one for one in messages if one]


def _shares[T](hosts: Sequence[Sequence[T]], place: int, number: int) -> list[T]:
    """The pages of one message of so many, in turns: the first of each host, then the second of each."""
    shares = []
    for turn, pages in enumerate(hosts):
        # Hosts with few pages begin in different messages, so that no message gets them all.
        at = (place + turn) % number
        shares.append(pages[at * len(pages) // number : (at + 1) * len(pages) // number])
    longest = max(map(len, shares), default=0)
    return [share[row] for row in range(longest) for share in shares if row < len(share)]
