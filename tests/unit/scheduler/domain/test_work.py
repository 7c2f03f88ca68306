"""Which scope fits which kind of work."""

from typing import Any

import pytest

from scheduler.adapters.commands import command_of, serving
from scheduler.domain.errors import InvalidScope, NotServed
from scheduler.domain.work import Kind, Scope, checked_scope
from shared.kernel.public_url import UnsafeUrl
from shared.runtime.queues import Queue
from tests.builders.scheduler import a_job

PULL = {"shop_id": "main", "source_url": "https://feeds.shop.example/all.csv"}


@pytest.mark.parametrize(
    ("kind", "scope"),
    [
        (Kind.SCAN, {}),
        (Kind.SCAN, {"competitor_ids": ("c1", "c2")}),
        (Kind.SCAN, {"category": "Lamps"}),
        (Kind.REMATCH, {"filter_id": "flt"}),
        (Kind.SCAN, {"failed_of": "job"}),
        (Kind.SCAN, {"by_budget": True}),
        (Kind.POLICY_RUN, {"policy_id": "p"}),
        (Kind.REPORT, {"report": "margins"}),
        (Kind.REPORT, {"report": "margins", "filter_id": "flt"}),
        (Kind.IMPORT_PULL, PULL),
    ],
)
def test_a_scope_that_fits_is_kept(kind: Kind, scope: dict[str, Any]) -> None:
    assert checked_scope(kind, Scope(**scope)) == Scope(**scope)


@pytest.mark.parametrize(
    ("kind", "scope", "pointer"),
    [
        (Kind.SCAN, {"policy_id": "p"}, "#/policy_id"),
        (Kind.SCAN, {"by_budget": True, "category": "Lamps"}, "#/category"),
        (Kind.REMATCH, {"by_budget": True}, "#/by_budget"),
        (Kind.SCAN, {"competitor_ids": ("c1",), "category": "Lamps"}, "#/competitor_ids"),
        (Kind.REMATCH, {"category": "Lamps", "filter_id": "flt"}, "#/filter_id"),
        (Kind.POLICY_RUN, {}, "#/policy_id"),
        (Kind.POLICY_RUN, {"policy_id": "p", "category": "Lamps"}, "#/category"),
        (Kind.REPORT, {"filter_id": "flt"}, "#/report"),
        (Kind.IMPORT_PULL, {"shop_id": "main"}, "#/source_url"),
        (Kind.IMPORT_PULL, {"source_url": "https://a.example"}, "#/shop_id"),
    ],
)
def test_a_scope_that_does_not_fit_is_refused_by_its_field(kind: Kind, scope: dict[str, Any], pointer: str) -> None:
    with pytest.raises(InvalidScope) as caught:
        checked_scope(kind, Scope(**scope))

    assert pointer in [fault.pointer for fault in caught.value.faults]


def test_a_pull_from_an_address_that_is_not_public_is_refused() -> None:
    with pytest.raises(UnsafeUrl):
        checked_scope(Kind.IMPORT_PULL, Scope(shop_id="main", source_url="http://169.254.169.254/all.csv"))


@pytest.mark.parametrize(
    ("kind", "scope", "queue", "told"),
    [
        (Kind.SCAN, {"category": "Lamps"}, "pricing-scan-requests", {"category": "Lamps", "not_found": False}),
        (Kind.SCAN, {"failed_of": "job_0"}, "pricing-scan-requests", {"failed_of": "job_0"}),
        (Kind.REMATCH, {"competitor_ids": ("c1",)}, "pricing-scan-requests", {"not_found": True}),
        (Kind.POLICY_RUN, {"policy_id": "p"}, "pricing-runs-due", {"policy_id": "p", "requested_by": "usr"}),
        (Kind.REPORT, {"report": "margins"}, "pricing-reports", {"report": "margins", "filter_id": None}),
        (Kind.IMPORT_PULL, PULL, "products-pulls", PULL),
    ],
)
def test_each_kind_is_asked_of_the_house_that_does_it(
    kind: Kind, scope: dict[str, Any], queue: str, told: dict[str, Any]
) -> None:
    job = a_job(kind=kind, scope=Scope(**scope))

    name, command = command_of(job)

    assert (name, command) == (queue, command_of(job)[1])
    assert told.items() <= command.model_dump().items()
    assert (command.model_dump()["job_id"], command.organisation_id) == ("job", "org")


def test_work_that_no_queue_takes_is_refused_with_what_is_served() -> None:
    serves = serving({"pricing-scan-requests": Queue("scans")})

    serves(Kind.SCAN)
    serves(Kind.REMATCH)
    with pytest.raises(NotServed, match="it serves scan, rematch"):
        serves(Kind.REPORT)
    with pytest.raises(NotServed):
        serves(Kind.QUESTION)
