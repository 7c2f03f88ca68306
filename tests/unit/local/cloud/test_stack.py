"""A deployment of which the emulator lost an answer is made once more, from nothing."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from local.cloud import ministack
from local.cloud.config import LocalConfig
from local.cloud.errors import AnswerLost, TerraformFailed
from local.cloud.processes import Service
from local.cloud.stack import Stack


@dataclass
class FakeTerraform:
    """Applies, unless it is to fail; remembers what it was asked."""

    failures: list[Exception]
    asked: list[str] = field(default_factory=list)
    made: object = field(default_factory=object)
    is_applied = False
    was_applied = False

    def prepare(self) -> None:
        self.asked.append("prepare")

    def apply(self, _: object) -> object:
        self.asked.append("apply")
        if self.failures:
            raise self.failures.pop(0)
        return self.made

    def forget(self) -> None:
        self.asked.append("forget")


@dataclass
class FakeSupervisor:
    """Starts and stops by name."""

    told: list[str] = field(default_factory=list)

    def start(self, service: Service) -> bool:
        self.told.append(f"start {service.name}")
        return True

    def stop(self, name: str, *, seconds: float) -> bool:
        assert seconds > 0
        self.told.append(f"stop {name}")
        return True

    def running(self, _: str) -> bool:
        return not self.told or self.told[-1].startswith("start")


class Deployed(Stack):
    """A stack whose functions need no migration."""

    @property
    def functions(self) -> Any:
        class Functions:
            def migrate(self) -> None:
                pass

        return Functions()


def deployed(folder: Path, *failures: Exception, **settings: Any) -> tuple[Deployed, FakeTerraform, FakeSupervisor]:
    stack = Deployed(LocalConfig(state_dir=folder, **settings))
    terraform, supervisor = FakeTerraform([*failures]), FakeSupervisor()
    stack._terraform, stack.supervisor = terraform, supervisor  # type: ignore[assignment]
    return stack, terraform, supervisor


def test_a_lost_answer_is_mended_by_beginning_anew(tmp_path: Path) -> None:
    stack, terraform, supervisor = deployed(tmp_path, AnswerLost("the role already exists"))
    left = tmp_path / ministack.NAME / "state" / "iam.json"
    left.parent.mkdir(parents=True)
    left.touch()

    stack._deploy()

    assert terraform.asked == ["prepare", "apply", "forget", "prepare", "apply"]
    assert supervisor.told == ["stop ministack", "start ministack"]
    assert not left.exists()
    assert stack._outputs is terraform.made


def test_answers_that_are_lost_each_time_are_told(tmp_path: Path) -> None:
    stack, terraform, _ = deployed(
        tmp_path, *(AnswerLost(f"{what} already exists") for what in ("the role", "the group", "the queue"))
    )

    with pytest.raises(AnswerLost, match="queue"):
        stack._deploy()
    assert terraform.asked.count("apply") == 3


def test_what_terraform_refuses_is_not_asked_again(tmp_path: Path) -> None:
    stack, terraform, supervisor = deployed(tmp_path, TerraformFailed("no such variable"))

    with pytest.raises(TerraformFailed, match="variable"):
        stack._deploy()
    assert (terraform.asked, supervisor.told) == (["prepare", "apply"], [])


def test_an_emulator_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    mine = {"aws_endpoint_url": "http://127.0.0.1:4566"}
    stack, _, supervisor = deployed(tmp_path, AnswerLost("the role already exists"), **mine)

    with pytest.raises(AnswerLost):
        stack._deploy()
    assert supervisor.told == []
