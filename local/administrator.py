"""The first administrator of a local cloud: created by the operator's function, kept for the next runs."""

import json
import secrets
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict

from local.cloud.errors import LocalCloudError
from local.cloud.stack import Stack

ROW = "auth-create-administrator"
PASSWORD_BYTES = 18


class NotCreated(LocalCloudError):
    """The administrator could not be created."""


class Administrator(BaseModel):
    """Who signs in to the local cloud."""

    model_config = ConfigDict(frozen=True)

    email: str
    password: str
    organisation: str

    @property
    def colleague(self) -> str:
        """The address of the one who approves."""
        return f"manager@{self.email.partition('@')[2]}"

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read who was created earlier."""
        return cls.model_validate_json(path.read_text(encoding="utf-8"))

    def save(self, path: Path) -> None:
        """Write it where only this user can read it."""
        path.touch(mode=0o600)
        path.write_text(self.model_dump_json(indent=2), encoding="utf-8")


def ensure_administrator(stack: Stack, domain: str = "example.com") -> Administrator:
    """Create an organisation's administrator once for each state folder; its domain says which organisation."""
    ours = domain == "example.com"
    path = stack.config.state_dir / ("administrator.json" if ours else f"administrator-{domain}.json")
    if path.exists():
        return Administrator.load(path)
    password = secrets.token_urlsafe(PASSWORD_BYTES)
    name = "Local organisation" if ours else domain
    administrator = Administrator(email=f"admin@{domain}", password=password, organisation=name)
    answer = stack.functions.invoke(ROW, administrator.model_dump())
    if answer.failed:
        raise NotCreated(
            f"{ROW} failed ({json.dumps(answer.payload)[:300]}); if this MongoDB holds an administrator "
            f"already, write its email, password and organisation to {path}"
        )
    administrator.save(path)
    return administrator
