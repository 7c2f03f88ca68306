"""Pulled files: each pull ends in an import or in a named reason, once."""

import asyncio
import hashlib
from dataclasses import dataclass, field

import pytest

from products.bootstrap import wire
from products.domain.errors import FileNotPulled
from products.usecases.import_pulled import ImportPulled, Pulled
from products.usecases.pull import Pull, PullFile
from tests.builders.products import MONDAY, a_shop
from tests.fakes.products import FakeCatalogue, FakeImports, FakeShops

FILE = b"sku,name,price\nA,Tea,3.50\nB,Cup,0\n"
PULL = Pull(job_id="imp_1", organisation_id="org", shop_id="demo-eu", source_url="https://feeds.example/all.csv")


@dataclass
class Web:
    """Files by address."""

    kept: dict[str, bytes] = field(default_factory=dict)

    async def fetch(self, url: str) -> bytes:
        if url not in self.kept:
            raise FileNotPulled("the server answered 404; check the address")
        return self.kept[url]


@dataclass
class Drop:
    """What was handed over."""

    files: dict[tuple[str, str], bytes] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)

    async def hand_over(self, pull: Pull, content: bytes) -> None:
        self.files[pull.organisation_id, pull.job_id] = content

    async def give_up(self, pull: Pull, problem: str) -> None:
        self.problems[pull.job_id] = problem

    async def read(self, organisation_id: str, job_id: str) -> bytes:
        return self.files[organisation_id, job_id]


def importing(drop: Drop, imports: FakeImports, catalogue: FakeCatalogue) -> ImportPulled:
    shops = FakeShops()
    asyncio.run(shops.add(a_shop()))
    house = wire(shops=shops, catalogue=catalogue, imports=imports, clock=lambda: MONDAY)
    return ImportPulled(files=drop, import_catalogue=house.import_catalogue, imports=imports, clock=lambda: MONDAY)


def pulled(content: bytes | None, problem: str = "", shop_id: str = "demo-eu") -> Pulled:
    sha256 = None if content is None else hashlib.sha256(content).hexdigest()
    return Pulled(job_id="imp_1", organisation_id="org", shop_id=shop_id, sha256=sha256, problem=problem)


def test_a_file_is_handed_over() -> None:
    drop = Drop()

    asyncio.run(PullFile(files=Web({PULL.source_url: FILE}), drop=drop)(PULL))

    assert drop.files == {("org", "imp_1"): FILE}


def test_a_file_that_cannot_be_fetched_is_told_with_the_reason() -> None:
    drop = Drop()

    asyncio.run(PullFile(files=Web(), drop=drop)(PULL))

    assert "404" in drop.problems["imp_1"]
    assert drop.files == {}


def test_a_pulled_file_is_imported_once_under_its_jobs_id() -> None:
    drop, imports, catalogue = Drop({("org", "imp_1"): FILE}), FakeImports(), FakeCatalogue()
    taking = importing(drop, imports, catalogue)

    asyncio.run(taking(pulled(FILE)))
    asyncio.run(taking(pulled(FILE)))

    assert [(one.import_id, one.rows, one.accepted) for one in imports.kept] == [("imp_1", 2, 1)]
    assert [product.draft.sku for product in catalogue.told] == ["A"]


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (pulled(None, "the server answered 404; check the address"), "404"),
        (pulled(b"other"), "replaced on its way"),
        (pulled(FILE, shop_id="gone"), "none"),
    ],
)
def test_what_cannot_be_imported_ends_the_job_with_the_reason(told: Pulled, words: str) -> None:
    imports = FakeImports()

    asyncio.run(importing(Drop({("org", "imp_1"): FILE}), imports, FakeCatalogue())(told))

    assert words in imports.refused["imp_1"]
    assert imports.kept == []


def test_a_file_that_is_not_text_ends_the_job_with_the_reason() -> None:
    content, imports = b"\xff\xfe\x00", FakeImports()

    asyncio.run(importing(Drop({("org", "imp_1"): content}), imports, FakeCatalogue())(pulled(content)))

    assert "UTF-8" in imports.refused["imp_1"]
