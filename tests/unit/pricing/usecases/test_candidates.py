"""Looking for pages is asked for on a competitor's own domain, and what is found is compared with what is sold."""

import asyncio
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricing.domain.candidate import identifier, identifiers_in
from pricing.domain.errors import CompetitorNotFound, NotTheirPage
from pricing.domain.lanes import lane_of
from pricing.domain.site import NamedPage
from pricing.usecases.candidates import Part, RecordCandidates, StartDiscovery
from shared.kernel.public_url import UnsafeUrl
from tests.builders.pricing import MONDAY, a_competitor, some_facts
from tests.fakes.candidates import FakeCandidates
from tests.fakes.pricing import FakeCompetitors, FakeFacts

SONY = some_facts(product_id="sony", sku="S1", mpn="WH-1000XM5")
BOSE = some_facts(product_id="bose", sku="B2", gtin="4006381333931")


@dataclass
class World:
    """One competitor, two products, and what is found."""

    candidates: FakeCandidates = field(default_factory=FakeCandidates)

    def start(self, url: str | None = None, competitor_id: str = "c1", organisation_id: str = "org") -> None:
        competitors = FakeCompetitors({("org", "c1"): a_competitor()})
        starting = StartDiscovery(competitors=competitors, candidates=self.candidates, lanes=4, clock=lambda: MONDAY)
        asyncio.run(starting(organisation_id, competitor_id, url, "ann", "job"))

    def suggested(self, url: str, title: str | None = None) -> list[tuple[str, str]]:
        facts = FakeFacts({one.product_id: one for one in (SONY, BOSE)})
        recording = RecordCandidates(facts=facts, candidates=self.candidates, clock=lambda: MONDAY)
        part = Part(message_id=url, job_id="job", organisation_id="org")
        asyncio.run(recording(part, "c1", [NamedPage(url, title=title)]))
        (found,) = [one for one in self.candidates.kept.values() if one.url == url]
        return [(one.product_id, one.because) for one in found.suggestions]


def test_a_job_is_asked_for_in_the_lane_of_the_site() -> None:
    world = World()
    world.start("HTTPS://www.c1.example/list")

    (job,) = world.candidates.started
    assert (job.domain, job.start_url) == ("c1.example", "https://www.c1.example/list")
    assert job.lane == lane_of("c1.example", 4) == lane_of("www.c1.example", 4)


@pytest.mark.parametrize(
    ("url", "refusal"),
    [
        ("https://c1.example.evil.example/", NotTheirPage),
        ("https://other.example/", NotTheirPage),
        ("http://169.254.169.254/", UnsafeUrl),
        ("file:///etc/passwd", UnsafeUrl),
    ],
)
def test_an_address_elsewhere_is_refused_and_nothing_is_asked_for(url: str, refusal: type[Exception]) -> None:
    world = World()

    with pytest.raises(refusal):
        world.start(url)

    assert world.candidates.started == []


@pytest.mark.parametrize(("competitor_id", "organisation_id"), [("c9", "org"), ("c1", "rival")])
def test_only_a_competitor_of_ones_own_is_looked_at(competitor_id: str, organisation_id: str) -> None:
    with pytest.raises(CompetitorNotFound):
        World().start(None, competitor_id, organisation_id)


@pytest.mark.parametrize(
    ("path", "title", "expected"),
    [
        ("sony-wh-1000xm5-black", None, [("sony", "WH1000XM5")]),
        ("p/77", "Sony WH1000-XM5 headphones", [("sony", "WH1000XM5")]),
        ("p/4006381333931.html", None, [("bose", "4006381333931")]),
        ("x?ean=4006381333931", "WH-1000XM5 or so", [("bose", "4006381333931"), ("sony", "WH1000XM5")]),
        ("p/headphones", "The best headphones", []),
        ("p/s1", "S1", []),
    ],
)
def test_a_page_suggests_the_products_that_it_names(
    path: str, title: str | None, expected: list[tuple[str, str]]
) -> None:
    assert World().suggested(f"https://c1.example/{path}", title) == expected


@given(st.text(max_size=80), st.text(max_size=80) | st.none())
def test_what_is_found_in_a_page_is_always_an_identifier(path: str, title: str | None) -> None:
    assert all(identifier(one) == one for one in identifiers_in(f"https://c1.example/{path}", title))
