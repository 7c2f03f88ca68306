"""The local cloud as one thing: up, down, and what is in it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Self

from local.cloud import artifacts, ministack, mongodb, valkey
from local.cloud.config import PREFIX, LocalConfig
from local.cloud.errors import AnswerLost, NotReady, NotRunning
from local.cloud.functions import Functions
from local.cloud.outputs import Outputs
from local.cloud.processes import Service, Supervisor
from local.cloud.progress import Step, Steps
from local.cloud.terraform import Terraform

TITLES = {
    ministack.NAME: "AWS emulator (MiniStack, IAM enforced)",
    mongodb.NAME: "MongoDB (SecantusDB)",
    valkey.NAME: "Valkey",
}


STOP_SECONDS = 30
# Of an apply, where the emulator loses answers; each begins from nothing.
ATTEMPTS = 3


class Stack:
    """One local cloud: stores, emulator and the topology deployed to it."""

    def __init__(self, config: LocalConfig, steps: Steps | None = None) -> None:
        self.config = config
        self.steps = steps or Steps()
        self.supervisor = Supervisor(config.state_dir, ready_timeout_seconds=config.ready_timeout_seconds)
        self._terraform = Terraform(config)
        self._outputs: Outputs | None = None

    @property
    def outputs(self) -> Outputs:
        """What is deployed; fails when nothing is."""
        if self._outputs is None:
            self._outputs = self._terraform.outputs()
        return self._outputs

    @property
    def functions(self) -> Functions:
        """The deployed functions, to be run directly."""
        return Functions(self.config, self.outputs)

    def up(self, *, build: bool = True) -> Self:
        """Have all of it running and deployed; when that fails, what this call started is stopped again."""
        self.config.state_dir.mkdir(parents=True, exist_ok=True)
        try:
            with self.steps:
                self._start_everything(build=build)
                self._deploy()
        except BaseException:
            self.undo()
            raise
        return self

    def undo(self) -> None:
        """Stop what this object started, and not what was up before."""
        self._stop(list(self.supervisor.started))

    def down(self) -> list[str]:
        """Stop what we started, in this run or an earlier one, and nothing else; returns what was stopped."""
        with self.steps:
            return self._stop(self.supervisor.all_running())

    def restart_emulator(self) -> None:
        """Stop the AWS emulator and start it again from what it saved; the stores stay up."""
        with self.steps:
            self._stop([ministack.NAME])
            self._start_emulator()

    def require_running(self) -> Self:
        """Fail with a sentence when the emulator is not up."""
        if not ministack.answers(self.config.endpoint):
            raise NotRunning("the local cloud is not up: run `make run` first")
        return self

    def _start_everything(self, *, build: bool) -> None:
        work: list[Callable[[], None]] = [self._start_emulator, self._start_mongodb, self._start_valkey]
        if build:
            work.append(self._build)
        with ThreadPoolExecutor(len(work)) as pool:
            futures = [pool.submit(task) for task in work]
        for future in futures:
            future.result()

    def _start_mongodb(self) -> None:
        if self.config.mongodb_uri:
            _require(mongodb.answers(self.config.mongodb), "MongoDB", "MONGODB_URI")
        else:
            self._start(mongodb.service(self.config))

    def _start_valkey(self) -> None:
        if self.config.valkey_url:
            _require(valkey.answers(self.config.valkey), "Valkey", "VALKEY_URL")
        else:
            self._start(valkey.service(self.config))

    def _start_emulator(self) -> None:
        if not self.config.starts_emulator:
            _require(ministack.answers(self.config.endpoint), "AWS endpoint", "AWS_ENDPOINT_URL")
            return
        if self.supervisor.running(ministack.NAME):
            return
        whole = ministack.take_snapshot(self.config, usable=self._terraform.was_applied)
        if not whole:
            self._terraform.forget()
        try:
            self._start(ministack.service(self.config), "restored" if whole else "")
        except BaseException:
            if whole:
                ministack.mark_saved(self.config)
            raise

    def _start(self, service: Service, note: str = "") -> None:
        with self.steps.step(TITLES[service.name]) as step:
            if self.supervisor.start(service):
                step.note(note)
            else:
                step.note("up already")

    def _build(self) -> None:
        with self.steps.step("Artefacts (layer and five houses)"):
            artifacts.build(self.config)

    def _deploy(self) -> None:
        with self.steps.step("Terraform (the production root)") as step:
            if self._terraform.is_applied:
                step.note("nothing changed since the last apply")
                return
            self._outputs = self._apply_until_whole(step)
        with self.steps.step("Databases (indexes)"):
            self.functions.migrate()

    def _apply_until_whole(self, step: Step) -> Outputs:
        for left in reversed(range(ATTEMPTS)):
            try:
                return self._apply(step)
            except AnswerLost:
                if left == 0 or not self.config.starts_emulator:
                    raise
                # What it made and Terraform does not know of would be in the way of each further apply.
                self._stop([ministack.NAME])
                self._start_emulator()
        raise AssertionError

    def _apply(self, step: Step) -> Outputs:
        step.note("initialising")
        self._terraform.prepare()
        return self._terraform.apply(step.note)

    def _stop(self, names: list[str]) -> list[str]:
        # The emulator first: its functions use the stores until they end.
        if ministack.NAME in names:
            ended = self._stop_one(ministack.NAME, ministack.STOP_SECONDS)
            if ended:
                ministack.mark_saved(self.config)
            ministack.clear_workspaces(self.config)
        for name in names:
            if name != ministack.NAME:
                self._stop_one(name, STOP_SECONDS)
        return names

    def _stop_one(self, name: str, seconds: float) -> bool:
        with self.steps.step(f"Stopping {TITLES.get(name, name)}"):
            return self.supervisor.stop(name, seconds=seconds)


def _require(answers: bool, what: str, setting: str) -> None:  # noqa: FBT001 - a yes or no is the whole question
    if not answers:
        raise NotReady(f"no {what} answers at the address in {PREFIX}{setting}: start it, or unset it to get one here")
