"""Work that failed, as alerts see it: an import that left rows out, a publication that stopped, a report that broke."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from pricing.domain.alerts.alert import Alert, Cause, cause_of
from pricing.domain.alerts.rule import WORK_TRIGGERS, AlertRule, AlertTrigger
from shared.kernel.identifiers import derived_id

MOST_SAID = 20
NAMES = {AlertTrigger.IMPORT_FAILED: "imports", AlertTrigger.EXPORT_FAILED: "exports"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """One piece of work that failed, or some of it. `said` tells it in a line, `told_to` names rules that told it."""

    failure_id: str
    organisation_id: str
    shop_id: str
    trigger: AlertTrigger
    said: str
    at: datetime
    told_to: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureStep:
    """What is told now: alerts, when their causes were told, who told each failure, and when to look at it again."""

    alerts: tuple[Alert, ...] = ()
    causes: tuple[Cause, ...] = ()
    told_to: Mapping[str, tuple[str, ...]]
    next_at: Mapping[str, datetime | None]


def failures_told(
    rules: Sequence[AlertRule],
    failures: Sequence[Failure],
    causes: Mapping[tuple[str, str], Cause],
    now: datetime,
) -> FailureStep:
    """Tell each rule what failed since it was made, all of a kind at once; what its cooldown keeps back waits."""
    told_to = {one.failure_id: one.told_to for one in failures}
    next_at: dict[str, datetime | None] = dict.fromkeys(told_to)
    alerts, told = list[Alert](), list[Cause]()
    for rule in rules:
        for trigger in sorted(rule.triggers & WORK_TRIGGERS):
            news = [one for one in failures if one.trigger is trigger and _is_new(one, rule)]
            if not news:
                continue
            cause = causes.get((rule.rule_id, trigger.value)) or cause_of(rule, trigger.value)
            until = cause.waits_until(rule)
            if until is not None and now < until:
                next_at |= {one.failure_id: min(next_at[one.failure_id] or until, until) for one in news}
                continue
            alerts.append(_alert(rule, trigger, news, now))
            told.append(Cause(**_key(rule, trigger), told_at=now, level=cause.level))
            told_to |= {one.failure_id: (*told_to[one.failure_id], rule.rule_id) for one in news}
    return FailureStep(alerts=tuple(alerts), causes=tuple(told), told_to=told_to, next_at=next_at)


def _is_new(failure: Failure, rule: AlertRule) -> bool:
    return rule.rule_id not in failure.told_to and failure.at >= rule.created_at


def _key(rule: AlertRule, trigger: AlertTrigger) -> dict[str, str]:
    return {
        "organisation_id": rule.organisation_id,
        "shop_id": rule.shop_id,
        "rule_id": rule.rule_id,
        "cause": trigger.value,
    }


def _alert(rule: AlertRule, trigger: AlertTrigger, news: Sequence[Failure], now: datetime) -> Alert:
    ordered = sorted(news, key=lambda one: (one.at, one.failure_id))
    said = [one.said for one in ordered[:MOST_SAID]]
    said += [f"and {len(news) - MOST_SAID} more"] if len(news) > MOST_SAID else []
    start = [] if len(news) == 1 else [f"{len(news)} {NAMES[trigger]} failed in {rule.shop_id}:"]
    return Alert(
        alert_id=derived_id("alr", rule.rule_id, *(one.failure_id for one in ordered)),
        organisation_id=rule.organisation_id,
        shop_id=rule.shop_id,
        rule_id=rule.rule_id,
        kind="failure",
        raised_at=now,
        text="\n".join([*start, *said]),
        causes=(trigger.value,),
        competitor_id=None,
        direction=None,
        currency=None,
        money=None,
        offers=0,
        products=0,
        under_floor=0,
        first_at=ordered[0].at,
        last_at=ordered[-1].at,
        lines=(),
        subscribers=rule.subscribers,
        rule_name=rule.name,
    )
