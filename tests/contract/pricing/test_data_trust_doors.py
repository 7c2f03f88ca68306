"""Trust, quarantine, data health and rates through the doors: what a person asks, and what scanners bring."""

import json
from datetime import timedelta
from typing import Any

import pytest

from tests.builders.events import body_of, identity, sample
from tests.builders.pricing import MATCH
from tests.contract.pricing.test_doors import NOTHING_FAILED, NOW, OFFER, Market, ago, market

__all__ = ["market"]

HOUR = timedelta(hours=1)
SETTINGS: dict[str, Any] = {
    "trust": {"jump_percent": "25", "divergence_percent": "15", "min_confidence": "0.5"},
    "tax": {"basis": "including", "rate_percent": "19"},
    "corrections": {
        "item_price": {"operation": "add", "operand": "1"},
        "list_price": None,
        "shipping": {"operation": "divide", "operand": "1.1"},
    },
    "sellers": {"exclude": ["grey*"], "only": []},
    "weight": "2.5",
    "expire_after_days": 7,
}
COMPETITOR = "/pricing/competitors/shop-example"


def read(market: Market, job: str, hours: int, **changes: Any) -> None:
    """A scan reads the offer; two readers agree."""
    told = market.reading(job, captured_at=ago(hours), agreement=2, votes=[], **changes)
    assert market.deliver("record_observations", "sqs_pages_read", told) == NOTHING_FAILED


def offer(market: Market) -> dict[str, Any]:
    (found,) = market.api.ask("GET", "/pricing/offers").json["data"]
    assert isinstance(found, dict)
    return found


def quarantined(market: Market) -> dict[str, Any]:
    (found,) = market.api.ask("GET", "/pricing/quarantine").json["data"]
    assert isinstance(found, dict)
    return found


def test_what_is_said_of_a_competitor_is_kept_piece_by_piece(market: Market) -> None:
    before = market.api.ask("GET", COMPETITOR).json

    changed = market.api.ask("PATCH", COMPETITOR, SETTINGS)
    again = market.api.ask("PATCH", COMPETITOR, {"tax": None, "name": "Renamed"})

    assert (before["trust"]["jump_percent"], before["expire_after_days"], before["tax"]) == ("40", 14, None)
    assert changed.status == 200
    assert changed.json == before | SETTINGS
    assert again.json == before | SETTINGS | {"tax": None, "name": "Renamed"}
    assert market.api.ask("GET", COMPETITOR).json == again.json


def test_what_is_left_out_inside_a_setting_stays_too(market: Market) -> None:
    before = market.api.ask("PATCH", COMPETITOR, SETTINGS).json

    market.api.ask("PATCH", COMPETITOR, {"trust": {"jump_percent": "30"}, "sellers": {"only": ["Them"]}})
    market.api.ask("PATCH", COMPETITOR, {"corrections": {"item_price": None}, "trust": {"divergence_percent": None}})
    shipping = {"operation": "add", "operand": "2"}
    found = market.api.ask("PATCH", COMPETITOR, {"corrections": {"shipping": shipping}, "trust": {}}).json

    assert found == before | {
        "trust": SETTINGS["trust"] | {"jump_percent": "30", "divergence_percent": None},
        "sellers": {"exclude": ["grey*"], "only": ["Them"]},
        "corrections": {"item_price": None, "list_price": None, "shipping": shipping},
    }


def test_one_absurd_look_keeps_back_no_other_of_its_message(market: Market) -> None:
    told = market.reading("j1", captured_at=ago(1), agreement=2, votes=[], item_price="89.90", shipping=None)
    absurd = told["readings"][0] | {"offer_id": "gone", "item_price": "1" + "0" * 30}
    other = told["readings"][0] | {"offer_id": "gone-too", "votes": [{"reader": "plain", "item_price": "9" * 40}]}

    delivered = market.deliver(
        "record_observations", "sqs_pages_read", told | {"readings": [absurd, other, *told["readings"]]}
    )

    assert delivered == NOTHING_FAILED
    assert offer(market)["latest"]["item_price"] == "89.90"
    seen = {one["offer_id"]: one for one in market.api.ask("GET", "/pricing/observations").json["data"]}
    assert (seen["gone"]["outcome"], seen["gone"]["item_price"]) == ("no_price", None)
    assert seen["gone-too"]["item_price"] == "89.90"


def test_an_offer_that_is_sent_again_is_as_the_newest_word_says(market: Market) -> None:
    read(market, "j1", 1, item_price="89.90", shipping=None)
    again = OFFER | {"match_type": "substitute", "pack_quantity": 6}

    told = [market.api.ask("POST", "/pricing/offers", {"offers": [one]}).json for one in (again, again, OFFER)]

    assert [(one["accepted"], one["changed"]) for one in told] == [(1, 1), (1, 0), (1, 0)]
    found = offer(market)
    assert (found["match_type"], found["pack_quantity"], found["latest"]["item_price"]) == ("substitute", 6, "89.90")
    cleared = market.api.ask("POST", "/pricing/offers", {"offers": [OFFER | {"pack_quantity": None}]}).json
    assert (cleared["changed"], offer(market)["pack_quantity"]) == (1, None)


def test_a_removed_offer_is_watched_no_longer_and_its_history_stays(market: Market) -> None:
    read(market, "j1", 1, item_price="89.90", shipping=None)
    path = f"/pricing/offers/{market.offer_id}"

    stranger = market.api.ask("DELETE", path, organisation_id="rival")
    watched = market.api.ask("GET", "/pricing/offers").json["data"]
    removed = [market.api.ask("DELETE", path) for _ in range(2)]
    reader = market.api.ask("DELETE", path, proved=identity("market:read"))

    assert (stranger.status, len(watched)) == (204, 1)
    assert [one.status for one in removed] == [204, 204]
    assert reader.status == 403
    assert market.api.ask("GET", "/pricing/offers").json["data"] == []
    assert market.api.ask("GET", "/pricing/data-health").json["whole"]["offers"] == 0
    (kept,) = market.api.ask("GET", "/pricing/observations").json["data"]
    assert kept["offer_id"] == market.offer_id


@pytest.mark.parametrize(
    "body",
    [
        {"trust": {"jump_percent": "0"}},
        {"trust": {"min_confidence": "1.1"}},
        {"tax": {"basis": "including", "rate_percent": "100"}},
        {"corrections": {"item_price": {"operation": "divide", "operand": "0"}}},
        {"expire_after_days": 0},
        {"colour": "red"},
    ],
)
def test_settings_that_make_no_sense_change_nothing(market: Market, body: dict[str, Any]) -> None:
    before = market.api.ask("GET", COMPETITOR).json

    answered = market.api.ask("PATCH", COMPETITOR, body)

    assert answered.status == 422
    assert market.api.ask("GET", COMPETITOR).json == before


def test_another_organisation_neither_sees_nor_changes_a_competitor(market: Market) -> None:
    for method, body in (("GET", None), ("PATCH", {"name": "Mine"})):
        answered = market.api.ask(method, COMPETITOR, body, organisation_id="rival")

        assert answered.status == 404
    assert market.api.ask("GET", COMPETITOR).json["name"] == "Shop"


def test_j8_a_misread_price_waits_and_prices_nothing_until_a_person_judges_it(market: Market) -> None:
    read(market, "j1", 3, item_price="89.90", shipping=None)
    read(market, "j2", 2, item_price="0.0899", shipping=None)
    read(market, "j3", 1, item_price="0.0899", shipping=None)

    seen, waiting = offer(market), quarantined(market)
    assert market.api.ask("PUT", "/pricing/policies/match", MATCH).status == 200
    run = market.api.ask("POST", "/pricing/runs", {"policy_id": "match"}).json["run_id"]
    market.decide()
    (decision,) = market.api.ask("GET", "/pricing/decisions", query=f"run_id={run}").json["data"]

    assert (seen["latest"]["item_price"], seen["quarantined"]["item_price"]) == ("89.90", "0.0899")
    assert (waiting["quality"], waiting["suspicions"]) == ("suspicious", ["decimal_slip", "far", "jump"])
    assert waiting["job_id"] == "j3"
    assert (decision["reason"], decision["binding"], decision["price"]["amount"]) == (
        *("QUARANTINED", "gate quarantined", "99.99"),
    )


@pytest.mark.parametrize(("verb", "price"), [("release", "0.0899"), ("reject", "89.90")])
def test_a_person_judges_a_doubted_price_once(market: Market, verb: str, price: str) -> None:
    read(market, "j1", 3, item_price="89.90")
    read(market, "j2", 2, item_price="0.0899")
    path = f"/pricing/observations/{quarantined(market)['observation_id']}"

    stranger = market.api.ask("POST", f"{path}/{verb}", organisation_id="rival")
    done = [market.api.ask("POST", f"{path}/{verb}") for _ in range(2)]
    other = market.api.ask("POST", f"{path}/{'reject' if verb == 'release' else 'release'}")

    assert stranger.status == 404
    assert [one.json["quality"] for one in done] == [{"release": "released", "reject": "rejected"}[verb]] * 2
    assert (other.status, other.json["type"].endswith("pricing/not-in-quarantine")) == (409, True)
    assert offer(market)["latest"]["item_price"] == price
    assert market.api.ask("GET", "/pricing/quarantine").json["data"] == []


def test_data_health_says_what_fails_since_when_and_for_which_skus(market: Market) -> None:
    read(market, "j1", 30, item_price="89.90")
    for job, hours in (("j2", 5), ("j3", 2)):
        read(market, job, hours, outcome="blocked", item_price=None, currency=None, detail="a wall")

    found = market.api.ask("GET", "/pricing/data-health").json
    (competitor,) = found["competitors"]
    (failing,) = market.api.ask("GET", "/pricing/data-health/shop-example/offers", query="state=failing").json["data"]
    nothing = market.api.ask("GET", "/pricing/data-health/shop-example/offers", query="state=fresh&reason=blocked")
    wide = market.api.ask("GET", "/pricing/data-health", query="window_hours=48").json
    rival = market.api.ask("GET", "/pricing/data-health", organisation_id="rival").json

    assert (competitor["offers"], competitor["delivered"], competitor["late"]) == (1, 0, 1)
    assert competitor["states"] == {
        **dict.fromkeys(("lost", "quarantined", "never_read", "stale", "fresh"), 0),
        "failing": 1,
    }
    assert competitor["failures"] == [{"reason": "blocked", "offers": 1, "since": ago(5)}]
    assert competitor["newest_reading"] == ago(30)
    assert [one["host"] for one in competitor["hosts"]] == ["shop.example"]
    assert (failing["sku"], failing["reason"], failing["failing_since"]) == ("HP-100", "blocked", ago(5))
    assert nothing.json["data"] == []
    assert (wide["whole"]["delivered"], rival["competitors"]) == (1, [])
    assert market.api.ask("GET", "/pricing/data-health", query="window_hours=0").status == 422
    assert market.api.ask("GET", "/pricing/data-health/shop-example/offers", query="state=odd").status == 422


def test_published_rates_compare_a_foreign_price_and_are_shown(market: Market) -> None:
    day = (NOW - timedelta(days=1)).date()
    told = body_of(sample("sqs_rates_published")) | {
        "days": [{"day": day.isoformat(), "source": "https://bank.example/daily.xml", "quotes": {"USD": "1.25"}}]
    }
    for _ in range(2):
        assert market.deliver("record_rates", "sqs_rates_published", told) == NOTHING_FAILED
    read(market, "j1", 0, item_price="125.00", shipping=None, currency="USD")

    shown = market.api.ask("GET", "/pricing/rates").json["data"]
    latest = offer(market)["latest"]

    assert shown == [
        {
            "date": day.isoformat(),
            "base": "EUR",
            "published_at": "2026-11-20T15:30:00.000Z",
            "source": "https://bank.example/daily.xml",
            "quotes": {"USD": "1.25"},
        }
    ]
    assert (latest["item_price"], latest["currency"]) == ("125.00", "USD")
    assert (latest["normalised"]["item_price"], latest["normalised"]["rate_date"]) == ("100.00", day.isoformat())


@pytest.mark.parametrize("quote", ["0", "0.000", "-1", "1e5", "NaN", ""])
def test_rates_that_cannot_be_are_quarantined(market: Market, quote: str) -> None:
    told = body_of(sample("sqs_rates_published"))
    told = told | {"days": [told["days"][0] | {"quotes": {"USD": quote}}]}

    assert market.deliver("record_rates", "sqs_rates_published", told) == NOTHING_FAILED
    assert market.api.ask("GET", "/pricing/rates").json["data"] == []


def test_looks_are_measured_once(market: Market, capsys: pytest.CaptureFixture[str]) -> None:
    read(market, "j1", 3, item_price="89.90")
    capsys.readouterr()
    told = market.reading("j2", captured_at=ago(2), item_price="0.0899")
    for _ in range(2):
        market.deliver("record_observations", "sqs_pages_read", told)

    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "LooksSuspicious" in line]
    assert [one["LooksSuspicious"] for one in lines] == [1, 0]
    assert [(one["LooksRead"], one["LooksFailed"]) for one in lines] == [(1, 0), (0, 0)]
