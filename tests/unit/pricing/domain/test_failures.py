"""Work that failed: told to each rule once, all of a kind at once, and not more often than its cooldown allows."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from pricing.domain.alerts.alert import Cause
from pricing.domain.alerts.failures import Failure, failures_told
from pricing.domain.alerts.rule import AlertTrigger
from pricing.domain.alerts.triggers import Position, triggered
from pricing.usecases.raise_failures import ImportEnded
from tests.builders.alerts import an_alert_rule, an_event
from tests.builders.pricing import MONDAY, some_facts

T = AlertTrigger
MINUTE = timedelta(minutes=1)


def a_failure(name: str = "one", trigger: AlertTrigger = T.IMPORT_FAILED, **changes: Any) -> Failure:
    """An import that failed."""
    fields: dict[str, Any] = {
        "failure_id": name,
        "organisation_id": "org",
        "shop_id": "demo-eu",
        "trigger": trigger,
        "said": f"{name} failed",
        "at": MONDAY,
    }
    return Failure(**(fields | changes))


def test_what_failed_is_told_once_to_each_rule_that_wants_it() -> None:
    rules = [
        an_alert_rule(T.IMPORT_FAILED, rule_id="a", subscribers=("ann",)),
        an_alert_rule(T.IMPORT_FAILED, T.EXPORT_FAILED, T.DROP, rule_id="b"),
        an_alert_rule(T.DROP, rule_id="c"),
    ]
    news = [a_failure("one"), a_failure("two"), a_failure("out", T.EXPORT_FAILED)]
    step = failures_told(rules, news, {}, MONDAY)
    assert [(one.rule_id, one.text) for one in step.alerts] == [
        ("a", "2 imports failed in demo-eu:\none failed\ntwo failed"),
        ("b", "out failed"),
        ("b", "2 imports failed in demo-eu:\none failed\ntwo failed"),
    ]
    assert (step.alerts[0].kind, step.alerts[0].subscribers, step.alerts[0].lines) == ("failure", ("ann",), ())
    assert step.told_to == {"one": ("a", "b"), "two": ("a", "b"), "out": ("b",)}
    assert set(step.next_at.values()) == {None}
    told = [replace(one, told_to=step.told_to[one.failure_id]) for one in news]
    again = failures_told(rules, told, {}, MONDAY)
    assert (again.alerts, again.causes) == ((), ())


def test_what_a_cooldown_keeps_back_is_told_when_it_ends() -> None:
    rule = an_alert_rule(T.IMPORT_FAILED, cooldown_minutes=60)
    known = {("alt", "import_failed"): _cause()}
    early = failures_told([rule], [a_failure()], known, MONDAY + 59 * MINUTE)
    due = failures_told([rule], [a_failure(), a_failure("two")], known, MONDAY + 60 * MINUTE)
    assert (early.alerts, early.next_at) == ((), {"one": MONDAY + 60 * MINUTE})
    assert len(due.alerts) == 1


def test_a_rule_is_not_told_what_failed_before_it_was_made() -> None:
    rule = an_alert_rule(T.IMPORT_FAILED, created_at=MONDAY + MINUTE)
    step = failures_told([rule], [a_failure()], {}, MONDAY + MINUTE)
    assert (step.alerts, step.next_at) == ((), {"one": None})


def test_a_long_list_is_cut() -> None:
    step = failures_told([an_alert_rule(T.IMPORT_FAILED)], [a_failure(f"{n:02}") for n in range(30)], {}, MONDAY)
    lines = step.alerts[0].text.splitlines()
    assert (len(lines), lines[0], lines[-1]) == (22, "30 imports failed in demo-eu:", "and 10 more")


def test_a_change_in_the_market_pulls_no_trigger_of_work() -> None:
    rule = an_alert_rule(T.IMPORT_FAILED, T.EXPORT_FAILED)
    for before, after in (("54.00", "45.00"), ("45.00", "54.00"), (None, "45.00")):
        assert triggered(rule, an_event(before, after), Position(facts=some_facts("50.00"))) is None


def test_an_import_says_what_went_wrong() -> None:
    ended = ImportEnded(
        import_id="imp", organisation_id="org", shop_id="demo-eu", rows=9, accepted=9, detail="", at=MONDAY
    )
    assert ended.said() == ""
    assert replace(ended, accepted=7).said() == "Import imp into demo-eu left 2 of 9 rows out"
    assert replace(ended, rows=0, accepted=0, detail="no file").said() == "Import imp into demo-eu failed: no file"


def _cause() -> Cause:
    return Cause(organisation_id="org", shop_id="demo-eu", rule_id="alt", cause="import_failed", told_at=MONDAY)


@given(
    minutes=st.lists(st.integers(0, 300), max_size=12),
    cooldowns=st.lists(st.integers(0, 120), min_size=1, max_size=3),
)
def test_each_failure_reaches_each_rule_once_and_no_rule_speaks_in_its_cooldown(
    minutes: list[int], cooldowns: list[int]
) -> None:
    rules = [
        an_alert_rule(T.IMPORT_FAILED, rule_id=f"r{place}", cooldown_minutes=each)
        for place, each in enumerate(cooldowns)
    ]
    kept = {f"f{place}": a_failure(f"f{place}", at=MONDAY + each * MINUTE) for place, each in enumerate(minutes)}
    due: dict[str, Any] = {name: one.at for name, one in kept.items()}
    causes: dict[tuple[str, str], Cause] = {}
    spoke: dict[str, list[Any]] = {rule.rule_id: [] for rule in rules}
    for minute in range(500):
        now = MONDAY + minute * MINUTE
        taken = [kept[name] for name, at in due.items() if at is not None and at <= now]
        step = failures_told(rules, taken, causes, now)
        for one in taken:
            kept[one.failure_id] = replace(one, told_to=step.told_to[one.failure_id])
            due[one.failure_id] = step.next_at[one.failure_id]
        causes |= {(one.rule_id, one.cause): one for one in step.causes}
        for alert in step.alerts:
            spoke[alert.rule_id].append(now)
    for one in kept.values():
        assert sorted(one.told_to) == sorted(rule.rule_id for rule in rules)
    for rule in rules:
        pauses = [later - earlier for earlier, later in zip(spoke[rule.rule_id], spoke[rule.rule_id][1:], strict=False)]
        assert all(pause >= rule.cooldown_minutes * MINUTE for pause in pauses)
