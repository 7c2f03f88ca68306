"""Every error that a caller can meet has a paragraph in docs/problems.md: what it means, why, and how to mend it."""

import importlib
import pkgutil
import re
from collections.abc import Iterator
from itertools import pairwise

import pytest

import shared
from scripts.packaging.recipe import HOUSES
from shared.kernel.errors import PlatformError
from tests.builders.events import ROOT

# Doors do their wiring when they are imported, and define no error.
DOORS = re.compile(r"\.handlers\b")
ROUTING = {"request/invalid", "platform/unexpected", "http/404", "http/405"}
HEADING = re.compile(r"^### `(?P<code>[^`]+)`$", re.MULTILINE)
TEXT = (ROOT / "docs" / "problems.md").read_text(encoding="utf-8")


def _load_everything() -> None:
    packages = [shared, *map(importlib.import_module, HOUSES)]
    for package in packages:
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not DOORS.search(module.name):
                importlib.import_module(module.name)


def _below(kind: type[PlatformError]) -> Iterator[type[PlatformError]]:
    for one in kind.__subclasses__():
        yield one
        yield from _below(one)


@pytest.fixture(scope="module")
def errors() -> list[type[PlatformError]]:
    """Every error class of the platform."""
    _load_everything()
    every: list[type[PlatformError]] = [PlatformError, *_below(PlatformError)]
    return [one for one in every if not one.__module__.startswith("tests.")]


@pytest.fixture(scope="module")
def sections() -> dict[str, str]:
    """The paragraphs of docs/problems.md by code."""
    found = [*HEADING.finditer(TEXT)]
    ends = [*(one.start() for one in found[1:]), len(TEXT)]
    return {one["code"]: TEXT[one.end() : end].strip() for one, end in zip(found, ends, strict=True)}


def test_the_houses_errors_are_found(errors: list[type[PlatformError]]) -> None:
    assert {"auth", "products", "pricing", "scheduler", "assistant", "shared"} <= {
        one.__module__.split(".")[0] for one in errors
    }
    assert len(errors) >= 40


def test_every_code_is_documented_and_nothing_else(errors: list[type[PlatformError]], sections: dict[str, str]) -> None:
    assert set(sections) == {one.code for one in errors} | ROUTING


def test_every_error_has_a_code_and_a_title_of_its_own(errors: list[type[PlatformError]]) -> None:
    # A detail of a driver that adds nothing to its kind keeps the kind's code.
    own = [one for one in errors if "code" in vars(one)]

    assert len({one.code for one in own}) == len(own)
    assert all("title" in vars(one) for one in own)
    assert all(re.fullmatch(r"[a-z0-9]+/[a-z0-9-]+", one.code) for one in errors)


def test_every_paragraph_says_what_it_means_and_how_to_mend_it(sections: dict[str, str]) -> None:
    short = [code for code, text in sections.items() if len(text) < 80 or "Mend" not in text]

    assert short == []


def test_codes_are_in_the_order_of_the_alphabet_within_their_part() -> None:
    for part in TEXT.split("\n## ")[1:]:
        codes = [one["code"] for one in HEADING.finditer(part)]
        assert all(first < second for first, second in pairwise(codes)), part.splitlines()[0]
