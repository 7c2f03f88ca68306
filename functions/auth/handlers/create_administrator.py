"""Lambda: creates an organisation's first administrator (invoked by an operator; no route leads here)."""

from pydantic import BaseModel, ConfigDict, Field, SecretStr, TypeAdapter

from auth.bootstrap import create_administrator
from auth.usecases.users import NewPerson
from shared.runtime.lambda_invoke import invoke_handler

create = create_administrator()


class Asked(BaseModel):
    """Whom to create, for which organisation."""

    # What does not fit is told without being shown: it may hold the password.
    model_config = ConfigDict(hide_input_in_errors=True)

    organisation: str = Field(min_length=1, max_length=100)
    email: str = Field(min_length=3, max_length=254)
    password: SecretStr


class Created(BaseModel):
    """The administrator, and whether they are new."""

    organisation_id: str
    user_id: str
    created: bool


async def serve(asked: Asked) -> Created:
    """Create the administrator unless there is one."""
    person = NewPerson(
        email=asked.email,
        name="Administrator",
        password=asked.password.get_secret_value(),
        roles=frozenset({"administrator"}),
    )
    user, created = await create(asked.organisation, person)
    return Created(organisation_id=user.organisation_id, user_id=user.user_id, created=created)


handler = invoke_handler(TypeAdapter(Asked), serve)
