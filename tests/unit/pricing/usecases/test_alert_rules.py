"""A shop has no more rules of alerts than are heard."""

import asyncio

import pytest

from pricing.domain.alerts.rule import AlertTrigger
from pricing.domain.errors import TooManyAlertRules
from pricing.usecases.alert_rules import MOST_OF_A_SHOP, SaveAlertRule
from tests.builders.alerts import an_alert_rule
from tests.fakes.alerts import FakeAlertRules


def test_a_rule_more_than_are_heard_is_refused_and_other_shops_have_room() -> None:
    rules = FakeAlertRules()
    save = SaveAlertRule(rules=rules)

    async def kept() -> None:
        for place in range(MOST_OF_A_SHOP):
            await save(an_alert_rule(AlertTrigger.DROP, rule_id=f"alt{place}"))
        with pytest.raises(TooManyAlertRules, match="100 rules"):
            await save(an_alert_rule(AlertTrigger.DROP, rule_id="one-more"))
        await save(an_alert_rule(AlertTrigger.DROP, rule_id="elsewhere", shop_id="other"))
        await save(an_alert_rule(AlertTrigger.DROP, rule_id="theirs", organisation_id="rival"))

    asyncio.run(kept())
    assert "one-more" not in rules.desk.kept_rules
