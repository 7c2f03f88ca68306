"""Reading messages: what a body says by its contract, and what is wrong with one that does not fit."""

from dataclasses import dataclass
from typing import Any, Literal

from pydantic import TypeAdapter, ValidationError
from pydantic_core import from_json

from shared.contracts.envelope import Event
from shared.kernel.errors import Rejected
from shared.runtime.claims import Claim, ClaimLost, Claims

type Reason = Literal["malformed", "schema", "unknown-type", "unknown-version", "rejected"]

# Where a contract says that it does not know the type: a union by its tag, a single message by its literal.
TAG_ERRORS = frozenset({"union_tag_invalid", "union_tag_not_found"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Why a message can never succeed, and what is known of it all the same."""

    reason: Reason
    detail: str
    organisation_id: str | None
    traceparent: str | None


class Contract[E: Event]:
    """What messages of one queue say."""

    def __init__(
        self,
        contract: type[E] | Any,  # noqa: ANN401 - a type expression, such as a union
        claims: Claims,
    ) -> None:
        self._reading: TypeAdapter[E] = TypeAdapter(contract)
        self._claims = claims

    async def read(self, body: str) -> E:
        """The message in a body, or in the body that it claims; `ValidationError` when it does not fit."""
        if '"claim"' not in body:
            return self._reading.validate_json(body)
        envelope = _document(body)
        if "claim" not in envelope:
            return self._reading.validate_json(body)
        claim = Claim.model_validate(envelope["claim"])
        organisation_id = str(envelope.get("organisation_id", ""))
        message = self._reading.validate_json(await self._claims.redeem(claim, organisation_id))
        if message.organisation_id != organisation_id:
            raise ClaimLost(f"{claim.key} is not {organisation_id}'s")
        return message


def fault_of(body: str, error: ValidationError | Rejected) -> Fault:
    """What is wrong with a message, for its quarantine."""
    known = _document(body)
    reason, detail = _reason(error)
    return Fault(
        reason=reason,
        detail=detail,
        organisation_id=_text(known.get("organisation_id")),
        traceparent=_text(known.get("traceparent")),
    )


def _reason(error: ValidationError | Rejected) -> tuple[Reason, str]:
    if isinstance(error, Rejected):
        return "rejected", f"{error.code}: {error.detail}"
    found = error.errors(include_input=False, include_url=False)
    detail = "; ".join(f"{'/'.join(map(str, one['loc']))}: {one['msg']}" for one in found)
    if any(one["type"] == "json_invalid" for one in found):
        return "malformed", detail
    if any(one["type"] in TAG_ERRORS or one["loc"][-1:] == ("type",) for one in found):
        return "unknown-type", detail
    if any(one["loc"][-1:] == ("version",) for one in found):
        return "unknown-version", detail
    return "schema", detail


def _document(body: str) -> dict[str, Any]:
    try:
        document = from_json(body)
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
