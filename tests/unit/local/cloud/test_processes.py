import json
import os
from pathlib import Path

import pytest

from local.cloud.identity import started_at
from local.cloud.processes import Supervisor


@pytest.fixture
def supervisor(tmp_path: Path) -> Supervisor:
    return Supervisor(tmp_path, ready_timeout_seconds=1)


def _write(folder: Path, **record: object) -> Path:
    path = folder / "processes" / "thing.json"
    path.parent.mkdir()
    path.write_text(json.dumps(record))
    return path


def test_a_process_with_our_number_but_another_start_is_not_ours(tmp_path: Path, supervisor: Supervisor) -> None:
    _write(tmp_path, name="thing", pid=os.getpid(), started="long ago", port=1)

    assert supervisor.running("thing") is None


def test_stopping_a_stranger_with_our_number_leaves_it_alone(tmp_path: Path, supervisor: Supervisor) -> None:
    path = _write(tmp_path, name="thing", pid=os.getpid(), started="long ago", port=1)

    assert not supervisor.stop("thing")
    assert not path.exists()


def test_the_very_process_that_was_written_down_is_ours(tmp_path: Path, supervisor: Supervisor) -> None:
    _write(tmp_path, name="thing", pid=os.getpid(), started=started_at(os.getpid()), port=7)

    record = supervisor.running("thing")

    assert record is not None
    assert record.port == 7


@pytest.mark.parametrize("text", ["", "{", "{}", '{"pid": 1}'])
def test_a_damaged_record_counts_as_not_running(tmp_path: Path, supervisor: Supervisor, text: str) -> None:
    _write(tmp_path).write_text(text)

    assert supervisor.running("thing") is None
