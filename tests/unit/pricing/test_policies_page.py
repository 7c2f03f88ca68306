"""Every policy on the page about policies reads, compiles, passes the checker and its own tests."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pricing.adapters.policy_text import policy_yaml, read_policy
from pricing.domain.decisions.deciding import decide
from pricing.domain.policies.checking import findings
from pricing.domain.policies.compiling import compile_policy, compiled
from pricing.domain.policies.trying import tried

PAGE = Path("docs/policies.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
NOW = datetime(2026, 11, 23, 6, tzinfo=UTC)


@pytest.mark.parametrize("text", EXAMPLES)
def test_an_example_of_the_page_is_what_it_says(text: str) -> None:
    document = read_policy(text.encode(), yaml=True)
    assert [
        one for one in findings(compile_policy(document), [], ["c1", "c2", "c3", "c9"], NOW) if one.severity != "info"
    ] == []
    assert document.tests
    for result in tried(compiled(document), decide):
        assert result.passed, result
    assert read_policy(policy_yaml(document).encode(), yaml=True) == document


def test_the_table_has_every_feature() -> None:
    for feature in [*(f"E{number}" for number in range(1, 28)), *(f"F{number}" for number in range(1, 11))]:
        assert f"| {feature} |" in PAGE
