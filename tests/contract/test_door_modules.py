"""What each door has loaded once it is open, from the zip and the layer alone: nothing heavy, nothing undeclared."""

import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from scripts.build import build_all
from scripts.doors import imported_modules, unpack
from scripts.function_table import read_table
from scripts.packaging.recipe import PLATFORMS

ROWS = {row.name: row for row in read_table()}
HEAVY = ("botocore", "pandas", "numpy", "google.genai", "yaml", "xlsxwriter", "resvg_py")
COMPUTES = frozenset({"pricing-decide", "pricing-simulate", "pricing-trial"})
FRAMEWORK = ("fastapi", "starlette", "mangum")
FETCHING = ("aiohttp", "selectolax", "stringzilla")
MEETS_THE_WEB = frozenset(
    {"pricing-deliver", "pricing-fetch-rates", "pricing-scan-pages", "pricing-write-shop", "products-pull-file"}
)
READS_PAGES = frozenset({"pricing-read-unread", "pricing-stored-pages"})


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """The path of each house as Lambda lays it out, files dated 1980."""
    artifacts = tmp_path_factory.mktemp("artifacts")
    build_all(PLATFORMS["local"], artifacts)
    houses = {row.house for row in ROWS.values()}
    return {house: unpack(artifacts, house, tmp_path_factory.mktemp(house)) for house in houses}


@cache
def opened(name: str, path: tuple[str, ...]) -> frozenset[str]:
    return frozenset(imported_modules(ROWS[name], list(path)))


def loaded(name: str, folders: dict[str, list[str]], packages: tuple[str, ...]) -> set[str]:
    """Which of the packages are in `sys.modules` after the door's start."""
    modules = opened(name, tuple(folders[ROWS[name].house]))
    return {package for package in packages if package in modules}


def test_the_table_names_every_door_file() -> None:
    root = Path(__file__).resolve().parents[2] / "functions"
    files = {
        f"{path.parts[-3]}.handlers.{path.stem}" for path in root.glob("*/handlers/*.py") if path.stem != "__init__"
    }

    assert {row.module for row in ROWS.values()} == files


@pytest.mark.parametrize("name", sorted(ROWS))
def test_no_door_starts_with_anything_heavy(name: str, folders: dict[str, list[str]]) -> None:
    assert loaded(name, folders, HEAVY) == ({"numpy"} if name in COMPUTES else set())


@pytest.mark.parametrize("name", sorted(name for name in ROWS if not name.endswith("-api")))
def test_no_worker_loads_the_web_framework(name: str, folders: dict[str, list[str]]) -> None:
    assert loaded(name, folders, FRAMEWORK) == set()


def test_the_authorizer_loads_neither_framework_nor_driver(folders: dict[str, list[str]]) -> None:
    assert loaded("auth-authorize", folders, (*FRAMEWORK, "pymongo", "valkey", "argon2")) == set()


@pytest.mark.parametrize("name", sorted(name for name in ROWS if name not in MEETS_THE_WEB))
def test_only_who_meets_the_web_loads_what_fetches(name: str, folders: dict[str, list[str]]) -> None:
    reads = {"selectolax", "stringzilla"} if name in READS_PAGES else set()
    assert loaded(name, folders, FETCHING) == reads


@pytest.mark.parametrize("house", ["products", "scheduler"])
def test_a_house_that_reads_time_zones_carries_them(house: str, folders: dict[str, list[str]]) -> None:
    code = (
        "import sys; sys.path[:0] = sys.argv[1:]; from shared.kernel import clock; print(clock.is_zone('Asia/Tokyo'))"
    )

    # An empty PYTHONTZPATH is a machine without a zone database of its own.
    answered = subprocess.run(
        [sys.executable, "-S", "-c", code, *folders[house]],
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
        env={"PYTHONTZPATH": ""},
    )

    assert answered.stdout.strip() == "True"
