"""One version of a policy: a document as somebody saved it, which never changes."""

from dataclasses import dataclass
from datetime import datetime

from pricing.domain.policies.document import PolicyDocument


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """A policy's document with whose it is, who wrote it and when. `document_hash` is the sha256 of its stored form.

    `approved_by` is a colleague who read it: without one no price of a run that its author started goes unread.
    """

    policy_id: str
    version: int
    organisation_id: str
    author_id: str
    created_at: datetime
    document: PolicyDocument
    document_hash: str
    approved_by: str | None = None
    approved_at: datetime | None = None

    @property
    def shop_id(self) -> str:
        """The shop whose prices it decides."""
        return self.document.shop

    @property
    def name(self) -> str:
        """What people call it."""
        return self.document.name

    @property
    def currency(self) -> str:
        """The currency of its amounts, the shop's own."""
        return self.document.currency
