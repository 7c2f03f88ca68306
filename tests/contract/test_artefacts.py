"""The zips: the same bytes twice, bytecode that needs no look at its source, nothing of this machine inside."""

import importlib.util
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.build import CACHE, build_all
from scripts.packaging import archive, bytecode
from scripts.packaging.recipe import ARTIFACTS, PLATFORMS, ROOT

UNCHECKED_HASH = 0b01
NAMES = [artifact.name for artifact in ARTIFACTS]


@pytest.fixture(scope="module")
def artifacts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The zips for this machine; libraries come from the build's own cache."""
    folder = tmp_path_factory.mktemp("artifacts")
    build_all(PLATFORMS["local"], folder)
    return folder


def sources(path: Path) -> Iterator[tuple[str, bytes, bytes | None]]:
    """Every module in a zip with its source and its bytecode."""
    with zipfile.ZipFile(path) as opened:
        names = set(opened.namelist())
        for name in sorted(name for name in names if name.endswith(".py")):
            compiled = importlib.util.cache_from_source(name, optimization="")
            yield name, opened.read(name), opened.read(compiled) if compiled in names else None


def test_two_builds_are_the_same_bytes(artifacts: Path, tmp_path: Path) -> None:
    build_all(PLATFORMS["local"], tmp_path)

    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {
        path.name: path.read_bytes() for path in artifacts.iterdir()
    }


def test_libraries_compiled_twice_are_the_same_bytes(tmp_path: Path) -> None:
    folders = [tmp_path / "one", tmp_path / "two"]
    for folder in folders:
        shutil.copytree(ROOT / "layers" / "shared", folder / "shared", ignore=shutil.ignore_patterns("__pycache__"))

    first, second = (bytecode.with_compiled(folder, prefix="python/", unpacked="/opt/") for folder in folders)

    assert first == second


@pytest.mark.parametrize("name", NAMES)
def test_every_module_has_bytecode_that_nobody_checks(artifacts: Path, name: str) -> None:
    modules = list(sources(artifacts / f"{name}.zip"))

    assert modules
    for module, source, compiled in modules:
        assert compiled is not None, f"{module} has no bytecode"
        assert compiled[:4] == importlib.util.MAGIC_NUMBER, module
        assert int.from_bytes(compiled[4:8], "little") == UNCHECKED_HASH, module
        assert compiled[8:16] == importlib.util.source_hash(source), module


def test_python_takes_the_bytecode_whatever_the_date_of_the_source(tmp_path: Path) -> None:
    package = tmp_path / "door"
    package.mkdir()
    (package / "__init__.py").write_text("ORIGIN = 'bytecode'\n", encoding="utf-8")
    bytecode.with_compiled(tmp_path, prefix="", unpacked="/var/task/")
    (package / "__init__.py").write_text("ORIGIN = 'source'\n", encoding="utf-8")

    answered = subprocess.run(
        [
            sys.executable,
            "-I",
            "-S",
            "-c",
            f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import door; print(door.ORIGIN)",
        ],
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    )

    assert answered.stdout.strip() == "bytecode"


@pytest.mark.parametrize("name", NAMES)
def test_entries_are_dated_1980_and_plain(artifacts: Path, name: str) -> None:
    with zipfile.ZipFile(artifacts / f"{name}.zip") as opened:
        entries = opened.infolist()

    assert len({entry.filename for entry in entries}) == len(entries)
    assert {entry.date_time for entry in entries} == {archive.OLDEST_DATE}
    assert {entry.external_attr for entry in entries} == {archive.READABLE << 16}


@pytest.mark.parametrize("name", NAMES)
def test_nothing_of_this_machine_is_inside(artifacts: Path, name: str) -> None:
    here = str(ROOT).encode()
    with zipfile.ZipFile(artifacts / f"{name}.zip") as opened:
        names = opened.namelist()
        own = [entry for entry in names if entry.startswith(("python/shared/", f"{name}/"))]

        assert not [entry for entry in names if entry.rsplit("/", 1)[-1] in {"RECORD", "INSTALLER", "direct_url.json"}]
        assert own
        assert not [entry for entry in own if here in opened.read(entry)]


def test_a_source_that_is_not_python_is_named(tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text("def\n", encoding="utf-8")

    with pytest.raises(bytecode.BrokenSource, match=r"broken\.py"):
        bytecode.with_compiled(tmp_path, prefix="", unpacked="/var/task/")


def test_the_cache_is_beside_the_artefacts() -> None:
    assert CACHE.is_relative_to(ROOT / "build")
