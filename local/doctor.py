"""Say what this machine has and what it lacks, one line each."""

import shutil
import sys
from pathlib import Path

from rich.console import Console

from local.cloud import ministack, mongodb, valkey
from local.cloud.config import LocalConfig
from local.cloud.processes import Service, Supervisor, port_is_free
from scripts.toolchain.terraform import find_mirror, find_terraform

SERVICES = (ministack, mongodb, valkey)


def doctor(config: LocalConfig, console: Console) -> int:
    """Print the findings; returns 1 when something is missing."""
    terraform = find_terraform()
    mirror = find_mirror()
    findings = [
        (
            sys.version_info[:2] == (3, 13),
            f"Python {sys.version.split()[0]}",
            "Python 3.13 is wanted: run `make setup`",
        ),
        (terraform is not None, f"Terraform {terraform}", "Terraform is missing: run `make setup`"),
        (True, f"AWS provider: {f'mirror {mirror}' if mirror else 'from the registry'}", ""),
        (config.terraform_dir.is_dir(), f"Terraform root {config.terraform_dir}", "the Terraform root is missing"),
        *(_service(config, module.service(config)) for module in SERVICES),
    ]
    for fine, good, bad in findings:
        console.print(f"  {'[green]✓[/]' if fine else '[red]✗[/]'} {good if fine else bad}", highlight=False)
    return 0 if all(fine for fine, _, _ in findings) else 1


def _service(config: LocalConfig, service: Service) -> tuple[bool, str, str]:
    program = Path(service.command[0])
    if not shutil.which(str(program)):
        return False, "", f"{service.name}: {program} is missing; {service.mend}"
    supervisor = Supervisor(config.state_dir, ready_timeout_seconds=config.ready_timeout_seconds)
    record = supervisor.running(service.name)
    if record:
        return True, f"{service.name} runs (process {record.pid}, port {record.port})", ""
    if port_is_free(service.port):
        return True, f"{service.name} is installed, port {service.port} is free", ""
    return False, "", f"{service.name}: port {service.port} is taken; set {service.setting} to another port"
