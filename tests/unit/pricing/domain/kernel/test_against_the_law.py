"""The kernel's columns and the scalar law agree on every field, to the cent, for generated plans and markets."""

from hypothesis import HealthCheck, Phase, given, settings

from pricing.domain.kernel.decide import decide
from tests.builders.kernel import in_units
from tests.oracle.columns import a_batch, verdicts
from tests.oracle.court import judge_all
from tests.oracle.markets import Case, cases


# A failure names its product: there is nothing to shrink to, and explaining costs minutes.
@settings(
    max_examples=250,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(cases())
def test_every_field_is_what_the_law_says(case: Case) -> None:
    batch = a_batch(case.goods, case.plan, finer=case.finer)

    made = verdicts(decide(batch), batch)

    law = judge_all(case.goods, case.plan)
    for one, verdict, said in zip(case.goods, made, law, strict=True):
        assert in_units(verdict, batch.tick) == in_units(said, batch.tick), one
