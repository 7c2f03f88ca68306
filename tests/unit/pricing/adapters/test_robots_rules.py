"""What robots.txt says, as RFC 9309 has it understood."""

import pytest

from pricing.adapters.robots_rules import LARGEST, RobotsRules, cleared, product_token, robots_rules

AGENT = product_token("OmniPriceX/0.1 (+https://example.org/scanner)")
SITE = "https://shop.example"


def rules(text: str) -> RobotsRules:
    return robots_rules(200, text.encode())


@pytest.mark.parametrize(
    ("text", "path", "allowed"),
    [
        ("User-agent: *\nDisallow: /cart\n", "/p/1", True),
        ("User-agent: *\nDisallow: /cart\n", "/cart/1", False),
        ("User-agent: *\nDisallow:\n", "/p/1", True),
        ("User-agent: *\nDisallow: /p\nAllow: /p/open\n", "/p/open/1", True),
        ("User-agent: *\nAllow: /p\nDisallow: /p/closed\n", "/p/closed/1", False),
        ("User-agent: *\nDisallow: /*.php$\n", "/index.php", False),
        ("User-agent: *\nDisallow: /*.php$\n", "/index.php?id=1", True),
        ("User-agent: *\nDisallow: /*/private/\n", "/de/private/1", False),
        ("User-agent: omnipricex\nDisallow: /\n\nUser-agent: *\nDisallow:\n", "/p/1", False),
        ("User-agent: otherbot\nDisallow: /\n\nUser-agent: *\nDisallow:\n", "/p/1", True),
        ("User-agent: *\nDisallow: /\n\nUser-agent: OmniPriceX\nAllow: /\n", "/p/1", True),
        ("\ufeffUser-agent: *\nDisallow: /\n", "/p/1", False),
        ("<html>no rules</html>", "/p/1", True),
    ],
)
def test_a_page_may_be_read_or_not(text: str, path: str, allowed: bool) -> None:  # noqa: FBT001 - what is expected
    assert rules(text).allow(SITE + path, AGENT) is allowed


@pytest.mark.parametrize(
    ("status", "allowed"), [(200, True), (401, True), (403, True), (404, True), (410, True), (429, False)]
    + [(status, False) for status in (500, 502, 503, 504)],
)  # fmt: skip
def test_absent_rules_allow_everything_and_those_that_cannot_be_had_nothing(
    status: int,
    allowed: bool,  # noqa: FBT001 - what is expected
) -> None:
    assert robots_rules(status, b"").allow(f"{SITE}/p/1", AGENT) is allowed


def test_of_a_huge_file_the_first_half_megabyte_is_read() -> None:
    rule = "Disallow: /closed\n"
    filling = "# nothing\n" * (600 * 1024 // 10)

    early = rules(f"User-agent: *\n{rule}{filling}")
    late = rules(f"User-agent: *\n{filling}{rule}")

    assert len(filling) > LARGEST
    assert not early.allow(f"{SITE}/closed", AGENT)
    assert late.allow(f"{SITE}/closed", AGENT)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("User-agent: *\nCrawl-delay: 7\n", 7.0),
        ("User-agent: *\nRequest-rate: 1/20\n", 20.0),
        ("User-agent: *\nCrawl-delay: 3\nRequest-rate: 1/12\n", 12.0),
        ("User-agent: otherbot\nCrawl-delay: 60\n\nUser-agent: *\nDisallow: /cart\n", 0.0),
        ("User-agent: *\nCrawl-delay: soon\n", 0.0),
    ],
)
def test_the_pause_a_site_asks_for(text: str, seconds: float) -> None:
    assert rules(text).delay_seconds(AGENT) == seconds


def test_rules_that_another_process_read_are_known_by_their_pause() -> None:
    known = cleared(30.0)

    assert (known.allow(f"{SITE}/p/1", AGENT), known.delay_seconds(AGENT)) == (True, 30.0)
