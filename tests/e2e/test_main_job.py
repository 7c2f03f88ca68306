"""The main job on a deployed stack, through its HTTP API only."""

import re

import pytest

from local.cloud.stack import Stack
from local.job import run
from local.job.account import Account
from local.job.material import sample_material
from local.job.real_material import DATA, material

pytestmark = pytest.mark.timeout(600)


def test_every_row_is_accounted_for(account: Account) -> None:
    assert (account.rows, account.accepted, account.rejected) == (60, 60, 0)


def test_every_page_is_read_in_both_scans(account: Account) -> None:
    assert account.pages == 2 * account.offers
    assert (account.pages_read, account.pages_failed) == (account.pages, 0)


def test_every_product_gets_a_decision_with_a_reason(account: Account) -> None:
    assert sum(account.decisions.values()) == account.rows
    assert account.decisions["BEAT_LOWEST"] > 0
    assert account.decisions["HOLD_MAP"] > 0


def test_what_was_approved_is_applied_and_shown(account: Account) -> None:
    assert account.approved == account.proposed > 0
    assert account.published == {"APPLIED": account.approved}
    assert "→" in account.shown


def test_every_number_of_the_answer_names_its_record(account: Account) -> None:
    bare = re.sub(r"«[^»]*»|\[\d+\]", "", account.answer)

    assert "lost first place" in account.answer
    assert len(re.findall(r"\d+(?:\.\d+)?", bare)) == account.sources > 0


def test_doing_it_all_again_takes_no_row_in_twice(stack: Stack, account: Account) -> None:
    again = run(stack, sample_material())

    assert (again.rows, again.accepted, again.offers) == (account.rows, account.accepted, account.offers)
    assert set(again.published) <= {"APPLIED"}


@pytest.mark.skipif(not DATA.is_dir(), reason="the evaluation data does not lie beside the repository")
def test_on_real_pages_no_price_is_wrong_by_a_misread_point(stack: Stack) -> None:
    # An organisation of its own: the sample market's account counts what is in its organisation.
    real = run(stack, material(), domain="real.example")

    assert (real.rows, real.accepted, real.rejected) == (2554, 2490, 64)
    assert real.misread_points == 0
    assert real.prices_right >= 30
    assert set(real.published) == {"APPLIED"}
