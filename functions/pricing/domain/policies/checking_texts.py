"""Check what a policy says in words: its names and descriptions must not speak of agreements with rivals."""

from collections.abc import Iterator
from itertools import islice

from pricing.domain.policies.compiled import Compiled, competitors_of
from pricing.domain.policies.document import PolicyDocument
from pricing.domain.policies.findings import Finding
from pricing.domain.policies.wording import anti_competitive, plain

MOST_FOUND = 100
MOST_NAMES = 10_000
"""Competitors whose names are looked for."""


def text_findings(made: Compiled) -> Iterator[Finding]:
    """Every text that speaks of agreements with rivals, or of steering them; the first hundred of them."""
    named = (name for plan in made.plan.rules[: len(made.rules)] for name in competitors_of(plan))
    names = frozenset(plain(name) for name in islice(named, MOST_NAMES))
    yield from islice(_found(made.document, names), MOST_FOUND)


def _found(document: PolicyDocument, names: frozenset[str]) -> Iterator[Finding]:
    for pointer, rule, text in _texts(document):
        words = anti_competitive(text, names)
        if words is not None:
            yield Finding(
                code="ANTI_COMPETITIVE",
                severity="error",
                rule=rule,
                message=f"«{words}» speaks of an agreement with rivals, or of steering them",
                mend="decide alone, from what rivals show in public; say what the rule does, without them",
                pointer=pointer,
            )


def _texts(document: PolicyDocument) -> Iterator[tuple[str, str | None, str]]:
    yield "/name", None, document.name
    yield "/description", None, document.description
    for place, rule in enumerate(document.rules):
        yield f"/rules/{place}/name", rule.name, rule.name
    for place, case in enumerate(document.tests):
        yield f"/tests/{place}/name", None, case.name
