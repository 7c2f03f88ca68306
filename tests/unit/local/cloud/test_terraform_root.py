import json
from collections.abc import Callable
from pathlib import Path

import pytest

from local.cloud.config import LocalConfig
from local.cloud.terraform_root import VARIABLES_FILE, fingerprint, lay_out


@pytest.fixture
def config(tmp_path: Path) -> LocalConfig:
    root = tmp_path / "terraform"
    (root / "modules" / "function").mkdir(parents=True)
    (root / "tests").mkdir()
    (root / "main.tf").write_text('output "a" { value = 1 }')
    (root / "modules" / "function" / "main.tf").write_text("# a function")
    (root / "tests" / "main.tftest.hcl").write_text("")
    (root / "leftover_override.tf").write_text("")
    artifacts = tmp_path / "artifacts"
    artifacts.mkdir()
    (artifacts / "auth.zip").write_bytes(b"zip")
    return LocalConfig(state_dir=tmp_path, terraform_dir=root, artifacts_dir=artifacts, aws_endpoint_url=None)


def _print(config: LocalConfig) -> str:
    folder = config.state_dir / "copy"
    lay_out(config, folder)
    return fingerprint(config, folder)


def test_the_copy_has_the_root_and_what_only_this_machine_knows(config: LocalConfig, tmp_path: Path) -> None:
    lay_out(config, tmp_path / "copy")

    names = {str(path.relative_to(tmp_path / "copy")) for path in (tmp_path / "copy").rglob("*") if path.is_file()}
    assert names == {"main.tf", "modules/function/main.tf", "local_override.tf", VARIABLES_FILE}
    variables = json.loads((tmp_path / "copy" / VARIABLES_FILE).read_text())
    assert variables["public_url"] == config.api_url
    assert set(variables["mongodb_uris"]) == {"assistant", "auth", "pricing", "products", "scheduler"}


def test_only_this_user_may_read_the_connection_strings(config: LocalConfig, tmp_path: Path) -> None:
    lay_out(config, tmp_path / "copy")

    assert (tmp_path / "copy" / VARIABLES_FILE).stat().st_mode & 0o077 == 0


def test_nothing_changed_means_the_same_fingerprint(config: LocalConfig) -> None:
    assert _print(config) == _print(config)


@pytest.mark.parametrize(
    "change",
    [
        lambda config: (config.terraform_dir / "main.tf").write_text("# other"),
        lambda config: (config.artifacts_dir / "auth.zip").write_bytes(b"other"),
        lambda config: (config.terraform_dir / "more.tf").write_text(""),
    ],
)
def test_any_change_of_code_or_topology_changes_the_fingerprint(
    config: LocalConfig, change: Callable[[LocalConfig], None]
) -> None:
    before = _print(config)

    change(config)

    assert _print(config) != before


def test_another_store_changes_the_fingerprint(config: LocalConfig) -> None:
    other = config.model_copy(update={"mongodb_uri": "mongodb://127.0.0.1:1"})

    assert _print(other) != _print(config)
