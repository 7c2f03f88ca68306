"""The error body of every HTTP answer (RFC 9457)."""

from pydantic import BaseModel, Field


class ProblemFault(BaseModel):
    """One thing that is wrong: a JSON Pointer to where it stands, and how to mend it."""

    pointer: str
    detail: str


class Problem(BaseModel):
    """A problem document: `type` names the error and is explained in the documentation."""

    type: str = Field(examples=["/problems/policy/contradictory-bounds"])
    title: str
    status: int
    detail: str
    instance: str = Field(examples=["urn:request:4c2f…"])
    errors: list[ProblemFault] = []
