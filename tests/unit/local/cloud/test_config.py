from pathlib import Path

import pytest
from pydantic import ValidationError

from local.cloud.config import ROOT, LocalConfig


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)


def test_without_settings_everything_is_started_here_on_loopback() -> None:
    config = LocalConfig()

    assert config.starts_emulator
    assert config.endpoint == "http://127.0.0.1:4566"
    assert config.mongodb == "mongodb://127.0.0.1:27117/?directConnection=true"
    assert config.valkey == "redis://127.0.0.1:6479/0"
    assert config.api_url == "http://127.0.0.1:4566/_aws/execute-api/a6a6a6a6"
    assert config.state_dir == ROOT / ".local" / "cloud"


def test_a_foreign_endpoint_is_used_and_not_started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:14566/")

    config = LocalConfig()

    assert not config.starts_emulator
    assert config.credentials["AWS_ENDPOINT_URL"] == "http://127.0.0.1:14566"
    assert config.api_url == "http://127.0.0.1:14566/_aws/execute-api/a6a6a6a6/$default"


def test_our_own_name_of_the_endpoint_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("OMNIPRICEX_LOCAL_AWS_ENDPOINT_URL", "http://127.0.0.1:2")

    assert LocalConfig().endpoint == "http://127.0.0.1:2"


def test_a_mongodb_of_ones_own_is_used_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMNIPRICEX_LOCAL_MONGODB_URI", "mongodb://me:secret@127.0.0.1:27017/?replicaSet=rs0")

    assert LocalConfig().mongodb == "mongodb://me:secret@127.0.0.1:27017/?replicaSet=rs0"


def test_a_port_that_is_no_number_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMNIPRICEX_LOCAL_AWS_PORT", "many")

    with pytest.raises(ValidationError, match="aws_port"):
        LocalConfig()


def test_settings_cannot_change_afterwards(tmp_path: Path) -> None:
    config = LocalConfig(state_dir=tmp_path)

    with pytest.raises(ValidationError, match="frozen"):
        config.aws_port = 1  # type: ignore[misc]  # what the test is about


def test_every_setting_is_documented() -> None:
    guide = (ROOT / "docs" / "local.md").read_text(encoding="utf-8")

    assert [name for name in LocalConfig.model_fields if f"`{name.upper()}`" not in guide] == []
