"""What holds for a rule: its own word, else the word of the policy's defaults."""

from dataclasses import fields, replace
from typing import Any

from pricing.domain.policies.closed import Closed
from pricing.domain.policies.document import Rule, Settings
from pricing.domain.policies.parts import Bounds, Compliance, EdgeCases, Evidence, Routing

_BY_FIELD = {
    "evidence": Evidence(),
    "bounds": Bounds(),
    "edge_cases": EdgeCases(),
    "compliance": Compliance(),
    "routing": Routing(),
}
_NAMES = tuple(one.name for one in fields(Settings))


def settled(defaults: Settings, rule: Rule) -> Rule:
    """The rule with everything that the defaults say and it does not."""
    said = {name: getattr(rule, name) for name in _NAMES}
    usual = {name: getattr(defaults, name) for name in _NAMES}
    changes: dict[str, Any] = {
        name: _joined(said[name], usual[name]) if name in _BY_FIELD else usual[name]
        for name in _NAMES
        if usual[name] is not None and (said[name] is None or name in _BY_FIELD)
    }
    empty: dict[str, Any] = {
        name: part for name, part in _BY_FIELD.items() if said[name] is None and usual[name] is None
    }
    return replace(rule, **changes, **empty)


def _joined[Part: Closed](said: Part | None, usual: Part) -> Part:
    if said is None:
        return usual
    unsaid = {
        one.name: getattr(usual, one.name)
        for one in fields(said)  # type: ignore[arg-type]  # each part is a dataclass
        if getattr(said, one.name) is None
    }
    return replace(said, **unsaid)  # type: ignore[type-var]  # as above
