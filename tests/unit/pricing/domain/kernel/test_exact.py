"""Shares of amounts are exact up to 10^17 units, whatever the ppm; what would not fit is endless, never wrong."""

from fractions import Fraction
from math import ceil, floor

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st

from pricing.domain.kernel.columns import LARGEST
from pricing.domain.kernel.exact import Quotient, quotient, share
from pricing.domain.plan import MILLION, MOST_PPM

AMOUNTS = st.one_of(st.integers(0, 10**17), st.integers(0, 10**6))
TIMES = st.integers(0, MOST_PPM)


@given(AMOUNTS, TIMES, st.integers(1, MILLION))
def test_a_share_is_rounded_once(amount: int, times: int, parts: int) -> None:
    right = Fraction(amount) * times / parts
    column = np.array([amount])

    down, up = int(share(column, times, parts)[0]), int(share(column, times, parts, up=True)[0])

    # Beyond every price it may say endless, which is no less than it is; never less than a price could be.
    assert (down, up) == (floor(right), ceil(right)) or (right > LARGEST and min(down, up) > LARGEST)


@given(st.integers(0, 2**31 - 2), TIMES, st.integers(1, MILLION))
def test_narrow_columns_give_the_same_as_wide_ones(amount: int, times: int, parts: int) -> None:
    narrow, wide = np.array([amount], np.int32), np.array([amount], np.int64)

    assert share(narrow, times, parts)[0] == share(wide, times, parts)[0]


@given(AMOUNTS, TIMES, st.integers(1, MILLION), st.integers(1, MOST_PPM))
def test_a_share_of_a_quotient_is_rounded_once(amount: int, times: int, parts: int, again: int) -> None:
    # References beyond every price are dropped before anything is made of them.
    assume(Fraction(amount) * times / parts < LARGEST)
    right = Fraction(amount) * times / parts * again / MILLION

    made = quotient(np.array([amount]), times, parts).share(again, MILLION)[0]

    assert made == floor(right)


@given(AMOUNTS, st.integers(1, MILLION), st.data(), TIMES)
def test_a_share_of_an_average_is_rounded_once(whole: int, count: int, data: st.DataObject, times: int) -> None:
    rest = data.draw(st.integers(0, count - 1))
    right = (whole + Fraction(rest, count)) * times / MILLION

    made = Quotient(np.array([whole]), np.array([rest]), np.array([count])).share(times, MILLION)[0]

    assert made == floor(right)


@given(AMOUNTS, st.integers(1, MOST_PPM), st.integers(1, MOST_PPM), st.integers(1, MOST_PPM), st.booleans())
def test_a_tax_on_a_cost_and_a_markup_on_both_are_rounded_once(
    amount: int,
    tax: int,
    markup: int,
    again: int,
    up: bool,  # noqa: FBT001 - drawn
) -> None:
    full = Fraction(amount) * tax * markup / (MILLION * MILLION)
    assume(full < LARGEST)

    made = quotient(np.array([amount]), tax * markup, MILLION * MILLION).share(again, MILLION, up=up)[0]

    assert made == (ceil if up else floor)(full * again / MILLION)


@given(AMOUNTS, st.integers(MILLION, MOST_PPM), st.integers(1, MOST_PPM), st.integers(1, MILLION))
def test_a_share_of_a_quotient_is_rounded_up_once(amount: int, times: int, again: int, parts: int) -> None:
    full = Fraction(amount) * times / MILLION
    assume(full * again / parts < LARGEST)

    made = quotient(np.array([amount]), times, MILLION).share(again, parts, up=True)[0]

    assert made == ceil(full * again / parts)
