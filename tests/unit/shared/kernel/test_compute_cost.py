"""What computing costs, in millionths of a dollar."""

from datetime import timedelta

from shared.kernel.compute_cost import compute_microusd


def test_a_gigabyte_and_an_hour_cost_what_the_price_list_says() -> None:
    assert compute_microusd(1024, timedelta(hours=1)) == 48_000


def test_half_the_memory_costs_half() -> None:
    assert compute_microusd(512, timedelta(hours=1)) == 24_000


def test_no_time_and_a_clock_that_went_back_cost_nothing() -> None:
    assert compute_microusd(512, timedelta(0)) == compute_microusd(512, timedelta(seconds=-5)) == 0
