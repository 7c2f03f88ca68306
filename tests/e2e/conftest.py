"""These tests may talk to servers on this machine, and to nothing else."""

from collections.abc import Iterator

import pytest
from pytest_socket import _remove_restrictions, socket_allow_hosts

from local.cloud.stack import Stack
from local.job import run
from local.job.account import Account
from local.job.material import sample_material

LOOPBACK = ["127.0.0.1", "::1", "localhost"]


@pytest.fixture(autouse=True)
def _loopback_only() -> Iterator[None]:
    socket_allow_hosts(LOOPBACK, allow_unix_socket=True)
    yield
    _remove_restrictions()


@pytest.fixture(scope="session")
def account(stack: Stack) -> Account:
    """The account of the main job on the sample market, done once on the session's stack."""
    return run(stack, sample_material())
