"""The market as a service of the local cloud, and the way to move its clock."""

import json
import sys
from pathlib import Path

import httpx2

from local.cloud.config import HOST, PREFIX, LocalConfig
from local.cloud.environment import clean_environment
from local.cloud.processes import Service
from local.cloud.stack import Stack
from local.job.material import Material

NAME = "market"
CONTROL_HOST = "market.control"
PROBE_SECONDS = 1.0


def market_service(config: LocalConfig, material: Material) -> Service:
    """How to run the market that the material describes."""
    command = [sys.executable, "-m", "local.market", "--port", str(config.market_port)]
    if material.market is not None:
        catalogue = config.state_dir / "market.json"
        catalogue.write_text(json.dumps(material.market), encoding="utf-8")
        command += ["--catalogue", str(catalogue)]
    if material.pages is not None:
        command += ["--pages", str(material.pages)]
    return Service(
        name=NAME,
        command=tuple(command),
        environment=clean_environment(config.state_dir) | {"PYTHONPATH": str(Path(__file__).resolve().parents[2])},
        port=config.market_port,
        setting=PREFIX + "MARKET_PORT",
        mend="run `make run` again",
        is_ready=lambda: _answers(config),
    )


def open_market(stack: Stack, material: Material) -> None:
    """Have the material's market running; one that runs already may sell another catalogue."""
    stack.supervisor.stop(NAME)
    stack.supervisor.start(market_service(stack.config, material))


def _answers(config: LocalConfig) -> bool:
    try:
        return bool(control(config, {}))
    except httpx2.HTTPError:
        return False


def control(config: LocalConfig, order: dict[str, object]) -> dict[str, object]:
    """Tell the market what to do; returns its state."""
    url = f"http://{HOST}:{config.market_port}/_control"
    answered = httpx2.post(url, json=order, headers={"Host": CONTROL_HOST}, timeout=PROBE_SECONDS, trust_env=False)
    answered.raise_for_status()
    state: dict[str, object] = answered.json()
    return state
