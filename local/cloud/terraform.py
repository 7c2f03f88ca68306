"""The production Terraform applied to the emulator, and only when something changed."""

import hashlib
import json
import os
import shutil
import subprocess
from collections import deque
from collections.abc import Callable, Iterable

from local.cloud.config import LocalConfig
from local.cloud.errors import AnswerLost, NotRunning, TerraformFailed
from local.cloud.outputs import Outputs
from local.cloud.terraform_init import first_error, initialise
from local.cloud.terraform_root import VARIABLES_FILE, fingerprint, lay_out
from scripts.toolchain.terraform import find_terraform

PARALLELISM = 40
OUTPUT_SECONDS = 60
INTERRUPT_SECONDS = 20
OnProgress = Callable[[str], None]


class Terraform:
    """One local cloud's Terraform: its working copy, its state and what it last created."""

    def __init__(self, config: LocalConfig) -> None:
        self._config = config
        whose = "own" if config.starts_emulator else hashlib.sha256(config.endpoint.encode()).hexdigest()[:8]
        self._folder = config.state_dir / "terraform" / whose
        self._root = self._folder / "root"
        self._state = self._folder / "terraform.tfstate"
        self._applied = self._folder / "applied.sha256"
        self._outputs = self._folder / "outputs.json"

    def forget(self) -> None:
        """Start from nothing: the emulator holds nothing of what the state lists."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def prepare(self) -> None:
        """Lay out the working copy and initialise it; what is needed before the emulator is there."""
        self._folder.mkdir(parents=True, exist_ok=True)
        lay_out(self._config, self._root)
        initialise(self._program(), self._root, self._environment(), f"-backend-config=path={self._state}")

    @property
    def was_applied(self) -> bool:
        """Whether the last apply came to its end."""
        return self._applied.exists() and self._outputs.exists()

    @property
    def is_applied(self) -> bool:
        """Whether the last apply was for exactly what is there now."""
        lay_out(self._config, self._root)
        return self.was_applied and self._applied.read_text("ascii") == fingerprint(self._config, self._root)

    def apply(self, on_progress: OnProgress) -> Outputs:
        """Create or change what differs; needs `prepare`."""
        self._applied.unlink(missing_ok=True)
        wanted = fingerprint(self._config, self._root)
        self._run_apply(on_progress)
        outputs = Outputs.parse(self._read_outputs())
        outputs.save(self._outputs)
        self._applied.write_text(wanted, encoding="ascii")
        return outputs

    def outputs(self) -> Outputs:
        """What the last apply created."""
        if not self._outputs.exists():
            raise NotRunning("nothing has been deployed to the local cloud yet: run `make run` first")
        return Outputs.load(self._outputs)

    def _run_apply(self, on_progress: OnProgress) -> None:
        files = [f"-var-file={name}" for name in ("environments/local.tfvars", VARIABLES_FILE)]
        command = ["apply", "-json", "-auto-approve", "-input=false", f"-parallelism={PARALLELISM}", *files]
        with subprocess.Popen(
            [self._program(), f"-chdir={self._root}", *command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=self._environment(),
        ) as process:
            try:
                errors = _follow(process.stdout or (), on_progress)
            except BaseException:
                _end(process)
                raise
        if process.returncode:
            raise failure(errors)

    def _read_outputs(self) -> str:
        command = [self._program(), f"-chdir={self._root}", "output", "-json"]
        done = subprocess.run(
            command, check=False, capture_output=True, text=True, timeout=OUTPUT_SECONDS, env=self._environment()
        )
        if done.returncode:
            raise TerraformFailed(f"terraform output failed: {first_error(done.stderr)}")
        return done.stdout

    def _environment(self) -> dict[str, str]:
        data = {"TF_DATA_DIR": str(self._folder / "data"), "TF_IN_AUTOMATION": "1", "CHECKPOINT_DISABLE": "1"}
        # On a busy machine the provider drops connections whose answer is there before it has noticed that its question
        # is sent, and asks again for what it has made by then. One thread for its code makes that rare.
        return {**os.environ, **self._config.credentials, **data, "GOMAXPROCS": "1"}

    def _program(self) -> str:
        found = find_terraform()
        if found is None:
            raise TerraformFailed("Terraform is missing: run `make setup`, or install it and put it on PATH")
        return found


def failure(errors: Iterable[str]) -> TerraformFailed:
    """What an apply that ended with these errors failed of."""
    said = f"terraform apply failed: {' | '.join(errors)}"
    return AnswerLost(said) if "already exists" in said else TerraformFailed(said)


def _end(process: subprocess.Popen[str]) -> None:
    """Let an interrupted apply, which the terminal told as well, write down what it made."""
    try:
        process.wait(INTERRUPT_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()


def _follow(lines: Iterable[str], on_progress: OnProgress) -> deque[str]:
    """Report how far the apply is; returns its last errors."""
    errors: deque[str] = deque(maxlen=3)
    planned = done = 0
    for line in lines:
        if not line.startswith("{"):
            errors.append(line.strip())
            continue
        match json.loads(line):
            case {"type": "planned_change"}:
                planned += 1
            case {"type": "apply_complete", "hook": {"action": action}} if action != "read":
                done += 1
                on_progress(f"{done} of {planned} resources")
            case {"type": "diagnostic", "diagnostic": {"severity": "error", "summary": summary, **more}}:
                errors.append(" ".join(f"{summary} {more.get('detail', '')}".split()))
    return errors
