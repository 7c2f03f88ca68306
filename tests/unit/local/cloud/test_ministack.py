from pathlib import Path

import pytest

from local.cloud import ministack
from local.cloud.config import LocalConfig


@pytest.fixture
def config(tmp_path: Path) -> LocalConfig:
    return LocalConfig(state_dir=tmp_path, aws_endpoint_url=None)


def _saved(config: LocalConfig) -> Path:
    state = config.state_dir / "ministack" / "state"
    state.mkdir(parents=True)
    (state / "sqs.json").write_text("{}")
    return state


def test_what_a_proper_end_saved_is_used(config: LocalConfig) -> None:
    state = _saved(config)
    ministack.mark_saved(config)

    assert ministack.take_snapshot(config, usable=True)
    assert (state / "sqs.json").exists()


def test_what_a_killed_emulator_left_is_thrown_away(config: LocalConfig) -> None:
    state = _saved(config)
    ministack.mark_saved(config)
    ministack.take_snapshot(config, usable=True)

    assert not ministack.take_snapshot(config, usable=True)
    assert not state.exists()


def test_what_an_interrupted_apply_left_is_thrown_away(config: LocalConfig) -> None:
    state = _saved(config)
    ministack.mark_saved(config)

    assert not ministack.take_snapshot(config, usable=False)
    assert not state.exists()


def test_the_first_start_has_no_snapshot(config: LocalConfig) -> None:
    assert not ministack.take_snapshot(config, usable=True)


def test_iam_is_enforced_and_nothing_of_the_callers_reaches_functions(
    config: LocalConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "a real one")
    monkeypatch.setenv("PYTHONPATH", "/somewhere")

    environment = ministack.service(config).environment

    assert environment["AUTH"] == "true"
    assert environment["BIND_HOST"] == "127.0.0.1"
    assert not {"AWS_SECRET_ACCESS_KEY", "PYTHONPATH"} & set(environment)
