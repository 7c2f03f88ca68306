"""What Terraform created, as tools need it."""

import json
from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, ConfigDict


class Outputs(BaseModel):
    """The outputs of the Terraform root that tools read; others are left alone."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    api_url: str
    artifacts_bucket: str
    event_bus: str
    functions: dict[str, str]
    queues: dict[str, str]
    dead_letter_queues: dict[str, str] = {}

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read what `terraform output -json` prints."""
        outputs: dict[str, dict[str, Any]] = json.loads(text)
        return cls.model_validate({name: output["value"] for name, output in outputs.items()})

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read what an earlier run saved."""
        return cls.model_validate_json(path.read_text(encoding="utf-8"))

    def save(self, path: Path) -> None:
        """Keep them for runs that skip Terraform."""
        path.write_text(self.model_dump_json(indent=2), encoding="utf-8")
