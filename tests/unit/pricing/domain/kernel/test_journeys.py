"""The numbers of journeys 1, 3 and 4, and of the rules that settle, through the kernel and the law."""

import pytest

from pricing.domain.plan import Edges
from tests.builders.kernel import NINETY_NINE, a_rule, decided, euros, goods, line, seen
from tests.oracle.judge import Goods

ONE_PERCENT_UNDER = line("lowest", "below", ppm=10_000)
HEADPHONES = goods(
    "99.99",
    seen("94.90"),
    seen("89.90", "5.00", competitor="c2"),
    seen("79.00", competitor="c3", marks=frozenset({"NOT_IN_STOCK"})),
    seen("88.00", marks=frozenset({"OWN"})),
    cost="60.00",
    max="129.00",
)


def test_hp_100_without_a_change_limit() -> None:
    verdict = decided(HEADPHONES, a_rule(ONE_PERCENT_UNDER, ending=NINETY_NINE, min_margin_ppm=200_000))

    assert (euros(verdict), verdict.reason, verdict.goal) == ("92.99", "BEAT_LOWEST", True)
    assert (verdict.target, verdict.offer) == (9395, 0)


def test_hp_100_inside_five_percent() -> None:
    rule = a_rule(ONE_PERCENT_UNDER, ending=NINETY_NINE, min_margin_ppm=200_000, max_up_ppm=50_000, max_down_ppm=50_000)

    verdict = decided(HEADPHONES, rule)

    assert (euros(verdict), verdict.reason, verdict.binding) == ("95.99", "CHANGE_LIMIT", "LARGEST_CUT")
    assert (verdict.lower, verdict.goal) == (9500, False)


def test_hp_200_holds_its_margin_and_waits_for_review() -> None:
    rule = a_rule(ending=NINETY_NINE, min_margin_ppm=150_000)

    verdict = decided(goods("54.99", seen("45.00"), cost="40.00"), rule)

    assert (euros(verdict), verdict.reason, verdict.binding, verdict.route) == (
        "47.99",
        "HOLD_FLOOR",
        "MIN_MARGIN",
        "REVIEW",
    )


def test_hp_300_publishes_map_and_nothing_automatic_without_a_minimum() -> None:
    verdict = decided(goods("209.00", seen("179.00"), cost="120.00", map="199.00"), a_rule())

    assert (euros(verdict), verdict.reason, verdict.no_minimum) == ("199.00", "HOLD_MAP", True)


def test_hp_400_without_competition_keeps_its_price() -> None:
    verdict = decided(goods("29.99", cost="20.00", max="34.99"), a_rule(fallbacks=("keep",)))

    assert (euros(verdict), verdict.reason, verdict.route) == ("29.99", "NO_COMPETITION", "NONE")


@pytest.mark.parametrize(
    ("offer", "price", "reason", "route"),
    [("1099.00", "1099.00", "MATCH_LOWEST", "REVIEW"), ("1.099", "1149.00", "QUARANTINED", "QUARANTINE")],
)
def test_hp_500_a_price_read_a_thousand_times_too_small_moves_nothing(
    offer: str, price: str, reason: str, route: str
) -> None:
    verdict = decided(goods("1149.00", seen(offer), cost="800.00"), a_rule(), finer=2)

    assert (f"{int(verdict.price)}", verdict.reason, verdict.route) == (price.replace(".", ""), reason, route)


def test_a_move_that_is_not_believed_is_quarantined() -> None:
    verdict = decided(goods("1149.00", seen("600.00")), a_rule())

    assert (euros(verdict), verdict.reason, verdict.route) == ("1149.00", "QUARANTINED", "QUARANTINE")


def test_hp_600_leads_and_stops_at_its_maximum() -> None:
    product = goods("450.00", seen("464.85"), cost="300.00", min="433.00", max="463.00")

    verdict = decided(product, a_rule(line("lowest", "below", money=100)))

    assert (euros(verdict), verdict.reason, verdict.target) == ("463.00", "HOLD_MAX", 46385)


def test_a_contradiction_fails_closed_and_names_both_bounds() -> None:
    verdict = decided(goods("125.00", seen("120.00"), min="130.00", max="129.00"), a_rule())

    assert (euros(verdict), verdict.reason) == ("125.00", "BOUNDS_CONFLICT")
    assert (verdict.lower_by, verdict.upper_by) == ("MIN_PRICE", "MAX_PRICE")


def test_raising_when_we_lead_follows_the_next_offer() -> None:
    ours = seen("19.50", marks=frozenset({"OWN"}))

    verdict = decided(goods("19.50", ours, seen("22.00"), min="10.00"), a_rule(line("lowest", "below", money=50)))

    assert (euros(verdict), verdict.reason) == ("21.50", "BEAT_LOWEST")


def test_two_automated_sellers_settle_in_one_step() -> None:
    rule = a_rule(line("lowest", "below", money=10))

    def answer(now: str, floor: str, rival: str) -> str:
        return euros(decided(goods(now, seen(rival), min=floor), rule))

    assert (answer("10.60", "10.00", "10.50"), answer("10.50", "10.50", "10.40")) == ("10.40", "10.50")
    assert (answer("10.40", "10.00", "10.50"), answer("10.50", "10.50", "10.40")) == ("10.40", "10.50")


def test_a_product_without_a_rule_keeps_its_price() -> None:
    product = Goods(price=HEADPHONES.price, rule=-1, offers=HEADPHONES.offers)

    verdict = decided(product, a_rule(edges=Edges()))

    assert (euros(verdict), verdict.reason) == ("99.99", "NONE")
