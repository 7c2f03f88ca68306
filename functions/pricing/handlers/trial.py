"""Lambda: tries policies and explains decisions, for pricing's API, which carries no kernel (direct invocation)."""

from typing import Annotated

from pydantic import Field, TypeAdapter

from pricing.bootstrap.deciding import trial
from shared.contracts.policy_trials import CheckPolicy, ExplainDecision, PreviewPolicy
from shared.runtime.lambda_invoke import invoke_handler

question: TypeAdapter[CheckPolicy | PreviewPolicy | ExplainDecision] = TypeAdapter(
    Annotated[CheckPolicy | PreviewPolicy | ExplainDecision, Field(discriminator="action")],
)

handler = invoke_handler(question, trial())
