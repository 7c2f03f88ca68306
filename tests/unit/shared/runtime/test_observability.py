"""What functions say of themselves: whose it is on every line, and no secret on any."""

import asyncio
import io
import json
from dataclasses import dataclass
from typing import Any

import pytest

from shared.runtime.observability import HIDDEN, bind, emit, invocation, logger, span, unit
from tests.fakes.cloud import FakeLambdaContext

CANARIES = {
    "password": "correct horse battery staple",
    "token": "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ1c3JfMSJ9.c2lnbmF0dXJl",
    "database": "mongodb+srv://pricing:s3cr3t-word@cluster.example/omnipricex",
    "cache": "rediss://default:an0ther@cache.example:6379/0",
    "header": "Bearer opaque-key-0123456789",
    "person": "jane.doe@example.com",
}


def lines(out: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.splitlines()]


@dataclass
class Said:
    """The log lines of a test."""

    stream: io.StringIO

    def lines(self) -> list[dict[str, Any]]:
        return lines(self.stream.getvalue())


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> Said:
    stream = io.StringIO()
    monkeypatch.setattr(logger.registered_handler, "stream", stream)
    return Said(stream)


def test_no_line_holds_a_secret(said: Said) -> None:
    logger.info("signed in", password=CANARIES["password"], uri=CANARIES["database"], authorization=CANARIES["token"])
    logger.warning("all in text", text=" ".join(set(CANARIES.values()) - {CANARIES["password"]}))
    try:
        raise ValueError(f"cannot reach {CANARIES['database']} with {CANARIES['header']}")
    except ValueError:
        logger.exception("failed")

    text = said.stream.getvalue()

    for canary in ("correct horse", "s3cr3t-word", "an0ther", "opaque-key", "eyJzdWIi", "jane.doe"):
        assert canary not in text
    assert all(said.lines()[0][key] == HIDDEN for key in ("password", "uri", "authorization"))
    assert "cluster.example" in text


def test_keys_stand_on_every_line_of_their_unit_and_on_no_other(said: Said) -> None:
    with unit():
        bind(organisation_id="org_a", job_id="job_1")
        logger.info("first")
        logger.info("second")
    logger.info("third")

    first, second, third = said.lines()
    assert (first["organisation_id"], first["job_id"]) == ("org_a", "job_1")
    assert second["organisation_id"] == "org_a"
    assert "organisation_id" not in third
    assert "job_id" not in third


def test_units_at_the_same_time_do_not_mix_their_keys(said: Said) -> None:
    async def one(organisation: str) -> None:
        with unit():
            bind(organisation_id=organisation)
            await asyncio.sleep(0)
            logger.info(organisation)

    async def several() -> None:
        await asyncio.gather(*(one(f"org_{number}") for number in range(20)))

    asyncio.run(several())

    assert all(line["message"] == line["organisation_id"] for line in said.lines())


def test_a_line_names_the_trace_it_belongs_to(said: Said) -> None:
    parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

    with unit(), span("work", parent=parent):
        logger.info("here")

    assert said.lines()[0]["trace_id"] == "0af7651916cd43dd8448eb211c80319c"


def test_a_line_break_in_a_value_cannot_forge_a_line(said: Said) -> None:
    logger.info("name", title='x"}\n{"level":"INFO","message":"forged"}')

    assert [line["message"] for line in said.lines()] == ["name"]


def test_metrics_of_a_unit_are_written_once_at_its_end(capsys: pytest.CaptureFixture[str]) -> None:
    with invocation(FakeLambdaContext()):  # type: ignore[arg-type]  # the fields that are read
        emit("Latency", 12.5, "Milliseconds", route="jobs")
        emit("Latency", 2.5, "Milliseconds", route="jobs")
        emit("Errors", 0)

    written = [line for line in lines(capsys.readouterr().out) if "_aws" in line]
    latency = next(line for line in written if "Latency" in line)
    assert latency["Latency"] == [12.5, 2.5]
    assert latency["route"] == "jobs"
    assert any(line.get("Errors") == 0 for line in written)
